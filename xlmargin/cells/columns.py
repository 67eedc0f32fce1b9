"""Columns of a table, read as numbers, dates, words of a list, or names.

Each distinct cell is read once. What one cell does not say - which sign is the decimal point,
whether the month comes first - is said by the other cells of its column, or by the file; where
nothing says it, the cell is refused with its readings. What would have to be guessed is a problem,
never a value; how it was read, where that is not plain, is a note of one line.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import inf
from typing import Any, Final

import numpy as np

from xlmargin.arrays import BoolArray, FloatArray, IntArray, Names
from xlmargin.cells.numbers import EITHER_DOT, LONGEST_NUMBER, NUMBER, Number, NumberStyle, parse
from xlmargin.cells.problems import ProblemLog, shown_text
from xlmargin.cells.table import EMPTY, CodedCells, RangeTable
from xlmargin.cells.values import (
    CellValue,
    Day,
    Words,
    is_error,
    is_nothing,
    nearest,
    shown,
    text_of,
    to_value,
)
from xlmargin.dates import DATE, EARLIEST_SERIAL, LATEST_SERIAL, DateReadings, date_of, read_date

DOLLAR_WORDS: Final = ("USD", "US$", "$", "US DOLLAR", "US DOLLARS")
DOLLARS: Final = "US dollars: requirements are in dollars"

UNDECIDED_NUMBER: Final = (
    "a number with one reading: {us} or {eu}? A plain number, or 2 decimals, says it"
)

_PLAIN: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)

_MONEY: Final = re.compile(r"-?\$?(?:\d+|\d{1,3}(?:,\d{3})+)\.(?:\d\d?|\d{4,})", re.ASCII)
"""The commonest spelling with one reading: $1,234.50."""


@dataclass(frozen=True)
class NumbersRead:
    """The numbers of distinct cells, NaN where empty or refused, and what is noted or refused.

    `wanted` has the index of each cell that is refused, and what was wanted in its place; `percent`
    tells which numbers were printed as percent; `style` is what was taken where it mattered.
    """

    values: FloatArray
    wanted: dict[int, str]
    percent: np.ndarray
    style: NumberStyle | None


def read_numbers(cells: Sequence[CellValue], style: NumberStyle | None = None) -> NumbersRead:
    """The numbers of the distinct cells of a column; `style` is the file's, where it has one.

    "1,000" is a thousand unless the column or the file is European; "1.000" and "1,5" are read
    only where the column or the file decides.
    """
    values = np.full(len(cells), np.nan)
    percent = np.zeros(len(cells), dtype=bool)
    wanted: dict[int, str] = {}
    open_: dict[int, Number] = {}
    styles: set[NumberStyle] = set()
    for i, cell in enumerate(cells):
        if not isinstance(cell, str):
            if cell is not None and np.isfinite(cell) and not isinstance(cell, Day):
                values[i] = cell
            elif cell is not None:
                wanted[i] = NUMBER
            continue
        if _PLAIN.fullmatch(cell) and not EITHER_DOT.fullmatch(cell):
            value = float(cell)
            if "." in cell:
                styles.add(NumberStyle.US)
            if np.isfinite(value):
                values[i] = value
            else:
                wanted[i] = NUMBER
            continue
        if is_nothing(cell) or cell == "-":
            continue
        if _MONEY.fullmatch(cell) and len(cell) <= LONGEST_NUMBER:
            values[i] = float(cell.replace(",", "").replace("$", ""))
            styles.add(NumberStyle.US)
            continue
        number = parse(cell)
        if number is None or number.currency not in ("", "USD"):
            wanted[i] = DOLLARS if number else NUMBER
            continue
        percent[i] = number.is_percent
        if number.us == number.eu:
            values[i] = number.us
            continue
        open_[i] = number
        if number.style:
            styles.add(number.style)
    decided = next(iter(styles)) if len(styles) == 1 else (style if not styles else None)
    for i, number in open_.items():
        values[i] = _in_style(number, decided, not styles)
        if np.isnan(values[i]):
            both = {"us": _printed_number(number.us), "eu": _printed_number(number.eu)}
            undecided = decided is None or len(styles) > 1
            wanted[i] = UNDECIDED_NUMBER.format(**both) if undecided else NUMBER
    return NumbersRead(values, wanted, percent, decided if open_ else None)


def _in_style(number: Number, decided: NumberStyle | None, may_be_us: bool) -> float:
    """The value in the style of the column; where none is decided, only what has one reading."""
    if decided is not None:
        return number.us if decided is NumberStyle.US else number.eu
    if number.style is not None:
        return number.us if number.style is NumberStyle.US else number.eu
    # 1,000 is a thousand where nothing speaks for Europe; 1.000 and 1,5 may be either.
    return number.us if may_be_us and abs(number.us) > abs(number.eu) else np.nan


def _printed_number(value: float) -> str:
    return "no number" if np.isnan(value) else f"{value:,.10g}"


def number_of(cell: CellValue) -> float:
    """The number in a lone cell; NaN where it is empty, or where it has no one reading."""
    return float(read_numbers((cell,)).values[0])


def number_in_style(cell: str, style: NumberStyle) -> float:
    """The number in a cell of a file, which a sheet would not know to be one; NaN if none.

    In a European file 1.234,56 is 1234.56 and 12,5% is 0.125; in a US file 1.000 is 1, and all
    that has one reading stays a text. A date and a word are none.
    """
    if style is NumberStyle.US and not EITHER_DOT.fullmatch(cell):
        return np.nan
    read = read_numbers((to_value(cell),), style)
    return np.nan if read.style is None and not read.percent[0] else float(read.values[0])


UNDECIDED_DATE: Final = "a date with one reading: {0} or {1}? Write 2026-12-18"


@dataclass(frozen=True)
class DatesRead:
    """The serial days of distinct cells, NaN where empty or refused; what is wanted instead.

    `month_first` is the order that was taken where it mattered, None where it did not.
    """

    values: FloatArray
    wanted: dict[int, str]
    month_first: bool | None


def read_dates(cells: Sequence[CellValue], month_first: bool | None = None) -> DatesRead:
    """The serial days of the distinct cells of a column; `month_first` is the format's order.

    The first cell that has one reading decides for the column.
    """
    values = np.full(len(cells), np.nan)
    wanted: dict[int, str] = {}
    either: dict[int, DateReadings] = {}
    decided: bool | None = None
    for i, cell in enumerate(cells):
        if is_nothing(cell) or cell == "-":
            continue
        read = read_date(cell)
        if isinstance(read, float):
            values[i] = read
            continue
        if read is None:
            wanted[i] = DATE
            continue
        either[i] = read
        if decided is None and np.isnan(read.month_first) != np.isnan(read.day_first):
            decided = not np.isnan(read.month_first)
    decided = month_first if decided is None else decided
    for i, read in either.items():
        if read.month_first == read.day_first:
            values[i] = read.month_first
        elif decided is not None:
            values[i] = read.month_first if decided else read.day_first
        if np.isnan(values[i]):
            both = [_printed_date(v) for v in (read.month_first, read.day_first)]
            wanted[i] = DATE if "no date" in both else UNDECIDED_DATE.format(*both)
    return DatesRead(values, wanted, decided if either else None)


def _printed_date(serial: float) -> str:
    return "no date" if np.isnan(serial) else date_of(serial).isoformat()


def date_serial(cell: CellValue, month_first: bool | None = None) -> float:
    """The serial day in a lone cell; NaN where it is empty, or where it has no one reading."""
    return float(read_dates((cell,), month_first).values[0])


def day_of(text: str, month_first: bool | None = True) -> dt.date | None:
    """The calendar date in a lone text, its time of day left away; None where it is no date.

    >>> [str(day_of(t)) for t in ("20261218;162000", "12/18/26", "18 DEC 26", "46374")]
    ['2026-12-18', '2026-12-18', '2026-12-18', '2026-12-18']
    """
    serial = date_serial(text, month_first)
    return None if np.isnan(serial) else date_of(serial)


GREATEST_PRICE: Final = 10_000_000.0
"""$ per unit; a greater price or strike is a mistake, and loses the cents."""
GREATEST_QUANTITY: Final = 1_000_000_000.0
"""Contracts or shares of one position."""
GREATEST_CASH: Final = 1_000_000_000_000.0
GREATEST_MULTIPLIER: Final = 1_000_000.0

NAME: Final = "a name without = + - @ in front, of at most 64 printed characters"
FRACTION: Final = "a number; percent are for rates and volatilities alone"
REFUSED: Final = -2
"""The code of a word that was reported as a problem."""

_NAME: Final = re.compile(r"[^=+\-@\x00-\x1f\x7f][^\x00-\x1f\x7f]{0,63}")


def numbers(
    table: RangeTable, column: str, log: ProblemLog, *, percent: bool = False
) -> FloatArray:
    """The numbers of a column; NaN where a cell is empty or was reported as a problem.

    12% is 0.12 where `percent` is allowed, and else refused. Numbers typed as text are noted.
    """
    cells = table.columns.get(column)
    if cells is None:
        return np.full(len(table), np.nan)
    if not isinstance(cells, CodedCells):
        values = cells.copy()
        infinite = np.isinf(values)
        values[infinite] = np.nan
        log.errors_where(infinite, table, column, NUMBER, shown_text)
        return values
    read = read_numbers(cells.distinct, table.style)
    values = read.values
    if not percent:
        read.wanted.update({int(i): FRACTION for i in np.flatnonzero(read.percent)})
        values = np.where(read.percent, np.nan, values)
    _refuse(read.wanted, cells, table, column, log)
    _note_style(table, column, cells, read.style, values, log)
    return cells.spread(values)


@dataclass(frozen=True)
class Bounds:
    """The numbers that are wanted, and how a message says it; `above` where the least is not one.

    12% is 0.12 where `percent`, and else refused.
    """

    wanted: str
    least: float = -inf
    most: float = inf
    above: bool = False
    percent: bool = False

    def broken(self, values: float | FloatArray) -> BoolArray:
        """Which numbers are beyond; NaN is not."""
        below = np.less_equal(values, self.least) if self.above else np.less(values, self.least)
        return np.asarray(below | np.greater(values, self.most))

    def read(self, table: RangeTable, column: str, log: ProblemLog) -> FloatArray:
        """The numbers of a column, NaN where empty; one that is beyond is a problem, and stays."""
        values = numbers(table, column, log, percent=self.percent)
        log.errors_where(self.broken(values), table, column, self.wanted)
        return values

    def within(self, table: RangeTable, column: str, log: ProblemLog) -> FloatArray:
        """The same, with NaN in the place of one that is beyond."""
        values = self.read(table, column, log)
        return np.where(self.broken(values), np.nan, values)


ABOVE_ZERO: Final = Bounds("a number above 0", least=0.0, above=True)


_DOT: Final = "a decimal point before three digits, as in other numbers: 1.000 is read as 1"


def _note_style(
    table: RangeTable,
    column: str,
    cells: CodedCells,
    style: NumberStyle | None,
    values: FloatArray,
    log: ProblemLog,
) -> None:
    """A note on how numbers typed as text were read, where that is not plain."""
    text = np.array([isinstance(cell, str) for cell in cells.distinct], dtype=bool)
    typed = cells.spread(np.where(text & ~np.isnan(values), 1.0, 0.0), 0.0) > 0
    if style is NumberStyle.EUROPEAN:
        log.notes_where(typed, table, column, f"numbers read as {style.value}")
    elif style is NumberStyle.US and column == "quantity":
        either = cells.where(
            lambda cell: isinstance(cell, str) and bool(EITHER_DOT.fullmatch(cell))
        )
        log.notes_where(either, table, column, _DOT)
    elif typed.any() and table.style is None:
        log.notes_where(typed, table, column, "numbers typed as text, read as numbers")


def dates(table: RangeTable, column: str, log: ProblemLog) -> FloatArray:
    """The serial days of a column; NaN where a cell is empty or was reported as a problem."""
    cells = table.columns.get(column)
    if cells is None:
        return np.full(len(table), np.nan)
    if not isinstance(cells, CodedCells):
        values = cells.copy()
        outside = (values < EARLIEST_SERIAL) | (values > LATEST_SERIAL)
        if not outside.any():
            return values
        cells = CodedCells(np.arange(len(values), dtype=np.int32), tuple(values.tolist()))
        cells.codes[np.isnan(values)] = EMPTY
    read = read_dates(cells.distinct, table.month_first)
    _refuse(read.wanted, cells, table, column, log)
    if read.month_first is not None:
        order = "month/day/year" if read.month_first else "day/month/year"
        printed = cells.where(lambda cell: isinstance(cell, str) and cell.count("/") == 2)
        log.notes_where(printed, table, column, f"dates read as {order}")
    return cells.spread(read.values)


def _refuse(
    wanted: dict[int, str], cells: CodedCells, table: RangeTable, column: str, log: ProblemLog
) -> None:
    """An error for each cell that is refused, by what was wanted in its place."""
    for each in dict.fromkeys(wanted.values()):
        where = cells.indexes([int(wanted.get(i) == each) for i in range(len(cells.distinct))], 0)
        log.errors_where(where > 0, table, column, each, shown_text)


def words(
    table: RangeTable, column: str, list_: Words[Any], wanted: str, log: ProblemLog
) -> IntArray:
    """The index in the list's members of each word of a column: EMPTY where there is none.

    REFUSED where the word is not of the list, which is a problem.
    """
    if not table.has(column):
        return np.full(len(table), EMPTY)
    cells = table.texts(column)
    codes = cells.indexes([EMPTY if is_nothing(c) else list_.index(c) for c in cells.distinct])
    log.errors_where(codes == REFUSED, table, column, wanted or list_.wanted)
    return codes


def names(table: RangeTable, column: str, log: ProblemLog) -> Names:
    """The names of a column, as they are written, "" where empty or reported as a problem."""
    if not table.has(column):
        return Names(np.zeros(len(table), dtype=np.int64), ("",)[: len(table)])
    cells = table.texts(column)
    found = _names(cells.distinct)
    if "" in found:
        refused = cells.indexes([int(not name) for name in found], 0) > 0
        log.errors_where(refused, table, column, NAME)
    return Names.coded(cells.codes, (*found, ""))


@lru_cache(maxsize=8)
def _names(distinct: tuple[CellValue, ...]) -> tuple[str, ...]:
    """Cells as names, "" where one is none; remembered, for each day of a history has the same."""
    return tuple(
        cell if isinstance(cell, str) and _NAME.fullmatch(cell) and not is_error(cell) else ""
        for cell in distinct
    )


def at_most(greatest: float) -> str:
    """What is wanted where a number is beyond what any position has."""
    return f"a number of at most {greatest:,.0f}"


def refuse_beyond(
    greatest: float | FloatArray,
    values: FloatArray,
    table: RangeTable,
    column: str,
    log: ProblemLog,
) -> None:
    """A problem for each number, of either sign, that is greater."""
    beyond = np.abs(values) > greatest
    if beyond.any():
        for most in np.unique(greatest):
            where = beyond & np.equal(greatest, most)
            log.errors_where(where, table, column, at_most(most))


def need(
    where: BoolArray,
    table: RangeTable,
    column: str,
    wanted: str,
    log: ProblemLog,
    after: Sequence[str] = (),
) -> None:
    """A problem for each row that needs something in a column, or for the column itself.

    Rows with an error in one of the columns `after` are passed over.
    """
    if table.has(column):
        log.errors_where(where, table, column, wanted, after=after)
    elif where.any():
        missing_heading(table, column, log)


def need_rows(table: RangeTable, of: str, log: ProblemLog) -> None:
    """A problem where nothing stands below the headings; `of` are what the rows would be."""
    if table.columns and not len(table):
        log.error(table.name, 0, "", f"no {of}", "at least one row below the headings")


def check_one_date(table: RangeTable, log: ProblemLog) -> None:
    """A problem where rows are of several dates: added up, they would count positions twice."""
    if table.has("date"):
        days = np.unique(np.floor(dates(table, "date", log)))
        count = int(np.count_nonzero(~np.isnan(days)))
        if count > 1:
            wanted = "one date (MARGIN_HISTORY takes several)"
            log.error(table.name, 0, "date", f"{count} different dates", wanted)


def refuse_foreign(table: RangeTable, log: ProblemLog) -> None:
    """An error for every row in another currency than US dollars."""
    foreign = table.texts("currency").where(lambda cell: text_of(cell).upper() not in DOLLAR_WORDS)
    wanted = "USD: requirements are in dollars; the setting leave_out takes such rows out by name"
    log.errors_where(foreign, table, "currency", wanted)


def missing_heading(table: RangeTable, name: str, log: ProblemLog) -> None:
    """A problem for a heading that is needed, with the unknown one that was probably meant."""
    near = nearest(name, table.unknown)
    found = f"no such heading, but {shown(near)}" if near else "no such heading"
    log.error(table.name, table.heading_row, name, found, f"a column of {name}")
