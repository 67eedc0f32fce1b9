"""A workbook that is open in a program, as far as the buttons need it: one face for them all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import sha256
from pathlib import Path
from typing import Final, Protocol

from xlmargin.cells.table import SourceRows
from xlmargin.cells.values import TableCell, TableRows, even, to_value
from xlmargin.importers.book_ranges import BookRanges, named_ranges, of_names, refuse_too_many
from xlmargin.importers.files import RANGES


class Formula(str):
    """A cell's content that its program calculates; any other text is only shown."""


@dataclass(frozen=True)
class CellArea:
    """A rectangle of cells on a sheet; rows and columns count from 0."""

    sheet: str
    row: int
    column: int
    height: int
    width: int

    @property
    def is_empty(self) -> bool:
        """Whether no cell is in it."""
        return not (self.height and self.width)

    def sized(self, height: int, width: int) -> CellArea:
        """The rectangle with the same first cell, of another size."""
        return replace(self, height=height, width=width)


class OpenBook(Protocol):
    """A workbook that is open, and what its program does for the user."""

    @property
    def name(self) -> str:
        """The name of its file, with its type; of one never saved the title."""

    @property
    def folder(self) -> Path | None:
        """The folder of its file on this machine; None for one never saved, or in a cloud."""

    @property
    def sheets(self) -> Sequence[str]:
        """The names of its sheets."""

    @property
    def tables(self) -> Mapping[str, CellArea]:
        """Its tables by name, headings included."""

    def used(self, sheet: str) -> CellArea:
        """The cells of a sheet from its first to the last in use."""

    def values(self, place: CellArea) -> TableRows:
        """What the cells show: an error as its name."""

    def contents(self, place: CellArea) -> TableRows:
        """What the cells hold: a formula as a `Formula`."""

    def write(self, place: CellArea, rows: TableRows) -> None:
        """Put cells there: a text is a text, whatever it begins with, unless it is a `Formula`."""

    def show_dates(self, place: CellArea) -> None:
        """Show the numbers of these cells as dates."""

    def refuse_locked(self, table: str) -> None:
        """Refuse a table that cannot be written or resized, with what keeps it from being so."""

    def resize(self, table: str, place: CellArea) -> None:
        """Let a table have another size."""

    def add_sheet(self, name: str, *, hidden: bool) -> None:
        """Add a sheet behind the others, which stays where the user is."""

    def delete_sheet(self, name: str) -> None:
        """Remove a sheet, without asking."""

    def go_to(self, sheet: str) -> None:
        """Show a sheet."""

    def at_once(self) -> AbstractContextManager[None]:
        """Calculate what is written only when all of it is."""

    def say(self, text: str, *, failed: bool) -> None:
        """Show a message."""


@dataclass(frozen=True)
class ReadBook:
    """An open workbook as its tables are read by name; see `named_ranges`."""

    book: OpenBook

    @property
    def sheets(self) -> Sequence[str]:
        """The names of its sheets."""
        return self.book.sheets

    def table(self, name: str) -> SourceRows:
        """The rows of a table, headings first; none where there is no such table."""
        found = of_names(self._tables, (name,))
        return self._rows(self._tables[found[0]]) if found else SourceRows([])

    def sheet(self, name: str) -> SourceRows:
        """The rows of a sheet from its first on; none where there is no such sheet."""
        found = of_names(self.sheets, (name,))
        return self._rows(self.book.used(found[0])) if found else SourceRows([])

    @cached_property
    def _tables(self) -> Mapping[str, CellArea]:
        return self.book.tables

    def _rows(self, place: CellArea) -> SourceRows:
        source = f"sheet {place.sheet}"
        refuse_too_many(place.height, place.width, source)
        numbers = range(place.row + 1, place.row + 1 + place.height)
        return SourceRows(self.book.values(place), source, numbers, first_column=place.column)


def new_sheet(book: OpenBook, name: str, rows: TableRows, *, hidden: bool = False) -> None:
    """Add a sheet with these rows, which need not be of one length."""
    rows = even(rows)
    book.add_sheet(name, hidden=hidden)
    book.write(CellArea(name, 0, 0, len(rows), len(rows[0])), rows)


SAMPLE: Final = frozenset(
    {
        "064e2a69d018b696", "17b7d3a9da9a2ce0", "1eac005947caf48c", "20b7aacf59dac83c",
        "2da33fb766654704", "2efa8896c81abee2", "44796b116f7bcb58", "500a9f3dbbfe77b5",
        "584777742d716dff", "6d3cca945a5705c6", "6d42743759d9ad9d",
        "99d2285951c0bc9f", "bcc02b0d3c1463c1", "be4c8149886b86ab", "d8edf1b3194c8b5b",
    }
)  # fmt: skip
"""Fingerprints of the tables that the templates are filled with, whichever of them has it."""

OF_SAMPLE: Final = (
    "Positions", "Market", "Dividends", "DatedPositions", "DatedMarket", "Broker", "Activity",
    "Facts", "Trades", "Candidates",
)  # fmt: skip
"""Tables that a book of one's own must not inherit from the sample."""


def book_ranges(book: OpenBook) -> BookRanges:
    """The four ranges of an open book."""
    found = named_ranges(ReadBook(book), RANGES, book.name)
    positions, market, settings, dividends = map(found.get, RANGES)
    assert positions is not None
    return BookRanges(positions, market, settings, dividends)


def of_the_sample(book: OpenBook) -> list[str]:
    """Tables that still are what the templates are filled with; prices may be others."""
    read = ReadBook(book)
    there = [name for name in OF_SAMPLE if of_names(book.tables, (name,))]
    return [name for name in there if fingerprint(read.table(name)) in SAMPLE]


def fingerprint(rows: Iterable[Iterable[TableCell]]) -> str:
    """What tells the rows of a table, by their texts and whole numbers alone."""
    digest = sha256()
    for row in rows:
        digest.update("|".join(_sign(to_value(cell)) for cell in row).encode() + b"\n")
    return digest.hexdigest()[:16]


def _sign(cell: object) -> str:
    if isinstance(cell, float):
        return f"{cell:.0f}" if cell.is_integer() else "~"
    return "" if cell is None else str(cell)
