"""What joins the underlyings of a book, and what the figures of a part leave out; by hand."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest

from tests.books import Range
from tests.reading import read_book
from xlmargin.book import Book
from xlmargin.book_parts import independent_parts, joined_underlyings
from xlmargin.errors import RefusedPosition
from xlmargin.what_if.impact import figures_of

HEADINGS = ["symbol", "type", "quantity", "strike", "expiration", "price", "account", "group"]
MARKET: Range = [
    ["symbol", "price", "class", "class_group", "product_group", "portfolio_group", "eligible"],
    ["AAA", 100, "stock", None, None, None, True],
    ["BBB", 50, "stock", None, "P", None, True],
    ["CCC", 25, "stock", None, "P", "F", True],
    ["DDD", 80, "stock", None, "Q", "F", True],
    ["III", 500, "index_high_cap", "III", None, None, True],
    ["FFF", 50, "etf_broad", "III", None, None, True],
    ["OTC", 30, "stock", None, None, None, False],
    ["OTD", 12, "stock", None, None, None, False],
]
FIDELITY = [["house", "fidelity", None]]


def shares(symbol: str, quantity: float = 100, account: str = "A", group: Any = None) -> list[Any]:
    return [symbol, "stock", quantity, None, None, None, account, group]


def call(symbol: str, quantity: float, strike: float, price: float, group: Any = None) -> list[Any]:
    return [symbol, "call", quantity, strike, "2027-12-17", price, "A", group]


def book(
    *rows: list[Any], settings: Sequence[list[Any]] = (), account_type: str = "margin"
) -> Book:
    named = [["name", "value", "account"], ["as_of", "2026-12-01", None], ["rate", 0.04, None]]
    named += [["account_type", account_type, None], *settings]
    return read_book([HEADINGS, *rows], MARKET, named)


def parts(*rows: list[Any], **how: Any) -> list[list[int]]:
    return [rows.tolist() for rows in independent_parts(book(*rows, **how))]


def test_underlyings_apart_are_parts_of_all_accounts() -> None:
    rows = [shares("AAA"), shares("BBB"), shares("AAA", -50, "B"), call("AAA", 1, 90, 15.0)]
    assert parts(*rows) == [[0, 2, 3], [1]]


def test_groups_of_every_level_join_through_others() -> None:
    # BBB and CCC are one product, CCC and DDD one portfolio group: one part, CCC held or not
    assert parts(shares("BBB"), shares("CCC"), shares("DDD"), shares("AAA")) == [[0, 1, 2], [3]]
    assert parts(shares("BBB"), shares("DDD")) == [[0, 1]]
    assert parts(shares("FFF"), call("III", 1, 500, 40.0)) == [[0, 1]]
    by_strategy = joined_underlyings(book(shares("BBB"), shares("DDD")), portfolio=False)
    assert by_strategy.tolist() == [0, 1, 2, 3, 4, 4, 6, 7]


def test_a_forced_group_joins_in_its_account() -> None:
    rows = [call("AAA", 1, 90, 15.0, "g"), call("BBB", 1, 45, 8.0, "g"), shares("OTC")]
    assert parts(*rows) == [[0, 1], [2]]
    other = [call("AAA", 1, 90, 15.0, "g"), [*call("BBB", 1, 45, 8.0)[:6], "B", "g"]]
    assert parts(*other) == [[0], [1]]


def test_a_forced_group_that_is_refused_is_refused_in_its_part() -> None:
    refused = book(shares("AAA", group="g"), call("BBB", -1, 45, 8.0, "g"), shares("OTC"))
    first, second = independent_parts(refused)
    with pytest.raises(RefusedPosition, match="row 2; row 3"):
        figures_of(refused.only(first))
    assert figures_of(refused.only(second)).maintenance == pytest.approx(0.25 * 3_000)


def test_a_call_written_outside_portfolio_margin_joins_all_that_is_outside() -> None:
    # OTC: 25% of 3,000 less the 1,200 of the call, which equity owes: 450 below nothing. OTD: 300
    rows = [shares("OTC"), call("OTC", -1, 30, 12.0), shares("OTD"), shares("AAA")]
    assert parts(*rows) == [[0, 1, 2], [3]]
    whole = book(*rows)
    assert figures_of(whole).portfolio == pytest.approx(max(0, 750 - 1_200 + 300) + 1_500)
    assert figures_of(whole.only(np.array([0, 1]))).portfolio == 0
    assert figures_of(whole.only(np.array([2]))).portfolio == pytest.approx(300)
    assert parts(shares("OTC"), shares("OTD"), shares("AAA")) == [[0], [1], [2]]
    elsewhere = [*rows[:2], shares("OTD", account="B"), shares("AAA")]
    assert parts(*elsewhere) == [[0, 1], [2], [3]]


def test_a_house_that_asks_by_share_of_the_gross_joins_the_stock() -> None:
    rows = [shares("AAA"), shares("BBB"), call("III", 1, 500, 40.0), shares("OTC", 100, "B")]
    assert parts(*rows, settings=FIDELITY) == [[0, 1], [2], [3]]
    assert parts(*rows, settings=[["house", "fidelity", "B"]]) == [[0], [1], [2], [3]]
    assert parts(*rows, settings=FIDELITY, account_type="cash") == [[0], [1], [2], [3]]
    under_portfolio = joined_underlyings(book(*rows, settings=FIDELITY), strategy=False)
    assert under_portfolio[0] != under_portfolio[1]


def test_cash_is_in_no_part() -> None:
    rows = [["USD", "cash", 100, None, None, None, "A", None], shares("AAA")]
    assert parts(*rows) == [[1]]
    assert parts(rows[0]) == []
