"""Positions written as the clearing house takes them, to compare requirements: table or record."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from xlmargin.cli import options
from xlmargin.cli.app import command
from xlmargin.cli.book_files import day_of, read_said
from xlmargin.cli.outputs import refuse_output, write_lines, write_rows
from xlmargin.excel.ranges import Ranges
from xlmargin.importers.brokers import OCC_RECORD, calculator_rows, record_lines
from xlmargin.importers.files import own_instruments


@command()
def export_occ(
    positions: options.PositionsFile,
    output: Annotated[Path, options.written_to("Table (.csv) or fixed width (.txt) to write.")],
    market: options.MarketFile = None,
    settings: options.SettingsFile = None,
    instruments: options.InstrumentsFile = None,
    force: options.Force = False,
) -> None:
    """Write positions as OCC's Portfolio Margin Calculator takes them (provisional).

    A text is the position record of fixed width (second-hand).
    """
    inputs = [path for path in (positions, market, settings, instruments) if path is not None]
    refuse_output(output, [".csv", ".txt"], inputs, force=force)
    ranges, known = read_said(positions, market, settings), own_instruments(instruments)
    book = Ranges(*ranges.cells, today=day_of(ranges), known=known).book()
    if output.suffix.lower() == ".txt":
        write_lines(record_lines(book.positions, book.market), output)
        typer.echo(f"A position record of fixed width, {OCC_RECORD.sure}.")
    else:
        write_rows(calculator_rows(book.positions, book.market), output)
        typer.echo("Provisional: headings and codes are assumed, compare them with OCC's template.")
    typer.echo(f"Written: {output}")
