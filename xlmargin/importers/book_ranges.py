"""The four ranges of a book as a file holds them: rows of plain cells, headings first."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from xlmargin.errors import MarginError

FileCell = str | float | bool | None
"""A cell of a file: dates of a workbook are serial days, those of a text stay text."""

FileRows = list[list[FileCell]]

MOST_BYTES: Final = 50_000_000
MOST_ROWS: Final = 100_000
MOST_COLUMNS: Final = 200


@dataclass(frozen=True)
class BookRanges:
    """The ranges of a book; None for one that is left out."""

    positions: FileRows
    market: FileRows | None = None
    settings: FileRows | None = None
    dividends: FileRows | None = None


def bounded(rows: FileRows, path: Path) -> FileRows:
    """The rows, all of one length and without blank rows at the end; refused where too many."""
    while rows and all(cell is None for cell in rows[-1]):
        rows = rows[:-1]
    if not rows:
        raise MarginError(f"{path.name}: found nothing, wanted headings and rows below them.")
    if len(rows) > MOST_ROWS:
        raise MarginError(f"{path.name}: found {len(rows):,} rows, wanted at most {MOST_ROWS:,}.")
    width = max(map(len, rows))
    if width > MOST_COLUMNS:
        raise MarginError(f"{path.name}: found {width:,} columns, wanted at most {MOST_COLUMNS}.")
    return [[*row, *[None] * (width - len(row))] for row in rows]
