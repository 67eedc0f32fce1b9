"""What each position contributes, worked by hand where groups, minimums or houses come in."""

from __future__ import annotations

import numpy as np
import pytest

from tests.books import Range
from tests.reading import read_book
from xlmargin.portfolio_margin import Contribution, contribution, portfolio_margin

HEADINGS = ["symbol", "type", "quantity", "strike", "expiration", "price", "multiplier"]
MARKET_HEADINGS = ["symbol", "price", "class", "class_group", "product_group", "portfolio_group"]


def shares(symbol: str, quantity: float) -> list[object]:
    return [symbol, "stock", quantity, None, None, None, None]


def far_calls(quantity: int, multiplier: int = 100) -> list[object]:
    """Calls half the index's price out of the money: they lose next to nothing."""
    return ["IDX", "call", quantity, 150, "2026-12-18", 0.05, multiplier]


def contributed(rows: Range, market: Range, **settings: object) -> Contribution:
    named = [["as_of", "2026-11-20"], ["rate", 0.04], *([k, v] for k, v in settings.items())]
    ranges = [HEADINGS, *rows], [MARKET_HEADINGS, *market], [["name", "value"], *named]
    return contribution(portfolio_margin(read_book(*ranges)))


TWO_INDEXES: Range = [
    ["SPX", 5000, "index_high_cap", "SPX", "A", "P"],
    ["SPY", 500, "etf_broad", "SPX", "A", "P"],
    ["DJX", 400, "index_high_cap", "DJX", "B", "P"],
    ["DIA", 400, "etf_broad", "DJX", "B", "P"],
]
INDEX: Range = [["IDX", 100, "index_high_cap", "IDX", "HC", None]]


def test_a_gain_counts_at_the_rates_of_both_groups_above_it() -> None:
    # $1,000,000 each way, +6/-8%: at -8% the gain counts at 90%, and half of that above
    rows = [shares("SPY", 2_000), shares("DIA", -2_500)]
    made = contributed(rows, TWO_INDEXES, portfolio_group_offset=0.5)
    assert made.share == pytest.approx([80_000, -36_000])
    assert made.standalone == pytest.approx([80_000, 60_000])
    assert made.marginal == pytest.approx([44_000 - 60_000, 44_000 - 80_000])


def test_a_gain_of_less_than_a_dollar_counts_at_the_rate_too() -> None:
    market = [
        *([*row[:4], "HC", None] for row in TWO_INDEXES),
        ["FND", 1, "etf_broad", "DJX", "HC", None],
    ]
    made = contributed([shares("SPY", 1), shares("FND", -10)], market)
    assert made.share == pytest.approx([40, -0.9 * 0.80])  # 8% of 500; 8% of 10 at 90%
    assert made.marginal == pytest.approx([39.28 - 0.60, 39.28 - 40])  # 6% of 10 by itself


def test_minimums_add_up_through_both_groups_above() -> None:
    market = [
        ["IDX", 100, "index_high_cap", "IDX", "A", "P"],
        ["IDY", 100, "index_high_cap", "IDY", "B", "P"],
    ]
    rows = [far_calls(-4), ["IDY", *far_calls(-2)[1:]]]
    made = contributed(rows, market, portfolio_group_offset=0.5)
    assert made.share == pytest.approx([4 * 37.50, 2 * 37.50])
    assert made.marginal == pytest.approx([4 * 37.50, 2 * 37.50])


def test_a_loss_hides_a_minimum_until_it_is_gone() -> None:
    # at -8% the shares lose 400, above the minimum of 150; without them that is what is left
    market = [*INDEX, *([*row[:4], "HC", None] for row in TWO_INDEXES[:2])]
    nearly_worthless = [*far_calls(-4)[:5], 0.001, 100]  # all four gain 40 cents at most
    made = contributed([shares("SPY", 10), nearly_worthless], market)
    assert made.marginal == pytest.approx([400 - 150, 0], abs=0.40)


def test_stock_has_no_share_of_a_minimum() -> None:
    market = [*INDEX, *([*row[:4], "HC", None] for row in TWO_INDEXES[:2])]
    rows = [shares("SPY", 10), shares("SPY", -10), far_calls(-4)]
    made = contributed(rows, market)
    assert made.share == pytest.approx([0, 0, 4 * 37.50])


def test_a_class_that_neither_gains_nor_loses_counts_whole() -> None:
    market = [[*row[:4], "HC", None] for row in TWO_INDEXES]
    made = contributed([shares("SPY", 10), shares("SPY", -10), shares("DIA", 100)], market)
    assert made.share == pytest.approx([400, -400, 3_200])  # 8% of 5,000 each way, of 40,000
    # without the long 10 the short 10 gain 360 at 90%; without the short 10 the long 10 lose 400
    assert made.marginal == pytest.approx([3_200 - 2_840, 3_200 - 3_600, 3_200])


def test_where_loss_and_minimum_are_equal_the_minimum_is_shared() -> None:
    made = contributed([shares("SPY", 10), shares("SPY", -10)], TWO_INDEXES)
    assert made.share.tolist() == [0, 0]
    assert made.marginal == pytest.approx([-300, -400])  # without it +6%, -8% of 5,000


def test_a_minimum_that_the_house_raises_is_shared_by_the_minimums_of_contracts() -> None:
    put = ["IDX", "put", 1, 50, "2026-12-18", 0.60, 100]
    made = contributed([far_calls(-4), put], INDEX, house="tastytrade_calm")
    # TASTY: 0.5% of the 40,000 that four uncovered calls deliver, against 150 and 37.50
    assert made.share == pytest.approx([200 * 150 / 187.50, 200 * 37.50 / 187.50])
    assert made.standalone[0] == pytest.approx(200)


def test_a_raised_minimum_of_less_than_a_dollar_is_shared_whole() -> None:
    made = contributed([far_calls(-1, multiplier=1)], INDEX, house="tastytrade_calm")
    assert made.share == pytest.approx([0.50])  # 0.5% of 100, against 0.375
    assert made.standalone == pytest.approx([0.50])
    assert made.marginal == pytest.approx([0.50])


def test_stock_alone_divides_nothing_by_nothing() -> None:
    with np.errstate(all="raise"):
        made = contributed([shares("SPY", 100)], TWO_INDEXES)
    assert made.share == pytest.approx([4_000])


def test_cash_contributes_nothing() -> None:
    cash = ["USD", "cash", 10_000, None, None, None, None]
    made = contributed([shares("SPY", 100), cash], TWO_INDEXES)
    for reading in (made.standalone, made.marginal, made.share):
        assert reading.tolist() == pytest.approx([4_000, 0])
