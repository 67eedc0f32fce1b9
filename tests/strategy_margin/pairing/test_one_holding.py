"""One option holding alone, answered without a program, beside what the program answers."""

import pytest

from tests.reading import read_book
from xlmargin.strategy_margin import RequirementKind, strategy_margin
from xlmargin.strategy_margin.pairing.formulation import pairing_model
from xlmargin.strategy_margin.pairing.least_pairing import (
    least_pairing,
    requirement_rules,
    strategies_of,
    used_in,
)
from xlmargin.strategy_margin.pairing.model import Role
from xlmargin.strategy_margin.solver.branch_and_bound import SECONDS, solve

HEADINGS = ["symbol", "type", "quantity", "strike", "expiration", "price"]


@pytest.mark.parametrize("account_type", ["margin", "cash"])
@pytest.mark.parametrize("kind", RequirementKind)
@pytest.mark.parametrize("expiration", ["2026-12-18", "2028-01-21"])
@pytest.mark.parametrize("quantity", [3, -2])
@pytest.mark.parametrize("right", ["call", "put"])
def test_it_is_what_the_program_answers(
    right: str, quantity: int, expiration: str, kind: RequirementKind, account_type: str
) -> None:
    rows = [HEADINGS, ["XYZ", right, quantity, 105, expiration, 6.5]]
    settings = [["as_of", "2026-11-20"], ["rate", 0.04], ["account_type", account_type]]
    margin = strategy_margin(read_book(rows, [["symbol", "price"], ["XYZ", 100]], settings))
    (own,) = margin.classes
    cash = account_type == "cash"
    rules = requirement_rules(kind, own.rules, cash=cash)
    found = least_pairing(own.holdings, rules)
    model = pairing_model(own.holdings, rules)
    solution = solve(model.build(), SECONDS)
    used = used_in(model, solution)
    assert found.strategies == tuple(strategies_of(own.holdings, model.shorts(), used))
    refused = [n for use, n in used.items() if use.role is Role.NOT_PERMITTED]
    assert list(found.not_permitted.values()) == refused
    assert bool(refused) == (cash and quantity < 0 and right == "call")
    assert found.is_proven
