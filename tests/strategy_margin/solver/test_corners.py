"""The table of a corner beside an engine: the same least cost, and nothing whole is cut off."""

from __future__ import annotations

from itertools import product
from types import ModuleType

import numpy as np
import pytest

from tests.strategy_margin.exhaustive import Reading
from tests.strategy_margin.pairing.test_exhaustive import margined, random_account
from tests.strategy_margin.solver.programs import by_table, knapsack
from xlmargin.strategy_margin import RequirementKind
from xlmargin.strategy_margin.pairing.formulation import pairing_model
from xlmargin.strategy_margin.pairing.least_pairing import requirement_rules
from xlmargin.strategy_margin.solver import branch_and_bound, corner_search, corners
from xlmargin.strategy_margin.solver.branch_and_bound import solve
from xlmargin.strategy_margin.solver.branching import fractional
from xlmargin.strategy_margin.solver.corners import tableau_of
from xlmargin.strategy_margin.solver.cuts import rounded_sums, rounding_cuts
from xlmargin.strategy_margin.solver.program import (
    CutProgram,
    LpClaim,
    Program,
    ProgramBuilder,
    is_feasible,
    verified_relaxation,
)
from xlmargin.strategy_margin.solver.tableau import Ended, Tableau

highspy_engine = pytest.importorskip("xlmargin.strategy_margin.solver.highspy_engine")
HighspyEngine = highspy_engine.HighspyEngine


def small(seed: int) -> Program:
    """Two constraints, an amount and four whole variables of at most 2, at random."""
    rng, builder = np.random.default_rng(seed), ProgramBuilder()
    rows = [builder.constraint(lower=float(rng.integers(3, 9))) for _ in range(2)]
    for _ in range(4):
        entries = [(row, float(rng.integers(1, 6))) for row in rows]
        builder.variable(float(rng.integers(3, 30)), 2.0, entries)
    builder.variable(40.0, np.inf, [(row, 1.0) for row in rows], integer=False)
    return builder.build()


def of_account(seed: int) -> Program:
    margin = margined(random_account(seed, most_contracts=60), Reading())
    held = max(margin.classes, key=lambda each: len(each.holdings.options))
    kind = RequirementKind.MAINTENANCE
    requirements = requirement_rules(kind, held.rules, cash=False)
    return pairing_model(held.holdings, requirements).build()


def corner_of(program: Program) -> Tableau:
    lower = np.zeros_like(program.upper)
    claim = HighspyEngine(program).relax(lower, program.upper)
    corner = tableau_of(program, claim, lower, program.upper)
    assert corner is not None
    return corner


@pytest.mark.parametrize("seed", range(30))
def test_after_limits_have_moved_the_corner_is_the_engines(seed: int) -> None:
    """And what its duals prove, worked out from the program, is its cost."""
    program, rng = of_account(seed), np.random.default_rng(seed)
    corner, engine = corner_of(program), HighspyEngine(program)
    for _ in range(6):
        lower = np.zeros_like(program.upper)
        upper = np.where(rng.random(lower.size) < 0.2, np.floor(program.upper / 2), program.upper)
        true = verified_relaxation(program, engine.relax(lower, upper), lower, upper)
        limits = [corner.lower.copy(), corner.upper.copy()]
        limits[1][: lower.size] = upper
        moved = corner.moved(*limits)
        ended = moved.solve(np.inf)
        claim = LpClaim(moved.quantity, moved.dual)
        ours = verified_relaxation(program, claim, lower, upper)
        if ended is Ended.LEAST:
            assert moved.cost == pytest.approx(true.lower_bound, abs=1e-2)
            assert ours.lower_bound == pytest.approx(true.lower_bound, abs=1e-2)
        else:
            assert true.lower_bound == np.inf


@pytest.mark.parametrize("seed", range(30))
def test_left_out_columns_keep_their_duals(seed: int) -> None:
    program = of_account(seed)
    whole = corner_of(program)
    compact = whole.copy().compact()
    for row in fractional(program, whole).tolist():
        variable = int(whole.basic[row])
        for each in (whole, compact):
            each.limit(variable, np.floor(whole.basic_value[row]), up=False)
    assert whole.solve(np.inf) is compact.solve(np.inf)
    np.testing.assert_allclose(compact.dual, whole.dual, rtol=1e-7, atol=1e-6)


@pytest.mark.parametrize("seed", range(40))
def test_no_whole_answer_is_cut_off(seed: int) -> None:
    """By sums with any factors, and by the rows of the corner's table, which is cut off itself."""
    program, rng = small(seed), np.random.default_rng(seed)
    whole = [np.array(each) for each in product(range(3), repeat=4)]
    amounts = [np.max(program.constraint_lower - program.matrix[:, :4] @ own) for own in whole]
    answers = [np.append(own, max(a, 0.0)) for own, a in zip(whole, amounts, strict=True)]
    assert all(is_feasible(program, answer) for answer in answers)
    lower = np.concatenate([np.zeros(5), program.constraint_lower])
    upper = np.concatenate([program.upper, program.constraint_upper])
    uncut = CutProgram(program, np.zeros((0, program.cost.size)), np.zeros(0))
    factors = np.abs(rng.normal(0, 1, (40, 2)))
    for at_upper in (np.zeros(7), (rng.random(7) < 0.5).astype(np.float64)):
        rows, least = rounded_sums(uncut, factors, lower, upper, at_upper)
        assert len(rows)
        assert ((np.array(answers) @ rows.T).min(axis=0) >= least).all()
    corner = corner_of(program)
    rows, least = rounding_cuts(uncut, corner, fractional(program, corner))
    assert ((np.array(answers) @ rows.T).min(axis=0, initial=np.inf) >= least).all()
    assert (rows @ corner.quantity < least).all()


@pytest.mark.parametrize(
    ("module", "name", "value"),
    [
        (corner_search, "MOST_BRANCHES", 2),
        (corner_search, "ROUNDS", 0),
        (corners, "MOST_ENTRIES", 0),
    ],
)
def test_what_is_left_unsettled_is_searched(
    module: ModuleType, name: str, value: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, name, value)
    for seed in range(10):
        program = knapsack(12, seed)
        found = solve(program)
        assert found is not None
        assert found.is_proven
        assert found.cost == pytest.approx(by_table(program)), seed


@pytest.mark.parametrize("seed", range(10))
def test_a_corner_that_is_none_proves_nothing(seed: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Basic variables that are others than those of the quantities and duals."""

    class Liar(HighspyEngine):  # type: ignore[misc, valid-type]
        def relax(self, lower: np.ndarray, upper: np.ndarray) -> LpClaim:
            true = super().relax(lower, upper)
            assert true.basic is not None
            return true._replace(basic=(true.basic + seed) % (self._variables.size + 1))

    monkeypatch.setattr(branch_and_bound, "_engine", lambda: Liar)
    program = knapsack(12, seed)
    found = solve(program)
    assert found is not None
    assert found.lower_bound <= by_table(program) + 1e-6
    assert found.cost == pytest.approx(by_table(program))
