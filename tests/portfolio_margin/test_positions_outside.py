"""Positions that are not eligible: strategy-based beside an equity that counts options."""

from __future__ import annotations

import numpy as np
import pytest

from tests.books import Range
from tests.reading import read_book
from tests.refusals import assert_refused
from xlmargin.errors import RefusedPosition
from xlmargin.portfolio_margin import (
    PortfolioMargin,
    contribution,
    portfolio_margin,
    requirement_path,
)
from xlmargin.portfolio_margin.ineligible import repriced
from xlmargin.regimes import under_portfolio_margin

HEADINGS = ["symbol", "type", "quantity", "strike", "expiration", "price", "account"]
MARKET: Range = [
    ["symbol", "price", "marginable"],
    ["XYZ", 100, True],
    ["OTC", 50, False],
    ["PNK", 20, False],
]
SETTINGS: Range = [["name", "value"], ["as_of", "2026-11-20"], ["rate", 0.04]]


def shares(symbol: str, quantity: float, account: str = "a") -> list[object]:
    return [symbol, "stock", quantity, None, None, None, account]


SHORT_PUTS = ["OTC", "put", -2, 45, "2027-01-15", 2.0, "a"]
LONG_PUTS = ["OTC", "put", 2, 40, "2027-01-15", 1.0, "a"]
CASH = ["USD", "cash", 10_000, None, None, None, "a"]
ELIGIBLE = shares("XYZ", 100)  # 15% of 10,000
UNCOVERED = 2 * 100 * 5.0  # 4210(f)(2)(E)(i): 20% of 50 less 5 out, more than 10% of 45
SPREAD = 2 * 100 * 5.0 - 400 + 200  # (H)(i): 45 less 40; equity counts 400 short and 200 long


def margin(*rows: list[object]) -> PortfolioMargin:
    return under_portfolio_margin(read_book([HEADINGS, *rows], MARKET, SETTINGS))


def test_stock_that_is_not_margin_stock_is_asked_its_whole_value() -> None:
    found = margin(ELIGIBLE, shares("OTC", 100), shares("PNK", 30))
    assert found.amount == pytest.approx(1_500 + 5_000 + 600)  # 4210(c)(6)
    made = contribution(found)
    for reading in (made.standalone, made.marginal, made.share):
        assert reading == pytest.approx([1_500, 5_000, 600])


def test_a_spread_outside_is_asked_its_loss_beside_the_value_of_its_options() -> None:
    found = margin(ELIGIBLE, SHORT_PUTS, CASH, LONG_PUTS, shares("PNK", 30))
    assert found.amount == pytest.approx(1_500 + SPREAD + 600)
    made = contribution(found)
    assert made.standalone == pytest.approx([1_500, UNCOVERED, 0, 200, 600])
    assert made.marginal == pytest.approx([1_500, SPREAD - 200, 0, SPREAD - UNCOVERED, 600])
    assert made.share == pytest.approx([1_500, 1_000 - 400, 0, 200, 600])


def test_accounts_are_asked_apart_and_pair_nothing_outside() -> None:
    other = [*LONG_PUTS[:-1], "b"]
    found = margin(SHORT_PUTS, other, shares("PNK", 30, "b"))
    assert found.by_account == pytest.approx([UNCOVERED, 200 + 600])
    assert contribution(found).marginal == pytest.approx([UNCOVERED, 200, 600])


def test_one_underlying_in_two_accounts() -> None:
    found = margin(shares("XYZ", 100), shares("XYZ", -50, "b"))
    assert found.by_account == pytest.approx([1_500, 750])
    assert found.amount == pytest.approx(2_250)


def test_nothing_outside_is_stressed_or_charged_a_contract_minimum() -> None:
    found = margin(ELIGIBLE, SHORT_PUTS, CASH)
    assert found.risk_array[1:].tolist() == np.zeros((2, 10)).tolist()
    assert found.minimum.tolist() == [0, 0, 0]
    assert found.market_value == pytest.approx([10_000, -400, 10_000])


def test_after_a_move_positions_outside_are_asked_at_the_prices_there() -> None:
    path = requirement_path(margin(ELIGIBLE, shares("OTC", 100), CASH), np.array([-0.5, 0.0, 0.1]))
    assert path.requirement[0] == pytest.approx([750 + 2_500, 1_500 + 5_000, 1_650 + 5_500])
    assert path.account_value[0] == pytest.approx([17_500, 25_000, 26_500])


def test_at_prices_nothing_but_the_spots_changes() -> None:
    book = read_book([HEADINGS, ELIGIBLE], MARKET, SETTINGS)
    moved = repriced(book, np.array([90.0, 45.0, 18.0]))
    assert moved.market.spot.tolist() == [90.0, 45.0, 18.0]
    assert moved.market.curve is book.market.curve
    assert moved.market.as_of == book.market.as_of
    assert moved.market.marginable.tolist() == [True, False, False]
    assert moved.positions is book.positions
    with pytest.raises(ValueError, match="zip"):
        repriced(book, np.array([90.0, 45.0]))


def test_cash_alone_is_asked_nothing() -> None:
    found = margin(CASH)
    assert found.amount == 0
    assert contribution(found).share.tolist() == [0]


def test_without_the_other_regime_they_are_refused_by_row() -> None:
    book = read_book([HEADINGS, ELIGIBLE, SHORT_PUTS, shares("PNK", 30)], MARKET, SETTINGS)
    with pytest.raises(RefusedPosition) as refused:
        _ = portfolio_margin(book).amount
    for problem, row in zip(refused.value.problems, (3, 4), strict=True):
        assert_refused(problem, ("positions", row, "symbol"), "eligible for portfolio margin")
