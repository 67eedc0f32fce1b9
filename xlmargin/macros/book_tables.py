"""What is read of an open book: the ranges of a margin calculation, as of a file."""

from __future__ import annotations

from collections.abc import Iterable
from hashlib import sha256
from typing import Final

from xlmargin.cells.values import TableCell, to_value
from xlmargin.importers.book_ranges import BookRanges
from xlmargin.importers.files import RANGES
from xlmargin.importers.named_ranges import named_ranges, of_names
from xlmargin.macros.open_book import OpenBook, ReadBook

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
