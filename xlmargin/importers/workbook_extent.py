"""How far the cells of a workbook reach, before a reader makes room for all the cells between.

One blank in the last cell of a sheet makes a table of 17 billion cells, for which no memory is
enough, and the reader ends the whole process.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

from xlmargin.errors import MarginError

MOST_CELLS: Final = 20_000_000
"""Cells of one sheet, the blank ones between counted: 0.6 GB in the reader."""

_CELL: Final = re.compile(rb'\br="([A-Z]{1,3})(\d{1,7})"')
_LONGEST_PLACE: Final = 16
_AT_ONCE: Final = 1_000_000
_ODS: Final = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"


def refuse_sparse(path: Path) -> None:
    """Refuse a workbook with cells so far out that the room up to them is more than there is."""
    if not zipfile.is_zipfile(path):
        return
    with zipfile.ZipFile(path) as packed:
        for part in packed.namelist():
            if part == "content.xml":
                for rows, columns in _ods_extents(packed, part):
                    _refuse(path, rows, columns)
            elif part.startswith("xl/worksheets/") and part.endswith(".xml"):
                _refuse(path, *_last_cells(packed, part))


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
