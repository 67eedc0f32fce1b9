"""Columns of a table, read as numbers, dates, words of a list, or names.

Each distinct cell is read once. What would have to be guessed is a problem, never a value; how it
was read, where that is not plain, is a note of one line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any, Final

import numpy as np

from xlmargin.arrays import BoolArray, FloatArray, IntArray
from xlmargin.cells.dates import read_dates
from xlmargin.cells.numbers import NUMBER, NumberStyle, read_numbers
from xlmargin.cells.problems import ProblemLog
from xlmargin.cells.reading import missing_heading
from xlmargin.cells.table import EMPTY, CodedCells, Table
from xlmargin.cells.values import CellValue, is_error, is_nothing, shown, shown_text
from xlmargin.cells.words import Words
from xlmargin.dates import EARLIEST_SERIAL, LATEST_SERIAL

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


def numbers(table: Table, column: str, log: ProblemLog, *, percent: bool = False) -> FloatArray:
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


def _note_style(
    table: Table,
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
    elif typed.any() and table.style is None:
        log.notes_where(typed, table, column, "numbers typed as text, read as numbers")


def dates(table: Table, column: str, log: ProblemLog) -> FloatArray:
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
    wanted: dict[int, str], cells: CodedCells, table: Table, column: str, log: ProblemLog
) -> None:
    """An error for each cell that is refused, by what was wanted in its place."""
    for each in dict.fromkeys(wanted.values()):
        where = cells.indexes([int(wanted.get(i) == each) for i in range(len(cells.distinct))], 0)
        log.errors_where(where > 0, table, column, each, shown_text)


def words(table: Table, column: str, list_: Words[Any], wanted: str, log: ProblemLog) -> IntArray:
    """The index in the list's members of each word of a column: EMPTY where there is none.

    REFUSED where the word is not of the list, which is a problem.
    """
    cells = table.texts(column)
    codes = cells.indexes([EMPTY if is_nothing(c) else list_.index(c) for c in cells.distinct])
    log.errors_where(codes == REFUSED, table, column, wanted or list_.wanted)
    return codes


def names(table: Table, column: str, log: ProblemLog) -> CodedCells:
    """The names of a column, as they are written, "" where empty or reported as a problem.

    Every row has a code, and so a name.
    """
    cells = table.texts(column)
    good = [isinstance(c, str) and bool(_NAME.fullmatch(c)) and not is_error(c)
            for c in cells.distinct]  # fmt: skip
    refused = cells.indexes([int(not ok) for ok in good], 0) > 0
    log.errors_where(refused, table, column, NAME)
    found = ["" if not ok else str(c) for c, ok in zip(cells.distinct, good, strict=True)]
    if (cells.codes == EMPTY).any():
        found.append("")
    distinct = tuple(dict.fromkeys(found))
    index = {name: i for i, name in enumerate(distinct)}
    of_cell = np.array([index[name] for name in found] or [EMPTY], dtype=np.int32)
    return CodedCells(of_cell[cells.codes], distinct)


def at_most(greatest: float) -> str:
    """What is wanted where a number is beyond what any position has."""
    return f"a number of at most {greatest:,.0f}"


def refuse_beyond(
    greatest: float | FloatArray, values: FloatArray, table: Table, column: str, log: ProblemLog
) -> None:
    """A problem for each number, of either sign, that is greater."""
    for most in np.unique(greatest):
        where = (np.abs(values) > most) & np.equal(greatest, most)
        log.errors_where(where, table, column, at_most(most))


def need(
    where: BoolArray,
    table: Table,
    column: str,
    wanted: str,
    log: ProblemLog,
    after: Sequence[str] = (),
    show: Callable[[CellValue], str] = shown,
) -> None:
    """A problem for each row that needs something in a column, or for the column itself.

    Rows with an error in one of the columns `after` are passed over.
    """
    if table.has(column):
        log.errors_where(where, table, column, wanted, show, after)
    elif where.any():
        missing_heading(table, column, log)


def check_one_date(table: Table, log: ProblemLog) -> None:
    """A problem where rows are of several dates: added up, they would count positions twice."""
    if table.has("date"):
        days = np.unique(np.floor(dates(table, "date", log)))
        count = int(np.count_nonzero(~np.isnan(days)))
        if count > 1:
            wanted = "one date (MARGIN_HISTORY takes several)"
            log.error(table.name, 0, "date", f"{count} different dates", wanted)
