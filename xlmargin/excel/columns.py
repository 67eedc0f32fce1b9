"""Columns of cells, read as numbers, dates, words of a list, or names.

A whole column is read at once; only where that fails are its cells looked at one by one. What would
have to be guessed - "12,5", "1,234.5", "5%", "3/4/26" - is a problem, never a value.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from typing import Final, TypeVar

import numpy as np

from xlmargin.arrays import BoolArray, FloatArray, IntArray
from xlmargin.dates import EARLIEST_SERIAL, LATEST_SERIAL, serial_of
from xlmargin.excel.findings import Findings
from xlmargin.excel.headings import squeezed
from xlmargin.excel.plain_cells import PlainCell, shown_text, text_of
from xlmargin.excel.ranges import RangeTable

NUMBER: Final = "a number"
DATE: Final = "a date (a serial day, or a text such as 2026-12-18)"
GREATEST_PRICE: Final = 10_000_000.0
"""$ per unit; a greater price or strike is a mistake, and loses the cents."""
GREATEST_QUANTITY: Final = 1_000_000_000.0
"""Contracts or shares of one position."""
GREATEST_CASH: Final = 1_000_000_000_000.0
GREATEST_MULTIPLIER: Final = 1_000_000.0

NAME: Final = "a name without = + - @ in front, of at most 64 printed characters"

_PLAIN_NUMBER: Final = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,3})?", re.ASCII)
_ISO_DATE: Final = re.compile(r"\d{4}-\d\d-\d\d([T ]\d\d:\d\d(:\d\d(\.\d{1,6})?)?)?", re.ASCII)
_NAME: Final = re.compile(r"[^=+\-@\x00-\x1f\x7f][^\x00-\x1f\x7f]{0,63}")

_T = TypeVar("_T")


def number_of(cell: PlainCell) -> float:
    """The number in a cell; NaN where it is empty, or where it is not plainly a finite number."""
    if isinstance(cell, str):
        return float(cell) if _PLAIN_NUMBER.fullmatch(cell) else np.nan
    return np.nan if cell is None or not np.isfinite(cell) else cell


def date_serial(cell: PlainCell) -> float:
    """The serial day in a cell; NaN where it is empty, or where it is not plainly a date."""
    if isinstance(cell, str):
        return _iso_serial(cell)
    if cell is None or not EARLIEST_SERIAL <= cell <= LATEST_SERIAL:
        return np.nan
    return cell


def _iso_serial(text: str) -> float:
    if not _ISO_DATE.fullmatch(text):
        return np.nan
    try:
        serial = serial_of(dt.datetime.fromisoformat(text))
    except ValueError:
        return np.nan
    return serial if EARLIEST_SERIAL <= serial <= LATEST_SERIAL else np.nan


def numbers(table: RangeTable, column: str, findings: Findings) -> FloatArray:
    """The numbers of a column; NaN where a cell is empty or was reported as a problem."""
    if not table.has(column):
        return np.full(len(table), np.nan)
    cells = table.column(column)
    if str not in set(map(type, cells)):
        values = np.array(cells, dtype=np.float64)
    else:
        values = _each(cells, number_of)
        _warn_of_text(table, column, values, findings)
    values[np.isinf(values)] = np.nan
    findings.errors_where(_unread(values, table, column), table, column, NUMBER, shown_text)
    return values


def at_most(greatest: float) -> str:
    """What is wanted where a number is beyond what any position has."""
    return f"a number of at most {greatest:,.0f}"


def refuse_beyond(
    greatest: float | FloatArray,
    values: FloatArray,
    table: RangeTable,
    column: str,
    findings: Findings,
) -> None:
    """A problem for each number, of either sign, that is greater."""
    for most in np.unique(greatest):
        where = (np.abs(values) > most) & np.equal(greatest, most)
        findings.errors_where(where, table, column, at_most(most))


def _warn_of_text(table: RangeTable, column: str, values: FloatArray, findings: Findings) -> None:
    """One warning for a column in which numbers are typed as text."""
    texts = np.array([isinstance(c, str) for c in table.column(column)]) & ~np.isnan(values)
    if texts.any():
        first = table.rows[int(np.flatnonzero(texts)[0])]
        found = f"{int(texts.sum())} number(s) typed as text"
        findings.warning(table.name, first, column, found, "numbers; they were read as such")


def dates(table: RangeTable, column: str, findings: Findings) -> FloatArray:
    """The serial days of a column; NaN where a cell is empty or was reported as a problem."""
    if not table.has(column):
        return np.full(len(table), np.nan)
    cells = table.column(column)
    if str not in set(map(type, cells)):
        values = np.array(cells, dtype=np.float64)
        values[(values < EARLIEST_SERIAL) | (values > LATEST_SERIAL)] = np.nan
    else:
        values = _each(cells, date_serial)
    findings.errors_where(_unread(values, table, column), table, column, DATE, shown_text)
    return values


def _each(cells: tuple[PlainCell, ...], read: Mapping[PlainCell, float] | object) -> FloatArray:
    """Cells read one by one, each distinct content once."""
    assert callable(read)
    read_once = {cell: read(cell) for cell in set(cells)}
    return np.array([read_once[cell] for cell in cells], dtype=np.float64)


def _unread(values: FloatArray, table: RangeTable, column: str) -> BoolArray:
    """Which cells hold something that was not read."""
    unread = np.isnan(values)
    return unread & ~table.empty(column) if unread.any() else unread


def words(
    table: RangeTable, column: str, codes: Mapping[str, int], wanted: str, findings: Findings
) -> IntArray:
    """The code of each word of a column: -1 where empty, -2 where reported as a problem."""
    if not table.has(column):
        return np.full(len(table), -1)
    cells = table.column(column)
    code = {cell: codes.get(squeezed(text_of(cell)), -2) for cell in set(cells)}
    code[None] = -1
    read = np.array([code[cell] for cell in cells], dtype=np.int64)
    findings.errors_where(read == -2, table, column, wanted)
    return read


def names(table: RangeTable, column: str, findings: Findings) -> list[str]:
    """The names of a column, as they are written; "" where empty or reported as a problem."""
    if not table.has(column):
        return [""] * len(table)
    cells = table.column(column)
    name = {cell: text_of(cell) for cell in set(cells)}
    refused = {cell for cell, text in name.items() if text and not _NAME.fullmatch(text)}
    if refused:
        where = np.array([cell in refused for cell in cells])
        findings.errors_where(where, table, column, NAME)
        name.update(dict.fromkeys(refused, ""))
    return [name[cell] for cell in cells]


def wanted_words(words_: list[str]) -> str:
    """The words of a list as a message shows them: "stock, call, put or cash"."""
    return f"{', '.join(words_[:-1])} or {words_[-1]}"


def check_one_date(table: RangeTable, findings: Findings) -> None:
    """A problem where rows are of several dates: added up, they would count positions twice."""
    days = {np.floor(date_serial(cell)) for cell in set(table.column("date")) - {None}}
    if len(days) > 1:
        found = f"{len(days)} different dates"
        findings.error(table.name, 0, "date", found, "one date (MARGIN_HISTORY takes several)")
