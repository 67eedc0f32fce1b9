"""Programs solved as one, beside each solved by itself, and claims that do not hold."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from tests.strategy_margin.solver.programs import knapsack
from xlmargin.strategy_margin.solver import side_by_side as module
from xlmargin.strategy_margin.solver.branch_and_bound import solve, solve_relaxation
from xlmargin.strategy_margin.solver.program import LpClaim, Program, ProgramBuilder
from xlmargin.strategy_margin.solver.side_by_side import AT_ONCE, side_by_side


def transport(seed: int) -> Program:
    """What each shop needs from stores, at the least cost: whole without being asked for it."""
    rng, builder = np.random.default_rng(seed), ProgramBuilder()
    stores, shops = rng.integers(2, 5, 2).tolist()
    needed = rng.integers(1, 9, shops)
    held = [builder.constraint(upper=float(n)) for n in rng.integers(1, 9, stores) + needed.sum()]
    wanted = [builder.constraint(float(n), float(n)) for n in needed]
    for store in held:
        for shop in wanted:
            builder.variable(float(rng.integers(1, 99)), 50.0, [(store, 1.0), (shop, 1.0)])
    return builder.build()


def test_each_costs_the_least_that_it_costs_by_itself() -> None:
    programs = [transport(seed) for seed in range(AT_ONCE + 20)]
    for program, found in zip(programs, side_by_side(programs), strict=True):
        alone = solve(program)
        assert found.cost == pytest.approx(alone.cost, abs=1e-9)
        assert found.is_proven
        assert found.cost == pytest.approx(program.cost @ found.quantity, abs=1e-9)
        assert (found.quantity == np.round(found.quantity)).all()


def test_what_is_not_whole_is_left_to_be_solved_by_itself() -> None:
    programs = [transport(0), knapsack(12, 1), transport(1)]
    first, broken, last = side_by_side(programs)
    assert first.cost == pytest.approx(solve(programs[0]).cost)
    assert broken is None
    assert last.cost == pytest.approx(solve(programs[2]).cost)
    assert list(side_by_side([])) == []


def test_variables_and_constraints_that_are_nothing_take_no_part() -> None:
    builder = ProgramBuilder()
    wanted, empty = builder.constraint(2.0, 2.0), builder.constraint(0.0, 0.0)
    builder.variable(1.0, 0.0, [(wanted, 1.0), (empty, 1.0)])
    builder.variable(3.0, 5.0, [(wanted, 1.0), (empty, 0.0)])
    (found,) = side_by_side([builder.build()])
    assert found.quantity.tolist() == [0.0, 2.0]
    assert found.cost == 6.0
    never = builder.constraint(1.0, 1.0)
    builder.variable(1.0, 0.0, [(never, 1.0)])
    assert list(side_by_side([builder.build()])) == [None]


def more(claim: LpClaim) -> LpClaim:
    return claim._replace(quantity=claim.quantity + 1.0)


def without_answer(claim: LpClaim) -> LpClaim:
    return claim._replace(quantity=None)


def without_proof(claim: LpClaim) -> LpClaim:
    return claim._replace(dual=np.zeros_like(claim.dual))


def no_number(claim: LpClaim) -> LpClaim:
    return claim._replace(quantity=np.full_like(claim.quantity, np.nan))


@pytest.mark.parametrize("lie", [more, without_answer, without_proof, no_number])
def test_an_answer_that_does_not_hold_is_not_taken(
    monkeypatch: pytest.MonkeyPatch, lie: Callable[..., Any]
) -> None:
    monkeypatch.setattr(module, "solve_relaxation", lambda program: lie(solve_relaxation(program)))
    assert list(side_by_side([transport(0), transport(1)])) == [None, None]
