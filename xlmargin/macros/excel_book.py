"""A workbook that is open in Excel, as xlwings shows it: on Windows, or in a browser by Lite."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from xlmargin.cells.values import Cell, TableCell, TableRows, to_value
from xlmargin.errors import MarginError
from xlmargin.macros.open_book import CellArea, Formula

TITLE: Final = "xlmargin"
_DATE: Final = "d mmm yyyy"
_SURE_TEXT: Final = re.compile(r"(?!true$|false$)[a-z]+", re.IGNORECASE)
"""What Excel takes for a text, and for nothing else."""
_UNSAVED: Final = ".xlsx"


@dataclass(frozen=True)
class ExcelBook:
    """An `xlwings.Book` as the buttons see it."""

    book: Any
    """What xlwings hands over: it is not imported here, nor are its types."""

    @property
    def name(self) -> str:
        """The name of its file; one never saved gets the type that it will have."""
        name = str(self.book.name).replace("\\", "/").rpartition("/")[2]
        return name if Path(name).suffix else f"{name}{_UNSAVED}"

    @property
    def folder(self) -> Path | None:
        """The folder of its file on this machine."""
        path = Path(str(self.book.fullname))
        return path.parent if path.is_absolute() and path.parent.is_dir() else None

    @property
    def sheets(self) -> Sequence[str]:
        """The names of its sheets."""
        return [str(sheet.name) for sheet in self.book.sheets]

    @property
    def tables(self) -> Mapping[str, CellArea]:
        """Its tables by name, headings included."""
        return {
            str(table.name): _place(sheet.name, table.range)
            for sheet in self.book.sheets
            for table in sheet.tables
        }

    def used(self, sheet: str) -> CellArea:
        """The cells of a sheet from its first to the last in use."""
        used = _place(sheet, self.book.sheets[sheet].used_range)
        return CellArea(sheet, 0, 0, used.row + used.height, used.column + used.width)

    def values(self, place: CellArea) -> TableRows:
        """What the cells show: an error as its name."""
        return [[to_value(cell) for cell in row] for row in self._raw(place)]

    def contents(self, place: CellArea) -> TableRows:
        """What the cells hold: a formula as a `Formula`, where the program tells it.

        In a browser it does not: there a formula counts as what it shows.
        """
        raw = self._raw(place)
        written = self._formulas(place)
        if written is None:
            return [[_content(cell, None) for cell in row] for row in raw]
        return [
            [_content(cell, formula) for cell, formula in zip(row, formulas, strict=True)]
            for row, formulas in zip(raw, written, strict=True)
        ]

    def write(self, place: CellArea, rows: TableRows) -> None:
        """Put cells there: a text is a text, whatever it begins with, unless it is a `Formula`."""
        if not place.is_empty:
            self._range(place).value = [[_typed(cell) for cell in row] for row in rows]

    def show_dates(self, place: CellArea) -> None:
        """Show the numbers of these cells as dates."""
        self._range(place).number_format = _DATE

    def refuse_locked(self, table: str) -> None:
        """Refuse a table of a protected sheet, and one with a row of totals."""
        sheet, own = self._table(table)
        if getattr(sheet.api, "ProtectContents", False):
            raise MarginError(f"sheet {sheet.name}: is protected; wanted it unprotected.")
        if own.show_totals:
            raise MarginError(
                f"sheet {sheet.name}: the table {table} has a row of totals, which would be taken"
                " for one of its own; wanted it switched off."
            )

    def resize(self, table: str, place: CellArea) -> None:
        """Let a table have another size."""
        _, own = self._table(table)
        if _place(place.sheet, own.range) != place:
            own.resize(self._range(place))

    def add_sheet(self, name: str, *, hidden: bool) -> None:
        """Add a sheet behind the others that can be seen; the one that is shown stays."""
        shown = self.book.sheets.active
        *_, last = (sheet for sheet in self.book.sheets if sheet.visible)
        added = self.book.sheets.add(name, after=last)
        if hidden:
            added.visible = False
        shown.activate()

    def delete_sheet(self, name: str) -> None:
        """Remove a sheet, without asking."""
        self.book.sheets[name].delete()

    def go_to(self, sheet: str) -> None:
        """Show a sheet."""
        self.book.sheets[sheet].activate()

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Calculate what is written only when all of it is."""
        app = self.book.app
        try:
            before = app.calculation
        except NotImplementedError:  # an older Lite, which does all at the end of a script anyway
            yield
            return
        app.calculation = "manual"
        try:
            yield
        finally:
            app.calculation = before

    def say(self, text: str, *, failed: bool) -> None:
        """Show a message."""
        self.book.app.alert(text, TITLE, mode="critical" if failed else "info")

    def _table(self, name: str) -> tuple[Any, Any]:
        """A table, and its sheet."""
        return next(
            (sheet, table)
            for sheet in self.book.sheets
            for table in sheet.tables
            if str(table.name).casefold() == name.casefold()
        )

    def _range(self, place: CellArea) -> Any:
        first = (place.row + 1, place.column + 1)
        last = (place.row + place.height, place.column + place.width)
        return self.book.sheets[place.sheet].range(first, last)

    def _formulas(self, place: CellArea) -> Sequence[Sequence[object]] | None:
        """The formulas of cells, a value where there is none; None where they are not told."""
        if place.is_empty:
            return [[] for _ in range(place.height)]
        try:
            found = self._range(place).formula
        except NotImplementedError:
            return None
        return found if isinstance(found, list | tuple) else ((found,),)

    def _raw(self, place: CellArea) -> list[list[Cell]]:
        """The cells as xlwings has them: dates as such, errors as their names."""
        if place.is_empty:
            return [[] for _ in range(place.height)]
        found: list[list[Cell]] = self._range(place).options(ndim=2, err_to_str=True).value
        return found


def _place(sheet: str, cells: Any) -> CellArea:
    return CellArea(str(sheet), cells.row - 1, cells.column - 1, *cells.shape)


def _content(cell: Cell, formula: object) -> TableCell:
    """A cell as it is to be written again; a text that only looks like a formula is one itself."""
    if isinstance(formula, str) and formula.startswith("=") and formula != cell:
        return Formula(formula)
    if isinstance(cell, str | bool) or cell is None:
        return cell if cell != "" else None
    value = to_value(cell)
    return float(value) if isinstance(value, float) else value


def _typed(cell: TableCell) -> TableCell:
    """A cell as it is typed: Excel reads what is written to it, unless an apostrophe says text."""
    if isinstance(cell, Formula):
        return str(cell)
    if isinstance(cell, str) and not _SURE_TEXT.fullmatch(cell):
        return f"'{cell}"
    return float(cell) if isinstance(cell, float) else cell
