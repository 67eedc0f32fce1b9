"""The answer in the cell: its rows, houses, least equities, calls, cash accounts, refusals."""

from __future__ import annotations

from typing import Any

import pytest

from tests.account.accounts import AS_OF, HEADINGS, MARGIN, answered, cash, option, stock, totals
from xlmargin import udfs
from xlmargin.excel.worksheet_function import REGISTRY
from xlmargin.samples import family_office_book

# later rows are only ever appended
ROWS = [
    ("account value", "$"),
    ("cash", "$"),
    ("long market value", "$"),
    ("short market value", "$"),
    ("long option value", "$"),
    ("short option value", "$"),
    ("option value", "$"),
    ("strategy equity", "$"),
    ("Reg T requirement", "$"),
    ("Reg T excess", "$"),
    ("strategy requirement", "$"),
    ("strategy excess", "$"),
    ("strategy requirement, rule alone", "$"),
    ("portfolio equity", "$"),
    ("portfolio requirement", "$"),
    ("portfolio excess", "$"),
    ("portfolio requirement, rule alone", "$"),
    ("portfolio requirement / account value", "fraction"),
    ("SMA", "$"),
    ("stock buying power", "$"),
    ("option buying power", "$"),
    ("portfolio buying power", "$"),
    ("leverage", "fraction"),
    ("strategy cushion", "fraction"),
    ("strategy move down", "fraction"),
    ("strategy move up", "fraction"),
    ("portfolio cushion", "fraction"),
    ("portfolio move down", "fraction"),
    ("portfolio move up", "fraction"),
    ("minimum equity", "$"),
    ("minimum equity deficiency", "$"),
    ("portfolio minimum equity", "$"),
    ("portfolio minimum equity deficiency", "$"),
    ("portfolio minimum equity due", "date"),
    ("strategy margin call", "$"),
    ("strategy call due", "date"),
    ("portfolio margin call", "$"),
    ("portfolio call due", "date"),
    ("account type", "text"),
    ("value added by long European boxes", "$"),
]
CASH = ["account_type", "cash"]
DEC_14, NOV_25 = 46_370.0, 46_351.0
"""15 and 3 business days after Friday 20 November 2026, with Thanksgiving on the 26th."""


@pytest.mark.parametrize("kind", ["margin", "portfolio", "cash"])
def test_rows_stand_in_their_order(kind: str) -> None:
    rows = udfs.MARGIN_ACCOUNT(
        [HEADINGS, stock(100, 120), cash(500)], None, [AS_OF, ["account_type", kind]]
    )
    assert rows[0] == ["figure", "unit", "total", "rule"]
    assert [tuple(row[:2]) for row in rows[1:]] == ROWS
    assert rows[-2][2] == kind
    assert all(row[3] for row in rows)


def test_values_of_a_mixed_account() -> None:
    rows = stock(100, 50), stock(-200, 10, "ABC"), option("call", -2, 55, 1.5)
    found = totals(*rows, option("put", 1, 45, 0.8), cash(4_000))
    assert found["account value"] == pytest.approx(4_000 + 5_000 - 2_000 - 300 + 80)
    assert found["long market value"] == 5_000
    assert found["short market value"] == 2_000
    assert found["long option value"] == pytest.approx(80)
    assert found["short option value"] == pytest.approx(300)
    assert found["option value"] == pytest.approx(-220)
    assert found["strategy equity"] == 7_000
    assert found["leverage"] == pytest.approx((5_000 + 2_000 + 300 + 80) / 6_780)
    assert found["strategy cushion"] == pytest.approx(found["strategy excess"] / 6_780)
    assert found["portfolio cushion"] == pytest.approx(found["portfolio excess"] / 6_780)


def test_figures_are_those_of_the_other_functions() -> None:
    book = family_office_book()
    ranges = (book.positions, book.market, book.settings, book.dividends)
    found = {row[0]: row[2] for row in udfs.MARGIN_ACCOUNT(*ranges)[1:]}
    at_present = udfs.PM_PATH(*ranges, 0, False)[0]
    assert found["account value"] == pytest.approx(at_present[1])
    assert found["portfolio requirement"] == pytest.approx(udfs.PM_REQUIREMENT(*ranges))
    assert found["portfolio excess"] == pytest.approx(at_present[3])
    assert found["portfolio requirement / account value"] == pytest.approx(at_present[4])
    assert found["strategy requirement"] == pytest.approx(udfs.REGT_MAINTENANCE(*ranges))


@pytest.mark.parametrize("times", [2, 7])
def test_twice_everything_is_twice_every_dollar_and_the_same_fractions(times: int) -> None:
    rows = [
        stock(1_000, 100),
        option("call", -10, 105, 2.0),
        option("put", 5, 95, 1.5),
        option("put", -8, 90, 0.7),
        stock(-300, 40, "ABC"),
        cash(-40_000),
    ]
    many = [[*row[:2], times * row[2], *row[3:]] for row in rows]
    once, often = totals(*rows), totals(*many)
    assert once["strategy move down"] < 0
    assert once["portfolio move down"] < 0
    for name, unit in ROWS:
        if name.startswith("portfolio minimum equity"):  # 100,000 at least, for however much
            continue
        if isinstance(once[name], str) or name == "minimum equity":  # 2,000 for however much
            assert often[name] == once[name]
        else:
            factor = times if unit == "$" else 1
            assert often[name] == pytest.approx(factor * once[name], rel=1e-8), name


def test_a_house_and_a_setting_stand_beside_the_rule_alone() -> None:
    rows = stock(100, 120), cash(-5_000)
    found = totals(*rows, settings=[["house", "tastytrade_calm"]])
    assert found["portfolio requirement"] == pytest.approx(0.20 * 12_000)
    assert found["portfolio requirement, rule alone"] == pytest.approx(0.15 * 12_000)
    assert found["portfolio buying power"] == pytest.approx((7_000 - 2_400) / 0.20)
    found = totals(*rows, settings=[["long stock maintenance rate", 0.40]])
    assert found["strategy requirement"] == pytest.approx(0.40 * 12_000)
    assert found["strategy requirement, rule alone"] == pytest.approx(0.25 * 12_000)
    assert found["stock buying power"] == pytest.approx(2_000)
    assert found["strategy move down"] == pytest.approx(5_000 / 0.60 / 12_000 - 1, abs=1e-9)


@pytest.mark.parametrize(
    ("rows", "least"),
    [
        ((stock(100, 50), cash(-1)), 2_000),
        ((stock(100, 19.99), cash(-1)), 1_999),  # never more cash than what is bought costs
        ((stock(100, 50), cash(0)), 0),  # paid for: no margin transaction
        ((stock(-1, 50), cash(500)), 2_000),
        ((stock(1, 50), option("call", -1, 60, 0.1), cash(500)), 2_000),
    ],
)
def test_least_equity(rows: tuple[list[Any], ...], least: int) -> None:
    assert totals(*rows)["minimum equity"] == pytest.approx(least)


def test_least_equity_is_no_more_than_was_paid() -> None:
    rows = [[*HEADINGS, "cost"], [*stock(100, 50), 10.0], [*cash(-1), None]]
    found = {row[0]: row[2] for row in udfs.MARGIN_ACCOUNT(rows, None, MARGIN)[1:]}
    assert found["minimum equity"] == 1_000


@pytest.mark.parametrize(("equity", "missing"), [(2_000, 0.0), (1_999.99, 0.01)])
def test_both_sides_of_the_least_equity(equity: float, missing: float) -> None:
    found = totals(stock(100, 50), cash(equity - 5_000))
    assert found["minimum equity deficiency"] == pytest.approx(missing, abs=1e-6)
    found = totals(
        stock(100, 50), cash(equity - 5_000), settings=[["margin_minimum_equity", 3_000]]
    )
    assert found["minimum equity deficiency"] == pytest.approx(1_000 + missing)


def test_what_options_bring_in_does_not_make_the_least_equity() -> None:
    # 4210(a)(5) deducts what is short: 1,500 paid in and 2,000 received are 1,500 of equity
    market = [["symbol", "price"], ["XYZ", 100]]
    short = option("put", -1, 95, 20.0)
    found = totals(short, cash(3_500), market=market)
    assert found["strategy equity"] == 3_500
    assert found["minimum equity deficiency"] == pytest.approx(500)
    # 4210(f)(2)(B) gives a long option of four weeks no value: 1,500 beside it are 1,500
    held = stock(100, 50), cash(-3_500), option("call", 1, 55, 8.0)
    assert totals(*held)["minimum equity deficiency"] == pytest.approx(500)
    # one of more than nine months counts with its value of 800
    lasting = option("call", 1, 55, 8.0, expiration="2027-12-17")
    assert totals(*held[:2], lasting)["minimum equity deficiency"] == 0
    # a spread received for 140 leaves what was paid in: 500 of cash, 360 of equity
    spread = option("put", -1, 105, 7.8), option("put", 1, 100, 6.4), cash(500)
    assert totals(*spread, market=market)["minimum equity deficiency"] == pytest.approx(1_640)


@pytest.mark.parametrize(("equity", "missing"), [(100_000, 0.0), (99_999.99, 0.01)])
def test_least_equity_of_a_house_under_portfolio_margin(equity: float, missing: float) -> None:
    found = totals(stock(100, 50), cash(equity - 5_000), settings=[["house", "schwab"]])
    assert found["portfolio minimum equity"] == 100_000
    assert found["portfolio minimum equity deficiency"] == pytest.approx(missing, abs=1e-6)
    assert found["portfolio minimum equity due"] == (NOV_25 if missing else "none")


def test_a_house_that_states_no_least_equity() -> None:
    found = totals(stock(100, 50), cash(95_000))
    assert found["portfolio minimum equity"] == "not stated"
    assert found["portfolio minimum equity deficiency"] == "not stated"
    assert found["portfolio minimum equity due"] == "none"


def test_below_the_least_of_any_firm_it_is_missing_whatever_the_house_states() -> None:
    found = totals(stock(100, 50), cash(1_000))
    assert found["portfolio minimum equity"] == 100_000  # FINRA 4210 interpretation (b)(4)/034
    assert found["portfolio minimum equity deficiency"] == 94_000
    assert found["portfolio minimum equity due"] == NOV_25


def test_calls_and_when_they_are_due() -> None:
    # equity 1,000: 25% asks 1,750; 15% asks 1,050
    found = totals(stock(100, 70), cash(-6_000))
    assert found["strategy margin call"] == pytest.approx(750)
    assert found["strategy call due"] == DEC_14
    assert found["portfolio margin call"] == pytest.approx(50)
    assert found["portfolio call due"] == NOV_25
    found = totals(stock(100, 70), cash(-5_250))
    assert found["strategy margin call"] == 0
    assert found["strategy call due"] == found["portfolio call due"] == "none"


def test_the_call_of_one_account_is_no_other_s() -> None:
    rows = stock(100, 70, account="a"), cash(-6_000, "a"), cash(50_000, "b")
    found = {row[0]: row for row in answered(*rows)}
    assert found["strategy margin call"][4:] == pytest.approx([750, 0])
    assert found["strategy margin call"][2] == pytest.approx(750)
    assert found["strategy call due"][4:] == [DEC_14, "none"]
    assert found["strategy call due"][2] == DEC_14
    assert found["strategy move down"][2] == 0
    # 500 + 50,000 less requirements, over the values: fractions of the sums
    assert found["strategy cushion"][2] == pytest.approx((1_000 - 1_750 + 50_000) / 51_000)


def test_an_account_without_a_name_has_a_heading_beside_others() -> None:
    assert answered(cash(1), cash(2, "b"))[0][4:] == ["account", "b"]


def test_a_cash_account() -> None:
    settings = [AS_OF, ["account_type", "cash"]]
    rows = stock(100, 50), option("put", -1, 45, 1.0), option("call", 1, 50, 9.0), cash(6_000)
    lasting = ["XYZ", "call", 1, 50, "2027-12-17", 9.0, ""]
    answer = udfs.MARGIN_ACCOUNT([HEADINGS, *rows[:2], lasting, rows[3]], None, settings)
    found = {row[0]: row[2] for row in answer[1:]}
    # cash 6,000 and stock 5,000; the stock paid in full and 4,500 for the put; no value of options
    assert found["strategy equity"] == 11_000
    assert found["strategy requirement"] == pytest.approx(5_000 + 4_500)
    assert found["strategy excess"] == pytest.approx(1_500)
    assert found["stock buying power"] == found["option buying power"] == pytest.approx(1_500)
    for name in ("Reg T excess", "SMA", "portfolio requirement", "minimum equity"):
        assert found[name] == "not permitted"
    # the price does not matter to what is paid for
    assert found["strategy move down"] == found["strategy move up"] == "none"
    assert found["strategy call due"] == "none"
    short = udfs.MARGIN_ACCOUNT([HEADINGS, *rows[:2], cash(4_000)], None, settings)
    found = {row[0]: row[2] for row in short[1:]}
    assert found["strategy margin call"] == pytest.approx(500)
    assert found["strategy call due"] == NOV_25  # T+3: settlement of one day and two days more
    assert found["strategy move down"] == 0


def test_cash_stated_nowhere_is_refused() -> None:
    message = (
        "#XLM! settings, cash: found nothing for account b, wanted its cash (0 if none), "
        "as a row of cash or the setting cash."
    )
    rows = stock(100, 70, account="a"), cash(0, "a"), stock(100, 70, account="b")
    assert udfs.MARGIN_ACCOUNT([HEADINGS, *rows], None, MARGIN) == message
    alone = udfs.MARGIN_ACCOUNT([HEADINGS, stock(100, 70)], None, MARGIN)
    assert alone.startswith("#XLM! settings, cash: found nothing, wanted its cash (0 if none)")
    assert totals(stock(100, 70), settings=[["cash", 0]])["cash"] == 0


def test_a_balance_stated_for_several_accounts_is_refused() -> None:
    rows = stock(100, 70, account="a"), cash(0, "a"), cash(0, "b")
    answer = udfs.MARGIN_ACCOUNT([HEADINGS, *rows], None, [*MARGIN, ["sma", 100]])
    assert answer.startswith("#XLM! settings, sma: found 100.00 for 2 accounts")


def test_an_option_without_volatility_refuses_only_what_moves_it() -> None:
    market = [["symbol", "price", "marginable"], ["XYZ", 100, False]]
    deep = option("call", -1, 60, 10.0)  # below its value without volatility
    found = totals(deep, cash(50_000), market=market)
    moves = [
        f"{regime} move {way}" for regime in ("strategy", "portfolio") for way in ("down", "up")
    ]
    for figure, amount in found.items():
        refused = str(amount).startswith("#XLM! positions, row 2, price: found -1 XYZ")
        assert refused is (figure in moves), figure
    assert found["strategy requirement"] == pytest.approx(1_000 + 2_000)


def test_what_portfolio_margin_refuses_is_margined_by_strategy_beside_it() -> None:
    market = [
        ["symbol", "price", "class", "class_group", "product_group"],
        ["SPX", 5_000, "index_high_cap", "SPX", "P"],
        ["SPY", 500, "etf_broad", "SPX", "P"],
        ["FND", 200, "etf_narrow", None, "P"],
    ]
    rows = stock(100, 500, "SPY"), stock(100, 200, "FND"), cash(0)
    found = totals(*rows, market=market)
    assert "product_group: found 'P'" in found["portfolio requirement"]
    assert found["strategy requirement"] == pytest.approx(0.25 * 70_000)


def test_what_a_cash_account_may_not_hold_is_refused_and_its_values_stand() -> None:
    rows = [HEADINGS, option("call", -1, 50, 2.0), cash(1_000)]
    answer = udfs.MARGIN_ACCOUNT(rows, [["symbol", "price"], ["XYZ", 50]], [*MARGIN[:2], CASH])
    found = {row[0]: row[2] for row in answer[1:]}
    assert found["account value"] == pytest.approx(800)
    assert found["strategy requirement"].startswith("#XLM! positions, row 2")


def test_a_cash_account_that_owes_buys_nothing() -> None:
    rows = [HEADINGS, stock(100, 70), cash(-100)]
    found = udfs.MARGIN_ACCOUNT(rows, None, [AS_OF, CASH])
    power = {row[0]: row[2] for row in found[1:] if row[0].endswith("buying power")}
    assert (power["stock buying power"], power["option buying power"]) == (0, 0)


def test_no_account_value_leaves_no_fraction() -> None:
    for debit in (7_000, 7_500):
        found = totals(stock(100, 70), cash(-debit))
        assert found["leverage"] == found["strategy cushion"] == "#N/A"
        assert found["strategy margin call"] == pytest.approx(1_750 + debit - 7_000)
        assert found["portfolio buying power"] == 0


def test_headers_can_be_left_out_and_the_function_is_described() -> None:
    rows = [HEADINGS, stock(100, 120), cash(-5_000)]
    whole = udfs.MARGIN_ACCOUNT(rows, None, MARGIN)
    assert udfs.MARGIN_ACCOUNT(rows, None, MARGIN, headers=False) == whole[1:]
    assert len(REGISTRY["MARGIN_ACCOUNT"].doc) <= 255
