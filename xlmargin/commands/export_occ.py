"""Positions written as the clearing house takes them, to compare requirements: table or record."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import typer

from xlmargin.commands.outputs import write_lines, write_rows
from xlmargin.excel.ranges import Ranges
from xlmargin.importers import BookRanges
from xlmargin.importers.brokers import SURE, calculator_rows, record_lines
from xlmargin.known_instruments import KnownInstruments


def export_occ(ranges: BookRanges, today: dt.date, known: KnownInstruments, output: Path) -> None:
    """Write the positions but cash, in a text as records; refused with every error."""
    book = Ranges(*ranges.cells, today=today, known=known).book()
    if output.suffix.lower() == ".txt":
        write_lines(record_lines(book.positions, book.market), output)
        typer.echo(f"A position record of fixed width, {SURE}.")
    else:
        write_rows(calculator_rows(book.positions, book.market), output)
        typer.echo("Provisional: headings and codes are assumed, compare them with OCC's template.")
    typer.echo(f"Written: {output}")
