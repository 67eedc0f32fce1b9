"""Excel's own object model, as far as the buttons reach it, over cells kept in memory.

What is written to a cell is read as Excel reads what is typed: a text that begins with an equal
sign becomes a formula, one that looks like a number a number, and only one behind an apostrophe is
surely a text. One of the writes can be told to fail.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

from python_calamine import CalamineWorkbook

MANUAL, AUTOMATIC = -4135, -4105
_NUMBER = re.compile(r"[-+]?\$?[\d,]*\.?\d+(?:[eE][-+]?\d+)?%?")
_DATE = re.compile(
    r"\d{1,4}[-/]\d{1,2}(?:[-/]\d{1,4})?|(?:jan|feb|mar|may|dec)\w*[- ]?\d{1,4}", re.I
)


class Formula(str):
    """A cell that Excel calculates."""


def typed(value: object) -> object:
    """What Excel makes of what is typed into a cell."""
    if value is None or value == "":
        return None
    if isinstance(value, bool) or not isinstance(value, str):
        return float(value) if isinstance(value, int | float) else value  # type: ignore[arg-type]
    if value.startswith("'"):
        return value[1:]
    if value[0] in "=+-@":
        return Formula(value)
    if _NUMBER.fullmatch(value) or _DATE.fullmatch(value):
        return 46_000.0
    return {"true": True, "false": False}.get(value.lower(), value)


class Sheet:
    """A worksheet."""

    def __init__(self, book: Workbook, name: str) -> None:
        self.Parent, self.Name, self.Visible = book, name, True
        self.cells: dict[tuple[int, int], object] = {}
        self.formats: dict[tuple[int, int], str] = {}
        self.tables: list[ListObject] = []
        self.ProtectContents = False

    @property
    def Index(self) -> int:  # noqa: N802
        return self.Parent.pages.index(self) + 1

    @property
    def ListObjects(self) -> Collection:  # noqa: N802
        return Collection(self.tables)

    @property
    def UsedRange(self) -> Range:  # noqa: N802
        rows = [row for row, _ in self.cells] or [1]
        columns = [column for _, column in self.cells] or [1]
        return Range(self, min(rows), min(columns), max(rows), max(columns))

    def Cells(self, row: int, column: int) -> Range:  # noqa: N802
        return Range(self, row, column, row, column)

    def Range(self, first: Range, last: Range) -> Range:  # noqa: N802
        return Range(self, first.Row, first.Column, last.last_row, last.last_column)

    def Activate(self) -> None:  # noqa: N802
        self.Parent.ActiveSheet = self

    def Delete(self) -> None:  # noqa: N802
        self.Parent.pages.remove(self)

    def Move(self, Before: Sheet) -> None:  # noqa: N802, N803
        assert self.Visible, "hidden sheets stay where they are"
        pages = self.Parent.pages
        pages.remove(self)
        pages.insert(pages.index(Before), self)


class Range:
    """A range of cells; one cell alone has a value that is no table."""

    def __init__(
        self, sheet: Sheet, row: int, column: int, last_row: int, last_column: int
    ) -> None:
        assert 1 <= row <= last_row, (row, last_row)
        assert 1 <= column <= last_column, (column, last_column)
        self.Worksheet, self.Row, self.Column = sheet, row, column
        self.last_row, self.last_column = last_row, last_column
        self.Rows = SimpleNamespace(Count=last_row - row + 1)
        self.Columns = SimpleNamespace(Count=last_column - column + 1)

    def __call__(self, row: int, column: int) -> Range:
        place = self.Row + row - 1, self.Column + column - 1
        return Range(self.Worksheet, *place, *place)

    def places(self) -> Iterator[tuple[int, int]]:
        for row in range(self.Row, self.last_row + 1):
            for column in range(self.Column, self.last_column + 1):
                yield row, column

    def _shaped(self, shown: object) -> object:
        cells = [shown(self.Worksheet.cells.get(place)) for place in self.places()]  # type: ignore[operator]
        width = self.Columns.Count
        rows = tuple(tuple(cells[i : i + width]) for i in range(0, len(cells), width))
        return rows[0][0] if len(cells) == 1 else rows

    @property
    def Value(self) -> object:  # noqa: N802
        return self._shaped(lambda cell: 0.0 if isinstance(cell, Formula) else cell)

    @Value.setter
    def Value(self, rows: object) -> None:  # noqa: N802
        self.Worksheet.Parent.write()
        one = not isinstance(rows, list | tuple)
        values = [rows] if one else [cell for row in rows for cell in row]  # type: ignore[attr-defined]
        for place, value in zip(self.places(), values, strict=True):
            self.Worksheet.cells.pop(place, None)
            if (cell := typed(value)) is not None:
                self.Worksheet.cells[place] = cell

    @property
    def Formula(self) -> object:  # noqa: N802
        return self._shaped(lambda cell: "" if cell is None else str(cell))

    @property
    def NumberFormat(self) -> str:  # noqa: N802
        return self.Worksheet.formats.get((self.Row, self.Column), "General")

    @NumberFormat.setter
    def NumberFormat(self, value: str) -> None:  # noqa: N802
        self.Worksheet.formats.update(dict.fromkeys(self.places(), value))


class ListObject:
    """A table."""

    def __init__(self, sheet: Sheet, name: str, cells: Range) -> None:
        self.Parent, self.Name, self.Range = sheet, name, cells
        self.ShowTotals = False

    def Resize(self, cells: Range) -> None:  # noqa: N802
        """Give it another size: its headings stay where they are, and it keeps one row."""
        assert (cells.Row, cells.Column) == (self.Range.Row, self.Range.Column)
        assert cells.Rows.Count > 1
        for column in range(cells.Column, cells.last_column + 1):
            self.Parent.cells.setdefault((cells.Row, column), f"Column{column}")
        self.Range = cells


class Collection(list):  # type: ignore[type-arg]
    """A collection of COM: counted from 1."""

    @property
    def Count(self) -> int:  # noqa: N802
        return len(self)

    def Item(self, key: int) -> object:  # noqa: N802
        return self[key - 1]


class Pages:
    """The worksheets of a workbook."""

    def __init__(self, book: Workbook) -> None:
        self._book = self.Parent = book

    @property
    def Count(self) -> int:  # noqa: N802
        return len(self._book.pages)

    def __call__(self, key: object) -> Sheet:
        if isinstance(key, int):
            return self._book.pages[key - 1]
        return next(page for page in self._book.pages if page.Name == key)

    def __iter__(self) -> Iterator[Sheet]:
        return iter(list(self._book.pages))

    def Add(self, Before: Sheet) -> Sheet:  # noqa: N802, N803
        page = Sheet(self._book, f"Sheet{len(self._book.pages) + 1}")
        self._book.pages.insert(self._book.pages.index(Before), page)
        self._book.ActiveSheet = page
        return page


class Workbook:
    """A workbook, filled from a file; formulas are there as what they show."""

    def __init__(self, application: object, path: Path) -> None:
        self.Application, self.Name, self.FullName = application, path.name, str(path)
        self.pages: list[Sheet] = []
        self.writes, self.fails_at = 0, frozenset[int]()
        source = CalamineWorkbook.from_path(path, load_tables=path.suffix == ".xlsx")
        for name in source.sheet_names:
            page = Sheet(self, name)
            self.pages.append(page)
            for i, row in enumerate(
                source.get_sheet_by_name(name).to_python(skip_empty_area=False)
            ):
                for j, cell in enumerate(row):
                    if cell != "":
                        page.cells[i + 1, j + 1] = _as_com(cell)
        for name in source.table_names if path.suffix == ".xlsx" else ():
            table = source.get_table_by_name(name)
            page = self.Worksheets(table.sheet)
            (top, left), (bottom, right) = table.start, table.end
            place = Range(page, top, left + 1, bottom + 1, right + 1)
            page.tables.append(ListObject(page, name, place))
        self.ActiveSheet = self.pages[0]

    @property
    def Worksheets(self) -> Pages:  # noqa: N802
        return Pages(self)

    @property
    def Sheets(self) -> Pages:  # noqa: N802
        return Pages(self)

    def Activate(self) -> None:  # noqa: N802
        """Show it."""

    def write(self) -> None:
        """Something is written; those fail whose numbers are in `fails_at`."""
        self.writes += 1
        if self.writes - 1 in self.fails_at:
            raise RuntimeError("Excel is busy")

    def table(self, name: str) -> list[list[object]]:
        """The cells of a table, headings first."""
        (found,) = (t for page in self.pages for t in page.tables if t.Name == name)
        return [list(row) for row in found.Range.Value]

    def content(self) -> dict[str, dict[tuple[int, int], object]]:
        """All cells by sheet; a date is the number that Excel shows as one."""
        return {page.Name: {k: _number(c) for k, c in page.cells.items()} for page in self.pages}


def _number(cell: object) -> object:
    days = (cell.replace(tzinfo=None) - _FIRST_DAY) if isinstance(cell, dt.datetime) else None
    return cell if days is None else float(days.days)


_FIRST_DAY = dt.datetime(1899, 12, 30)


def _as_com(cell: object) -> object:
    if isinstance(cell, dt.datetime):
        return cell.replace(tzinfo=dt.UTC)
    if isinstance(cell, dt.date):
        return dt.datetime(cell.year, cell.month, cell.day, tzinfo=dt.UTC)
    return cell if isinstance(cell, str | bool) else float(cell)  # type: ignore[arg-type]
