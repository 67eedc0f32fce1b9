"""Reconcile: a broker's own figures into the sheet Broker, where they are set beside ours."""

from __future__ import annotations

from typing import Final

from xlmargin import udfs
from xlmargin.cells.values import TableRows
from xlmargin.cells.words import BROKER_FIGURES
from xlmargin.errors import MarginError
from xlmargin.macros.book_tables import book_ranges
from xlmargin.macros.changes import make
from xlmargin.macros.filled_tables import facts_of, filled
from xlmargin.macros.open_book import OpenBook

BROKER: Final = "Broker"


def reconcile(book: OpenBook, rows: TableRows, file: str) -> list[str]:
    """Put the figures of a file into the sheet Broker; answers how they compare, a line each.

    Refused where the function MARGIN_RECONCILE would refuse them.
    """
    figures = facts_of(rows, BROKER_FIGURES)
    missing = [n for n in BROKER_FIGURES.needed if not any(n in facts for facts in figures)]
    if missing:
        raise MarginError(
            f"{file}: found no {' and no '.join(missing)}, wanted headings figure and amount, and a"
            " row for each figure of the broker."
        )
    positions, market, settings, dividends = book_ranges(book).cells
    answer = udfs.MARGIN_RECONCILE(positions, rows, market, settings, dividends)
    if not isinstance(answer, list):
        raise MarginError(str(answer).removeprefix("#XLM! "))
    make(book, [filled(book, BROKER, BROKER_FIGURES, figures)], f"Reconcile with {file}")
    headings, *compared = answer
    return [
        f"{file}: {len(figures):,} figures of the broker now stand on the sheet Broker.",
        *(
            "; ".join(
                f"{heading} {cell:,.10g}" if isinstance(cell, float) else f"{heading} {cell}"
                for heading, cell in zip(headings, row, strict=True)
                if cell not in ("", "#N/A")
            )
            for row in compared
        ),
    ]
