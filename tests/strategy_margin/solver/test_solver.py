"""Both engines prove the same least cost, by hand-made programs and by whole accounts."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.strategy_margin.exhaustive import Reading, least
from tests.strategy_margin.pairing.test_exhaustive import margined, random_account
from tests.strategy_margin.solver.programs import by_table, knapsack
from xlmargin.strategy_margin import RequirementKind
from xlmargin.strategy_margin.pairing.formulation import pairing_model
from xlmargin.strategy_margin.pairing.least_pairing import requirement_rules
from xlmargin.strategy_margin.solver import branch_and_bound
from xlmargin.strategy_margin.solver.branch_and_bound import OpenProgram, solve
from xlmargin.strategy_margin.solver.program import Engine, ProgramBuilder
from xlmargin.strategy_margin.solver.scipy_engine import ScipyEngine

pytestmark = pytest.mark.dependencies


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


@pytest.mark.parametrize("seed", range(20))
def test_least_cost(engine: type[Engine], seed: int) -> None:
    program = knapsack(12, seed)
    found = solve(program)
    assert found is not None
    assert found.is_proven
    assert found.cost == pytest.approx(by_table(program))
    assert float(program.cost @ found.quantity) == pytest.approx(found.cost)


@pytest.mark.parametrize("seed", range(8))
def test_held_open_the_least_is_that_of_the_program_anew(engine: type[Engine], seed: int) -> None:
    """Limits go up, down and back, and what was learned on the way changes no answer."""
    program = knapsack(12, seed)
    opened = OpenProgram(program)
    for more in (0, 5, 1, -40, 17, 0):
        needed = program.constraint_lower + more
        changed = replace(program, constraint_lower=needed)
        found = opened.solve_with(needed, program.constraint_upper)
        assert found is not None
        assert found.is_proven
        assert found.cost == pytest.approx(by_table(changed))
    assert opened.solve_with(program.constraint_lower + 1e6, program.constraint_upper) is None


def test_no_columns(engine: type[Engine]) -> None:
    found = solve(ProgramBuilder().build())
    assert found is not None
    assert found.cost == 0.0


def test_rows_that_cannot_be_met(engine: type[Engine]) -> None:
    builder = ProgramBuilder()
    builder.variable(1.0, 2.0, [(builder.constraint(lower=3.0), 1.0)])
    assert solve(builder.build()) is None


def test_cut_short_by_time_the_bound_is_told(engine: type[Engine]) -> None:
    program = knapsack(400, 1)
    found = solve(program, 0.05, known=program.upper)
    assert found is not None
    assert found.lower_bound <= found.cost <= float(program.cost @ program.upper)


def test_no_time_still_gives_an_answer_and_a_bound(engine: type[Engine]) -> None:
    """Where the search finds nothing in its time, everything by itself is the answer."""
    margin = margined(random_account(5), Reading())
    (held,) = margin.classes
    requirements = requirement_rules(RequirementKind.MAINTENANCE, margin.rules.of(0), cash=False)
    sheet = pairing_model(held.holdings, requirements)
    known, program = np.array(sheet.alone), sheet.build()
    terms = program.coefficient * known[program.variable]
    uses = np.bincount(program.constraint, terms)[sheet.held]
    assert (uses == [0 if leg.is_long else leg.contracts for leg in sheet.options]).all()
    found = solve(program, 0.0, known)
    assert found is not None
    assert found.lower_bound <= found.cost <= float(program.cost @ known)


def test_large_programs_leave_out_what_cannot_be_cheaper(
    engine: type[Engine], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(branch_and_bound, "MANY_VARIABLES", 0)
    for seed in range(100, 140):
        account = random_account(seed)
        expected = least(account, Reading(), initial=True)
        assert margined(account, Reading()).initial == pytest.approx(expected, abs=0.005)


def test_engines_agree_on_accounts(engine: type[Engine]) -> None:
    for seed in range(100):
        account = random_account(seed, most_contracts=60)
        margin = margined(account, Reading())
        for kind in RequirementKind:
            first = EXPECTED.setdefault((seed, kind), margin.requirement(kind))
            assert margin.requirement(kind) == pytest.approx(first, abs=0.005)


EXPECTED: dict[tuple[int, RequirementKind], float] = {}
"""What the first of the engines to be tested has found, by account and phase."""
