"""An `xlwings.Book` without Excel: what the buttons ask of one, over the cells of `fake_excel`.

The same through the real xlwings is `classic_run_python`, in a process of its own.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from tests.hosts import fake_excel


@dataclass
class StubApp:
    """Excel: what was opened, printed and said."""

    calculation: str = "automatic"
    chosen: str = ""
    fails_to_open: bool = False
    opened: list[Path] = field(default_factory=list)
    printed: dict[Path, list[str]] = field(default_factory=dict)
    said: list[tuple[str, str]] = field(default_factory=list)

    @property
    def api(self) -> SimpleNamespace:
        return SimpleNamespace(GetOpenFilename=lambda *_: self.chosen or False)

    @property
    def books(self) -> StubApp:
        return self

    def open(self, path: str) -> StubBook:
        if self.fails_to_open:
            raise RuntimeError("Excel is busy")
        self.opened.append(Path(path))
        return StubBook(Path(path), self)

    def alert(self, prompt: str, title: str, *, mode: str) -> None:
        assert title == "xlmargin"
        self.said.append((mode, prompt))


class StubRange:
    """A range as xlwings has it."""

    def __init__(self, cells: fake_excel.Range) -> None:
        self.cells = cells
        self.row, self.column = cells.Row, cells.Column
        self.shape = cells.Rows.Count, cells.Columns.Count

    def options(self, **asked: object) -> StubRange:
        assert asked == {"ndim": 2, "err_to_str": True}
        return self

    @property
    def value(self) -> list[list[object]]:
        return [[_cell(c) for c in row] for row in self._rows(self.cells.Value)]

    @value.setter
    def value(self, rows: object) -> None:
        self.cells.Value = rows

    @property
    def formula(self) -> object:
        return self.cells.Formula

    @property
    def number_format(self) -> str:
        return self.cells.NumberFormat

    @number_format.setter
    def number_format(self, value: str) -> None:
        self.cells.NumberFormat = value

    def _rows(self, value: Any) -> Any:
        return value if self.shape != (1, 1) else ((value,),)


def _cell(cell: object) -> object:
    return cell.replace(tzinfo=None) if isinstance(cell, dt.datetime) else cell


class StubSheet:
    """A sheet as xlwings has it."""

    def __init__(self, page: fake_excel.Sheet) -> None:
        self.page = self.api = page
        self.name = page.Name

    @property
    def tables(self) -> list[StubTable]:
        return [StubTable(table) for table in self.page.tables]

    @property
    def used_range(self) -> StubRange:
        return StubRange(self.page.UsedRange)

    def range(self, first: tuple[int, int], last: tuple[int, int]) -> StubRange:
        return StubRange(self.page.Range(self.page.Cells(*first), self.page.Cells(*last)))

    def activate(self) -> None:
        self.page.Activate()

    def delete(self) -> None:
        self.page.Delete()

    @property
    def visible(self) -> bool:
        return self.page.Visible

    @visible.setter
    def visible(self, value: bool) -> None:
        self.page.Visible = value


class StubTable:
    """A table as xlwings has it."""

    def __init__(self, table: fake_excel.ListObject) -> None:
        self.table, self.name = table, table.Name
        self.show_totals = table.ShowTotals
        self.range = StubRange(table.Range)

    def resize(self, cells: StubRange) -> None:
        self.table.Resize(cells.cells)


class StubSheets:
    """The sheets as xlwings has them."""

    def __init__(self, book: fake_excel.Workbook) -> None:
        self.book = book

    def __iter__(self) -> Iterator[StubSheet]:
        return (StubSheet(page) for page in self.book.pages)

    def __getitem__(self, key: str | int) -> StubSheet:
        pages = self.book.pages
        return StubSheet(pages[key] if isinstance(key, int) else self.book.Worksheets(key))

    @property
    def active(self) -> StubSheet:
        return StubSheet(self.book.ActiveSheet)

    def add(self, name: str, after: StubSheet) -> StubSheet:
        page = self.book.Worksheets.Add(Before=after.page)
        page.Name = name
        self.book.pages.remove(page)
        self.book.pages.insert(self.book.pages.index(after.page) + 1, page)
        return StubSheet(page)


class StubBook:
    """A workbook as xlwings has it, filled from a file."""

    def __init__(self, path: Path, app: StubApp | None = None) -> None:
        self.path, self.app = path, app or StubApp()
        self.excel = fake_excel.Workbook(self.app, path)
        self.name, self.fullname = path.name, str(path)

    @property
    def sheets(self) -> StubSheets:
        return StubSheets(self.excel)

    def to_pdf(self, path: str, *, include: list[str]) -> None:
        self.app.printed[Path(path)] = include
