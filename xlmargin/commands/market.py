"""The market range of a book: what is known of its underlyings, prices still to be filled in."""

from __future__ import annotations

import csv
import datetime as dt
import json
import sys
from pathlib import Path

import typer

from xlmargin import reports
from xlmargin.cells.values import text_of, to_value
from xlmargin.commands.written_rows import refuse_output, write_rows
from xlmargin.excel.book_reader import underlyings_of
from xlmargin.importers import BookRanges, FileRows
from xlmargin.importers.files import read_one_range
from xlmargin.known_instruments import KNOWN, KnownInstruments


def write_market(
    ranges: BookRanges,
    inputs: tuple[Path, ...],
    own: Path | None,
    output: Path | None,
    today: dt.date,
    as_json: bool,
) -> None:
    """Show the market range for the positions, or write it.

    Prices are those that the file itself has, of stock rows or of underlyings. `own` is a table of
    instruments that extends the known ones.
    """
    if output is not None:
        refuse_output(output, inputs)
    known = KNOWN if own is None else own_instruments(own)
    prices = underlyings_of(ranges.positions)
    stated = _prices(ranges.market)
    prices = {s: stated.get(s) if price is None else price for s, price in prices.items()}
    cells = reports.market_table(prices, ranges.as_of or today, known).cells()
    if output is not None:
        write_rows(cells, output)
    if as_json:
        typer.echo(json.dumps({"market": cells}))
    elif output is not None:
        typer.echo(f"Written: {output}")
    else:
        csv.writer(sys.stdout).writerows(cells)


def own_instruments(path: Path) -> KnownInstruments:
    """The known instruments, extended by a user's own table; refused by row where unreadable."""
    headings, *rows = read_one_range(path, "instruments")
    names = [text_of(to_value(cell)).strip().lower().replace(" ", "_") for cell in headings]
    texts = ([text_of(to_value(cell)) for cell in row] for row in rows)
    return KNOWN.extended_by((dict(zip(names, row, strict=True)) for row in texts), path.name)


def _prices(market: FileRows | None) -> dict[str, float]:
    """The prices of a market range by symbol."""
    if not market or not {"symbol", "price"} <= set(market[0]):
        return {}
    symbol, price = market[0].index("symbol"), market[0].index("price")
    return {str(row[symbol]): p for row in market[1:] if isinstance(p := row[price], float)}
