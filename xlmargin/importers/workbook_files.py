"""Workbooks of every kind: .xlsx, .xlsm, .xlsb, .xls and .ods. Values are read, nothing is run.

The reader hands over cells that hold an error as empty ones, so the errors are looked up in the
file itself and put back in their place; where the file does not tell their place, it is refused.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final
from xml.etree import ElementTree

from xlmargin.cells.numbers import NumberStyle
from xlmargin.cells.table import SourceRows
from xlmargin.cells.values import Day, TableCell, TableRows, to_value
from xlmargin.dates import date_of
from xlmargin.errors import MarginError
from xlmargin.importers.named_ranges import named_ranges, of_names
from xlmargin.importers.workbook_extent import column_number, refuse_sparse, xlsb_records

if TYPE_CHECKING:
    from python_calamine import CalamineWorkbook

_US: Final = NumberStyle.US

MOST_UNPACKED_BYTES: Final = 500_000_000

_ERROR_CELL: Final = re.compile(rb'<(?:\w+:)?c\b([^>]*\bt="e"[^>]*)>(.*?)</(?:\w+:)?c>', re.DOTALL)
_PLACE: Final = re.compile(rb'\br="([A-Z]+)(\d+)"')
_SHOWN: Final = re.compile(rb"<(?:\w+:)?v>([^<]*)</")
_XLS_ERROR: Final = re.compile(
    rb"\x05\x02\x08\x00.{6}[\x00\x07\x0f\x17\x1d\x24\x2a]\x01"
    rb"|\x06\x00.\x00.{6}\x02.[\x00\x07\x0f\x17\x1d\x24\x2a].{3}\xff\xff",
    re.DOTALL,
)
"""A cell, or the result of a formula, that is an error, in a binary workbook of 1997."""
_XLSB_ERRORS: Final = (3, 11)
"""Kinds of record that are error cells in a binary workbook of 2007."""
_ODS: Final = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"

Errors = dict[tuple[int, int], str]
"""The error cells of a sheet by row and column, the first 0."""


def read_named_ranges(path: Path, names: Sequence[str]) -> dict[str, TableRows]:
    """The tables or sheets of a workbook that have one of these names; see `named_ranges`."""
    with _opened(path) as workbook:
        return named_ranges(workbook, names, path.name)


def read_first_sheet(path: Path, unless: Sequence[str] = ()) -> SourceRows:
    """The cells of a workbook's first sheet as texts; dates are those of a calendar.

    There are none where a sheet has one of the names in `unless`.
    """
    with _opened(path) as workbook:
        named = of_names(workbook.sheets, unless)
        rows = SourceRows([]) if named else workbook.sheet(workbook.sheets[0])
    return as_texts(rows, path.name)


def as_texts(rows: Iterable[Sequence[TableCell]], file: str) -> SourceRows:
    """The cells of a sheet as texts, as a broker's file has them; dates are those of a calendar."""
    return SourceRows([[_text(cell) for cell in row] for row in rows], file, style=_US)


def _text(cell: TableCell) -> str:
    if cell is None:
        return ""
    if isinstance(cell, Day) and cell % 1 == 0:
        return date_of(cell).isoformat()
    return f"{cell:.15g}" if isinstance(cell, float) else str(cell)


@contextmanager
def _opened(path: Path) -> Iterator[_Workbook]:
    """The workbook, open; what the reader cannot make out of it is refused."""
    from python_calamine import CalamineWorkbook

    _refuse_bomb(path)
    refuse_sparse(path)
    try:
        has_tables = path.suffix.lower() == ".xlsx"
        workbook = CalamineWorkbook.from_path(path, load_tables=has_tables)
        yield _Workbook(workbook, path, has_tables, _errors(path))
    except MarginError:
        raise
    except Exception as error:
        # The reader has an error of its own for each kind of file, without a common parent.
        raise MarginError(f"{path.name}: not a workbook that can be read ({error}).") from error


def _refuse_bomb(path: Path) -> None:
    """Refuse a packed file that unpacks to more than any book of positions."""
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as packed:
        size = sum(part.file_size for part in packed.infolist())
    if size > MOST_UNPACKED_BYTES:
        limit = f"{MOST_UNPACKED_BYTES:,}"
        raise MarginError(f"{path.name}: found {size:,} bytes unpacked, wanted at most {limit}.")


@dataclass(frozen=True)
class _Workbook:
    """A workbook's sheets and tables, with the error cells that its reader leaves out."""

    content: CalamineWorkbook
    path: Path
    has_tables: bool
    errors: Mapping[str, Errors]

    @property
    def sheets(self) -> list[str]:
        return self.content.sheet_names

    def table(self, name: str) -> SourceRows:
        """The rows of a table, headings first; none where there is no such table."""
        names = of_names(self.content.table_names or (), (name,)) if self.has_tables else []
        if not names:
            return SourceRows([])
        table = self.content.get_table_by_name(names[0])
        rows: TableRows = [[str(column) for column in table.columns]]
        rows += _plain(table.to_python())
        start = table.start or (1, 0)
        top, left = start[0] - 1, start[1]
        self._put_errors(rows, table.sheet, top, left)
        numbers = range(top + 1, top + 1 + len(rows))
        return SourceRows(rows, self._source(table.sheet), numbers, first_column=left)

    def sheet(self, name: str) -> SourceRows:
        """The rows of a sheet from its first on; none where there is no such sheet."""
        names = of_names(self.sheets, (name,))
        if not names:
            return SourceRows([])
        sheet = self.content.get_sheet_by_name(names[0])
        rows = _plain(sheet.to_python(skip_empty_area=False))
        self._put_errors(rows, names[0], 0, 0)
        return SourceRows(rows, self._source(names[0]))

    def _source(self, sheet: str) -> str:
        return f"{self.path.name}, sheet {sheet}" if len(self.sheets) > 1 else self.path.name

    def _put_errors(self, rows: TableRows, sheet: str, top: int, left: int) -> None:
        for (row, column), text in self.errors.get(sheet, {}).items():
            if 0 <= row - top < len(rows) and 0 <= column - left < len(rows[row - top]):
                rows[row - top][column - left] = text


def _plain(rows: Iterable[Sequence[object]]) -> TableRows:
    """Cells as plain values: whole numbers as numbers, dates and times as days."""
    return [[cell if isinstance(cell, bool) else to_value(cell) for cell in row] for row in rows]


def _errors(path: Path) -> dict[str, Errors]:
    """The error cells of each sheet; refused where they are there and the file hides their place.

    The reader hands them over as empty cells, which they never are.
    """
    suffix = path.suffix.lower()
    if suffix == ".xls":
        hidden = bool(_XLS_ERROR.search(path.read_bytes()))
    else:
        with zipfile.ZipFile(path) as packed:
            if suffix == ".ods":
                return _ods_errors(packed.read("content.xml"))
            if suffix != ".xlsb":
                return _xlsx_errors(packed, path)
            parts = [n for n in packed.namelist() if n.startswith("xl/worksheets/sheet")]
            hidden = any(_has_xlsb_error(packed.read(name)) for name in parts)
    if hidden:
        wanted = "them mended, or the file saved as .xlsx, which tells where they stand"
        raise MarginError(f"{path.name}: found cells with errors such as #N/A, wanted {wanted}.")
    return {}


def _xlsx_errors(packed: zipfile.ZipFile, path: Path) -> dict[str, Errors]:
    book = ElementTree.fromstring(packed.read("xl/workbook.xml"))
    relations = ElementTree.fromstring(packed.read("xl/_rels/workbook.xml.rels"))
    targets = {r.get("Id"): r.get("Target", "").lstrip("/") for r in relations}
    found: dict[str, Errors] = {}
    for sheet in book.findall(".//{*}sheet"):
        ids = [value for key, value in sheet.attrib.items() if key.endswith("}id")]
        target = targets.get(ids[0] if ids else None, "")
        part = target if target.startswith("xl/") else f"xl/{target}"
        content = packed.read(part) if part in packed.namelist() else b""
        for attributes, inside in _ERROR_CELL.findall(content) if b't="e"' in content else ():
            place, shown = _PLACE.search(attributes), _SHOWN.search(inside)
            if place is None:
                raise MarginError(f"{path.name}: found cells with errors, wanted them mended.")
            row, column = int(place[2]) - 1, column_number(place[1].decode()) - 1
            text = shown[1].decode() if shown else "#N/A"
            found.setdefault(sheet.get("name", ""), {})[row, column] = text
    return found


def _ods_errors(content: bytes) -> dict[str, Errors]:
    if b'value-type="error"' not in content:
        return {}
    found: dict[str, Errors] = {}
    for sheet in ElementTree.fromstring(content).iter(f"{_ODS}table"):
        errors = found.setdefault(sheet.get(f"{_ODS}name", ""), {})
        row = 0
        for line in sheet.iter(f"{_ODS}table-row"):
            column = 0
            for cell in line:
                if any(k.endswith("}value-type") and v == "error" for k, v in cell.attrib.items()):
                    errors[row, column] = "".join(cell.itertext()) or "#N/A"
                column += int(cell.get(f"{_ODS}number-columns-repeated", "1"))
            row += int(line.get(f"{_ODS}number-rows-repeated", "1"))
    return found


def _has_xlsb_error(content: bytes) -> bool:
    """Whether a sheet of a binary workbook has a record of an error cell."""
    return any(kind in _XLSB_ERRORS for kind, _ in xlsb_records(content))
