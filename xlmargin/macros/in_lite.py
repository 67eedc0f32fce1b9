"""The buttons in xlwings Lite: all that a browser allows, which has no files of the user's.

A broker's file, or his figures, are a sheet that was opened or pasted into the book: the one shown.
"""

from __future__ import annotations

import datetime as dt
from typing import Any

from xlmargin.cells.values import TableRows
from xlmargin.errors import MarginError
from xlmargin.importers.book_ranges import BookRanges, below_titles, bounded
from xlmargin.importers.brokers import read_broker_file
from xlmargin.importers.workbook_files import as_texts
from xlmargin.macros.changes import undo as undo_last
from xlmargin.macros.excel_book import ExcelBook
from xlmargin.macros.import_positions import import_ranges
from xlmargin.macros.import_positions import reconcile as reconcile_rows
from xlmargin.macros.open_book import ReadBook
from xlmargin.macros.pressed import press
from xlmargin.macros.report_sheet import report_sheet
from xlmargin.macros.snapshot import snapshot as snapshot_day


def import_sheet(book: Any) -> None:
    """Positions, prices, day and cash of the sheet shown, a broker's file, into the book."""
    own = ExcelBook(book)

    def work() -> list[str]:
        name = _shown(own)
        rows = ReadBook(own).sheet(name)
        broker = read_broker_file(as_texts(rows, name), name) if rows else None
        found = broker.accepted() if broker else BookRanges(_own_rows(own, name))
        return import_ranges(own, found, name, dt.date.today())

    press(own, work)


def snapshot(book: Any) -> None:
    """Today's book and prices into the dated tables."""
    own = ExcelBook(book)
    press(own, lambda: snapshot_day(own, dt.date.today()))


def reconcile(book: Any) -> None:
    """The broker's figures of the sheet that is shown into the sheet Broker."""
    own = ExcelBook(book)

    def work() -> list[str]:
        name = _shown(own)
        return reconcile_rows(own, _own_rows(own, name), name)

    press(own, work)


def report(book: Any) -> None:
    """A new dated sheet with the figures, values alone."""
    own = ExcelBook(book)
    press(own, lambda: report_sheet(own, dt.date.today()))


def undo(book: Any) -> None:
    """The tables as they were before the last button that changed them."""
    own = ExcelBook(book)
    press(own, lambda: [f"{undo_last(own)} is undone; Undo again brings it back."])


def _shown(own: ExcelBook) -> str:
    """The sheet that is shown, which must be one of the user's with a file in it."""
    name = str(own.book.sheets.active.name)
    if any(place.sheet == name for place in own.tables.values()):
        raise MarginError(
            f"{name}: is a sheet of the book; wanted that with the file: open or paste the file"
            " into a new sheet, and show that one."
        )
    return name


def _own_rows(own: ExcelBook, name: str) -> TableRows:
    return bounded(below_titles(ReadBook(own).sheet(name)), name)
