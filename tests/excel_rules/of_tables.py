"""What Excel asks of tables."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from itertools import combinations
from xml.etree.ElementTree import Element

from tests.excel_rules.of_workbooks import ADDRESS, NAME
from tests.excel_rules.packed_book import MAIN, Area, PackedBook, Sheet, unescaped


def tables_have_names_of_their_own(book: PackedBook) -> Iterator[str]:
    tables = [table for sheet in book.sheets for table in sheet.tables]
    names = [table.get("displayName", "") for table in tables]
    defined = [each.get("name", "") for each in book.workbook.iter(MAIN + "definedName")]
    for name, times in Counter(name.casefold() for name in names).items():
        if times > 1:
            yield f"{name}: {times} tables have this name"
        if name in {each.casefold() for each in defined}:
            yield f"{name}: is a table and a defined name"
    for name in names:
        if not NAME.fullmatch(name) or ADDRESS.fullmatch(name):
            yield f"{name}: is no name of a table"
    for number, times in Counter(table.get("id") for table in tables).items():
        if times > 1:
            yield f"{times} tables have the number {number}"


def tables_are_their_cells(book: PackedBook) -> Iterator[str]:
    for sheet in book.sheets:
        for table in sheet.tables:
            where = f"{sheet.name}, table {table.get('displayName')}"
            yield from (f"{where}: {wrong}" for wrong in _wrong(sheet, table))


def _wrong(sheet: Sheet, table: Element) -> Iterator[str]:
    area = Area.of(table.get("ref", ""))
    columns = list(table.iter(MAIN + "tableColumn"))
    stated = table.find(MAIN + "tableColumns")
    if not len(columns) == area.right - area.left + 1 == int(stated.get("count", "0")):  # type: ignore[union-attr]
        yield "has another number of columns than cells"
    if area.bottom <= area.top:
        yield "has no row below its headings"
    headings = Counter(column.get("name", "").casefold() for column in columns)
    yield from (f"has {n} columns {name}" for name, n in headings.items() if n > 1)
    for i, column in enumerate(columns):
        yield from _wrong_column(sheet, column, (area.left + i, area.top))
    filtered = table.find(MAIN + "autoFilter")
    if filtered is not None and filtered.get("ref") != table.get("ref"):
        yield "filters other cells than its own"


def _wrong_column(sheet: Sheet, column: Element, at: tuple[int, int]) -> Iterator[str]:
    name, cell = unescaped(column.get("name", "")), sheet.cells.get(at)
    if cell is None or sheet.text(cell) != name:
        yield f"the cell above column {name} says something else"
    elif cell.get("t") not in ("s", "inlineStr") or cell.find(MAIN + "f") is not None:
        yield f"the heading {name} is no text"
    for key in ("dataDxfId", "headerRowDxfId", "totalsRowDxfId"):
        if int(column.get(key, "-1")) >= sheet.book.formats_of_difference:
            yield f"column {name} has a format that is not defined"


def nothing_lies_over_tables(book: PackedBook) -> Iterator[str]:
    for sheet in book.sheets:
        tables = [(t.get("displayName", ""), Area.of(t.get("ref", ""))) for t in sheet.tables]
        for (one, area), (other, other_area) in combinations(tables, 2):
            if area.meets(other_area):
                yield f"{sheet.name}: the tables {one} and {other} overlap"
        for name, area in tables:
            for first, array in sheet.arrays:
                if area.meets(array):
                    yield f"{sheet.name}: the array of {first} is in the table {name}"


def nothing_lies_over_merged_cells(book: PackedBook) -> Iterator[str]:
    for sheet in book.sheets:
        for one, other in combinations(sheet.merged, 2):
            if one.meets(other):
                yield f"{sheet.name}: merged cells overlap"
        others = [
            *((f"the array of {first}", area) for first, area in sheet.arrays),
            *((f"the table {t.get('name')}", Area.of(t.get("ref", ""))) for t in sheet.tables),
        ]
        for merged in sheet.merged:
            for name, area in others:
                if merged.meets(area):
                    yield f"{sheet.name}: merged cells lie over {name}"


RULES = (
    tables_have_names_of_their_own, tables_are_their_cells, nothing_lies_over_tables,
    nothing_lies_over_merged_cells,
)  # fmt: skip
