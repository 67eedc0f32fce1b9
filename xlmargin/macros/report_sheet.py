"""Report where no file can be written: a new dated sheet of the open book, values alone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from itertools import count
from typing import Final

from xlmargin import udfs
from xlmargin.cells.values import AnswerValue, TableRows
from xlmargin.dates import date_of
from xlmargin.errors import InputError
from xlmargin.excel.range_checks import refusals_of
from xlmargin.excel.ranges import Ranges
from xlmargin.importers.book_ranges import of_names
from xlmargin.macros.open_book import CellArea, OpenBook, book_ranges, new_sheet

_ANSWERS: Final = (
    ("Portfolio margin requirement, $", udfs.PM_REQUIREMENT),
    ("Strategy-based maintenance, $", udfs.REGT_MAINTENANCE),
    ("Strategy-based initial, $", udfs.REGT_INITIAL),
    ("In words", udfs.XLM_MESSAGES),
    ("Accounts, $", udfs.MARGIN_ACCOUNT),
    ("Both regimes, $", udfs.MARGIN_COMPARE),
    ("Portfolio margin by group, $", udfs.PM_GROUPS),
    ("Strategy-based pairing, $", udfs.REGT_STRATEGIES),
    ("Dates ahead", udfs.MARGIN_CALENDAR),
    ("Problems of the input", udfs.XLM_CHECK),
)


def report_sheet(book: OpenBook, today: dt.date) -> list[str]:
    """Add the sheet; answers its name. Refused where the book would be refused a requirement."""
    cells = book_ranges(book).cells
    read = Ranges(*cells, today=today)
    if refused := refusals_of(read):
        raise InputError(refused)
    day = date_of(read.book().market.as_of)
    name = next(n for n in _names(f"Report {day}") if not of_names(book.sheets, (n,)))
    rows: TableRows = [[f"Margin of {book.name}, as of {day}, made {today}"]]
    days: list[tuple[int, int]] = []
    for title, function in _ANSWERS:
        table = _table(function(*cells))
        rows += [[None], [title]]
        days += [(len(rows) + i, j) for i, j in _days(table)]
        rows += table
    new_sheet(book, name, rows)
    for row, column in days:
        book.show_dates(CellArea(name, row, column, 1, 1))
    book.go_to(name)
    return [f"The report is the sheet {name}: values alone, which stay as they are."]


def _table(answer: AnswerValue | list[list[AnswerValue]]) -> TableRows:
    rows = answer if isinstance(answer, list) else [[answer]]
    return [[cell if cell != "" else None for cell in row] for row in rows]


def _days(table: TableRows) -> Iterator[tuple[int, int]]:
    """The cells that are days: below that heading, or in a row of that unit."""
    for i, row in enumerate(table[1:], start=1):
        for j, cell in enumerate(row):
            if isinstance(cell, float) and ("date" in row[:j] or table[0][j] == "day"):
                yield i, j


def _names(name: str) -> Iterator[str]:
    yield name
    for number in count(2):
        yield f"{name} ({number})"
