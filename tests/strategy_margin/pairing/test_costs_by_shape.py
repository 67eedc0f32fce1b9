"""Costs of a model worked out for options of one shape at once, beside each by itself."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from tests.reading import read_book
from xlmargin.strategy_margin import RequirementKind, strategy_margin
from xlmargin.strategy_margin.pairing.formulation import pairing_model
from xlmargin.strategy_margin.pairing.least_pairing import requirement_rules
from xlmargin.strategy_margin.pairing.model import Role
from xlmargin.strategy_margin.pairing.requirement_rules import RequirementRules
from xlmargin.strategy_margin.rules.options import OptionLeg
from xlmargin.strategy_margin.rules.stock import StockLeg

HEADINGS = ["symbol", "type", "quantity", "strike", "expiration", "price"]
DAYS = ("2026-12-18", "2027-06-18", "2028-01-21")
SHARES = {"XYZ": 1_000, "ABC": -700}


def rows(seed: int) -> list[list[Any]]:
    """Many options on two stocks, long and short, some of which have loan value, and shares."""
    dice = np.random.default_rng(seed)
    held = {
        (symbol, kind, strike, day): int(dice.choice([-3, -1, 1, 2]))
        for symbol in SHARES
        for kind in ("call", "put")
        for strike in (80, 90, 95, 100, 105, 110, 120)
        for day in DAYS
        if dice.random() < 0.8
    }
    options = [
        [symbol, kind, quantity, strike, day, round(float(dice.uniform(1, 25)), 2)]
        for (symbol, kind, strike, day), quantity in held.items()
    ]
    shares = [[symbol, "stock", quantity, None, None, 101] for symbol, quantity in SHARES.items()]
    return [HEADINGS, *options, *shares]


def alone(
    role: Role, legs: Sequence[OptionLeg], stock: StockLeg | None, required: RequirementRules
) -> float | None:
    """What a use of these legs costs in the program, $ per contract, from the rules one by one."""
    paid = sum(required.paid(leg) for leg in legs if leg.is_long)
    one_strike = role is Role.CONVERSION
    match role:
        case Role.UNCOVERED:
            return required.uncovered(legs[0])
        case Role.LESSER_SIDE:
            return required.lesser_side(legs[0])
        case Role.COVERED:
            return required.covered(stock, legs[0])
        case Role.PROTECTED:
            return required.protected(stock, legs[0]) - paid
        case Role.COLLAR | Role.CONVERSION:
            return required.joined(stock, legs[1], legs[0], one_strike=one_strike) - paid
    return None


@pytest.mark.parametrize("account_type", ["margin", "cash"])
@pytest.mark.parametrize("kind", RequirementKind)
def test_each_costs_what_it_does_alone(kind: RequirementKind, account_type: str) -> None:
    market = [["symbol", "price"], ["XYZ", 100], ["ABC", 97]]
    settings = [["as_of", "2026-11-20"], ["account_type", account_type]]
    found = set()
    for seed in range(3):
        table = [row for row in rows(seed) if account_type == "margin" or row[1] != "stock"]
        for own in strategy_margin(read_book(table, market, settings)).classes:
            required = requirement_rules(kind, own.rules, cash=account_type == "cash")
            model = pairing_model(own.holdings, required)
            stocks, costs = own.holdings.stock_legs(kind), model.build().cost.tolist()
            for variable, cost in zip(model.variables, costs, strict=True):
                if variable is None:
                    continue
                legs = [model.options[i] for i in variable.options]
                stock = stocks[variable.stock] if variable.stock >= 0 else None
                wanted = alone(variable.role, legs, stock, required)
                if wanted is not None:
                    assert cost == pytest.approx(wanted, rel=1e-12)
                    found.add(variable.role)
    assert Role.UNCOVERED in found
    if account_type == "margin":
        assert {Role.COVERED, Role.COLLAR, Role.LESSER_SIDE} <= found
