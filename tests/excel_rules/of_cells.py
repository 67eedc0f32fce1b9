"""What Excel asks of rows, cells and array formulas."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import combinations, pairwise
from xml.etree.ElementTree import Element

from tests.excel_rules.of_workbooks import LONGEST_TEXT
from tests.excel_rules.packed_book import LAST_COLUMN, LAST_ROW, MAIN, Area, PackedBook, Sheet

HIGHEST_ROW = 409.5
ERRORS = {
    "#N/A", "#NAME?", "#VALUE!", "#REF!", "#DIV/0!", "#NUM!", "#NULL!", "#GETTING_DATA", "#SPILL!",
    "#CALC!",
}  # fmt: skip


def rows_and_cells_ascend(book: PackedBook) -> Iterator[str]:
    for sheet in book.sheets:
        rows = sheet.all("row")
        for one, next_one in pairwise(int(row.get("r", "0")) for row in rows):
            if next_one <= one:
                yield f"{sheet.name}: row {next_one} stands after row {one}"
        for row in rows:
            yield from _cells_of_row(sheet, row)


def _cells_of_row(sheet: Sheet, row: Element) -> Iterator[str]:
    number, last = int(row.get("r", "0")), 0
    if float(row.get("ht", "0")) > HIGHEST_ROW:
        yield f"{sheet.name}: row {number} is too high"
    if int(row.get("outlineLevel", "0")) > 7:
        yield f"{sheet.name}: row {number} is too deep in an outline"
    for cell in row.iter(MAIN + "c"):
        area = Area.of(cell.get("r", ""))
        if area.top != number or area.left <= last:
            yield f"{sheet.name}!{cell.get('r')}: is out of order"
        if area.left > LAST_COLUMN or area.top > LAST_ROW:
            yield f"{sheet.name}!{cell.get('r')}: is beyond the sheet"
        last = area.left


def cells_hold_what_they_say(book: PackedBook) -> Iterator[str]:
    formats = len(book.trees["xl/styles.xml"].findall(f"{MAIN}cellXfs/{MAIN}xf"))
    metadata = book.trees.get("xl/metadata.xml")
    marks = {"cm": "cellMetadata", "vm": "valueMetadata"}
    marked = {
        mark: 0 if metadata is None else len(metadata.findall(f"{MAIN}{name}/{MAIN}bk"))
        for mark, name in marks.items()
    }
    for sheet in book.sheets:
        for cell in sheet.cells.values():
            where = f"{sheet.name}!{cell.get('r')}"
            if int(cell.get("s", "0")) >= formats:
                yield f"{where}: has a format that is not defined"
            for mark, count in marked.items():
                if int(cell.get(mark, "0")) > count:
                    yield f"{where}: has {mark} of no metadata"
            if wrong := _wrong_value(book, cell):
                yield f"{where}: {wrong}"


def _wrong_value(book: PackedBook, cell: Element) -> str:
    """What is wrong with the value of a cell; "" where nothing is."""
    value = cell.findtext(MAIN + "v")
    if value is None:
        return ""
    kind = cell.get("t", "n")
    if kind == "n":
        return "" if _is_finite(value) else f"has no number: {value}"
    wrong = {
        "s": lambda: not value.isdigit() or int(value) >= len(book.strings),
        "e": lambda: value not in ERRORS,
        "b": lambda: value not in ("0", "1"),
        "str": lambda: len(value) > LONGEST_TEXT,
    }
    if kind not in wrong:
        return f"is of the unknown kind {kind}"
    return f"is no value of its kind {kind}: {value[:40]}" if wrong[kind]() else ""


def _is_finite(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return False


def arrays_have_their_cells(book: PackedBook) -> Iterator[str]:
    for sheet in book.sheets:
        for first, area in sheet.arrays:
            start = Area.of(first)
            if (area.left, area.top) != (start.left, start.top):
                yield f"{sheet.name}!{first}: is not the first cell of its array"
            for column in range(area.left, area.right + 1):
                for row in range(area.top, area.bottom + 1):
                    cell = sheet.cells.get((column, row))
                    if cell is None or (column, row) == (area.left, area.top):
                        continue
                    if cell.find(MAIN + "f") is not None:
                        yield f"{sheet.name}!{cell.get('r')}: is a formula inside of an array"
        for (one, area), (other, other_area) in combinations(sheet.arrays, 2):
            if area.meets(other_area):
                yield f"{sheet.name}: the arrays of {one} and {other} overlap"
        arrays = {first for first, _ in sheet.arrays}
        for cell in sheet.cells.values():
            if cell.get("cm") and cell.get("r") not in arrays:
                yield f"{sheet.name}!{cell.get('r')}: is marked as an array and is none"


RULES = (rows_and_cells_ascend, cells_hold_what_they_say, arrays_have_their_cells)
