"""Levels and deficits against sums made by hand from the maintenance rules."""

from __future__ import annotations

from typing import Any

import pytest

from tests.intraday.answers import (
    MARGIN,
    MARKET,
    PORTFOLIO,
    STOCK,
    cash,
    deficit,
    levels,
    of_kind,
    rows,
)

TIMED = ["time", *STOCK]
OPTIONS = ["time", *STOCK, "strike", "expiration"]


def test_stock_bought_and_sold() -> None:
    # 5,000 of stock on 2,000 of cash: equity 2,000, asked 25% of 5,000
    found = rows(
        [TIMED, ["10:00", "XYZ", "stock", 100, 50], ["11:00", "XYZ", "stock", -100, 50]],
        cash(2_000),
    )
    assert levels(found) == [2_000, 2_000 - 1_250, 2_000]
    assert [row["reducing"] for row in of_kind(found, "transaction")] == ["yes", "no"]
    assert deficit(found) == 0


def test_a_sale_later_on_the_day_does_not_undo_the_deficit() -> None:
    # 10,000 of stock on 2,000: asked 2,500
    found = rows(
        [TIMED, ["10:00", "XYZ", "stock", 200, 50], ["11:00", "XYZ", "stock", -200, 50]],
        cash(2_000),
    )
    assert levels(found) == [2_000, -500, 2_000]
    assert [row["deficit"] for row in of_kind(found, "transaction")] == [500, 500]
    assert deficit(found) == 500


def test_short_sale() -> None:
    # credit 5,000 + 2,000 less 5,000 of short stock: equity 2,000; asked 30% of 5,000
    found = rows([STOCK, ["XYZ", "stock", -100, 50]], cash(2_000))
    assert levels(found) == [2_000, 500]


def test_a_trade_away_from_the_market_gains_or_loses_at_once_and_so_do_fees() -> None:
    # bought at 52 what is worth 50, fee 7: equity 2,000 - 200 - 7; asked 1,250
    found = rows([[*STOCK, "fee"], ["XYZ", "stock", 100, 52, 7]], cash(2_000))
    assert levels(found) == [2_000, 543]
    assert of_kind(found, "transaction")[0]["change"] == -1_457


@pytest.mark.parametrize(("first", "lowest"), [(0, 1_000), (1, 1_900)])
def test_an_option_spread_legged_in_two_orders(first: int, lowest: int) -> None:
    # short call at the money: 20% of 5,000 and its value of 200, beside equity of 2,000 + 200
    # long call alone: 100 paid, no value, no requirement
    # the spread: at most 500 to lose and 100 received net: 2,000 + 200 - 100 less 500
    short = ["XYZ", "call", -1, 2.0, 50, "2026-12-18"]
    long = ["XYZ", "call", 1, 1.0, 55, "2026-12-18"]
    legs = [short, long] if first == 0 else [long, short]
    activity = [OPTIONS, ["10:00", *legs[0]], ["10:05", *legs[1]]]
    assert levels(rows(activity, cash(2_000))) == [2_000, lowest, 1_600]
    # the worst order is the short leg first, wherever it stands
    untimed = [row[1:] for row in activity]
    assert levels(rows(untimed, cash(2_000))) == [2_000, 1_000, 1_600]


def test_a_withdrawal_reduces_and_a_deposit_does_not() -> None:
    moved = [
        ["9:45", "", "withdrawal", 2_300, None],
        ["15:59:30", "USD", "deposit", 400, None],
        ["15:59:45", "USD", "deposit", 0.5, None],
    ]
    found = rows([TIMED, *moved], cash(2_000))
    assert levels(found) == [2_000, -300, 100, 100.5]
    assert [row["reducing"] for row in of_kind(found, "transaction")] == ["yes", "no", "no"]
    assert deficit(found) == 300
    texts = [row["transaction"] for row in of_kind(found, "transaction")]
    assert texts == [
        "row 2, 09:45: withdrawal of 2,300.00",
        "row 3, 15:59:30: deposit of 400.00",
        "row 4, 15:59:45: deposit of 0.50",
    ]


def test_a_level_below_zero_at_the_opening_is_no_intraday_deficit() -> None:
    # debit 4,000 on 5,000 of stock: equity 1,000, asked 1,250; selling half asks 625
    held = [
        ["symbol", "type", "quantity", "price"],
        ["XYZ", "stock", 100, 50],
        ["USD", "cash", -4_000, None],
    ]
    found = rows([STOCK, ["XYZ", "stock", -50, 50]], held)
    assert levels(found) == [-250, 375]
    assert deficit(found) == 0
    # a fee-laden purchase from there counts with all that is below zero: 6,000 of stock asks 1,500
    found = rows([[*STOCK, "fee"], ["XYZ", "stock", 20, 50, 3]], held)
    assert levels(found) == pytest.approx([-250, -503])
    assert deficit(found) == pytest.approx(503)


def test_portfolio_margin_counts_with_its_own_equity_and_requirement() -> None:
    # 15% of 5,000; a short call bought back at its mark leaves nothing
    found = rows([STOCK, ["XYZ", "stock", 100, 50]], cash(2_000), PORTFOLIO)
    assert levels(found) == pytest.approx([2_000, 1_250])


def test_accounts_and_days_follow_one_another() -> None:
    held = [
        ["symbol", "type", "quantity", "account"],
        ["USD", "cash", 2_000, "one"],
        ["USD", "cash", 100, "two"],
    ]
    activity = [
        ["date", "time", *STOCK, "account"],
        ["2026-11-19", 0.5, "XYZ", "stock", -200, 50, "one"],
        ["2026-11-18", 0.5, "XYZ", "stock", 200, 50, "one"],
        ["2026-11-18", 0.5, "ABC", "stock", 100, 20, "two"],
    ]
    found = rows(activity, held)
    one = [row for row in found if row["account"] == "one"]
    assert levels(one) == [2_000, -500, -500, 2_000]
    two = [row for row in found if row["account"] == "two"]
    assert levels(two) == [100, 100 - 500]
    totals = [row for row in found if row["account"] == "total"]
    assert [(row["kind"], row["deficit"]) for row in totals] == [
        ("largest deficit", 500 + 400),
        ("largest deficit", 0),
    ]


def test_rows_of_equal_time_are_of_unknown_order() -> None:
    # bought first 10,000 of stock require 2,500; sold short first, 3,000
    trades = [[0.5, "XYZ", "stock", 200, 50], [0.5, "XYZ", "stock", -200, 50]]
    for pair in (trades, trades[::-1]):
        found = rows([TIMED, *pair], cash(2_000))
        assert levels(found) == [2_000, -1_000, 2_000]
        assert of_kind(found, "largest deficit")[0]["transaction"] == "worst order of all"
    # a second apart their order is known
    trades[1][0] += 1 / 86_400
    assert levels(rows([TIMED, *trades], cash(2_000))) == [2_000, -500, 2_000]


def test_each_time_is_searched_from_what_the_times_before_left() -> None:
    # 100 held at ten; at eleven 100 sold and 100 sold again, 100 bought at noon and 100 more:
    # lowest after both sales, 30% of 5,000 short; at noon both purchases, 25% of 5,000
    made = [(10, 100), (11, -100), (11, -100), (12, 100), (12, 100)]
    activity = [TIMED, *([f"{h}:00", "XYZ", "stock", q, 50] for h, q in made)]
    found = rows(activity, cash(2_000))
    assert levels(found) == [2_000, 750, 2_000, 500, 2_000, 750]
    # without times the three purchases come first: 25% of 15,000
    untimed = [row[1:] for row in activity]
    assert min(levels(rows(untimed, cash(2_000)))) == 2_000 - 3_750


def test_an_option_has_the_price_of_the_positions_else_its_mark_else_the_latest_trade() -> None:
    # a long call has no value by strategy but all of it in portfolio margin: its price shows there
    call = ["XYZ", "call", 1, 50, "2026-12-18"]
    headings = ["symbol", "type", "quantity", "strike", "expiration", "price"]
    money = ["USD", "cash", 1_000, None, None, None]

    def equity_gained(positions: list[list[Any]], *activity: Any) -> float:
        found = rows([["time", *headings, "mark"], *activity], positions, PORTFOLIO, MARKET)
        first, *_, last = levels(found)
        return last - first

    without = [headings, money]
    at_two = equity_gained(without, [0.4, *call, 2.0, None])
    # bought at 1 and worth 2: 100 more than bought at 2
    assert equity_gained(without, [0.4, *call, 1.0, 2.0]) == pytest.approx(at_two + 100)
    # the latest trade, at 2, prices the first, which cost 1: two calls, one of them at a gain
    both = equity_gained(without, [0.5, *call, 2.0, None], [0.4, *call, 1.0, None])
    assert both == pytest.approx(2 * at_two + 100)
    # a market price counts before a later trade's
    marked = equity_gained(without, [0.4, *call, 1.0, 2.0], [0.5, *call, 3.0, None])
    assert marked == pytest.approx(2 * at_two + 100 - 100)
    # the positions say 2, whatever the trade's own mark
    held = [headings, money, [*call, 2.0]]
    one_more = equity_gained(held, [0.4, *call, 1.0, 9.0])
    assert one_more == pytest.approx(at_two + 100)


def test_cash_may_be_a_setting() -> None:
    held = [["symbol", "type", "quantity", "price"], ["XYZ", "stock", 10, 50]]
    found = rows([STOCK, ["XYZ", "stock", -10, 50]], held, [*MARGIN, ["cash", 1_000]])
    assert levels(found) == [1_500 - 125, 1_500]
