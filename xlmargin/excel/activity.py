"""The activity range: what was done from the opening on, traded, moved in or out, or expired."""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import replace
from typing import Final, NamedTuple

import numpy as np

from xlmargin.arrays import BoolArray, FloatArray, IntArray
from xlmargin.cells.columns import (
    DOLLAR_WORDS,
    GREATEST_PRICE,
    dates,
    names,
    need,
    refuse_beyond,
)
from xlmargin.cells.problems import ProblemLog, shown_date, shown_text
from xlmargin.cells.reading import read_table
from xlmargin.cells.table import RangeTable, column_of
from xlmargin.cells.unknown_columns import unknown_headings
from xlmargin.cells.values import Cells, CellValue, normalized, text_of
from xlmargin.cells.words import ACTIVITY
from xlmargin.contracts import Contract
from xlmargin.dates import DATE, serial_of
from xlmargin.excel.book_reader import BookReading
from xlmargin.excel.orders import (
    Held,
    beside_held,
    book_of,
    completed,
    contracts_of,
    fees,
    orders_reader,
)
from xlmargin.excel.positions_reader import CALL, CASH, PRICES, STOCK, PositionRows, read_positions
from xlmargin.intraday import Act, Activity
from xlmargin.option_symbols import read_option_symbol

_TYPES: Final = "stock, call, put, deposit, withdrawal or expiration"

_MOVED_SIGNS: Final = {
    **dict.fromkeys(("deposit", "deposits"), 1.0),
    **dict.fromkeys(("withdrawal", "withdrawals"), -1.0),
}

_EXPIRED: Final = ("expiration", "expirations", "expired")

_MONEY: Final = ("", "CASH", *DOLLAR_WORDS)

_CLOCK: Final = re.compile(
    r"(?:(?P<day>\d{4}-\d\d-\d\d)[T ]|T)?(?P<h>[01]?\d|2[0-3]):(?P<min>[0-5]\d)"
    r"(?::(?P<s>[0-5]\d(?:[.,]\d{1,9})?))?(?P<zone>Z|[+-]\d\d(?::?\d\d)?)?",
    re.ASCII | re.IGNORECASE,
)

_TIME_DECIMALS: Final = 5
"""Of seconds: a serial day with its hour holds no more."""

_SECONDS_A_DAY: Final = 86_400


@orders_reader
def read_activity(log: ProblemLog, cells: Cells, reading: BookReading) -> Activity | None:
    """What was done from the opening on: trades, deposits and withdrawals."""
    table = read_table(cells, "activity", ACTIVITY, log)
    if not len(table) and not log.errors:
        log.error(table.name, 0, "", "nothing", "headings, and a row for each transaction")
    if table.unknown:
        unknown_headings(table, ACTIVITY, log)
    sign, act = _acts(table)
    is_money = (sign != 0) & _is_money(table)
    rows = read_positions(_as_positions(table, act, is_money, log), log, orders=True, types=_TYPES)
    rows = replace(rows, table=table)
    is_trade = act == Act.TRADE
    price, mark = rows.price, PRICES.read(table, "mark", log)
    log.errors_where(is_trade & rows.is_cash, table, "type", _TYPES)
    wanted = "the price it was traded at, $ per unit; 0 only of an option"
    is_known = is_trade & (rows.is_stock | rows.is_option)
    priced = (price > 0) | (rows.is_option & (price == 0))
    need(is_known & ~priced, table, "price", wanted, log, ("price",))
    refuse_beyond(GREATEST_PRICE, price, table, "price", log)
    log.errors_where(is_money & ~np.isnan(price), table, "price", "nothing: cash has none")
    wanted = "nothing: nothing is paid for it, and its market price stands in mark"
    log.errors_where(~is_money & (sign != 0) & ~np.isnan(price), table, "price", wanted)
    _check_moved(rows, act, is_money, log)
    fee = fees(table, log)
    day, time = _days_and_times(table, reading.market.as_of, log)
    log.errors_where(
        (act == Act.EXPIRED) & rows.is_option & (rows.expiration // 1 > day + 1), table, "type",
        "a trade: the option lives on after the day",
    )  # fmt: skip
    at_market = np.where(np.isnan(mark) & rows.is_option & is_trade, price, mark)
    orders = beside_held(replace(rows, price=np.full(len(rows), np.nan)), Held(reading))
    orders = completed(orders, log, traded_at=np.where(is_trade, price, np.nan))
    own = orders.rows
    at_market = _of_the_same(own, at_market)
    of_activity = np.where(orders.first < 0, at_market, own.price)
    quantity = np.where(sign != 0, sign * rows.quantity, rows.quantity)
    own = replace(own, price=np.where(is_money, np.nan, of_activity), quantity=quantity)
    book = book_of(replace(orders, rows=own), log)
    if book is None:
        return None
    paid = np.where(sign != 0, np.nan, price)
    order = tuple(names(table, "order", log))
    return Activity(
        traded=book,
        act=act,
        marked=~np.isnan(mark),
        day=day,
        time=time,
        price=paid,
        fee=fee,
        order=order,
    )


def _acts(table: RangeTable) -> tuple[FloatArray, IntArray]:
    """Which rows move in (1) and which out (-1), 0 for the others; and each row's `Act`."""
    cells = table.texts("type")
    words = [normalized(text_of(cell)) for cell in cells.distinct]
    sign = cells.spread([_MOVED_SIGNS.get(word, 0.0) for word in words], 0.0)
    ended = cells.spread([float(word in _EXPIRED) for word in words], 0.0)
    act = np.where(ended != 0, Act.EXPIRED, np.where(sign != 0, Act.MOVED, Act.TRADE))
    return sign, act.astype(np.int64)


def _is_money(table: RangeTable) -> BoolArray:
    """Which rows name no security: their symbol is dollars, or nothing."""
    cells = table.texts("symbol")
    named = [text_of(cell).strip().upper() in _MONEY for cell in cells.distinct]
    return np.array(cells.spread([float(each) for each in named], 1.0) != 0)


def _check_moved(rows: PositionRows, act: IntArray, is_money: BoolArray, log: ProblemLog) -> None:
    """Errors for quantities of what is moved or ends, which the type gives a direction."""
    table, positive = rows.table, rows.quantity > 0
    is_moved, has_ended = act == Act.MOVED, act == Act.EXPIRED
    wanted = "dollars above 0: the type says which way they go"
    log.errors_where(is_money & ~positive, table, "quantity", wanted)
    wanted = "shares or contracts above 0: the type says which way they go"
    log.errors_where(is_moved & ~is_money & ~positive, table, "quantity", wanted)
    wanted = "contracts above 0: whichever side is held expires"
    log.errors_where(has_ended & ~positive, table, "quantity", wanted)
    log.errors_where(has_ended & ~rows.is_option, table, "symbol", "an option: its OCC symbol")
    log.errors_where(has_ended & (rows.price < 0), table, "price", "a price of 0 or more")


def _of_the_same(rows: PositionRows, price: FloatArray) -> FloatArray:
    """The prices of rows, filled with the last stated for the same contract."""
    contracts = contracts_of(rows)
    stated: dict[Contract, float] = {}
    for i in np.flatnonzero(~np.isnan(price)).tolist():
        stated[contracts[i]] = float(price[i])
    return np.array(
        [
            stated.get(contracts[i], np.nan) if np.isnan(each) and rows.is_option[i] else each
            for i, each in enumerate(price.tolist())
        ]
    )


def _as_positions(
    table: RangeTable, act: IntArray, is_money: BoolArray, log: ProblemLog
) -> RangeTable:
    """The activity as a range of positions: money moved is cash, and securities their own kind.

    What is moved or ends is an option where its symbol, its right or its strike says so.
    """
    if not (act != Act.TRADE).any():
        return table
    column: list[CellValue] = []
    has_right, has_strike = ~table.empty("right"), ~table.empty("strike")
    nameless = np.zeros(len(table), dtype=bool)
    for i, cell in enumerate(table.cells("type")):
        if act[i] == Act.TRADE:
            column.append(cell)
        elif is_money[i] and act[i] == Act.MOVED:
            column.append(CASH.word)
        elif has_right[i] or read_option_symbol(text_of(table.cell("symbol", i))):
            column.append(None)
        else:
            nameless[i] = has_strike[i]
            column.append(CALL.word if nameless[i] else STOCK.word)
    log.errors_where(nameless, table, "symbol", "the option's OCC symbol, or its right beside it")
    return table.with_column("type", column_of(column))


def _days_and_times(
    table: RangeTable, as_of: float, log: ProblemLog
) -> tuple[FloatArray, FloatArray]:
    """The serial day of each row, and the fraction of it that has passed.

    The day is that of the snapshot where there is no column of dates. Times are NaN throughout
    where no row has one, neither in `time` nor with its date.
    """
    if not table.has("date"):
        day = np.full(len(table), np.floor(as_of))
        return day, _times(table, day, log)
    moment = dates(table, "date", log)
    day = np.floor(moment)
    log.errors_where(np.isnan(day), table, "date", DATE)
    wanted = f"{shown_date(as_of)} or earlier: prices are as of then"
    log.errors_where(day > as_of, table, "date", wanted, shown_date)
    if table.has("time") or not (moment > day).any():
        return day, _times(table, day, log)
    wanted = "the date with its time, as in other rows"
    log.errors_where(moment == day, table, "date", wanted, shown_date)
    return day, _rounded(moment - day)


def _times(table: RangeTable, day: FloatArray, log: ProblemLog) -> FloatArray:
    """The fraction of the day that has passed; NaN throughout without a column of times."""
    read = [_time_of(cell) for cell in table.cells("time")]
    time = np.array([each.time for each in read], dtype=np.float64)
    if table.has("time"):
        wanted = "a time of the day, such as 10:31, 10:31:05 or 2026-11-20T10:31:05"
        log.errors_where(np.isnan(time), table, "time", wanted, shown_text)
    dated = np.array([each.day for each in read], dtype=np.float64)
    other_day = ~np.isnan(dated) & (dated != day)
    log.errors_where(other_day, table, "time", "a time alone, or of the day in date")
    zones = [each.zone for each in read]
    first = next(iter(zones), "")
    mixed = np.array([zone != first for zone in zones], dtype=bool) & ~np.isnan(time)
    wanted = f"times of one zone, as in the first row: {first or 'none named'}"
    log.errors_where(mixed, table, "time", wanted)
    return _rounded(time)


def _rounded(time: FloatArray) -> FloatArray:
    return np.asarray(np.round(time * _SECONDS_A_DAY, _TIME_DECIMALS) / _SECONDS_A_DAY)


class _TimeRead(NamedTuple):
    """What a cell says: fraction of a day, serial day and zone, NaN and "" where it does not."""

    time: float
    day: float = np.nan
    zone: str = ""


def _time_of(cell: CellValue) -> _TimeRead:
    """A time, or a date and time, as a serial, a clock or in ISO 8601."""
    if isinstance(cell, float):
        return _TimeRead(
            cell % 1.0 if cell >= 0 else np.nan, np.floor(cell) if cell >= 1 else np.nan
        )
    found = _CLOCK.fullmatch(cell or "")
    if not found:
        return _TimeRead(np.nan)
    seconds = float((found["s"] or "0").replace(",", "."))
    time = (int(found["h"]) * 3_600 + int(found["min"]) * 60 + seconds) / _SECONDS_A_DAY
    zone = (found["zone"] or "").upper().replace(":", "")
    day = _day_of(found["day"])
    if found["day"] and np.isnan(day):
        return _TimeRead(np.nan)
    return _TimeRead(time, day, "+00" if zone == "Z" else zone)


def _day_of(text: str | None) -> float:
    try:
        return serial_of(dt.date.fromisoformat(text or ""))
    except ValueError:
        return np.nan
