"""The activity range: what is understood, and each refusal by row and column."""

from __future__ import annotations

import datetime as dt
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as searching
from hypothesis import strategies as st

from tests.intraday.answers import MARGIN, MARKET, PORTFOLIO, cash, levels, of_kind, rows
from tests.refusals import assert_refused
from xlmargin import udfs
from xlmargin.dates import serial_of
from xlmargin.intraday.levels import with_trade

HEADINGS = [
    "date", "time", "symbol", "type", "quantity", "strike", "expiration", "price", "mark", "fee",
    "account",
]  # fmt: skip
DAY = "2026-11-20"
ROWS = [
    [DAY, "10:00", "XYZ", "stock", 100, None, None, 50, None, 1, ""],
    [DAY, "10:01", "XYZ", "call", -1, 50, "2026-12-18", 2.0, 2.1, None, ""],
    [DAY, "10:02", "", "deposit", 500, None, None, None, None, None, ""],
    [DAY, "10:03", "", "withdrawal", 100, None, None, None, None, None, ""],
]
TYPES = "stock, call, put, deposit, withdrawal or expiration"


def changed(row: int, column: str, value: object) -> list[list[Any]]:
    """The activity with one cell changed; row 1 is the headings, as on a sheet."""
    typed = [HEADINGS, *(list(each) for each in ROWS)]
    typed[row - 1] = list(typed[row - 1])
    typed[row - 1][HEADINGS.index(column)] = value
    return typed


@pytest.mark.parametrize(
    ("row", "column", "value", "kind"),
    [
        (2, "type", "cash", "stock"),
        (2, "type", "putt", "stock"),
        (2, "price", None, "traded at"),
        (2, "price", -1, "traded at"),
        (2, "price", "5O", "number"),
        (2, "price", 99_000_000, "at most 10,000,000"),
        (3, "mark", 0, "price"),
        (2, "fee", -1, "fee"),
        (2, "quantity", None, "number"),
        (3, "quantity", -1.5, "whole number"),
        (4, "quantity", -500, "dollars"),
        (4, "quantity", 0, "dollars"),
        (5, "quantity", None, "dollars"),
        (4, "price", 1, "cash has none"),
        (2, "date", None, "date"),
        (2, "date", "20 Nov", "date"),
        (2, "date", "2026-11-21", "2026-11-20 or earlier"),
        (2, "time", None, "time of the day"),
        (2, "time", "25:00", "time of the day"),
        (2, "time", dt.datetime(2026, 11, 19, 10, 31), "time alone"),
        (2, "time", -0.5, "time of the day"),
        (2, "time", "2026-11-31T10:00", "time of the day"),
        (2, "time", "2026-11-19T10:00", "time alone"),
        (3, "time", "10:01Z", "one zone"),
        (3, "strike", None, "strike"),
        (2, "symbol", "NOWHERE", "in the market"),
        (2, "account", "other", "account"),
    ],
)
def test_refused_by_row_and_column(
    row: int, column: str, value: dt.datetime | float | str | None, kind: str
) -> None:
    answer = udfs.MARGIN_INTRADAY(changed(row, column, value), cash(9_000), MARKET, MARGIN)
    assert_refused(answer, ("activity", row, column), kind)


def test_every_error_is_counted() -> None:
    typed = changed(2, "price", None)
    typed[4][HEADINGS.index("quantity")] = -1
    answer = udfs.MARGIN_INTRADAY(typed, cash(9_000), MARKET, MARGIN)
    assert "(1 more" in answer


@pytest.mark.parametrize("nothing", [None, [["symbol", "type", "quantity", "price"]]])
def test_no_activity_is_refused(nothing: list[list[str]] | None) -> None:
    answer = udfs.MARGIN_INTRADAY(nothing, cash(9_000), MARKET, MARGIN)
    assert answer.startswith("#XLM! activity: found nothing")


def test_a_missing_heading_is_named() -> None:
    answer = udfs.MARGIN_INTRADAY([["symbol", "type"], ["XYZ", "stock"]], cash(1), MARKET, MARGIN)
    assert answer.startswith("#XLM! activity, row 1, quantity: found no such heading")
    answer = udfs.MARGIN_INTRADAY(
        [["symbol", "type", "quantity"], ["XYZ", "stock", 1]], cash(1), MARKET, MARGIN
    )
    assert answer.startswith("#XLM! activity, row 1, price: found no such heading")


HELD = ["symbol", "type", "quantity", "strike", "expiration", "price", "group"]
MONEY = ["USD", "cash", 1_000, None, None, None, None]
CALL = ["XYZ", "call", 1, 50, "2026-12-18", 2.0, None]


@pytest.mark.parametrize(
    ("held", "message"),
    [
        ([["XYZ", "stock", 1, None, None, 50, None]], "activity, row 2, account: found account ''"),
        ([MONEY, CALL, [*CALL[:5], 2.1, None]], "positions, row 4, price: found 2.1 for +1 XYZ"),
        ([MONEY, [*CALL[:6], "pair"]], "positions, row 3, group: found 'pair'"),
        (
            [MONEY, *(["XYZ", "stock", q, None, None, 50, None] for q in (100, -100))],
            "positions, row 4, quantity: found -100 XYZ, held the other way in row 3",
        ),
    ],
)
def test_positions_that_a_trade_could_not_be_told_from(held: list[list[Any]], message: str) -> None:
    typed = [HEADINGS, ROWS[0]]
    answer = udfs.MARGIN_INTRADAY(typed, [HELD, *held], MARKET, MARGIN)
    assert answer.startswith(f"#XLM! {message}")


@pytest.mark.parametrize("held_too", [False, True])
def test_an_option_that_cannot_be_valued_is_named_in_the_range_that_prices_it(
    held_too: bool,
) -> None:
    # a call at 45 is worth 5 at least where the market is 50
    typed = [
        HEADINGS,
        ROWS[0],
        [DAY, "10:01", "XYZ", "call", 1, 45, "2026-12-18", 0.5, None, 0, ""],
    ]
    held = [HELD, MONEY, ["XYZ", "call", 1, 45, "2026-12-18", 0.5, None]][: 3 if held_too else 2]
    answer = udfs.MARGIN_INTRADAY(typed, held, MARKET, PORTFOLIO)
    assert answer.startswith(
        f"#XLM! {'positions' if held_too else 'activity'}, row 3, price: found 0.5 for +1 XYZ"
    )


@pytest.mark.parametrize(
    "time",
    [
        "10:31",
        "10:31:00",
        631 / 1_440,
        dt.time(10, 31),
        dt.datetime(2026, 11, 20, 10, 31),
        "T10:31",
        "10:31:00.000",
        "2026-11-20T10:31:00",
        "2026-11-20 10:31",
    ],
)
def test_times_in_every_spelling(time: object) -> None:
    found = rows(changed(2, "time", time), cash(9_000))
    texts = [row["transaction"] for row in of_kind(found, "transaction")]
    assert texts[-1] == "row 2, 10:31: +100 XYZ at 50"


@pytest.mark.parametrize("zone", ["Z", "-05:00", "+0100", "-05"])
def test_times_of_one_zone_are_read_as_they_are(zone: str) -> None:
    typed = [HEADINGS]
    typed += [[DAY, f"{DAY}T{row[1]}:00{zone}", *row[2:]] for row in ROWS]
    assert rows(typed, cash(9_000)) == rows([HEADINGS, *ROWS], cash(9_000))


def test_times_may_stand_with_the_dates() -> None:
    typed = [[HEADINGS[0], *HEADINGS[2:]]]
    typed += [[f"{row[0]}T{row[1]}:00", *row[2:]] for row in ROWS]
    assert rows(typed, cash(9_000)) == rows([HEADINGS, *ROWS], cash(9_000))
    typed[2][0] = DAY
    answer = udfs.MARGIN_INTRADAY(typed, cash(9_000), MARKET, MARGIN)
    assert_refused(answer, ("activity", 3, "date"), "with its time")


def test_dates_in_every_spelling_and_left_out() -> None:
    serial = serial_of(dt.date(2026, 11, 20))
    as_typed = rows([HEADINGS, *ROWS], cash(9_000))
    assert {row["date"] for row in as_typed} == {serial}
    for day in (serial, dt.date(2026, 11, 20), dt.datetime(2026, 11, 20, 10, 0)):
        assert rows([HEADINGS, *([day, *row[1:]] for row in ROWS)], cash(9_000)) == as_typed
    assert rows([HEADINGS[1:], *(row[1:] for row in ROWS)], cash(9_000)) == as_typed


def test_an_option_symbol_says_what_columns_say() -> None:
    typed = [HEADINGS, [DAY, "10:01", "XYZ 12/18/26 C50", None, -1, None, None, 2.0, 2.1, None, ""]]
    in_columns = rows([HEADINGS, ROWS[1]], cash(9_000))
    assert levels(rows(typed, cash(9_000))) == levels(in_columns) == [9_000, 9_000 + 200 - 1_210]


def test_blank_rows_keep_their_numbers() -> None:
    blank = [None] * len(HEADINGS)
    found = rows([HEADINGS, blank, ROWS[0], blank, ROWS[2]], cash(9_000))
    texts = [row["transaction"] for row in of_kind(found, "transaction")]
    assert [text.split(",")[0] for text in texts] == ["row 3", "row 5"]


def test_order_of_headings_and_of_arrays_does_not_matter() -> None:
    turned = [row[::-1] for row in [HEADINGS, *ROWS]]
    assert rows(turned, cash(9_000)) == rows([HEADINGS, *ROWS], cash(9_000))


def test_headers_can_be_left_out_and_answers_are_plain() -> None:
    whole = udfs.MARGIN_INTRADAY([HEADINGS, *ROWS], cash(9_000), MARKET, PORTFOLIO)
    alone = udfs.MARGIN_INTRADAY([HEADINGS, *ROWS], cash(9_000), MARKET, PORTFOLIO, headers=False)
    assert alone == whole[1:]
    assert {type(cell) for row in whole for cell in row} <= {str, float}
    assert len({len(row) for row in whole}) == 1


def test_shares_in_fractions_close_to_nothing() -> None:
    # 0.1 + 0.2 - 0.3 is not 0 in floating point
    held = with_trade(with_trade((), 1, 0.1), 1, 0.2)
    assert with_trade(held, 1, -0.3) == ()


hostile = st.one_of(
    st.none(),
    st.booleans(),
    st.floats(),
    st.integers(),
    st.text(max_size=8),
    st.sampled_from(["#REF!", "deposit", "withdrawal", "cash", "call", "XYZ", DAY, "9:30", 46_346]),
)


@given(cells=st.lists(st.tuples(st.integers(2, 5), st.sampled_from(HEADINGS), hostile), max_size=4))
@searching(max_examples=150, deadline=None)
def test_any_cells_are_answered_or_refused_in_words(cells: list[Any]) -> None:
    typed = [HEADINGS, *(list(row) for row in ROWS)]
    for row, column, value in cells:
        typed[row - 1][HEADINGS.index(column)] = value
    answer = udfs.MARGIN_INTRADAY(typed, cash(9_000), MARKET, MARGIN)
    if isinstance(answer, str):
        assert answer.startswith("#XLM! activity")
    else:
        figures = [cell for row in answer[1:] for cell in row if isinstance(cell, float)]
        assert all(math.isfinite(figure) for figure in figures)
