"""Workbooks of every kind: .xlsx, .xlsm, .xlsb, .xls and .ods. Values are read, nothing is run.

The reader hands over cells that hold an error as empty ones, so the errors are looked up in the
file itself and put back in their place; where the file does not tell their place, it is refused.
"""

from __future__ import annotations

import re
import struct
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
from xlmargin.importers.book_ranges import named_ranges, of_names

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


MOST_CELLS: Final = 20_000_000
"""Cells of one sheet, the blank ones between counted: 0.6 GB in the reader."""

_XLSB_CELLS: Final = (*range(1, 12), 62)
"""Kinds of record that are cells in a binary workbook of 2007."""
_XLS_SHEET: Final = 0x0809
_XLS_SEVERAL_CELLS: Final = (0x00BD, 0x00BE)
_XLS_CELLS: Final = (
    0x0006, 0x0201, 0x0203, 0x0204, 0x0205, 0x00FD, 0x027E, 0x00D6, *_XLS_SEVERAL_CELLS,
)  # fmt: skip
"""Kinds of record that begin a sheet, or are cells, in a binary workbook of 1997."""
_COMPOUND_FILE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_NO_SECTOR: Final = 0xFFFFFFFA
"""The numbers of sectors end below it."""
_CELL: Final = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
_LONGEST_PLACE: Final = 16
_AT_ONCE: Final = 1_000_000


def refuse_sparse(path: Path) -> None:
    """Refuse a workbook with cells so far out that the room up to them is more than there is.

    One blank in the last cell of a sheet makes a table of 17 billion cells, for which no memory is
    enough, and the reader ends the whole process.
    """
    if not zipfile.is_zipfile(path):
        for rows, columns in _xls_extents(path.read_bytes()):
            _refuse(path, rows, columns)
        return
    with zipfile.ZipFile(path) as packed:
        for part in packed.namelist():
            if part == "content.xml":
                for rows, columns in _ods_extents(packed, part):
                    _refuse(path, rows, columns)
            elif part.startswith("xl/worksheets/") and part.endswith(".xml"):
                _refuse(path, *_last_cells(packed, part))
            elif part.startswith("xl/worksheets/") and part.endswith(".bin"):
                _refuse(path, *_xlsb_extent(packed.read(part)))


def _refuse(path: Path, rows: int, columns: int) -> None:
    if rows * columns > MOST_CELLS:
        raise MarginError(
            f"{path.name}: found cells as far out as row {rows:,} and column {columns:,}, wanted a"
            " sheet without stray cells: delete the rows below the table and the columns beside it."
        )


def _last_cells(packed: zipfile.ZipFile, part: str) -> tuple[int, int]:
    """Rows and columns of a sheet up to its last cells."""
    letters, rows, tail = {b"A"}, 0, b""
    with packed.open(part) as opened:
        while block := opened.read(_AT_ONCE):
            if found := _CELL.findall(tail + block):
                columns_of, rows_of = zip(*found, strict=True)
                letters.update(columns_of)
                rows = max(rows, *map(int, rows_of))
            tail = block[-_LONGEST_PLACE:]
    return rows, max(column_number(each.decode()) for each in letters)


def column_number(letters: str) -> int:
    """The number of a column by its letters, 1 for A."""
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number


def _ods_extents(packed: zipfile.ZipFile, part: str) -> Iterator[tuple[int, int]]:
    """Rows and columns of each sheet up to the last cells with something in them."""
    row = rows = columns = 0
    with packed.open(part) as opened:
        for _, element in ElementTree.iterparse(opened):
            if element.tag == f"{_ODS}table-row":
                filled = _filled_columns(element)
                rows, columns = (row + 1 if filled else rows), max(columns, filled)
                row += int(element.get(f"{_ODS}number-rows-repeated", "1"))
                element.clear()
            elif element.tag == f"{_ODS}table":
                yield rows, columns
                row = rows = columns = 0


def _filled_columns(line: ElementTree.Element) -> int:
    """Columns of a row up to the last cell with something in it."""
    column = last = 0
    for cell in line:
        column += int(cell.get(f"{_ODS}number-columns-repeated", "1"))
        if len(cell) or any(key.endswith("value-type") for key in cell.attrib):
            last = column
    return last


def xlsb_records(content: bytes) -> Iterator[tuple[int, bytes]]:
    """The records of a sheet of a binary workbook of 2007: the kind of each, and what it holds."""
    at = 0
    while at < len(content):
        kind, at = _varying(content, at, 2)
        size, at = _varying(content, at, 4)
        yield kind, content[at : at + size]
        at += size


def _varying(content: bytes, at: int, most: int) -> tuple[int, int]:
    """A number of seven bits a byte, as long as the eighth bit goes on; and where it ends."""
    value = 0
    for i in range(most):
        byte = content[at + i] if at + i < len(content) else 0
        value |= (byte & 0x7F) << 7 * i
        if not byte & 0x80:
            return value, at + i + 1
    return value, at + most


def _xlsb_extent(content: bytes) -> tuple[int, int]:
    """Rows and columns of a sheet up to its last cells: a record begins a row, or is a cell."""
    rows = columns = 0
    for kind, held in xlsb_records(content):
        number = int.from_bytes(held[:4], "little") + 1
        if kind == 0:
            rows = max(rows, number)
        elif kind in _XLSB_CELLS:
            columns = max(columns, number)
    return rows, columns


def _xls_extents(content: bytes) -> Iterator[tuple[int, int]]:
    """Rows and columns of each sheet of a binary workbook of 1997 up to its last cells."""
    stream, at, rows, columns = _xls_stream(content), 0, 0, 0
    while at + 4 <= len(stream):
        kind, size = struct.unpack_from("<HH", stream, at)
        held = stream[at + 4 : at + 4 + size]
        at += 4 + size
        if kind == _XLS_SHEET:
            yield rows, columns
            rows = columns = 0
        elif kind in _XLS_CELLS and len(held) >= 4:
            row, column = struct.unpack_from("<HH", held, 0)
            last = struct.unpack_from("<H", held, len(held) - 2)[0]
            column = last if kind in _XLS_SEVERAL_CELLS else column
            rows, columns = max(rows, row + 1), max(columns, column + 1)
    yield rows, columns


def _xls_stream(content: bytes) -> bytes:
    """The records of a workbook, put together of the sectors of its file; none of another file."""
    if not content.startswith(_COMPOUND_FILE) or len(content) < 512:
        return b""
    shift, short_shift = struct.unpack_from("<HH", content, 30)
    directory, _, cutoff, short_table = struct.unpack_from("<4I", content, 48)
    more, *table_sectors = struct.unpack_from("<I4x109I", content, 68)

    def sector(number: int) -> bytes:
        return content[number + 1 << shift : number + 2 << shift]

    def words(held: bytes) -> list[int]:
        return [word for (word,) in struct.iter_unpack("<I", held[: len(held) // 4 * 4])]

    while more < _NO_SECTOR and len(table_sectors) < len(content) >> shift:
        *listed, more = words(sector(more)) or [_NO_SECTOR]
        table_sectors += listed
    table = words(b"".join(sector(n) for n in table_sectors if n < _NO_SECTOR))

    def chain(number: int, table: list[int]) -> Iterator[int]:
        for _ in table:
            if number >= len(table):
                return
            yield number
            number = table[number]

    def stream(start: int) -> bytes:
        return b"".join(map(sector, chain(start, table)))

    names = stream(directory)
    entries = [names[i : i + 128] for i in range(0, len(names) // 128 * 128, 128)]
    for entry in entries:
        name = entry[:64].decode("utf-16-le", "replace").partition("\0")[0]
        if name in ("Workbook", "Book"):
            start, size = struct.unpack_from("<II", entry, 116)
            if size >= cutoff:
                return stream(start)[:size]
            short = stream(struct.unpack_from("<I", entries[0], 116)[0])
            numbers = chain(start, words(stream(short_table)))
            return b"".join(short[n << short_shift : n + 1 << short_shift] for n in numbers)[:size]
    return b""
