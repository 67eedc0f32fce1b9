"""Positions written as the clearing house's calculator takes them, to compare requirements."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import typer

from xlmargin.commands.outputs import write_rows
from xlmargin.excel.ranges import Ranges
from xlmargin.importers import BookRanges
from xlmargin.importers.brokers import calculator_rows
from xlmargin.known_instruments import KnownInstruments


def export_occ(ranges: BookRanges, today: dt.date, known: KnownInstruments, output: Path) -> None:
    """Write the positions but cash; refused with every error of the book."""
    book = Ranges(*ranges.cells, today=today, known=known).book()
    write_rows(calculator_rows(book.positions, book.market), output)
    typer.echo("Provisional: headings and codes are assumed, compare them with OCC's template.")
    typer.echo(f"Written: {output}")
