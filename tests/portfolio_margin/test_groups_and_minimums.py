"""Groups, ranges and minimums, worked by hand from the rules' own figures."""

from __future__ import annotations

import pytest

import udfs
from tests.books import Range

SETTINGS: Range = [["name", "value"], ["as_of", "2026-11-20"], ["rate", 0.04]]
SHARES = ["symbol", "type", "quantity"]
OPTIONS = ["symbol", "type", "quantity", "strike", "expiration", "price"]
INDEXES: Range = [
    ["symbol", "price", "class", "leverage", "class_group", "product_group", "portfolio_group"],
    ["SPX", 5000, "index_high_cap", 1, "SPX", None, None],
    ["SPY", 500, "etf_broad", 1, "SPX", None, None],
    ["SH", 20, "etf_broad", -1, "SPX", None, None],
    ["UPRO", 100, "etf_broad", 3, "SPX", None, None],
    ["DJX", 400, "index_high_cap", 1, "DJX", None, None],
    ["DIA", 400, "etf_broad", 1, "DJX", None, None],
    ["RUT", 2000, "index_broad", 1, "RUT", None, None],
    ["IWM", 200, "etf_broad", 1, "RUT", None, None],
]


def grouped(products: dict[str, str], portfolios: dict[str, str] | None = None) -> Range:
    """The indexes with product and portfolio groups, by class group."""
    portfolios = portfolios or {}
    return [
        INDEXES[0],
        *([*row[:5], products.get(row[4]), portfolios.get(row[4])] for row in INDEXES[1:]),
    ]


def requirement(rows: Range, market: Range = INDEXES, *settings: list[object]) -> float:
    headings = OPTIONS if len(rows[0]) > 3 else SHARES
    return udfs.PM_REQUIREMENT([headings, *rows], market, [*SETTINGS, *settings])


LONG_AND_SHORT: Range = [["SPY", "stock", 2_000], ["DIA", "stock", -2_500]]  # $1,000,000 each


def test_two_high_cap_classes_apart_need_both_losses():
    assert requirement(LONG_AND_SHORT) == pytest.approx(80_000 + 60_000)


def test_in_one_product_group_gains_count_at_ninety_percent():
    # 15c3-1a(b)(1)(iv)(B): at -8% the loss of 80,000 is met by 90% of the gain of 80,000
    market = grouped({"SPX": "HC", "DJX": "HC"})
    assert requirement(LONG_AND_SHORT, market) == pytest.approx(8_000)


def test_in_one_portfolio_group_gains_of_product_groups_count_at_half():
    # the gain counts at 90% in its product group, and half of that in the portfolio group
    market = grouped({"SPX": "A", "DJX": "B"}, {"SPX": "P", "DJX": "P"})
    assert requirement(LONG_AND_SHORT, market) == pytest.approx(80_000 - 0.5 * 0.9 * 80_000)


def test_groups_are_listed_with_what_they_are_part_of():
    market = grouped({"SPX": "A", "DJX": "B"}, {"SPX": "P", "DJX": "P"})
    rows = udfs.PM_GROUPS([SHARES, *LONG_AND_SHORT], market, SETTINGS)
    found = [row[:3] for row in rows[1:]]
    assert found == [
        ["class group", "SPX", "A"],
        ["class group", "DJX", "B"],
        ["product group", "A", "P"],
        ["product group", "B", "P"],
        ["portfolio group", "P", "account"],
    ]
    assert rows[-1][4:9] == ["D5", pytest.approx(44_000), 0, pytest.approx(44_000), "worst loss"]


def test_product_level_of_the_array_counts_gains_at_the_offset():
    market = grouped({"SPX": "HC", "DJX": "HC"})
    row = udfs.PM_RISK_ARRAY([SHARES, *LONG_AND_SHORT], market, SETTINGS, None, "product", False)[0]
    assert row[:2] == ["HC", "-8% +6%"]
    assert (row[2], row[-1]) == (pytest.approx(-8_000), pytest.approx(-6_000))


@pytest.mark.parametrize(
    ("row", "expected"),
    [
        (["SPY", "stock", 100], 0.08 * 50_000),  # the index's range, in the index's class group
        (["SPY", "stock", -100], 0.06 * 50_000),
        (["IWM", "stock", 100], 0.10 * 20_000),  # not high-capitalisation: TMI
        (["UPRO", "stock", 100], 3 * 0.08 * 10_000),  # RN 09-53: range times factor
        (["UPRO", "stock", -100], 3 * 0.06 * 10_000),
        (["SH", "stock", 100], 0.06 * 2_000),  # an inverse fund loses where the index gains
        (["SH", "stock", -100], 0.08 * 2_000),
    ],
)
def test_ranges_of_funds_with_their_index(row, expected):
    assert requirement([row]) == pytest.approx(expected)


@pytest.mark.parametrize("leverage", [1, 2, 3, -1, -2])
def test_a_fund_by_itself_moves_by_its_factor_times_the_equity_range(leverage):
    market = [["symbol", "price", "class", "leverage"], ["FND", 100, "etf_broad", leverage]]
    expected = abs(leverage) * 0.15 * 10_000
    assert requirement([["FND", "stock", 100]], market) == pytest.approx(expected)


def test_a_price_does_not_fall_below_zero():
    market = [["symbol", "price", "leverage"], ["FND", 100, 10]]
    assert requirement([["FND", "stock", 100]], market) == pytest.approx(10_000)


def test_fund_and_its_inverse_cancel_in_one_class_group():
    rows = [["SPY", "stock", 100], ["SH", "stock", 2_500]]
    assert requirement(rows) == pytest.approx(0, abs=1e-6)


LONG_SHOT: Range = [["XYZ", "call", 1, 150, "2026-12-18", 0.05]]
STOCK: Range = [["symbol", "price"], ["XYZ", 100]]


def test_a_long_position_is_not_charged_more_than_it_is_worth():
    assert requirement(LONG_SHOT, STOCK) == pytest.approx(5)
    uncapped = ["long_contract_minimum_cap", False]
    assert requirement(LONG_SHOT, STOCK, uncapped) == pytest.approx(37.5)


def test_a_short_contract_is_charged_the_minimum_whatever_it_is_worth():
    short = [[*LONG_SHOT[0][:2], -4, *LONG_SHOT[0][3:]]]
    market = [["symbol", "price", "class"], ["XYZ", 100, "index_high_cap"]]
    assert requirement(short, market) == pytest.approx(4 * 37.5)


def test_minimum_follows_the_multiplier():
    headings = [*OPTIONS, "multiplier"]
    rows = [["XYZ", "call", -4, 150, "2026-12-18", 0.05, 10]]
    market = [["symbol", "price", "class"], ["XYZ", 100, "index_high_cap"]]
    answer = udfs.PM_REQUIREMENT([headings, *rows], market, SETTINGS)
    assert answer == pytest.approx(4 * 3.75)


@pytest.mark.parametrize(
    ("cover", "expected"),
    [
        # TASTY: half a percent of the value that uncovered short options deliver
        ([], 0.005 * 4 * 10_000),
        ([["XYZ", "stock", 100, None, None, 100]], max(0.005 * 3 * 10_000, 4 * 37.5)),
        ([["XYZ", "call", 4, 155, "2026-12-18", 0.04]], 4 * 37.5 + 4 * 4.0),
    ],
)
def test_house_minimum_of_uncovered_short_options(cover, expected):
    short = ["XYZ", "call", -4, 150, "2026-12-18", 0.05]
    settings = [*SETTINGS, ["house", "tastytrade_calm"]]
    rows = udfs.PM_GROUPS([OPTIONS, short, *cover], STOCK, settings, None, False)
    assert rows[0][6] == pytest.approx(expected)


def test_house_profile_widens_the_range_and_names_stay():
    rows = [["SPY", "stock", 100]]
    assert requirement(rows, INDEXES, ["house", "schwab"]) == pytest.approx(0.15 * 50_000)
    shown = udfs.PM_RISK_ARRAY(
        [SHARES, *rows], INDEXES, [*SETTINGS, ["house", "schwab"]], None, "class"
    )
    assert shown[0][2:] == pytest.approx(
        [-0.15, -0.12, -0.09, -0.06, -0.03, 0.03, 0.06, 0.09, 0.12, 0.15]
    )


def test_a_setting_may_raise_a_range_and_not_lower_it():
    rows, market = [["XYZ", "stock", 100]], STOCK
    assert requirement(rows, market, ["valuation_range_down_stock", 0.25]) == pytest.approx(2_500)
    refused = requirement(rows, market, ["valuation_range_down_stock", 0.10])
    assert refused.startswith("#XLM! ")
    assert "0.15" in refused


def test_class_group_without_its_index_must_agree_on_a_range():
    market = [
        ["symbol", "price", "class", "class_group"],
        ["SPX", 5000, "index_high_cap", "G"],
        ["RUT", 2000, "index_broad", "G"],
    ]
    answer = requirement([["SPX", "put", -1, 4000, "2026-12-18", 2]], market)
    assert answer.startswith("#XLM! market, row 3, class_group: found class group 'G' of")


def test_class_group_in_two_product_groups_is_refused():
    market = grouped({"SPX": "A"})
    market[2] = [*market[2][:5], "B", None]
    answer = requirement(LONG_AND_SHORT, market)
    assert answer.startswith(
        "#XLM! market, row 5, product_group: found class group 'SPX' in A and B"
    )


def test_portfolio_group_without_product_group_is_refused():
    market = grouped({}, {"SPX": "P"})
    answer = requirement(LONG_AND_SHORT, market)
    assert answer.startswith(
        "#XLM! market, row 5, portfolio_group: found portfolio group 'P' and no"
    )


def test_worst_point_of_a_leveraged_fund_by_itself_is_its_own_move():
    market = [["symbol", "price", "class", "leverage"], ["FND", 100, "etf_broad", 3]]
    rows = udfs.PM_GROUPS([SHARES, ["FND", "stock", 100]], market, SETTINGS)
    assert rows[1][4] == "-45.00%"
