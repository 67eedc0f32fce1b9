"""The buttons of an operator's day in a program that has files: each what a command does."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterator, Mapping
from contextlib import suppress
from itertools import count
from pathlib import Path
from typing import Final, Protocol

from xlmargin.cells.problems import counted
from xlmargin.cells.values import TableCell
from xlmargin.cli.batch import BatchRequest
from xlmargin.cli.book_files import known_beside
from xlmargin.cli.book_report import ReportRequest
from xlmargin.cli.market import with_own
from xlmargin.cli.registered import functions
from xlmargin.cli.tables import names_beside, tables_named
from xlmargin.computing import time_limit
from xlmargin.defects import internal_error
from xlmargin.excel.range_checks import problems_of
from xlmargin.excel.ranges import Ranges
from xlmargin.importers.book_ranges import named_ranges
from xlmargin.importers.files import read_book_files, read_one_range
from xlmargin.macros.changes import undo
from xlmargin.macros.import_positions import import_ranges, reconcile
from xlmargin.macros.open_book import OpenBook, ReadBook, book_ranges
from xlmargin.macros.pressed import press
from xlmargin.macros.report_sheet import report_sheet
from xlmargin.macros.snapshot import snapshot


def write_report(book: OpenBook, today: dt.date) -> Path:
    """Write the report on an open book as `xlmargin report` does; answers its path, a new one."""
    ranges, folder = book_ranges(book), _folder_of(book)
    name = Path(book.name).stem
    output = next(path for path in _names(folder, f"{name}-margin-{today}", ".xlsx"))
    title, day = f"Margin: {name}", ranges.as_of or today
    ranges = with_own(ranges, known_beside(None, [], ranges.settings, folder), day)
    more = tables_named(named_ranges(ReadBook(book), names_beside(), book.name))
    with time_limit(math.inf):
        ReportRequest(output, True, title, day, functions()).written(ranges, more=more)
    return output


def report_all(folder: Path, today: dt.date) -> list[str]:
    """A report of every book in a folder, in a new folder inside it; answers what came of each."""
    output = next(_names(folder, f"reports-{today}", ""))
    request = BatchRequest(folder, output, {}, today, as_json=True, processes=1)
    with time_limit(math.inf):
        summary = request.done()
    rows = [dict(zip(summary.headings, row, strict=True)) for row in summary.rows]
    refused = [row for row in rows if row["refused"]]
    return [
        f"{len(rows) - len(refused)} of {len(rows)} books reported, in {output}.",
        *(f"Refused: {row['book']}: {row['refused']}" for row in refused),
        *(_line(row) for row in rows if not row["refused"]),
    ]


def _line(row: Mapping[TableCell, TableCell]) -> str:
    """The figures of a book that was reported."""
    figures = (
        f"{name} {value:,.2f}"
        for name, value in row.items()
        if isinstance(value, float) and name != "warnings"
    )
    return f"{row['book']}: {'; '.join(figures)}"


def _names(folder: Path, name: str, suffix: str) -> Iterator[Path]:
    """Paths of which no one is there."""
    for number in count(1):
        path = folder / (f"{name}{suffix}" if number == 1 else f"{name}-{number}{suffix}")
        if not path.exists():
            yield path


def _folder_of(book: OpenBook) -> Path:
    """The book's folder; the user's documents for one that has none on this machine."""
    if book.folder is not None:
        return book.folder
    documents = Path.home() / "Documents"
    return documents if documents.is_dir() else Path.home()


class Desk(OpenBook, Protocol):
    """An open book in a program that asks for files, opens them and prints."""

    def choose_file(self, title: str) -> Path | None:
        """A file that the user chooses; None where he gives up."""

    def choose_folder(self, title: str) -> Path | None:
        """A folder that the user chooses; None where he gives up."""

    def open_report(self, report: Path, pdf: Path) -> None:
        """Print the pages of a report, and show it."""


Lines = list[str] | None


def import_file(desk: Desk, today: dt.date) -> Lines:
    """Positions, prices, day and cash of a file into the book; what is wrong with them then."""
    path = desk.choose_file("A broker's file, or positions of your own")
    if path is None:
        return None
    done = import_ranges(desk, read_book_files(path), path.name, today)
    found = problems_of(Ranges(*book_ranges(desk).cells, today=today))
    first = [f"{problem}." for problem in found[:5]]
    return [*done, f"Undo takes it back. {counted(found).capitalize()}, see Check.", *first]


def snapshot_day(desk: Desk, today: dt.date) -> Lines:
    """Today's book and prices into the dated tables."""
    return snapshot(desk, today)


def reconcile_file(desk: Desk, today: dt.date) -> Lines:
    """The broker's figures of a file into the sheet Broker."""
    path = desk.choose_file("The broker's figures")
    if path is None:
        return None
    return reconcile(desk, read_one_range(path, "broker"), path.name)


def report(desk: Desk, today: dt.date) -> Lines:
    """The report beside the book, as a workbook and printed; a sheet where no file can be."""
    try:
        written = write_report(desk, today)
    except OSError as error:
        return [*report_sheet(desk, today), f"No file could be written: {error}"]
    pdf = written.with_suffix(".pdf")
    try:
        desk.open_report(written, pdf)
    except Exception as error:
        with suppress(Exception):
            internal_error(error)
        return [f"Written: {written}", f"It could not be printed and opened: {error}"]
    return [f"Written: {written}", f"Printed: {pdf}"]


def run_all(desk: Desk, today: dt.date) -> Lines:
    """A report of every book in a folder, and what was refused."""
    folder = desk.choose_folder("A folder of brokers' files, or of books")
    return None if folder is None else report_all(folder, today)


def undo_last(desk: Desk, today: dt.date) -> Lines:
    """The tables as they were before the last button that changed them."""
    return [f"{undo(desk)} is undone; Undo again brings it back."]


BUTTONS: Final[Mapping[str, Callable[[Desk, dt.date], Lines]]] = {
    "import_file": import_file,
    "snapshot": snapshot_day,
    "reconcile": reconcile_file,
    "report": report,
    "run_all": run_all,
    "undo": undo_last,
}
"""What each button does, by its name in every program."""


def press_button(desk: Desk, name: str) -> bool:
    """Do what a button does, on the day that it is; answers whether it was done."""
    return press(desk, lambda: BUTTONS[name](desk, dt.date.today()))
