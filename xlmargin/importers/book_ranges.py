"""The four ranges of a book as a file holds them: rows of plain cells, headings first."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Final

from xlmargin.cells.table import SourceRows
from xlmargin.cells.values import TableRows
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
    width = max(map(len, rows))
    refuse_too_many(len(rows), width, file)
    rows[:] = [[*row, *[None] * (width - len(row))] for row in rows]
    return rows


def refuse_too_many(rows: int, columns: int, file: str) -> None:
    """Refuse more rows or columns than any book of positions has."""
    if rows > MOST_ROWS:
        raise MarginError(f"{file}: found {rows:,} rows, wanted at most {MOST_ROWS:,}.")
    if columns > MOST_COLUMNS:
        raise MarginError(f"{file}: found {columns:,} columns, wanted at most {MOST_COLUMNS}.")
