"""Small books with the tables that buttons fill, and what stands in them afterwards."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from xlsxwriter import Workbook

from tests.hosts.stub_book import StubApp, StubBook
from xlmargin.macros.buttons import press_button
from xlmargin.macros.in_excel import ExcelDesk

Rows = Sequence[Sequence[object]]

TABLES: Final[Mapping[str, Rows]] = {
    "Positions": [
        ["symbol", "type", "quantity", "strike", "expiration", "price", "style", "account"],
        ["XYZ", "stock", 500, None, None, 100.0, None, "Own"],
        ["XYZ", "put", -5, 95, "2026-12-18", 2.5, None, "Own"],
    ],
    "Market": [
        ["symbol", "price", "class", "dividend_yield", "my notes"],
        ["XYZ", 100.0, None, 0.01, "kept"],
        ["OLD", 12.0, "etf_broad", None, "kept too"],
    ],
    "Settings": [["name", "value"], ["as_of", "2026-01-15"], ["rate", 0.04], ["cash", 1000.0]],
    "Dividends": [["symbol", "ex_date", "amount"], [None, None, None]],
    "DatedPositions": [
        ["date", "symbol", "type", "quantity", "strike", "expiration", "price", "account"],
        [None] * 8,
    ],
    "DatedMarket": [["date", "symbol", "price"], [None] * 3],
    "Broker": [["figure", "amount", "as_of", "source", "account"], [None] * 5],
}
TOP: Final = 5
"""The row of the headings."""


def write_book(path: Path, **changed: Rows | None) -> Path:
    """A workbook with a table on each sheet, below a title; None leaves one out."""
    workbook = Workbook(str(path))
    for name, rows in {**TABLES, **changed}.items():
        if rows is None:
            continue
        sheet = workbook.add_worksheet(name.replace("Dated", "Dated ").capitalize())
        sheet.write_string(0, 0, name)
        columns = [{"header": str(heading)} for heading in rows[0]]
        last = TOP + max(len(rows) - 1, 1), len(columns) - 1
        sheet.add_table(TOP, 0, *last, {"name": name, "columns": columns})
        for i, row in enumerate(rows[1:], start=TOP + 1):
            for j, cell in enumerate(row):
                if cell is not None:
                    sheet.write(i, j, cell)
    workbook.close()
    return path


def press(book: StubBook, button: str, chosen: Path | None = None) -> str:
    """Press a button in Excel; answers what is said, "" where nothing is."""
    before = len(book.app.said)
    book.app.chosen = str(chosen or "")
    desk = ExcelDesk(book)
    done = press_button(desk, button)
    said = book.app.said[before:]
    assert len(said) <= 1
    assert [mode for mode, _ in said] == (["info"] if done else ["critical"] if said else [])
    return said[0][1] if said else ""


def facts(book: StubBook, table: str) -> list[dict[str, Any]]:
    """The rows of a table, each filled cell by its heading."""
    headings, *rows = book.excel.table(table)
    return [
        {str(h): c for h, c in zip(headings, row, strict=True) if c is not None} for row in rows
    ]


def open_book(path: Path) -> StubBook:
    """A book that is open."""
    return StubBook(path, StubApp())
