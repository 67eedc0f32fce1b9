"""Strategies of all accounts priced at once, beside each priced by itself from the rules."""

from __future__ import annotations

import random
from math import fsum
from typing import Any

import numpy as np
import pytest

from tests.reading import read_book
from xlmargin.account.account_values import NO_RESERVE
from xlmargin.account.known_pairings import known_pairings
from xlmargin.account.shocked_holdings import shocked_holdings
from xlmargin.account.shocked_prices import Worth, shocked_prices
from xlmargin.account.strategy_path import StrategyPath, present_pairings
from xlmargin.book import Book
from xlmargin.regimes import under_portfolio_margin
from xlmargin.strategy_margin import RequirementKind, strategy_margin
from xlmargin.strategy_margin.pairing.least_pairing import (
    requirement_of,
    requirement_rules,
    value_added_by,
)

MARKET = [
    [
        "symbol",
        "price",
        "class",
        "leverage",
        "class_group",
        "marginable",
        "adv",
        "maintenance_rate",
    ],
    ["XYZ", 100, "stock", 1, None, True, 2_000, None],
    ["ABC", 40, "stock", 1, None, True, None, 0.6],
    ["LOW", 4, "stock", 1, None, True, None, None],
    ["OTC", 30, "stock", 1, None, False, None, None],
    ["TWO", 50, "etf_broad", 2, None, True, None, None],
    ["INV", 20, "etf_broad", -1, None, True, None, None],
    ["NTE", 25, "etn", 1, None, True, None, None],
    ["MMF", 1, "money_market", None, None, True, None, None],
    ["IDX", 500, "index_broad", 1, "IDX", True, None, None],
    ["FND", 50, "etf_broad", 1, "IDX", True, None, None],
]
HEADINGS = ["account", "symbol", "type", "quantity", "strike", "expiration", "volatility", "price"]
HOUSES = ["rule", "fidelity", "schwab", "ibkr_like", "tastytrade_stressed", "etrade"]


def book(seed: int, house: str, account_type: str) -> Book:
    """Four accounts at the prices of the market."""
    rows = rows_of(seed, account_type)
    return read_book([HEADINGS, *rows], MARKET, settings_of(house, account_type))


def settings_of(house: str, account_type: str) -> list[list[Any]]:
    named = [["as_of", "2026-11-20"], ["rate", 0.04], ["house", house]]
    return [*named, ["account_type", account_type]]


def rows_of(seed: int, account_type: str) -> list[list[Any]]:
    """Four accounts, each with stock, options of two expirations and one far away, and cash."""
    dice = random.Random(seed)
    rows = []
    for account in "abcd":
        for symbol, price, kind, *_ in MARKET[1:]:
            is_index = kind.startswith("index")
            if not is_index and dice.random() < 0.8:
                least = 100 if account_type == "cash" else -300
                shares = dice.randrange(least, 500, 50) or 100
                rows.append([account, symbol, "stock", shares, None, None, None, price])
                if account_type != "cash" and dice.random() < 0.2:
                    rows.append([account, symbol, "stock", -shares, None, None, None, price])
            for _ in range(0 if kind == "money_market" else dice.randrange(4)):
                strike = round(price * dice.choice([0.8, 0.9, 1.0, 1.1]), 2)
                days = dice.choice(["2026-12-18", "2027-01-15", "2028-01-21"])
                right = dice.choice(["call", "put"])
                number = dice.choice([-3, -1, 1, 2, 4])
                if account_type == "cash":
                    number, right = (abs(number), right) if right == "call" else (number, right)
                rows.append([account, symbol, right, number, strike, days, 0.3, None])
        rows.append([account, "USD", "cash", 50_000, None, None, None, None])
    return rows


def at(there: Worth, move: int) -> Worth:
    """What positions are worth after one of the moves, the same for all."""
    return there.each(np.full((len(there.worth), 1), move))


@pytest.mark.parametrize(
    ("seed", "house", "account_type"),
    [*((i, house, "margin") for i, house in enumerate(HOUSES)), (7, "rule", "cash")],
)
def test_all_at_once_take_what_each_takes_by_itself(
    seed: int, house: str, account_type: str
) -> None:
    held = book(seed, house, account_type)
    margin = strategy_margin(held)
    prices = shocked_prices(under_portfolio_margin(held).inputs)
    path, moves = StrategyPath(present_pairings(margin), NO_RESERVE), (-0.6, -0.2, 0.0, 0.07, 0.9)
    there = prices.worth_along(moves, margin.mark)
    for i in range(len(moves)):
        path.search(at(there, i), np.ones((4, 1), dtype=bool))
    taken = path.taken(there)
    pairings = [one for known in path.known for one in known.pairings]
    roles = set()
    for c, own in enumerate(margin.classes):
        rules = requirement_rules(RequirementKind.MAINTENANCE, own.rules, cash=own.is_cash)
        for i in range(len(moves)):
            moved = shocked_holdings(own.holdings, there, i)
            least = min(
                fsum(requirement_of(s, moved, rules) - value_added_by(s, moved, rules) for s in of)
                for known, of in pairings
                if known == c
            )
            assert taken[c, i] == pytest.approx(least, rel=1e-12, abs=1e-8)
        roles |= {s.role.name for known, of in pairings if known == c for s in of}
    assert {"STOCK", "UNCOVERED"} <= roles
    if account_type == "margin":
        assert {"SPREAD", "COVERED", "PROTECTED"} <= roles
        assert len(pairings) > len(margin.classes)


def test_a_class_of_which_no_pairing_is_known_takes_without_end() -> None:
    held = book(1, "rule", "margin")
    margin = strategy_margin(held)
    there = shocked_prices(under_portfolio_margin(held).inputs).worth_along((0.1,), margin.mark)
    assert np.isinf(known_pairings(margin).taken(there)).all()
