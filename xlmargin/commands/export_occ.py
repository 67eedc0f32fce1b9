"""Positions written as the clearing house's calculator takes them, to compare requirements."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import typer

from xlmargin.commands.written_rows import write_rows
from xlmargin.excel.ranges import Ranges
from xlmargin.importers import BookRanges
from xlmargin.importers.brokers import calculator_rows


def export_occ(ranges: BookRanges, today: dt.date, output: Path) -> None:
    """Write the positions but cash; refused with every error of the book."""
    book = Ranges(
        ranges.positions, ranges.market, ranges.settings, ranges.dividends, today=today
    ).book()
    write_rows(calculator_rows(book.positions, book.market), output)
    typer.echo("Provisional: headings and codes are assumed, compare them with OCC's template.")
    typer.echo(f"Written: {output}")
