"""The ranges of a book as a file holds them: rows of plain cells, found by their names."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from xlmargin.cells.table import SourceRows
from xlmargin.cells.values import TableRows, even, text_of, to_value
from xlmargin.cells.words import POSITIONS
from xlmargin.errors import MarginError

TextRows = list[list[str]]
"""Rows of a text file, every cell as it stands there."""

MOST_BYTES: Final = 50_000_000
MOST_ROWS: Final = 100_000
MOST_COLUMNS: Final = 200


@dataclass(frozen=True)
class BookRanges:
    """The ranges of a book; None for one that is left out.

    `as_of` is the date that the file itself says its prices are of, None where it says none.
    `notes` tell how a broker's file was read, `warnings` what in it contradicts itself; `broker`
    names its kind and `houses` the profiles of the broker's own requirements.
    """

    positions: TableRows
    market: TableRows | None = None
    settings: TableRows | None = None
    dividends: TableRows | None = None
    as_of: dt.date | None = None
    notes: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()
    broker: str = ""
    houses: tuple[str, ...] = ()

    @property
    def said(self) -> tuple[str, ...]:
        """The notes, and below them the warnings, which say that they are."""
        return *self.notes, *(f"Warning: {text}" for text in self.warnings)

    @property
    def cells(self) -> tuple[TableRows, TableRows | None, TableRows | None, TableRows | None]:
        """The four ranges, in the order in which functions take them."""
        return self.positions, self.market, self.settings, self.dividends


def bounded(rows: SourceRows, file: str) -> SourceRows:
    """The rows, all of one length and without blank rows at the end; refused where too many."""
    while rows and all(cell is None for cell in rows[-1]):
        rows.pop()
    if not rows:
        raise MarginError(f"{file}: found nothing, wanted headings and rows below them.")
    refuse_too_many(len(rows), max(map(len, rows)), file)
    rows[:] = even(rows)
    return rows


def refuse_too_many(rows: int, columns: int, file: str) -> None:
    """Refuse more rows or columns than any book of positions has."""
    if rows > MOST_ROWS:
        raise MarginError(f"{file}: found {rows:,} rows, wanted at most {MOST_ROWS:,}.")
    if columns > MOST_COLUMNS:
        raise MarginError(f"{file}: found {columns:,} columns, wanted at most {MOST_COLUMNS}.")


_MOST_TITLES: Final = 40
_SYMBOL_HEADINGS: Final = ("symbol", "ticker")
"""Headings that tell the row of headings from titles above it."""
_FIRST_HEADINGS: Final = ("name", "setting")
"""The same for settings, where they stand in the first column."""


class Workbook(Protocol):
    """A workbook, as far as its tables and sheets are read."""

    @property
    def sheets(self) -> Sequence[str]:
        """The names of its sheets."""

    def table(self, name: str) -> SourceRows:
        """The rows of a table, headings first; none where there is no such table."""

    def sheet(self, name: str) -> SourceRows:
        """The rows of a sheet from its first on; none where there is no such sheet."""


def named_ranges(workbook: Workbook, names: Sequence[str], file: str) -> dict[str, TableRows]:
    """The tables or sheets of a workbook that have one of these names, in any case.

    Where none of them is there, the sheet that holds positions counts as the first name, or else
    the first sheet. Refused where several do: one of them alone would be a part of the book.
    """
    found = {
        name: rows
        for name in names
        if (rows := workbook.table(name) or below_titles(workbook.sheet(name)))
    }
    if names[0] not in found and not of_names(workbook.sheets, names):
        sheets = {name: workbook.sheet(name) for name in workbook.sheets}
        holding = [name for name, rows in sheets.items() if _holds_positions(rows)]
        if len(holding) > 1:
            raise MarginError(
                f"{file}: found positions on the sheets {', '.join(holding)}, wanted them on one,"
                f" or that which is meant named {names[0].capitalize()}."
            )
        first = holding[0] if holding else workbook.sheets[0]
        found[names[0]] = below_titles(sheets[first])
    return {name: bounded(rows, file) for name, rows in found.items()}


def below_titles(rows: SourceRows) -> SourceRows:
    """The rows from the headings on, where titles stand above them; else all rows."""
    for i, row in enumerate(rows[:_MOST_TITLES]):
        words = [cell.casefold() if isinstance(cell, str) else "" for cell in row]
        if words and (words[0] in _FIRST_HEADINGS or any(w in _SYMBOL_HEADINGS for w in words)):
            return rows.below(i)
    return rows


def of_names(there: Iterable[str], names: Sequence[str]) -> list[str]:
    """Those of the names that are there, in any case, as they are spelled there."""
    wanted = {name.casefold() for name in names}
    return [name for name in there if name.strip().casefold() in wanted]


def _holds_positions(rows: SourceRows) -> bool:
    """Whether there is something below the headings that positions need."""
    for i, row in enumerate(rows[:_MOST_TITLES], start=1):
        names = {POSITIONS.name_of(text_of(to_value(cell))) for cell in row}
        if names.issuperset(POSITIONS.needed):
            return any(to_value(cell) is not None for below in rows[i:] for cell in below)
    return False
