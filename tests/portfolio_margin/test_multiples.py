"""Multiples of every position at once, beside books that hold so many."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from tests.books import Range
from tests.reading import read_book
from xlmargin.portfolio_margin import group_changes, portfolio_margin
from xlmargin.portfolio_margin.group_changes import requirement_of_multiples

HEADINGS = ["symbol", "type", "quantity", "strike", "expiration", "volatility", "account"]
MARKET: Range = [
    ["symbol", "price", "class", "product_group", "portfolio_group"],
    ["AAA", 100, "stock", "P", "F"],
    ["BBB", 40, "stock", "P", "F"],
    ["CCC", 25, "stock", "Q", "F"],
    ["DDD", 60, "stock", None, None],
]
ROWS: Range = [
    ["AAA", "stock", 100, None, None, None, "one"],
    ["AAA", "call", -2, 105, "2026-12-18", 0.3, "one"],
    ["BBB", "put", -3, 38, "2026-12-18", 0.4, "one"],
    ["BBB", "put", 2, 34, "2026-12-18", 0.4, "one"],
    ["CCC", "stock", -300, None, None, None, "one"],
    ["DDD", "call", -1, 90, "2026-12-18", 0.5, "one"],
    ["DDD", "call", -4, 60, "2027-01-15", 0.5, "two"],
    ["DDD", "stock", 100, None, None, None, "two"],
    ["BBB", "call", -1, 44, "2027-01-15", 0.4, "two"],
]


@pytest.mark.parametrize("house", ["rule", "schwab", "tastytrade_stressed"])
@pytest.mark.parametrize("values", [1, 2_000_000])
def test_all_at_once_is_each_by_itself(
    monkeypatch: pytest.MonkeyPatch, house: str, values: int
) -> None:
    monkeypatch.setattr(group_changes, "MOST_VALUES", values)
    named = [["name", "value"], ["as_of", "2026-11-20"], ["rate", 0.04], ["house", house]]
    book = read_book([HEADINGS, *ROWS], MARKET, named)
    multiple = np.random.default_rng(3).integers(0, 4, (12, len(ROWS))).astype(float)
    multiple[0] = 1.0
    found = requirement_of_multiples(portfolio_margin(book), multiple)
    for own, required in zip(multiple, found, strict=True):
        held = replace(book.positions, quantity=book.positions.quantity * own)
        alone = portfolio_margin(replace(book, positions=held)).by_account
        assert required == pytest.approx(alone, abs=1e-7)
