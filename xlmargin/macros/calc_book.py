"""A workbook that is open in LibreOffice Calc, as its own interface (UNO) shows it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit
from urllib.request import url2pathname

from xlmargin.cells.values import TableCell, TableRows, to_value
from xlmargin.errors import MarginError
from xlmargin.macros.open_book import CellArea, Formula

_ERROR: Final = 4
"""The kind of formulas whose result is an error."""
_DATE: Final = "D MMM YYYY"
_UNSAVED: Final = ".ods"
_OK: Final = 1
"""The button of a message."""


@dataclass(frozen=True)
class CalcBook:
    """A document of Calc as the buttons see it."""

    document: Any
    frame: Any
    """The window that shows it."""
    said: list[tuple[str, bool]] = field(default_factory=list)
    """Every message, and whether it told a failure."""

    @property
    def name(self) -> str:
        """The name of its file; one never saved has its title, and the type that it will have."""
        path = path_of(self.document.URL)
        return path.name if path else f"{self.document.Title}{_UNSAVED}".replace("/", " ")

    @property
    def folder(self) -> Path | None:
        """The folder of its file on this machine."""
        path = path_of(self.document.URL)
        return path.parent if path and path.parent.is_dir() else None

    @property
    def sheets(self) -> Sequence[str]:
        """The names of its sheets."""
        return [str(name) for name in self.document.Sheets.ElementNames]

    @property
    def tables(self) -> Mapping[str, CellArea]:
        """Its database ranges by name, headings included: what Calc makes of Excel's tables."""
        ranges, sheets = self.document.DatabaseRanges, self.sheets
        found = {}
        for name in ranges.ElementNames:
            at = ranges.getByName(name).DataArea
            height, width = at.EndRow - at.StartRow + 1, at.EndColumn - at.StartColumn + 1
            place = CellArea(sheets[at.Sheet], at.StartRow, at.StartColumn, height, width)
            found[str(name)] = place
        return found

    def used(self, sheet: str) -> CellArea:
        """The cells of a sheet from its first to the last in use."""
        cursor = self.document.Sheets.getByName(sheet).createCursor()
        cursor.gotoEndOfUsedArea(False)
        at = cursor.RangeAddress
        return CellArea(sheet, 0, 0, at.EndRow + 1, at.EndColumn + 1)

    def values(self, place: CellArea) -> TableRows:
        """What the cells show: an error as its name."""
        return self._read(place, to_value, _ERROR, lambda cell: to_value(cell.String) or "#VALUE!")

    def contents(self, place: CellArea) -> TableRows:
        """What the cells hold: a formula as a `Formula`."""
        return self._read(place, _content, 1 | 2 | _ERROR, lambda cell: Formula(cell.Formula))

    def _read(
        self,
        place: CellArea,
        of_value: Callable[[Any], TableCell],
        formulas: int,
        of_formula: Callable[[Any], TableCell],
    ) -> TableRows:
        """The cells by their values, and formulas of these kinds by themselves."""
        if place.is_empty:
            return [[] for _ in range(place.height)]
        cells = self._range(place)
        rows: TableRows = [[of_value(cell) for cell in row] for row in cells.getDataArray()]
        for at in cells.queryFormulaCells(formulas).RangeAddresses:
            for i in range(at.StartRow - place.row, at.EndRow - place.row + 1):
                for j in range(at.StartColumn - place.column, at.EndColumn - place.column + 1):
                    rows[i][j] = of_formula(cells.getCellByPosition(j, i))
        return rows

    def write(self, place: CellArea, rows: TableRows) -> None:
        """Put cells there: a text is a text, whatever it begins with, unless it is a `Formula`."""
        if place.is_empty:
            return
        cells = self._range(place)
        cells.setDataArray(tuple(tuple(map(_typed, row)) for row in rows))
        for i, row in enumerate(rows):
            for j, cell in enumerate(row):
                if isinstance(cell, Formula):
                    cells.getCellByPosition(j, i).Formula = str(cell)

    def show_dates(self, place: CellArea) -> None:
        """Show the numbers of these cells as dates."""
        formats, locale = self.document.NumberFormats, self.document.CharLocale
        key = formats.queryKey(_DATE, locale, False)
        self._range(place).NumberFormat = key if key >= 0 else formats.addNew(_DATE, locale)

    def refuse_locked(self, table: str) -> None:
        """Refuse a table of a protected sheet."""
        sheet = self.document.Sheets.getByIndex(self._table(table).DataArea.Sheet)
        if sheet.isProtected():
            raise MarginError(f"sheet {sheet.Name}: is protected; wanted it unprotected.")

    def resize(self, table: str, place: CellArea) -> None:
        """Let a table have another size."""
        self._table(table).DataArea = self._range(place).RangeAddress

    def add_sheet(self, name: str, *, hidden: bool) -> None:
        """Add a sheet behind the others; the one that is shown stays."""
        sheets = self.document.Sheets
        sheets.insertNewByName(name, sheets.Count)
        if hidden:
            sheets.getByName(name).IsVisible = False

    def delete_sheet(self, name: str) -> None:
        """Remove a sheet, without asking."""
        self.document.Sheets.removeByName(name)

    def go_to(self, sheet: str) -> None:
        """Show a sheet."""
        self.frame.Controller.ActiveSheet = self.document.Sheets.getByName(sheet)

    @contextmanager
    def at_once(self) -> Iterator[None]:
        """Calculate what is written only when all of it is."""
        automatic = self.document.isAutomaticCalculationEnabled()
        self.document.enableAutomaticCalculation(False)
        self.document.lockControllers()
        try:
            yield
        finally:
            self.document.unlockControllers()
            self.document.enableAutomaticCalculation(automatic)

    def say(self, text: str, *, failed: bool) -> None:
        """Show a message; without a screen LibreOffice shows none."""
        self.said.append((text, failed))
        window = self.frame.ContainerWindow
        kind = "ERRORBOX" if failed else "INFOBOX"
        which = import_module("uno").Enum("com.sun.star.awt.MessageBoxType", kind)
        window.Toolkit.createMessageBox(window, which, _OK, "xlmargin", text).execute()

    def _table(self, name: str) -> Any:
        ranges = self.document.DatabaseRanges
        return ranges.getByName(
            next(n for n in ranges.ElementNames if n.casefold() == name.casefold())
        )

    def _range(self, place: CellArea) -> Any:
        sheet = self.document.Sheets.getByName(place.sheet)
        last = (place.column + place.width - 1, place.row + place.height - 1)
        return sheet.getCellRangeByPosition(place.column, place.row, *last)


def path_of(address: str) -> Path | None:
    """The path of a file, which LibreOffice names by an address; None for any other address."""
    parts = urlsplit(str(address))
    return Path(url2pathname(parts.path)) if parts.scheme == "file" else None


def _content(cell: Any) -> str | float | None:
    return None if cell == "" or cell is None else cell


def _typed(cell: Any) -> str | float:
    """A cell as Calc takes it: what it takes as text it never reads; "" is an empty cell."""
    if cell is None or isinstance(cell, Formula):
        return ""
    if isinstance(cell, bool):
        return "TRUE" if cell else "FALSE"  # a number would not say that it is one of the two
    return float(cell) if isinstance(cell, float | int) else str(cell)
