"""The activity range: a row a trade, a deposit or a withdrawal, beside the opening positions.

A row becomes a position of the same contract at its market price, so that everything is read and
valued in one market; day, time, trade price and fee stand beside it. An option takes its market
price from the positions, else from the column `mark`, else from the trade; stock takes the spot.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from xlmargin.arrays import FloatArray
from xlmargin.book import Book
from xlmargin.errors import InputError
from xlmargin.excel.cells import NOTHING, read, read_book
from xlmargin.excel.columns import DATE, GREATEST_PRICE, dates, numbers, refuse_beyond
from xlmargin.excel.contents import Today, read_contents
from xlmargin.excel.findings import Findings
from xlmargin.excel.headings import ACTIVITY, squeezed
from xlmargin.excel.held_contracts import (
    HeldContracts,
    Row,
    complete_account,
    complete_contract,
    contract_of,
    held_contracts,
    row_of,
    table_of,
)
from xlmargin.excel.market_range import PRICE
from xlmargin.excel.plain_cells import Cells, PlainCell, shown_date, shown_text, text_of
from xlmargin.excel.positions_range import PositionRows, read_positions
from xlmargin.excel.ranges import RangeTable, need, read_range
from xlmargin.intraday import Activity

RANGE: Final = "activity"
TYPE: Final = "stock, call, put, deposit or withdrawal"
AMOUNT: Final = "dollars above 0: the type says which way they go"
TIME: Final = "a time of the day, such as 10:31 or 10:31:05"
TRADE_PRICE: Final = "the price it was traded at, $ per unit, 0 or more"

_CASH_SIGNS: Final = {
    **dict.fromkeys(("deposit", "deposits"), 1.0),
    **dict.fromkeys(("withdrawal", "withdrawals"), -1.0),
}
_CLOCK: Final = re.compile(r"([01]?\d|2[0-3]):([0-5]\d)(?::([0-5]\d(?:\.\d{1,6})?))?", re.ASCII)
_SECONDS_A_DAY: Final = 86_400


def read_activity(
    activity: Cells,
    positions: Cells,
    market: Cells = None,
    settings: Cells = None,
    dividends: Cells = None,
    *,
    today: Today | None = None,
) -> tuple[Book, Activity]:
    """The opening book, and what was done from then on; refused with every error found."""
    held = read_book(positions, market, settings, dividends, today=today)
    contents = read_contents({"positions": positions}, market, settings, dividends, today)
    findings = Findings()
    table = read_range(activity, RANGE, ACTIVITY, findings)
    if not len(table) and not findings.errors:
        findings.error(RANGE, 0, "", NOTHING, "headings, and a row for each transaction")
    typed = _typed(table, held.market.as_of, findings)
    known = held_contracts(read_positions(contents.positions[0], Findings()))
    rows = [(number, _row(typed, i, known, findings)) for i, number in enumerate(table.rows)]
    if findings.errors:
        raise InputError(findings.errors)
    both = replace(contents, positions=(*contents.positions, table_of(table, rows)))
    held, traded = read(both).accepted()
    fee = np.nan_to_num(typed.fee)
    marked = ~np.isnan(typed.mark)
    return held, Activity(traded, marked, typed.day, typed.time, typed.price, fee)


@dataclass(frozen=True, eq=False)
class _Typed:
    """The activity as it is typed, an entry a row; numbers are NaN where not given.

    `cash_sign` is 1 for a deposit, -1 for a withdrawal, 0 for a trade.
    """

    table: RangeTable
    rows: PositionRows
    cash_sign: FloatArray
    day: FloatArray
    time: FloatArray
    price: FloatArray
    mark: FloatArray
    fee: FloatArray


def _typed(table: RangeTable, as_of: float, findings: Findings) -> _Typed:
    """The columns of the activity; what is wrong with those of positions is found later."""
    rows, cash_sign = read_positions(table, Findings()), _cash_signs(table)
    price, mark, fee = (numbers(table, name, findings) for name in ("price", "mark", "fee"))
    is_cash = cash_sign != 0
    is_trade = ~is_cash & (rows.contracts.is_stock | rows.contracts.is_option)
    need(~is_cash & ~is_trade, table, "type", TYPE, findings)
    need(is_trade & ~(price >= 0), table, "price", TRADE_PRICE, findings)
    refuse_beyond(GREATEST_PRICE, price, table, "price", findings)
    findings.errors_where(is_cash & ~np.isnan(price), table, "price", "nothing: cash has none")
    findings.errors_where(mark <= 0, table, "mark", PRICE)
    findings.errors_where(fee < 0, table, "fee", "a fee of 0 or more")
    findings.errors_where(is_cash & ~(rows.quantity > 0), table, "quantity", AMOUNT)
    day = _days(table, as_of, findings)
    time = _times(table, day, findings)
    return _Typed(table, rows, cash_sign, day, time, price, mark, fee)


def _cash_signs(table: RangeTable) -> FloatArray:
    """Which rows pay in (1) and which pay out (-1); 0 for the others."""
    cells = table.column("type")
    return np.array([_CASH_SIGNS.get(squeezed(text_of(cell)), 0.0) for cell in cells])


def _days(table: RangeTable, as_of: float, findings: Findings) -> FloatArray:
    """The serial day of each row; that of the snapshot where there is no column of dates."""
    if not table.has("date"):
        return np.full(len(table), np.floor(as_of))
    day = np.floor(dates(table, "date", findings))
    findings.errors_where(np.isnan(day), table, "date", DATE)
    wanted = f"{shown_date(as_of)} or earlier: prices are as of then"
    findings.errors_where(day > as_of, table, "date", wanted, shown_date)
    return day


def _times(table: RangeTable, day: FloatArray, findings: Findings) -> FloatArray:
    """The fraction of the day that has passed; NaN throughout without a column of times."""
    cells = table.column("time")
    time = np.array([_time_of(cell) for cell in cells], dtype=np.float64)
    if table.has("time"):
        findings.errors_where(np.isnan(time), table, "time", TIME, shown_text)
    dated = np.array([np.floor(c) if isinstance(c, float) and c >= 1 else np.nan for c in cells])
    other_day = ~np.isnan(dated) & (dated != day)
    findings.errors_where(other_day, table, "time", "a time alone, or of the day in date")
    return time


def _time_of(cell: PlainCell) -> float:
    """The fraction of the day in a cell: a time, or a date and time; NaN where it is neither."""
    if isinstance(cell, float):
        return cell % 1.0 if cell >= 0 else np.nan
    clock = _CLOCK.fullmatch(cell or "")
    if not clock:
        return np.nan
    hours, minutes, seconds = clock.groups(default="0")
    return (int(hours) * 3_600 + int(minutes) * 60 + float(seconds)) / _SECONDS_A_DAY


def _row(typed: _Typed, i: int, known: HeldContracts, findings: Findings) -> Row:
    """One row as a row of positions: its contract at the market price, or signed cash."""
    row, place = {**row_of(typed.table, i), "date": None}, (RANGE, typed.table.rows[i])
    complete_account(row, typed.rows.account[i], place, known, findings)
    if typed.cash_sign[i]:
        amount = float(typed.cash_sign[i] * np.nan_to_num(typed.rows.quantity[i]))
        return row | {"type": "cash", "quantity": amount, "price": None}
    price, mark = float(typed.price[i]), float(typed.mark[i])
    stated = np.nan if row["multiplier"] is None else float(typed.rows.multiplier[i])
    own = known.rows_on(contract_of(typed.rows, i), stated)
    if own:
        row["price"] = None
        complete_contract(row, price, own, place, known, findings)
    else:
        at_market = price if np.isnan(mark) and typed.rows.contracts.is_option[i] else mark
        row["price"] = None if np.isnan(at_market) else at_market
    return row | {"cost": price}
