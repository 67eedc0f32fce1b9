"""Trades that are refused, by row and column, and very many of them."""

from __future__ import annotations

import time
from typing import Any

import pytest

from tests.refusals import assert_refused
from tests.what_if.books import (
    CASH,
    JANUARY,
    MARCH,
    SETTINGS,
    SHORT_PUT,
    STOCK,
    TRADES,
    action,
    figures,
    positions,
    trades,
    what_if,
)
from xlmargin import udfs

HELD = positions(STOCK, SHORT_PUT, CASH)
PUT = ["XYZ", "put", None, 480, JANUARY]
LONG = ["XYZ", "put", 1, 470, JANUARY, 4.0]
CLOSE = action(PUT, action="close")
ROLL = action(PUT, action="roll", to_expiration=MARCH, to_price=7.0)


@pytest.mark.parametrize(
    ("rows", "row", "column", "kind"),
    [
        ([action(PUT, action="sell")], 2, "action", "trade"),
        ([PUT], 2, "quantity", "number"),
        (
            [action(["XYZ", "call", None, 480, JANUARY], action="close")],
            2,
            "symbol",
            "shares or contracts",
        ),
        ([action(["ABC", "stock"], action="close")], 2, "symbol", "shares or contracts"),
        ([action(["USD", "cash"], action="close")], 2, "symbol", "shares or contracts"),
        ([CLOSE, CLOSE], 3, "quantity", "at most 0"),
        ([CLOSE, ROLL], 3, "quantity", "at most 0"),
        ([action([*PUT[:2], 2, *PUT[3:]], action="close")], 2, "quantity", "at most 1"),
        ([action([*PUT[:2], "x", *PUT[3:]], action="close")], 2, "quantity", "number"),
        ([action(PUT, action="roll")], 2, "to_expiration", "date"),
        ([action(ROLL, to_price=None)], 2, "to_price", "price"),
        ([action(ROLL, to_price=-1)], 2, "to_price", "price"),
        ([action(ROLL, to_strike=0)], 2, "to_strike", "strike"),
        ([action(ROLL, to_expiration="2026-11-19")], 2, "to_expiration", "2026-11-20 or later"),
        (
            [action(["XYZ", "stock"], action="roll", to_expiration=MARCH)],
            2,
            "action",
            "options alone",
        ),
        ([action([*PUT[:2], 1, *PUT[3:]], to_strike=470)], 2, "to_strike", "nothing"),
        ([action([*PUT[:2], 1, *PUT[3:]], fee=-1)], 2, "fee", "fee"),
        ([[*PUT[:2], 1, *PUT[3:], 6.5, 6.4]], 2, "price", "as the position"),
        ([[*PUT[:2], 1, *PUT[3:], -6.5]], 2, "price", "price"),
        ([[*PUT[:2], 1, *PUT[3:], "x"]], 2, "price", "number"),
        ([["XYZ", "put", 1, 450, JANUARY]], 2, "price", "volatility"),
        ([["XYZ", "put", 1, 450, JANUARY, 900.0]], 2, "price", "below 450"),
        (
            [["XYZ", "put", 1, 450, JANUARY, 2.0], ["XYZ", "put", 1, 450, JANUARY, 2.1]],
            3,
            "price",
            "the mark",
        ),
        ([["QQQ", "put", 1, 450, JANUARY, 2.0]], 2, "symbol", "its price"),
        ([[*PUT[:2], 1, *PUT[3:], None, None, "other"]], 2, "account", "account"),
        ([["XYZ", "putt", 1, 480, JANUARY, 6.0]], 2, "type", "call"),
        ([["XYZ", "put", 1.5, 480, JANUARY]], 2, "quantity", "whole number"),
    ],
)
def test_refused_by_row_and_column(rows: list[list[Any]], row: int, column: str, kind: str) -> None:
    answer = what_if(HELD, trades(*rows))
    assert_refused(answer, ("trades", row, column), kind)


def test_a_trade_of_several_accounts_must_name_its_own() -> None:
    held = positions([*STOCK, None, "one"], [*SHORT_PUT, None, "two"])
    assert_refused(what_if(held, trades(CLOSE)), ("trades", 2, "account"), "one, two")
    elsewhere = action(CLOSE, account="one")
    assert_refused(what_if(held, trades(elsewhere)), ("trades", 2, "symbol"), "shares or contracts")
    assert isinstance(what_if(held, trades(action(CLOSE, account="two"))), list)


def test_what_is_closed_is_counted_by_group() -> None:
    grouped = [["group"], ["a"], ["a"], ["b"], [None]]
    rows = positions(SHORT_PUT, LONG, [*SHORT_PUT[:2], -3, *SHORT_PUT[3:]], CASH)
    held = [[*row, *more] for row, more in zip(rows, grouped, strict=True)]
    headings, *closes = trades(CLOSE, CLOSE)
    in_turn = [[*headings, "group"], [*closes[0], "a"], [*closes[1], "b"]]
    # the puts of both groups are gone, and the long put of group a is all that is left
    found = figures(what_if(held, in_turn))
    assert found["maintenance requirement"][1] == 0
    assert found["account value"][1] == 20_000 - 4 * 600 + 400
    rest_first = [[*headings, "group"], [*closes[0], None], [*closes[1], "b"]]
    assert figures(what_if(held, rest_first)) == found
    too_much = [[*headings, "group"], [*closes[0], "b"], [*closes[1], "b"]]
    assert_refused(what_if(held, too_much), ("trades", 3, "quantity"), "at most 0")


@pytest.mark.parametrize("reverse", [False, True])
def test_a_close_leaves_out_what_other_trades_close(reverse: bool) -> None:
    held = positions([*PUT[:2], 10, *PUT[3:], 6.0], CASH)
    sold, three = [*PUT[:2], -5, *PUT[3:]], action([*PUT[:2], 3, *PUT[3:]], action="close")
    rows = [CLOSE, three, sold]
    found = figures(what_if(held, trades(*(rows[::-1] if reverse else rows))))
    assert found["portfolio requirement"][1] == 0  # nothing is left, and nothing is short
    six = action([*PUT[:2], 6, *PUT[3:]], action="close")
    answer = what_if(held, trades(*([sold, six] if reverse else [six, sold])))
    row = 3 if reverse else 2
    assert_refused(answer, ("trades", row, "quantity"), "at most 5, left of the +10 held")


def grouped(rows: list[list[Any]], groups: list[Any]) -> list[list[Any]]:
    return [
        [*row, *more] for row, more in zip(rows, [["group"], *([g] for g in groups)], strict=True)
    ]


@pytest.mark.parametrize("order", [1, -1])
def test_trades_that_name_a_group_close_in_it_whatever_their_order(order: int) -> None:
    put = [*PUT[:2], 5, *PUT[3:], 6.0]
    held = grouped(positions(put, put, CASH), ["a", None, None])
    sold = [*PUT[:2], -5, *PUT[3:]]
    traded = grouped(trades(sold, sold), ["a", None][::order])
    # both rows are sold, and no put is short
    assert figures(what_if(held, traded))["portfolio requirement"][1] == 0


@pytest.mark.parametrize("order", [1, -1])
def test_a_trade_without_a_group_nets_with_one_that_opens_in_a_group(order: int) -> None:
    bought, sold = ["ABC", "stock", 500], ["ABC", "stock", -300]
    pairs = [(bought, "a"), (sold, None)][::order]
    traded = grouped(trades(*(row for row, _ in pairs)), [group for _, group in pairs])
    found = figures(what_if(positions(CASH), traded))
    assert found["maintenance requirement"][1] == 2_500  # 25% of 200 shares at 50


def test_a_trade_of_nothing_in_a_group_changes_nothing() -> None:
    held = grouped(positions(["XYZ", "call", 1, 500, JANUARY, 20.0], CASH), ["a", None])
    found = figures(what_if(held, grouped(trades(["XYZ", "stock", 0]), ["a"])))
    assert found["maintenance requirement"] == [0, 0, 0]


def test_a_refused_group_names_the_rows_of_trades_as_such() -> None:
    held = grouped(positions(STOCK, CASH), ["a", None])
    traded = grouped(trades(["XYZ", "put", -1, 480, JANUARY, 6.0]), ["a"])
    answer = what_if(held, traded)
    assert "wanted groups of their own: row 2; row 2 of trades." in answer


def test_closing_everything_leaves_nothing_to_require() -> None:
    stock = action(["XYZ", "stock"], action="close")
    for cash in ((), (CASH,)):
        found = figures(what_if(positions(STOCK, SHORT_PUT, *cash), trades(stock, CLOSE)))
        for name in ("initial requirement", "maintenance requirement", "portfolio requirement"):
            assert found[name][1] == 0


def test_contracts_of_another_root_are_others() -> None:
    held = positions(["XYZ1", "put", -1, 480, JANUARY, 6.0], CASH)
    held = [[*row, more] for row, more in zip(held, ["underlying", "XYZ", None], strict=True)]
    found = figures(what_if(held, trades(["XYZ", "put", 1, 480, JANUARY, 6.1])))
    assert found["account value"][2] == 0
    assert "wanted shares or contracts that the account holds" in what_if(held, trades(CLOSE))


@pytest.mark.parametrize("nothing", [None, "", [], [[None]], [["", ""]]])
def test_trades_that_are_not_there_are_refused(nothing: list[list[Any]] | str | None) -> None:
    assert what_if(HELD, nothing).startswith("#XLM! trades: found nothing, wanted a range")


def test_headings_alone_and_blank_rows_are_no_trades() -> None:
    none = what_if(HELD, trades())
    assert what_if(HELD, [TRADES, [None] * len(TRADES)]) == none
    assert figures(none)["fees"] == [0, 0, 0]


def test_a_heading_that_is_needed_is_named() -> None:
    answer = what_if(HELD, [["quantity"], [1]])
    assert_refused(answer, ("trades", 1, "symbol"), "symbol")


def test_problems_of_the_positions_come_first() -> None:
    wrong = positions(["XYZ", "putt", 1, 480, JANUARY, 6.0])
    answer = what_if(wrong, trades(action(PUT, action="sell")))
    assert answer.startswith("#XLM! positions, row 2, type")


def test_what_a_cash_account_may_not_hold_is_refused_in_the_trades() -> None:
    answer = what_if(
        positions(CASH), trades(["XYZ", "call", -1, 520, JANUARY, 8.0]), ["account_type", "cash"]
    )
    assert answer.startswith("#XLM! trades, row 2")


def test_ten_thousand_trades_in_reasonable_time() -> None:
    rows = [["XYZ", "put", 1 - 2 * (i % 2), 480, JANUARY, None, 6.0] for i in range(10_000)]
    start = time.process_time()
    answer = figures(what_if(HELD, trades(*rows)))
    assert time.process_time() - start < 5
    assert answer["portfolio requirement"][2] == 0


def test_the_headings_of_the_answer() -> None:
    headings = ["figure", "before", "after", "change", "account"]
    traded = trades(["XYZ", "put", 1, 480, JANUARY])
    whole = what_if(HELD, traded)
    assert whole[0] == headings
    assert (
        udfs.MARGIN_WHATIF(HELD, traded, None, SETTINGS, None, False)
        == (udfs.MARGIN_WHATIF(HELD, traded, None, SETTINGS)[1:])
    )
