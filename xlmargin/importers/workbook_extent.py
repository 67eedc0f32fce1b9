"""How far the cells of a workbook reach, before a reader makes room for all the cells between.

One blank in the last cell of a sheet makes a table of 17 billion cells, for which no memory is
enough, and the reader ends the whole process.
"""

from __future__ import annotations

import re
import struct
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

from xlmargin.errors import MarginError

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
_ODS: Final = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"


def refuse_sparse(path: Path) -> None:
    """Refuse a workbook with cells so far out that the room up to them is more than there is."""
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
