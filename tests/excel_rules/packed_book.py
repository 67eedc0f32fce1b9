"""A workbook's file taken apart: its parts, their relationships, its sheets and their cells."""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from io import BytesIO
from pathlib import Path
from xml.etree.ElementTree import Element, ParseError, fromstring

MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
RELATED = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384

_CELL = re.compile(r"\$?([A-Z]{1,3})\$?(\d+)")


@dataclass(frozen=True)
class Area:
    """Cells from left to right and top to bottom, counted from 1."""

    left: int
    top: int
    right: int
    bottom: int

    @classmethod
    def of(cls, reference: str) -> Area:
        """The area of an address such as B2 or B2:C9."""
        first, _, last = reference.partition(":")
        (left, top), (right, bottom) = _place(first), _place(last or first)
        return cls(left, top, right, bottom)

    def meets(self, other: Area) -> bool:
        """Whether the two have a cell in common."""
        across = self.left <= other.right and other.left <= self.right
        return across and self.top <= other.bottom and other.top <= self.bottom


def _place(address: str) -> tuple[int, int]:
    found = _CELL.fullmatch(address)
    if found is None:
        raise ValueError(f"{address!r} is no address of a cell")
    column = 0
    for letter in found[1]:
        column = 26 * column + ord(letter) - 64
    return column, int(found[2])


@dataclass(frozen=True)
class Relation:
    """What a part is related to: the last word of its type, and the part or address."""

    kind: str
    target: str
    is_outside: bool


@dataclass(frozen=True)
class Formula:
    """A formula, where it stands, and what is said of it."""

    where: str
    text: str


class Sheet:
    """A sheet: its name, its part and what stands in it."""

    def __init__(self, book: PackedBook, name: str, part: str) -> None:
        self.book, self.name, self.part = book, name, part
        self.root = book.trees[part]
        self.related = book.related(part)

    def all(self, tag: str) -> list[Element]:
        """Every element of a name, in order."""
        return list(self.root.iter(MAIN + tag))

    @cached_property
    def cells(self) -> dict[tuple[int, int], Element]:
        """The cells by column and row."""
        return {_place(cell.get("r", "")): cell for cell in self.all("c")}

    @cached_property
    def arrays(self) -> list[tuple[str, Area]]:
        """Each array formula's first cell, and its area."""
        return [
            (cell.get("r", ""), Area.of(formula.get("ref", "")))
            for cell in self.cells.values()
            if (formula := cell.find(MAIN + "f")) is not None and formula.get("t") == "array"
        ]

    @cached_property
    def tables(self) -> list[Element]:
        """The tables of the sheet."""
        ids = [part.get(RELATED + "id", "") for part in self.all("tablePart")]
        parts = [self.related[i].target for i in ids if i in self.related]
        return [self.book.trees[part] for part in parts if part in self.book.trees]

    @property
    def merged(self) -> list[Area]:
        """The merged areas."""
        return [Area.of(merge.get("ref", "")) for merge in self.all("mergeCell")]

    def text(self, cell: Element) -> str:
        """What a cell shows: a text, or a number as it is written down."""
        value = cell.findtext(MAIN + "v", "")
        if cell.get("t") == "s":
            number = int(value)
            return self.book.strings[number] if number < len(self.book.strings) else ""
        if cell.get("t") == "inlineStr":
            return "".join(t.text or "" for t in cell.iter(MAIN + "t"))
        return value


class PackedBook:
    """A workbook's file; `broken` are the parts that are no XML."""

    def __init__(self, path: Path) -> None:
        with zipfile.ZipFile(BytesIO(path.read_bytes())) as packed:
            self.names = packed.namelist()
            contents = {name: packed.read(name) for name in self.names}
        self.trees: dict[str, Element] = {}
        self.broken: list[str] = []
        for name, content in contents.items():
            if name.endswith((".xml", ".rels", ".vml")):
                try:
                    self.trees[name] = fromstring(content)
                except ParseError as error:
                    self.broken.append(f"{name}: is no XML: {error}")

    def related(self, part: str) -> dict[str, Relation]:
        """The relations of a part, "" for the whole file, by their names."""
        tree = self.trees.get(relations_of(part))
        if tree is None:
            return {}
        folder = posixpath.dirname(part)
        return {each.get("Id", ""): _relation(folder, each) for each in tree}

    @property
    def workbook(self) -> Element:
        """The workbook's own part."""
        return self.trees["xl/workbook.xml"]

    @cached_property
    def sheets(self) -> list[Sheet]:
        """The sheets in their order."""
        related = self.related("xl/workbook.xml")
        return [
            Sheet(self, sheet.get("name", ""), related[sheet.get(RELATED + "id", "")].target)
            for sheet in self.workbook.iter(MAIN + "sheet")
        ]

    @cached_property
    def sheet_names(self) -> set[str]:
        """The names of the sheets."""
        return {sheet.name for sheet in self.sheets}

    @cached_property
    def strings(self) -> list[str]:
        """The texts that cells share."""
        tree = self.trees.get("xl/sharedStrings.xml", Element("none"))
        return ["".join(t.text or "" for t in one.iter(MAIN + "t")) for one in tree]

    @cached_property
    def formats_of_difference(self) -> int:
        """How many formats there are for tables and conditions."""
        return len(self.trees["xl/styles.xml"].findall(f"{MAIN}dxfs/{MAIN}dxf"))

    @cached_property
    def columns_of_tables(self) -> dict[str, set[str]]:
        """The headings of each table, all in small letters."""
        return {
            table.get("displayName", "").casefold(): {
                unescaped(column.get("name", "")).casefold()
                for column in table.iter(MAIN + "tableColumn")
            }
            for sheet in self.sheets
            for table in sheet.tables
        }

    def formulas(self) -> Iterator[Formula]:
        """The formulas of all cells, and those that tables have for their columns."""
        for sheet in self.sheets:
            for cell in sheet.cells.values():
                if text := cell.findtext(MAIN + "f"):
                    yield Formula(f"{sheet.name}!{cell.get('r')}", text)
            for table in sheet.tables:
                for column in table.iter(MAIN + "tableColumn"):
                    if text := column.findtext(MAIN + "calculatedColumnFormula"):
                        yield Formula(f"{sheet.name}!{column.get('name')}", text)


def unescaped(heading: str) -> str:
    """A heading of a table as its cell has it: a new line is written down in signs."""
    return heading.replace("_x000a_", "\n").replace("_x000A_", "\n")


def relations_of(part: str) -> str:
    """The part with the relations of a part."""
    folder, name = posixpath.split(part)
    return posixpath.join(folder, "_rels", f"{name}.rels")


def _relation(folder: str, each: Element) -> Relation:
    target, is_outside = each.get("Target", ""), each.get("TargetMode") == "External"
    if not is_outside:
        whole = target[1:] if target.startswith("/") else posixpath.join(folder, target)
        target = posixpath.normpath(whole)
    return Relation(each.get("Type", "").rsplit("/", 1)[-1], target, is_outside)
