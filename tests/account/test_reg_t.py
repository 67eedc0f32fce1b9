"""Reg T excess, SMA and buying power, against the reference examples and sums made by hand."""

import pytest

from tests.account.accounts import HEADINGS, MARGIN, cash, option, stock, totals
from xlmargin import udfs


def test_long_stock_with_excess() -> None:
    # LMV 12,000, debit 5,000: equity 7,000, half of the value 6,000, SMA 1,000
    found = totals(stock(100, 120), cash(-5_000))
    assert found["Reg T requirement"] == pytest.approx(6_000)
    assert found["Reg T excess"] == pytest.approx(1_000)
    assert found["SMA"] == pytest.approx(1_000)
    assert found["stock buying power"] == pytest.approx(2_000)  # 1,000 / 50%
    assert found["option buying power"] == pytest.approx(1_000)
    # equity 7,000 less 15% of 12,000, at 15%
    assert found["portfolio buying power"] == pytest.approx(5_200 / 0.15)


def test_restricted_account() -> None:
    # LMV 7,000, debit 4,000: equity 3,000, excess -500
    found = totals(stock(100, 70), cash(-4_000))
    assert found["strategy equity"] == pytest.approx(3_000)
    assert found["Reg T excess"] == pytest.approx(-500)
    assert found["SMA"] == 0
    assert (found["stock buying power"], found["option buying power"]) == (0, 0)


def test_a_stated_balance_outlasts_a_fall_unless_a_setting_says_otherwise() -> None:
    fallen = (stock(100, 70), cash(-4_000))
    found = totals(*fallen, settings=[["sma", 800]])
    assert found["SMA"] == 800
    assert found["stock buying power"] == pytest.approx(1_600)
    assert found["option buying power"] == pytest.approx(800)
    cut = totals(*fallen, settings=[["sma", 800], ["sma_outlasts_falls", False]])
    assert (cut["SMA"], cut["stock buying power"]) == (0, 0)


def test_the_balance_may_not_break_maintenance_or_the_least_equity() -> None:
    # equity 3,000, maintenance excess 3,000 - 1,750 = 1,250, above the least equity 1,000
    found = totals(stock(100, 70), cash(-4_000), settings=[["sma", 9_000]])
    assert found["option buying power"] == pytest.approx(1_000)
    assert found["stock buying power"] == pytest.approx(1_250 / 0.25)
    # equity 4,000: 1,600 over maintenance of 2,400, less than the 2,000 above the least equity
    found = totals(stock(120, 80), cash(-5_600), settings=[["sma", 9_000]])
    assert found["option buying power"] == pytest.approx(1_600)


@pytest.mark.parametrize(("debit", "bought"), [(5_000.0, True), (5_000.01, False)])
def test_nothing_is_bought_on_margin_below_the_least_equity(debit: float, bought: bool) -> None:
    found = totals(stock(100, 70), cash(-debit), settings=[["sma", 500]])
    assert found["strategy equity"] == pytest.approx(7_000 - debit)
    assert (found["stock buying power"] > 0) is bought


@pytest.mark.parametrize(
    ("debit", "bought"),
    [(1_000.0, 1_000.0), (999.5, 1_001.0), (1_000.01, 0.0)],  # twice the excess over 1,500
)
def test_a_purchase_on_margin_leaves_the_least_equity_as_it_is(debit: float, bought: float) -> None:
    found = totals(stock(100, 30), cash(-debit))
    assert found["stock buying power"] == pytest.approx(bought)


def test_a_debit_below_the_least_equity_buys_nothing() -> None:
    found = totals(stock(100, 15), cash(-1))  # equity 1,499, excess 749
    assert found["SMA"] == pytest.approx(749)
    assert (found["stock buying power"], found["option buying power"]) == (0, 0)


def test_a_maintenance_deficiency_buys_nothing() -> None:
    # equity 100 against 25% of 7,000, whatever balance is stated
    found = totals(stock(100, 70), cash(-6_900), settings=[["sma", 500]])
    assert (found["stock buying power"], found["option buying power"]) == (0, 0)


def test_a_house_that_asks_more_than_reg_t_to_keep_asks_it_first() -> None:
    settings = [["long_stock_maintenance_rate", 0.75]]
    found = totals(cash(3_000), settings=settings)
    assert found["stock buying power"] == pytest.approx(3_000 / 0.75)


def test_cash_beside_a_short_option_is_not_free() -> None:
    market = [["symbol", "price"], ["XYZ", 100]]
    short = option("put", -1, 60, 0.05)  # worth 5, which is owed
    found = totals(short, cash(2_004), market=market)
    assert found["SMA"] > 0
    assert found["stock buying power"] == found["option buying power"] == 0
    assert totals(short, cash(2_005), market=market)["stock buying power"] > 0


def test_free_cash_buys_what_is_then_paid_in_full() -> None:
    found = totals(cash(1_500))
    assert found["stock buying power"] == 1_500
    assert found["option buying power"] == 1_500
    found = totals(cash(2_000))
    assert found["stock buying power"] == 4_000


def test_covering_stock_counts_at_no_more_than_the_strike() -> None:
    # 220.4(b)(4)(ii): half of 100 and the 20 above it; the option is not deducted from equity
    found = totals(stock(100, 120), option("call", -1, 100, 21.0), cash(0))
    assert found["Reg T requirement"] == pytest.approx(5_000 + 2_000)
    assert found["Reg T excess"] == pytest.approx(5_000)
    # at the money and above nothing is written down
    found = totals(stock(100, 100), option("call", -1, 100, 3.0), cash(0))
    assert found["Reg T requirement"] == pytest.approx(5_000)


def test_a_collar_writes_the_stock_down_too() -> None:
    rows = stock(100, 120), option("call", -1, 100, 21.0), option("put", 1, 90, 0.1), cash(0)
    assert totals(*rows)["Reg T requirement"] == pytest.approx(7_000)


def test_a_fund_that_covers_index_calls_is_written_down_in_their_proportion() -> None:
    # the index at 1,000 and its call at 900: each share of 100 counts at 90
    market = [
        ["symbol", "price", "class", "class_group"],
        ["IDX", 1_000, "index_broad", "IDX"],
        ["FND", 100, "etf_broad", "IDX"],
    ]
    call = ["IDX", "call", -1, 900, "2026-12-18", 108.0, ""]
    found = totals(stock(1_000, 100, "FND"), call, cash(0), market=market)
    assert found["Reg T requirement"] == pytest.approx(0.5 * 90_000 + 10_000)


def test_a_covered_put_is_asked_its_loss() -> None:
    # 220.4(b)(4)(i): half of 4,000 on top of the short stock, and 5 in the money
    found = totals(stock(-100, 40), option("put", -1, 45, 6.0), cash(10_000))
    assert found["Reg T requirement"] == pytest.approx(2_500)
    assert found["Reg T excess"] == pytest.approx(3_500)
    rows = (option("call", 1, 45, 0.5), option("put", -1, 45, 6.0))
    assert totals(stock(-100, 40), *rows, cash(10_000))["Reg T excess"] == pytest.approx(3_500)


def test_both_books_agree_on_options() -> None:
    # put credit spread of width 5, short at 7.80, long at 6.40: 500 beside cash, options uncounted
    market = [["symbol", "price"], ["XYZ", 100]]
    rows = option("put", -1, 105, 7.8), option("put", 1, 100, 6.4)
    found = totals(*rows, cash(500), market=market)
    assert found["strategy equity"] == 500
    assert found["Reg T requirement"] == pytest.approx(500)
    # short call at 8 on 100: 20% of 10,000 and 800, with the value inside
    found = totals(option("call", -1, 100, 8.0), cash(2_800), market=market)
    assert found["Reg T requirement"] == pytest.approx(2_800)
    assert found["Reg T excess"] == pytest.approx(0, abs=1e-9)
    # more than nine months: three quarters of 900 asked, all of it in the equity
    lasting = option("call", 1, 100, 9.0, expiration="2027-12-17")
    found = totals(lasting, cash(0), market=market)
    assert found["Reg T requirement"] == pytest.approx(675)
    assert found["Reg T excess"] == pytest.approx(225)


def test_what_was_paid_does_not_count() -> None:
    now = totals(stock(100, 120), cash(-5_000))
    bought_at_10 = [*stock(100, 120), 10.0]
    rows = udfs.MARGIN_ACCOUNT([[*HEADINGS, "cost"], bought_at_10, cash(-5_000)], None, MARGIN)
    assert {row[0]: row[2] for row in rows[1:]}["Reg T excess"] == now["Reg T excess"]


@pytest.mark.parametrize(
    ("price", "deposit"),
    [(15, 1_500), (30, 2_000), (50, 2_500)],  # 4210(b)(4); half of the price above 40
)
def test_first_trade(price: int, deposit: int) -> None:
    def may_stay(dollars: float) -> bool:
        found = totals(stock(100, price), cash(dollars - 100 * price))
        enough = found["minimum equity deficiency"] < 0.005
        return enough and found["Reg T excess"] > -0.005

    assert may_stay(deposit)
    assert not may_stay(deposit - 0.01)
