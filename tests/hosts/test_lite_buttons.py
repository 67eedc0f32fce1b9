"""The scripts of xlwings Lite: the file is a sheet of the book, and no formula can be read."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import pytest

from tests.hosts.button_books import facts, open_book, write_book
from tests.hosts.fake_excel import typed
from tests.hosts.schwab_files import write_november
from tests.hosts.stub_book import StubBook, StubRange
from xlmargin import udfs
from xlmargin.cells.words import POSITIONS
from xlmargin.importers.files import read_book_files
from xlmargin.macros import in_lite
from xlmargin.macros.filled_tables import facts_of


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> StubBook:
    def not_there(_: object) -> None:
        raise NotImplementedError("Reading formulas synchronously isn't supported on this engine.")

    monkeypatch.setattr(StubRange, "formula", property(not_there))
    return open_book(write_book(tmp_path / "own.xlsx"))


def paste(book: StubBook, path: Path) -> None:
    """The cells of a file in a new sheet, as Excel reads a text that is opened; it is shown."""
    page = book.excel.Worksheets.Add(Before=book.excel.pages[0])
    page.Name = path.stem
    with path.open(newline="", encoding="utf-8") as lines:
        for i, row in enumerate(csv.reader(lines), start=1):
            for j, text in enumerate(row, start=1):
                number = text.replace("$", "").replace(",", "")
                try:
                    cell: Any = float(number)
                except ValueError:
                    cell = typed(f"'{text}") or None
                if cell is not None:
                    page.cells[i, j] = cell


def said(book: StubBook) -> str:
    return book.app.said[-1][1]


def test_a_sheet_is_imported_as_its_file_is(book: StubBook, tmp_path: Path) -> None:
    path = write_november(tmp_path)
    paste(book, path)
    in_lite.import_sheet(book)
    assert said(book).startswith("november: 4 rows of Trading XXXX-0017")
    assert facts(book, "Positions") == facts_of(read_book_files(path).positions, POSITIONS)


def test_a_day_in_the_browser(book: StubBook, tmp_path: Path) -> None:
    paste(book, write_november(tmp_path))
    in_lite.import_sheet(book)
    in_lite.snapshot(book)
    assert len(facts(book, "DatedPositions")) == 4
    in_lite.snapshot(book)
    assert "a day is added once" in said(book)
    in_lite.report(book)
    page = book.excel.Worksheets("Report 2026-11-20")
    ranges = [book.excel.table(name) for name in ("Positions", "Market", "Settings")]
    assert udfs.PM_REQUIREMENT(*ranges) in page.cells.values()
    days = udfs.MARGIN_CALENDAR(*ranges)
    shown = [page.cells[place] for place in page.formats]
    assert shown == [row[0] for row in days[1:]]
    in_lite.undo(book)
    assert facts(book, "DatedPositions") == [{}]


def test_figures_of_a_sheet_are_reconciled(book: StubBook, tmp_path: Path) -> None:
    path = tmp_path / "figures.csv"
    path.write_text("figure,amount\nequity,50000\n")
    paste(book, path)
    in_lite.reconcile(book)
    assert facts(book, "Broker") == [{"figure": "equity", "amount": 50000.0}]


def test_a_sheet_of_the_book_is_no_file(book: StubBook) -> None:
    before = book.excel.content()
    book.excel.ActiveSheet = book.excel.Worksheets("Market")
    in_lite.import_sheet(book)
    assert "Market: is a sheet of the book; wanted that with the file" in said(book)
    assert book.excel.content() == before
