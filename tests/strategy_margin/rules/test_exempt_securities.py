"""Treasury securities, funds of exempted securities and money market funds: figures by hand.

FINRA 4210(e)(2)(A), interpretations (c)/10 and (c)/11; Reg T leaves all of them to good faith.
"""

from __future__ import annotations

from typing import Any

import pytest

from tests.books import Range
from tests.refusals import assert_refused
from xlmargin import udfs

HEADINGS = ["symbol", "type", "quantity", "expiration", "price", "account"]
SETTINGS: Range = [["as_of", "2026-11-20"]]


def treasury(principal: float, matures: str, price: float) -> list[Any]:
    return ["912797AB1", "treasury", principal, matures, price, None]


def answers(row: list[Any], market: Range | None = None) -> tuple[Any, Any, Any]:
    """Initial, maintenance and portfolio requirement of one row."""
    book = [HEADINGS, row], market, SETTINGS
    return udfs.REGT_INITIAL(*book), udfs.REGT_MAINTENANCE(*book), udfs.PM_REQUIREMENT(*book)


@pytest.mark.parametrize(
    ("matures", "rate"),
    [
        ("2026-11-21", 0.01),
        ("2027-11-19", 0.01),
        ("2027-11-20", 0.02),
        ("2029-11-19", 0.02),
        ("2029-11-20", 0.03),
        ("2031-11-19", 0.03),
        ("2031-11-20", 0.04),
        ("2036-11-19", 0.04),
        ("2036-11-20", 0.05),
        ("2046-11-19", 0.05),
        ("2046-11-20", 0.06),
    ],
)
def test_both_sides_of_each_step_of_maturity(matures: str, rate: float) -> None:
    # principal 100,000 at 98 per 100 is worth 98,000; the same under every regime
    assert answers(treasury(100_000, matures, 98.0)) == pytest.approx([rate * 98_000] * 3)


def test_sold_short_it_is_good_faith_on_top_of_its_value() -> None:
    initial, maintenance, portfolio = answers(treasury(-50_000, "2046-11-20", 80.0))
    assert (initial, maintenance) == pytest.approx((40_000 + 2_400, 2_400))
    assert portfolio == pytest.approx(2_400)


def test_the_account_counts_it_at_market_value_and_it_moves_with_nothing() -> None:
    rows = [
        HEADINGS,
        treasury(100_000, "2027-02-05", 99.0),
        ["XYZ", "stock", 100, None, 50.0, None],
        ["USD", "cash", -1_500, None, None, None],
    ]
    account = {r[0]: r[2] for r in udfs.MARGIN_ACCOUNT(rows, None, SETTINGS)[1:]}
    assert account["account value"] == pytest.approx(99_000 + 5_000 - 1_500)
    assert account["long market value"] == pytest.approx(104_000)
    assert account["strategy requirement"] == pytest.approx(990 + 1_250)
    assert account["portfolio requirement"] == pytest.approx(990 + 750)
    assert account["strategy move down"] == account["portfolio move down"] == "none"
    stress = udfs.PM_STRESS(rows, None, SETTINGS, None, [[-0.10]], [[0.0]], False)
    assert stress[-1][-1] == pytest.approx(-500)


def test_bought_on_credit_it_needs_no_least_equity() -> None:
    rows = [
        HEADINGS,
        treasury(100_000, "2027-02-05", 99.0),
        ["USD", "cash", -97_900, None, None, None],
    ]
    account = {r[0]: r[2] for r in udfs.MARGIN_ACCOUNT(rows, None, SETTINGS)[1:]}
    assert account["minimum equity"] == 0


def test_a_cash_account_pays_in_full() -> None:
    rows = [HEADINGS, treasury(100_000, "2027-02-05", 99.0)]
    settings = [*SETTINGS, ["account_type", "cash"]]
    assert udfs.REGT_MAINTENANCE(rows, None, settings) == pytest.approx(99_000)


def test_its_line_names_principal_rate_and_paragraph() -> None:
    rows = [HEADINGS, treasury(100_000, "2027-02-05", 99.0)]
    found = udfs.REGT_STRATEGIES(rows, None, SETTINGS)
    line = dict(zip(*found, strict=True))
    assert (line["strategy"], line["quantity"]) == ("Long Treasury securities", 100_000)
    assert (line["how"], line["rule"]) == ("1% of 99,000", "FINRA 4210(e)(2)(A)")


@pytest.mark.parametrize(
    ("row", "column", "kind"),
    [
        (treasury(1_000, "", 99.0), "expiration", "the day the security"),
        (treasury(1_000, "2026-11-20", 99.0), "expiration", "what has matured is cash"),
        (treasury(1_000, "2027-11-20", 0.99), "price", "dollars per 100"),
    ],
)
def test_what_is_wrong_with_a_treasury_is_refused(row: list[Any], column: str, kind: str) -> None:
    row = [cell or None for cell in row]
    answer = udfs.REGT_MAINTENANCE([HEADINGS, row], None, SETTINGS)
    assert_refused(answer, ("positions", 2, column), kind)


def test_the_market_to_fill_in_has_no_row_for_it() -> None:
    rows = [HEADINGS, treasury(1_000, "2027-11-20", 99.0), ["XYZ", "stock", 1, None, 50.0, None]]
    assert [row[0] for row in udfs.XLM_MARKET(rows)] == ["symbol", "XYZ"]


def test_the_class_without_a_maturity_is_refused() -> None:
    rows = [HEADINGS, ["UST", "stock", 1_000, None, 99.0, None]]
    market = [["symbol", "price", "class"], ["UST", 99.0, "treasury"]]
    answer = udfs.REGT_MAINTENANCE(rows, market, SETTINGS)
    assert "wanted treasury, with its maturity" in answer


@pytest.mark.parametrize(
    ("class_", "price", "quantity", "expected"),
    [
        # 91,500 of a fund of bills: 7% by strategy, as an equity fund by risk
        ("etf_exempt", 91.5, 1_000, (6_405, 6_405, 13_725)),
        # sold short it counts as stock
        ("etf_exempt", 91.5, -1_000, (91_500 + 45_750, 27_450, 13_725)),
        ("money_market", 1.0, 100_000, (1_000, 1_000, 1_000)),
        ("money_market", 0.99, 100_000, (49_500, 49_500, 49_500)),
    ],
)
def test_funds_by_their_stated_class(
    class_: str, price: float, quantity: float, expected: tuple[float, ...]
) -> None:
    market = [["symbol", "price", "class"], ["FND", price, class_]]
    row = ["FND", "stock", quantity, None, price, None]
    assert answers(row, market) == pytest.approx(expected)


def test_a_leveraged_fund_of_exempted_securities_multiplies_its_rate() -> None:
    market = [["symbol", "price", "class", "leverage"], ["FND", 50.0, "etf_exempt", -2]]
    initial, maintenance, _ = answers(["FND", "stock", 100, None, 50.0, None], market)
    assert (initial, maintenance) == pytest.approx((2 * 0.07 * 5_000, 700))


def test_a_fund_known_by_its_name_alone_keeps_the_rate_of_stock_and_says_so() -> None:
    rows = [HEADINGS, ["BIL", "stock", 1_000, None, 91.5, None]]
    assert udfs.REGT_MAINTENANCE(rows, None, SETTINGS) == pytest.approx(22_875)
    notes = " ".join(str(cell) for line in udfs.XLM_CHECK(rows, None, SETTINGS) for cell in line)
    assert "BIL: class etf_exempt, if stated, would give strategy-based maintenance" in notes
    assert "of 6,405 instead of 22,875 on it; no list seen confirms it" in notes
    every = [*SETTINGS, ["known_underlyings", "all"]]
    assert udfs.REGT_MAINTENANCE(rows, None, every) == pytest.approx(6_405)


def test_a_listed_money_market_fund_is_known() -> None:
    rows = [HEADINGS, ["AAFXX", "stock", 100_000, None, 1.0, None]]
    assert udfs.REGT_MAINTENANCE(rows, None, SETTINGS) == pytest.approx(1_000)
    assert udfs.PM_REQUIREMENT(rows, None, SETTINGS) == pytest.approx(1_000)


STRIP = ["912833XX1", "treasury", 1_000_000]
"""Principal of 1,000,000; what follows are maturity, price, account and coupon."""


def with_coupon(matures: str, price: float, coupon: Any) -> tuple[Range, None, Range]:
    return [[*HEADINGS, "coupon"], [*STRIP, matures, price, None, coupon]], None, SETTINGS


@pytest.mark.parametrize(
    ("matures", "price", "coupon", "expected"),
    [
        # 25 years at 30: 6% of 300,000 is 18,000, 3% of principal 30,000
        ("2051-11-20", 30.0, 0, 30_000),
        ("2051-11-20", 30.0, "0%", 30_000),
        ("2051-11-20", 30.0, None, 30_000),
        ("2051-11-20", 30.0, "4.25%", 18_000),
        ("2051-11-20", 30.0, 4.25, 18_000),
        # at 60 its 6% is the more
        ("2051-11-20", 60.0, 0, 36_000),
        # five years at 70: 4% of 700,000 is 28,000; a day less: 3% of it, whatever it pays
        ("2031-11-20", 70.0, 0, 30_000),
        ("2031-11-19", 70.0, 0, 21_000),
    ],
)
def test_a_long_zero_coupon_bond_asks_a_share_of_principal(
    matures: str, price: float, coupon: Any, expected: float
) -> None:
    book = with_coupon(matures, price, coupon)
    for function in (udfs.REGT_INITIAL, udfs.REGT_MAINTENANCE, udfs.PM_REQUIREMENT):
        assert function(*book) == pytest.approx(expected)


def test_a_zero_coupon_bond_sold_short() -> None:
    rows, _, settings = with_coupon("2051-11-20", 30.0, 0)
    rows[1][2] = -1_000_000
    assert udfs.REGT_MAINTENANCE(rows, None, settings) == pytest.approx(30_000)
    assert udfs.REGT_INITIAL(rows, None, settings) == pytest.approx(330_000)


def test_the_worksheet_of_a_zero_coupon_bond() -> None:
    told = str(udfs.XLM_EXPLAIN(*with_coupon("2051-11-20", 30.0, 0), regime="maintenance"))
    assert "3% of principal 1,000,000, the least" in told
    told = str(udfs.XLM_EXPLAIN(*with_coupon("2051-11-20", 60.0, 0), regime="maintenance"))
    assert "6% of 600,000" in told


def test_a_coupon_that_is_not_stated_is_noted_where_it_counts() -> None:
    def notes(*book: Any) -> list[Any]:
        return [row for row in udfs.XLM_CHECK(*book) if row[3] == "coupon"]

    text = "taken for a zero coupon bond: a coupon above 0 would require less"
    expected = [["note", "positions", 2.0, "coupon", text, ""]]
    assert notes(*with_coupon("2051-11-20", 30.0, None)) == expected
    assert not notes(*with_coupon("2051-11-20", 60.0, None))
    assert not notes(*with_coupon("2051-11-20", 30.0, 0))


def test_a_treasury_of_the_market_that_nobody_holds_changes_nothing() -> None:
    """Its maturity stands in no row: a market of many books lists what one of them holds."""
    market: Range = [["symbol", "price", "class"], ["912797AB1", 99.0, "treasury"]]
    market.append(["XYZ", 50.0, "stock"])
    held: Range = [["symbol", "type", "quantity"], ["XYZ", "stock", 100], ["USD", "cash", 0]]
    assert udfs.REGT_MAINTENANCE(held, market, SETTINGS) == pytest.approx(1_250)  # 25% of 5,000
    assert udfs.PM_REQUIREMENT(held, market, SETTINGS) == pytest.approx(750)  # 15% of 5,000
    assert not [row for row in udfs.XLM_CHECK(held, market, SETTINGS) if row[3] == "coupon"]


def test_coupons_that_nobody_can_read_are_refused() -> None:
    answer = udfs.REGT_MAINTENANCE(*with_coupon("2051-11-20", 30.0, "fixed"))
    assert_refused(answer, ("positions", 2, "coupon"), "what it pays")
    rows, _, settings = with_coupon("2051-11-20", 30.0, 0)
    rows.append([*rows[1][:-1], 4.0])
    answer = udfs.REGT_MAINTENANCE(rows, None, settings)
    assert_refused(answer, ("positions", 3, "coupon"), "one coupon")
