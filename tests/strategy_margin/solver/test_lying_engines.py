"""An engine that claims what is not so is found out, and its answer worked out another way."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from tests.strategy_margin.exhaustive import Reading, least
from tests.strategy_margin.pairing.test_exhaustive import margined, random_account
from tests.strategy_margin.solver.programs import by_table, knapsack
from xlmargin.arrays import FloatArray
from xlmargin.strategy_margin.solver import branch_and_bound
from xlmargin.strategy_margin.solver.branch_and_bound import solve
from xlmargin.strategy_margin.solver.program import (
    LpClaim,
    MipClaim,
    Program,
    ProgramBuilder,
    dual_bound,
    is_feasible,
    verified_relaxation,
)
from xlmargin.strategy_margin.solver.scipy_engine import ScipyEngine

Lie = Callable[[Program, MipClaim], MipClaim | None]
"""What an engine makes of its true answer."""


def too_low(program: Program, true: MipClaim) -> MipClaim:
    return MipClaim(true.quantity, 0.5 * true.cost, 0.5 * true.cost)


def too_high(program: Program, true: MipClaim) -> MipClaim:
    return MipClaim(true.quantity, 2 * true.cost, 2 * true.cost)


def infeasible(program: Program, true: MipClaim) -> MipClaim:
    short = np.maximum(true.quantity - 1, 0)
    return MipClaim(short, float(program.cost @ short), float(program.cost @ short))


def not_whole(program: Program, true: MipClaim) -> MipClaim:
    more = np.minimum(true.quantity + 0.5, program.upper)
    return MipClaim(more, float(program.cost @ more), true.lower_bound)


def over_the_limits(program: Program, true: MipClaim) -> MipClaim:
    more = true.quantity + 4
    return MipClaim(more, float(program.cost @ more), true.lower_bound)


def bound_above_the_least(program: Program, true: MipClaim) -> MipClaim:
    return MipClaim(true.quantity, true.cost, true.cost + 1)


def dearer_as_proven(program: Program, true: MipClaim) -> MipClaim:
    cost = float(program.cost @ program.upper)
    return MipClaim(program.upper, cost, cost)


def no_number(program: Program, true: MipClaim) -> MipClaim:
    return MipClaim(np.full_like(true.quantity, np.nan), np.nan, np.nan)


def no_answer(program: Program, true: MipClaim) -> None:
    return None


LIES: tuple[Lie, ...] = (
    too_low, too_high, infeasible, not_whole, over_the_limits, bound_above_the_least, no_number,
    no_answer,
)  # fmt: skip


def lying(lie: Lie, presolve_alone: bool) -> type[ScipyEngine]:
    """An engine whose searches lie, always or where it simplifies first."""

    class Liar(ScipyEngine):
        def __init__(self, program: Program, *, presolve: bool = True) -> None:
            super().__init__(program, presolve=presolve)
            self._lies = presolve or not presolve_alone

        def search(
            self, lower: FloatArray, upper: FloatArray, seconds: float, gap: float = 0.0
        ) -> MipClaim | None:
            true = super().search(lower, upper, seconds, gap)
            assert true is not None
            return lie(self._program, true) if self._lies else true

    return Liar


@pytest.mark.parametrize("presolve_alone", [True, False])
@pytest.mark.parametrize("lie", LIES, ids=lambda lie: lie.__name__)
def test_another_way_finds_the_least(
    lie: Lie, presolve_alone: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without simplification, or else by SciPy's own engine."""
    monkeypatch.setattr(branch_and_bound, "_engine", lambda: lying(lie, presolve_alone))
    for seed in range(10):
        program = knapsack(12, seed)
        found = solve(program)
        assert found is not None
        assert found.is_proven
        assert found.cost == pytest.approx(by_table(program)), seed


def test_a_dearer_answer_is_not_the_least_where_a_cheaper_one_is_known(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Whole, feasible, its own cost as its bound: no check of its own finds it out."""
    for seed in range(10):
        program = knapsack(12, seed)
        honest = solve(program)
        assert honest is not None
        with monkeypatch.context() as patched:
            patched.setattr(branch_and_bound, "_engine", lambda: lying(dearer_as_proven, False))
            found = solve(program, known=honest.quantity)
        assert found is not None
        assert found.cost == pytest.approx(by_table(program)), seed


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: lie.__name__)
def test_what_no_way_proves_is_answered_with_its_true_cost_and_not_as_proven(
    lie: Lie, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(branch_and_bound, "_engine", lambda: lying(lie, False))
    monkeypatch.setattr(branch_and_bound, "_scipy_engine", lambda: lying(lie, False))
    unproven = 0
    for seed in range(10):
        program = knapsack(12, seed)
        found = solve(program, known=program.upper)
        assert found is not None
        assert is_feasible(program, found.quantity)
        assert found.cost == pytest.approx(float(program.cost @ found.quantity))
        assert found.lower_bound <= by_table(program) + 1e-6
        unproven += not found.is_proven
    assert unproven >= 8


@pytest.mark.parametrize("lie", LIES, ids=lambda lie: lie.__name__)
def test_accounts_are_margined_as_by_an_honest_engine(
    lie: Lie, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(branch_and_bound, "_engine", lambda: lying(lie, False))
    for seed in range(40):
        account = random_account(seed)
        expected = least(account, Reading(), initial=True)
        assert margined(account, Reading()).initial == pytest.approx(expected, abs=0.005)


def test_a_relaxation_that_lies_is_found_out(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whole quantities that cost more than the least, and duals that say that they do not."""

    class Liar(ScipyEngine):
        def relax(self, lower: FloatArray, upper: FloatArray) -> LpClaim:
            return LpClaim(upper, np.full_like(self._program.constraint_lower, 1e3))

    monkeypatch.setattr(branch_and_bound, "_engine", lambda: Liar)
    for seed in range(10):
        program = knapsack(12, seed)
        found = solve(program)
        assert found is not None
        assert found.cost == pytest.approx(by_table(program))


def test_a_constraint_is_not_impossible_because_an_engine_says_so(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Liar(ScipyEngine):
        def relax(self, lower: FloatArray, upper: FloatArray) -> LpClaim:
            return LpClaim(None, np.ones_like(self._program.constraint_lower))

    monkeypatch.setattr(branch_and_bound, "_engine", lambda: Liar)
    program = knapsack(12, 1)
    found = solve(program)
    assert found is not None
    assert found.cost == pytest.approx(by_table(program))


def test_what_is_impossible_is_proven_by_its_duals() -> None:
    builder = ProgramBuilder()
    builder.variable(1.0, 2.0, [(builder.constraint(lower=3.0), 1.0)])
    program = builder.build()
    zero = np.zeros(1)
    proven = verified_relaxation(program, LpClaim(None, np.ones(1)), zero, program.upper)
    assert proven.lower_bound == np.inf
    claimed = verified_relaxation(program, LpClaim(None, None), zero, program.upper)
    assert claimed.lower_bound == 0.0


@pytest.mark.parametrize("seed", range(20))
def test_no_duals_bound_above_the_least(seed: int) -> None:
    """Weak duality: true for duals that nobody solved for, of the wrong sign and without end."""
    program, rng = knapsack(12, seed), np.random.default_rng(seed)
    for dual in (*rng.normal(0, 3, (50, 1)), np.array([np.inf]), np.array([np.nan])):
        bound, reduced = dual_bound(
            program, program.cost, dual, np.zeros_like(program.upper), program.upper
        )
        assert bound <= by_table(program) + 1e-9
        assert reduced.shape == program.cost.shape
