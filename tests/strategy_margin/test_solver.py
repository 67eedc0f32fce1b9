"""Both engines prove the same least cost, by hand-made programs and by whole accounts."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest

from tests.strategy_margin.exhaustive import Reading
from tests.strategy_margin.test_exhaustive import margined, random_account
from xlmargin.strategy_margin import Phase, solver
from xlmargin.strategy_margin.program import Program, ProgramBuilder
from xlmargin.strategy_margin.solver import Engine, solved
from xlmargin.strategy_margin.solver_scipy import ScipyEngine


def engines() -> list[type[Engine]]:
    found: list[type[Engine]] = [ScipyEngine]
    try:
        from xlmargin.strategy_margin.solver_highspy import HighspyEngine
    except ImportError:
        return found
    return [*found, HighspyEngine]


@pytest.fixture(params=engines(), ids=lambda engine: engine.__name__)
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> type[Engine]:
    chosen: type[Engine] = request.param
    monkeypatch.setattr(solver, "_engine", lambda: chosen)
    return chosen


def knapsack(count: int, seed: int) -> Program:
    """Things of random weight and cost; as much as needed must be packed at the least cost."""
    rng, builder = np.random.default_rng(seed), ProgramBuilder()
    row = builder.row(lower=float(17 * count))
    for weight, cost in zip(rng.integers(5, 60, count), rng.integers(5, 60, count), strict=True):
        builder.column(float(cost), 3.0, [(row, float(weight))])
    return builder.built()


def by_table(program: Program) -> float:
    """Least cost of a knapsack, from the least cost of every weight below."""
    needed = int(program.row_lower[0])
    least = [0.0] + [inf] * needed
    for cost, weight in zip(program.cost, program.coefficient, strict=True):
        for _ in range(3):
            least = [
                min(least[w], least[max(w - int(weight), 0)] + cost) for w in range(needed + 1)
            ]
    return least[needed]


@pytest.mark.parametrize("seed", range(20))
def test_least_cost(engine: type[Engine], seed: int) -> None:
    program = knapsack(12, seed)
    found = solved(program)
    assert found is not None
    assert found.is_proven
    assert found.cost == pytest.approx(by_table(program))
    assert float(program.cost @ found.quantity) == pytest.approx(found.cost)


def test_no_columns(engine: type[Engine]) -> None:
    found = solved(ProgramBuilder().built())
    assert found is not None
    assert found.cost == 0.0


def test_rows_that_cannot_be_met(engine: type[Engine]) -> None:
    builder = ProgramBuilder()
    builder.column(1.0, 2.0, [(builder.row(lower=3.0), 1.0)])
    assert solved(builder.built()) is None


def test_cut_short_by_time_the_bound_is_told(engine: type[Engine]) -> None:
    found = solved(knapsack(400, 1), seconds=0.05)
    assert found is not None
    assert found.bound <= found.cost


def test_engines_agree_on_accounts(engine: type[Engine]) -> None:
    for seed in range(60):
        account = random_account(seed)
        for phase in Phase:
            margin = margined(account, Reading())
            assert margin.requirement(phase) == pytest.approx(EXPECTED[seed, phase], abs=0.005)


EXPECTED = {
    (seed, phase): margined(random_account(seed), Reading()).requirement(phase)
    for seed in range(60)
    for phase in Phase
}
