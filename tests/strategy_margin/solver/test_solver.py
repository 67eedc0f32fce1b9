"""Both engines prove the same least cost, by hand-made programs and by whole accounts."""

from __future__ import annotations

from math import inf

import numpy as np
import pytest

from tests.strategy_margin.exhaustive import Reading, least
from tests.strategy_margin.pairing.test_exhaustive import margined, random_account
from xlmargin.strategy_margin import Phase
from xlmargin.strategy_margin.pairing.formulation import pairing_sheet
from xlmargin.strategy_margin.pairing.least_pairing import charges_of
from xlmargin.strategy_margin.solver import branch_and_bound, scipy_engine
from xlmargin.strategy_margin.solver.branch_and_bound import Engine, solved
from xlmargin.strategy_margin.solver.program import Program, ProgramBuilder
from xlmargin.strategy_margin.solver.scipy_engine import ScipyEngine


def engines() -> list[type[Engine]]:
    found: list[type[Engine]] = [ScipyEngine]
    try:
        from xlmargin.strategy_margin.solver.highspy_engine import HighspyEngine
    except ImportError:
        return found
    return [*found, HighspyEngine]


@pytest.fixture(params=engines(), ids=lambda engine: engine.__name__)
def engine(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> type[Engine]:
    chosen: type[Engine] = request.param
    monkeypatch.setattr(branch_and_bound, "_engine", lambda: chosen)
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
    program = knapsack(400, 1)
    found = solved(program, 0.05, known=program.upper)
    assert found is not None
    assert found.bound <= found.cost <= float(program.cost @ program.upper)


def test_no_time_still_gives_an_answer_and_a_bound(engine: type[Engine]) -> None:
    """Where the search finds nothing in its time, everything by itself is the answer."""
    margin = margined(random_account(5), Reading())
    (held,) = margin.classes
    charges = charges_of(Phase.MAINTENANCE, margin.rules, cash=False)
    sheet = pairing_sheet(held.holdings, Phase.MAINTENANCE, charges, margin.rules, cash=False)
    known, program = np.array(sheet.alone), sheet.built()
    row = np.zeros(program.row_lower.size)
    np.add.at(row, program.row, program.coefficient * np.repeat(known, np.diff(program.start)))
    uses = row[sheet.held]
    assert (uses == [0 if leg.is_long else leg.contracts for leg in sheet.options]).all()
    found = solved(program, 0.0, known)
    assert found is not None
    assert found.bound <= found.cost <= float(program.cost @ known)


def test_marginal_costs_of_large_programs(monkeypatch: pytest.MonkeyPatch) -> None:
    """SciPy tells them by another call: the answers are the same."""
    program = knapsack(12, 3)
    small = ScipyEngine(program).relaxed(np.zeros(12), program.upper)
    monkeypatch.setattr(scipy_engine, "_LARGE", 0)
    large = ScipyEngine(program).relaxed(np.zeros(12), program.upper)
    assert small is not None
    assert large is not None
    assert large.cost == pytest.approx(small.cost)
    at_zero, at_most = large.quantity < 1e-9, large.quantity > 3 - 1e-9
    assert (large.marginal[at_zero] >= 0).all()
    assert (large.marginal[at_most] <= 0).all()
    assert large.marginal[~at_zero & ~at_most] == pytest.approx(0.0)


def test_large_programs_leave_out_what_cannot_be_cheaper(
    engine: type[Engine], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(branch_and_bound, "MANY_COLUMNS", 0)
    monkeypatch.setattr(scipy_engine, "_LARGE", 0)
    for seed in range(100, 140):
        account = random_account(seed)
        expected = least(account, Reading(), initial=True)
        assert margined(account, Reading()).initial == pytest.approx(expected, abs=0.005)


def test_engines_agree_on_accounts(engine: type[Engine]) -> None:
    for seed in range(100):
        account = random_account(seed, most_contracts=60)
        margin = margined(account, Reading())
        for phase in Phase:
            first = EXPECTED.setdefault((seed, phase), margin.requirement(phase))
            assert margin.requirement(phase) == pytest.approx(first, abs=0.005)


EXPECTED: dict[tuple[int, Phase], float] = {}
"""What the first of the engines to be tested has found, by account and phase."""
