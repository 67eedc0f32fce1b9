"""Groups, ranges and minimums, worked by hand from the rules' own figures."""

from __future__ import annotations

from typing import Any

import pytest

from tests.books import Range
from tests.refusals import assert_refused
from xlmargin import udfs

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


def test_two_high_cap_classes_apart_need_both_losses() -> None:
    assert requirement(LONG_AND_SHORT) == pytest.approx(80_000 + 60_000)


def test_in_one_product_group_gains_count_at_ninety_percent() -> None:
    # 15c3-1a(b)(1)(iv)(B): at -8% the loss of 80,000 is met by 90% of the gain of 80,000
    market = grouped({"SPX": "HC", "DJX": "HC"})
    assert requirement(LONG_AND_SHORT, market) == pytest.approx(8_000)


def test_in_one_portfolio_group_gains_of_product_groups_count_at_the_share_that_is_stated() -> None:
    # the gain counts at 90% in its product group, and half of that in the portfolio group
    market = grouped({"SPX": "A", "DJX": "B"}, {"SPX": "P", "DJX": "P"})
    expected = pytest.approx(80_000 - 0.5 * 0.9 * 80_000)
    assert requirement(LONG_AND_SHORT, market, ["portfolio_group_offset", 0.5]) == expected


def test_a_portfolio_group_without_a_stated_share_changes_nothing() -> None:
    market = grouped({"SPX": "A", "DJX": "B"}, {"SPX": "P", "DJX": "P"})
    assert requirement(LONG_AND_SHORT, market) == pytest.approx(80_000 + 60_000)
    rows = udfs.PM_GROUPS([SHARES, *LONG_AND_SHORT], market, SETTINGS)
    assert [row[:3] for row in rows[1:]] == [
        ["class group", "SPX", "A"],
        ["class group", "DJX", "B"],
        ["product group", "A", "account"],
        ["product group", "B", "account"],
    ]


def test_a_product_group_of_two_stocks_changes_nothing() -> None:
    market = [INDEXES[0], *([s, 100, "stock", 1, None, "P", None] for s in ("AAA", "BBB"))]
    pair = [["AAA", "stock", 1_000], ["BBB", "stock", -1_000]]
    assert requirement(pair, market) == pytest.approx(15_000 + 15_000)


def test_groups_are_listed_with_what_they_are_part_of() -> None:
    market = grouped({"SPX": "A", "DJX": "B"}, {"SPX": "P", "DJX": "P"})
    settings = [*SETTINGS, ["portfolio_group_offset", 0.5]]
    rows = udfs.PM_GROUPS([SHARES, *LONG_AND_SHORT], market, settings)
    found = [row[:3] for row in rows[1:]]
    assert found == [
        ["class group", "SPX", "A"],
        ["class group", "DJX", "B"],
        ["product group", "A", "P"],
        ["product group", "B", "P"],
        ["portfolio group", "P", "account"],
    ]
    assert rows[-1][4:9] == ["D5", pytest.approx(44_000), 0, pytest.approx(44_000), "worst loss"]


def test_product_level_of_the_array_counts_gains_at_the_offset() -> None:
    market = grouped({"SPX": "HC", "DJX": "HC"})
    row = udfs.PM_RISK_ARRAY(
        [SHARES, *LONG_AND_SHORT], market, SETTINGS, None, "product", None, False
    )[0]
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
def test_ranges_of_funds_with_their_index(row: list[Any], expected: float) -> None:
    assert requirement([row]) == pytest.approx(expected)


@pytest.mark.parametrize("leverage", [1, 2, 3, -1, -2])
def test_a_fund_by_itself_moves_by_its_factor_times_the_equity_range(leverage: int) -> None:
    market = [["symbol", "price", "class", "leverage"], ["FND", 100, "etf_broad", leverage]]
    expected = abs(leverage) * 0.15 * 10_000
    assert requirement([["FND", "stock", 100]], market) == pytest.approx(expected)


def test_a_price_does_not_fall_below_zero() -> None:
    market = [["symbol", "price", "leverage"], ["FND", 100, 10]]
    assert requirement([["FND", "stock", 100]], market) == pytest.approx(10_000)


def test_fund_and_its_inverse_cancel_in_one_class_group() -> None:
    rows = [["SPY", "stock", 100], ["SH", "stock", 2_500]]
    assert requirement(rows) == pytest.approx(0, abs=1e-6)


LONG_SHOT: Range = [["XYZ", "call", 1, 150, "2026-12-18", 0.05]]
STOCK: Range = [["symbol", "price"], ["XYZ", 100]]


def test_a_long_position_is_not_charged_more_than_it_is_worth() -> None:
    assert requirement(LONG_SHOT, STOCK) == pytest.approx(5)
    uncapped = ["long_contract_minimum_cap", False]
    assert requirement(LONG_SHOT, STOCK, uncapped) == pytest.approx(37.5)


def test_a_short_contract_is_charged_the_minimum_whatever_it_is_worth() -> None:
    short = [[*LONG_SHOT[0][:2], -4, *LONG_SHOT[0][3:]]]
    market = [["symbol", "price", "class"], ["XYZ", 100, "index_high_cap"]]
    assert requirement(short, market) == pytest.approx(4 * 37.5)


def test_minimum_follows_the_multiplier() -> None:
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
def test_house_minimum_of_uncovered_short_options(cover: list[list[Any]], expected: float) -> None:
    short = ["XYZ", "call", -4, 150, "2026-12-18", 0.05]
    settings = [*SETTINGS, ["house", "tastytrade_calm"]]
    rows = udfs.PM_GROUPS([OPTIONS, short, *cover], STOCK, settings, None, False)
    assert rows[0][6] == pytest.approx(expected)


def test_house_profile_widens_the_range_and_names_stay() -> None:
    rows = [["SPY", "stock", 100]]
    assert requirement(rows, INDEXES, ["house", "schwab"]) == pytest.approx(0.15 * 50_000)
    shown = udfs.PM_RISK_ARRAY(
        [SHARES, *rows], INDEXES, [*SETTINGS, ["house", "schwab"]], None, "class"
    )
    assert shown[0][2:] == pytest.approx(
        [-0.15, -0.12, -0.09, -0.06, -0.03, 0.03, 0.06, 0.09, 0.12, 0.15]
    )


def test_a_setting_may_raise_a_range_and_not_lower_it() -> None:
    rows, market = [["XYZ", "stock", 100]], STOCK
    assert requirement(rows, market, ["valuation_range_down_stock", 0.25]) == pytest.approx(2_500)
    refused = requirement(rows, market, ["valuation_range_down_stock", 0.10])
    assert refused.startswith("#XLM! ")
    assert "0.15" in refused


def test_class_group_without_its_index_must_agree_on_a_range() -> None:
    market = [
        ["symbol", "price", "class", "class_group"],
        ["SPX", 5000, "index_high_cap", "G"],
        ["RUT", 2000, "index_broad", "G"],
    ]
    answer = requirement([["SPX", "put", -1, 4000, "2026-12-18", 2]], market)
    assert answer.startswith("#XLM! market, row 3, class_group: found RUT")


def test_class_group_in_two_product_groups_is_refused() -> None:
    market = grouped({"SPX": "A"})
    market[2] = [*market[2][:5], "B", None]
    answer = requirement(LONG_AND_SHORT, market)
    assert answer.startswith(
        "#XLM! market, row 5, product_group: found class group 'SPX' in A and B"
    )


def test_portfolio_group_without_product_group_is_refused() -> None:
    market = grouped({}, {"SPX": "P"})
    answer = requirement(LONG_AND_SHORT, market)
    assert answer.startswith(
        "#XLM! market, row 5, portfolio_group: found portfolio group 'P' and no"
    )


def test_worst_point_of_a_leveraged_fund_by_itself_is_its_own_move() -> None:
    market = [["symbol", "price", "class", "leverage"], ["FND", 100, "etf_broad", 3]]
    rows = udfs.PM_GROUPS([SHARES, ["FND", "stock", 100]], market, SETTINGS)
    assert rows[1][4] == "-45.00%"


@pytest.mark.parametrize("stranger", ["stock", "etf_narrow"])
def test_only_a_fund_on_the_index_takes_the_range_of_the_index(stranger: str) -> None:
    market = [*INDEXES, ["AAPL", 200, stranger, 1, "SPX", None, None]]
    answer = requirement([["AAPL", "stock", 100]], market)
    assert answer.startswith("#XLM! market, row 10, class_group: found AAPL")


def test_order_of_market_rows_does_not_matter() -> None:
    rows = [
        ["AAF", 100, "etf_narrow", 1, "G", "P", None],
        ["BBF", 100, "etf_narrow", 1, "G", "P", None],
        ["CCF", 100, "etf_narrow", 1, "H", "P", None],
    ]
    positions = [["AAF", "stock", 100], ["CCF", "stock", -100]]
    one = requirement(positions, [INDEXES[0], *rows])
    other = requirement(positions, [INDEXES[0], *rows[::-1]])
    assert one == other == pytest.approx(150)  # 15c3-1a(b)(1)(iv)(B): 90% of the gain


def test_product_group_of_different_ranges_is_refused() -> None:
    market = grouped({"SPX": "P", "RUT": "P"})
    rows = [["SPY", "stock", 100], ["IWM", "stock", -100]]
    answer = requirement(rows, market)
    assert_refused(answer, ("market", 9, "product_group"), "class groups of one range")
    market = [*INDEXES[:1], ["A", 10, "stock", 1, None, "P", None], [*INDEXES[1][:5], "P", None]]
    rows = [["A", "stock", 100, None, None, 10], ["SPX", "put", 1, 4900, "2026-12-18", 60]]
    answer = requirement(rows, market)
    assert_refused(answer, ("market", 3, "product_group"), "class groups of one range")


def test_a_factor_below_one_does_not_lower_the_range() -> None:
    market = [["symbol", "price", "class", "leverage"], ["SVXY", 50, "etf_narrow", -0.5]]
    assert requirement([["SVXY", "stock", 100]], market) == pytest.approx(0.15 * 5_000)


def test_a_volatility_index_that_nobody_holds_refuses_nothing() -> None:
    market = [["symbol", "price", "class"], ["XYZ", 100, "stock"], ["VIX", 15, "vol_index"]]
    settings = [["name", "value"], ["as_of", "2013-11-20"]]
    positions = [SHARES, ["XYZ", "stock", 100]]
    assert udfs.PM_REQUIREMENT(positions, market, settings) == pytest.approx(1_500)


def test_a_position_outside_portfolio_margin_needs_no_volatility() -> None:
    market = [["symbol", "price", "marginable"], ["XYZ", 100, True], ["OTC", 100, False]]
    below = ["OTC", "call", -1, 80, "2026-12-18", 19.0]  # below 20, its value without volatility
    rows = [["XYZ", "stock", 100, None, None, 100], below]
    # 4210(f)(2)(E)(i): 19 + 20% of 100, beside an equity that counts the 19
    assert requirement(rows, market) == pytest.approx(1_500 + 2_000)


def test_account_type_does_not_reach_into_portfolio_margin() -> None:
    market = [["symbol", "price", "marginable"], ["OTC", 50, False]]
    rows = [["OTC", "put", -1, 48, "2026-12-18", 1.0]]
    as_margin = requirement(rows, market, ["account_type", "margin"])
    assert requirement(rows, market, ["account_type", "cash"]) == as_margin


def test_value_along_a_path_does_not_fall_below_zero() -> None:
    headings = [*OPTIONS, "volatility"]
    rows = [["XYZ", "put", 1, 100, "2027-05-21", 1.0, 0.5]]
    settings = [*SETTINGS, ["cash", 0]]
    path = udfs.PM_PATH([headings, *rows], STOCK, settings, None, [[-0.2, 0.2]], False)
    assert path[1][1] == pytest.approx(0, abs=1e-9)
    assert path[0][1] > 1_000


def test_price_and_volatility_that_disagree_are_told() -> None:
    headings = [*OPTIONS, "volatility"]
    rows = [["XYZ", "put", 1, 100, "2027-05-21", 1.0, 0.5]]
    found = udfs.XLM_CHECK([headings, *rows], STOCK, [*SETTINGS, ["cash", 0]])
    warnings = [row[:4] for row in found[2:] if row[0] != "note"]
    assert warnings == [["warning", "positions", 2.0, "volatility"]]


def test_long_and_short_of_one_contract_are_told() -> None:
    rows = [["XYZ", "put", n, 100, "2027-05-21", 8.0] for n in (3, -2)]
    found = udfs.XLM_CHECK([OPTIONS, *rows], STOCK, [*SETTINGS, ["cash", 0]])
    warnings = [row[:4] for row in found[2:] if row[0] != "note"]
    assert warnings == [["warning", "positions", 3.0, "quantity"]]


def test_groups_count_up_to_the_requirement_with_positions_outside() -> None:
    market = grouped({"SPX": "HC", "DJX": "HC"})
    market = [[*row, mark] for row, mark in zip(market, ["marginable", *[True] * 8], strict=True)]
    market.append(["OTC", 50, "stock", 1, None, None, None, False])
    rows = [*LONG_AND_SHORT, ["OTC", "stock", 100]]
    table = udfs.PM_GROUPS([SHARES, *rows], market, SETTINGS)
    assert table[0][10] == "counted"
    assert sum(row[10] for row in table[1:]) == pytest.approx(8_000 + 5_000)
    assert requirement(rows, market) == pytest.approx(13_000)
    array = udfs.PM_RISK_ARRAY([SHARES, *rows], market, SETTINGS, None, "position", None, False)
    assert array[-1][1:4] == ["not eligible", "#N/A", "#N/A"]


def test_rules_that_are_cited() -> None:
    def cited(rows: Range, market: Range, *settings: list[object]) -> str:
        headings = OPTIONS if len(rows[0]) > 3 else SHARES
        return udfs.PM_GROUPS([headings, *rows], market, [*SETTINGS, *settings])[1][9]

    short = [["XYZ", "call", -4, 150, "2026-12-18", 0.05]]
    assert "4210(g)(7)" in cited(LONG_SHOT, STOCK)
    assert "tastytrade" in cited(short, STOCK, ["house", "tastytrade_calm"]).lower()
    assert "09-53" in cited(
        [["UPRO", "stock", 1]], [INDEXES[0], [*INDEXES[4][:4], None, None, None]]
    )
    assert "schwab" in cited([["SPY", "stock", 100]], INDEXES, ["house", "schwab"]).lower()
