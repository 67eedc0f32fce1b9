"""Proofs tried again: never a cost that a search would not find, never a bound above the least."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import numpy as np
import pytest

from tests.strategy_margin.solver.programs import by_table, knapsack
from xlmargin.strategy_margin.solver import branch_and_bound, proofs
from xlmargin.strategy_margin.solver.branch_and_bound import OpenProgram
from xlmargin.strategy_margin.solver.program import Program, Solution
from xlmargin.strategy_margin.solver.proofs import Proof, Proofs, proof_of
from xlmargin.strategy_margin.solver.scipy_engine import ScipyEngine

pytestmark = pytest.mark.dependencies


def days(program: Program, count: int, seed: int) -> list[Program]:
    """Programs of one form: costs move from one to the next, and coefficients every other time."""
    rng, found = np.random.default_rng(seed), [program]
    for i in range(count):
        last = found[-1]
        cost = np.maximum(1.0, last.cost + rng.integers(-2, 3, last.cost.size))
        weight = np.maximum(1.0, last.coefficient + (i % 2) * rng.integers(-1, 2, last.cost.size))
        found.append(replace(last, cost=cost, coefficient=weight))
    return found


def proof(program: Program) -> Proof:
    opened = OpenProgram(program)
    solution = opened.solve()
    assert solution is not None
    found = proof_of(opened, program, solution)
    assert found is not None
    return found


@pytest.fixture
def highs() -> None:
    pytest.importorskip("highspy")  # SciPy's engine tells no basis, and so there is no proof


@pytest.mark.parametrize("seed", range(12))
def test_the_least_is_that_of_a_search(seed: int) -> None:
    shared = Proofs()
    for program in days(knapsack(8, seed), 12, seed):
        found = shared.solve(program, 8.0)
        assert found is not None
        assert found.is_proven
        assert found.cost == pytest.approx(by_table(program))
        assert float(program.cost @ found.quantity) == pytest.approx(found.cost)


@pytest.mark.usefixtures("highs")
def test_the_third_of_a_form_is_proven_without_a_search(monkeypatch: pytest.MonkeyPatch) -> None:
    shared, program = Proofs(), knapsack(8, 3)
    for _ in range(2):  # of one met for the first time no branches are tried
        assert shared.solve(program, 8.0) is not None
    monkeypatch.setattr(proofs, "OpenProgram", None)
    dearer = replace(program, cost=program.cost * 1.25)
    found = shared.solve(dearer, 8.0)
    assert found is not None
    assert found.cost == pytest.approx(by_table(dearer))
    assert found.lower_bound == pytest.approx(found.cost, abs=1e-6)


@pytest.mark.usefixtures("highs")
@pytest.mark.parametrize("seed", range(6))
def test_branches_hold_every_whole_answer_and_bound_it_at_any_cost(seed: int) -> None:
    program = knapsack(4, seed)
    program = replace(program, upper=np.full(4, 4.0))
    found = proof(program)
    rng = np.random.default_rng(seed)
    for cost in (program.cost, *rng.uniform(0.0, 60.0, (5, 4))):
        other = replace(program, cost=cost)
        bounds = [branch.bound(other) for branch in found.branches]
        for whole in map(np.array, product(range(5), repeat=4)):
            if whole @ program.coefficient < program.constraint_lower[0]:
                continue
            inside = [
                bound
                for branch, bound in zip(found.branches, bounds, strict=True)
                if (branch.lower <= whole).all() and (whole <= branch.upper).all()
            ]
            assert inside
            assert min(inside) <= float(cost @ whole) + 1e-6


@pytest.mark.usefixtures("highs")
def test_what_is_not_the_least_is_not_proven() -> None:
    program = knapsack(8, 5)
    found = proof(program)
    dearest = found._replace(quantity=program.upper)
    assert dearest.solution(program) is None
    too_little = found._replace(quantity=np.zeros_like(program.upper))
    assert too_little.solution(program) is None
    wrong = [b._replace(variables=(b.variables + 1) % program.cost.size) for b in found.branches]
    other = Proof(found.quantity, tuple(wrong)).solution(program)
    assert other is None or other.cost == pytest.approx(by_table(program))
    unproven = Solution(program.upper, float(program.cost @ program.upper), 0.0)
    assert proof_of(OpenProgram(program), program, unproven) is None


@pytest.mark.usefixtures("highs")
def test_a_ray_holds_only_where_it_proves_that_there_is_nothing() -> None:
    program = knapsack(4, 1)
    (branch, *_) = proof(program).branches
    nothing = branch._replace(ray=np.ones(1), lower=np.zeros(4), upper=np.zeros(4))
    assert nothing.bound(program) == np.inf
    something = nothing._replace(upper=program.upper)
    assert something.bound(program) == -np.inf


def test_without_a_basis_each_is_solved(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(branch_and_bound, "_engine", lambda: ScipyEngine)
    shared, program = Proofs(), knapsack(8, 2)
    for _ in range(3):
        found = shared.solve(program, 8.0)
        assert found is not None
        assert found.cost == pytest.approx(by_table(program))


@pytest.mark.usefixtures("highs")
def test_no_more_is_kept_than_its_bounds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proofs, "MOST_FORMS", 3)
    monkeypatch.setattr(proofs, "MOST_PROOFS", 2)
    shared = Proofs()
    for seed in range(5):
        for program in days(knapsack(6, seed), 6, seed):
            assert shared.solve(program, 8.0) is not None
        kept = shared._of_form.values()
        assert len(kept) <= 3
        assert max(map(len, kept)) <= 2
