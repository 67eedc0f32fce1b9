"""Excess under both regimes, against figures worked out by hand from the rules."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from tests.reading import read_book
from xlmargin.account import portfolio_excess, strategy_excess
from xlmargin.book import Book
from xlmargin.regimes import under_portfolio_margin
from xlmargin.strategy_margin import strategy_margin

HEADINGS = ["symbol", "type", "quantity", "strike", "expiration", "price", "account"]
SETTINGS = [["as_of", "2026-11-20"], ["account_type", "margin"]]


def book(*rows: list[Any]) -> Book:
    return read_book([HEADINGS, *rows], None, SETTINGS)


def test_stock_on_margin_under_both_regimes() -> None:
    # 7,000 of stock, debit 4,000: equity 3,000; asked 25% by strategy and 15% by portfolio margin
    held = book(
        ["XYZ", "stock", 100, None, None, 70.0, "a"], ["USD", "cash", -4_000, None, None, None, "a"]
    )
    by_strategy = strategy_excess(strategy_margin(held))
    assert (by_strategy.equity, by_strategy.excess) == (3_000, 3_000 - 1_750)
    portfolio = portfolio_excess(under_portfolio_margin(held))
    assert portfolio.excess == pytest.approx(3_000 - 1_050)
    assert portfolio.margin_call == 0


def test_short_stock_call_price_of_the_rule() -> None:
    # credit 22,500: no excess is left where the short stock is worth 17,307.69
    held = book(
        ["XYZ", "stock", -100, None, None, 173.0769, "a"],
        ["USD", "cash", 22_500, None, None, None, "a"],
    )
    assert strategy_excess(strategy_margin(held)).excess == pytest.approx(0, abs=0.01)


def test_a_short_option_is_asked_its_value_inside_the_requirement() -> None:
    # 20% of 10,000 and the premium of 800; equity does not deduct the option a second time
    held = book(
        ["XYZ", "stock", 1, None, None, 100.0, "b"],
        ["XYZ", "call", -1, 100, "2026-12-18", 8.0, "a"],
        ["USD", "cash", 2_300, None, None, None, "a"],
    )
    found = strategy_excess(strategy_margin(held))
    assert (found.equity[1], found.requirement[1]) == (2_300, 2_800)
    assert found.margin_call[1] == 500
    assert np.isnan(found.margin_call[0])
