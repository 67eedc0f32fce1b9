"""The buttons of an operator's day in a program that has files: each what a command does."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Final, Protocol

from xlmargin.cells.problems import counted
from xlmargin.defects import internal_error
from xlmargin.excel.range_checks import problems_of
from xlmargin.excel.ranges import Ranges
from xlmargin.importers.files import read_book_files, read_one_range
from xlmargin.macros.book_tables import book_ranges
from xlmargin.macros.changes import undo
from xlmargin.macros.import_positions import import_ranges
from xlmargin.macros.open_book import OpenBook
from xlmargin.macros.pressed import press
from xlmargin.macros.reconcile import reconcile
from xlmargin.macros.report_files import report_all, write_report
from xlmargin.macros.report_sheet import report_sheet
from xlmargin.macros.snapshot import snapshot


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
