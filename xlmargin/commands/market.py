"""What is known of a book's underlyings: as a market range, or filled into the ranges of a book."""

from __future__ import annotations

import csv
import datetime as dt
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import chain
from pathlib import Path

import numpy as np
import typer

from xlmargin import reports
from xlmargin.cells.reading import heading_row
from xlmargin.cells.table import SourceRows
from xlmargin.cells.values import Headings, text_of, to_cells, to_value
from xlmargin.cells.words import MARKET, POSITIONS, SETTLEMENTS, STYLES
from xlmargin.commands.outputs import refuse_output, write_rows
from xlmargin.excel.placing import underlyings_of
from xlmargin.excel.ranges import Ranges
from xlmargin.importers import BookRanges, FileCell, FileRows
from xlmargin.known_instruments import KnownInstruments
from xlmargin.standard_output import write_json


def write_market(
    ranges: BookRanges,
    inputs: tuple[Path, ...],
    known: KnownInstruments,
    output: Path | None,
    today: dt.date,
    as_json: bool,
    force: bool,
) -> None:
    """Show the market range for the positions, or write it.

    Prices are those that the file itself has, of stock rows or of underlyings.
    """
    if output is not None:
        refuse_output(output, [".csv"], inputs, force=force)
    prices = underlyings_of(ranges.positions)
    stated = _prices(ranges.market)
    prices = {s: stated.get(s) if price is None else price for s, price in prices.items()}
    cells = reports.market_table(prices, ranges.as_of or today, known).cells()
    if output is not None:
        write_rows(cells, output)
    if as_json:
        write_json({"market": to_cells(cells)})
    elif output is not None:
        typer.echo(f"Written: {output}")
    else:
        csv.writer(sys.stdout).writerows(cells)


def _prices(market: FileRows | None) -> dict[str, float]:
    """The prices of a market range by symbol."""
    if not market or not {"symbol", "price"} <= set(market[0]):
        return {}
    symbol, price = market[0].index("symbol"), market[0].index("price")
    return {str(row[symbol]): p for row in market[1:] if isinstance(p := row[price], float)}


def with_own(ranges: BookRanges, known: KnownInstruments, today: dt.date) -> BookRanges:
    """The ranges with what a table of one's own says filled in, for a workbook that cannot ask it.

    A cell that states something stays as it is.
    """
    if not known.own and not known.own_roots:
        return ranges
    read = Ranges(*ranges.cells, today=today, known=known).reading
    of_market: dict[int, dict[str, FileCell]] = {}
    added: list[dict[str, FileCell]] = []
    for symbol, own in read.market.underlyings.items():
        if symbol not in known.own:
            continue
        facts: dict[str, FileCell] = {
            "symbol": symbol, "price": own.spot, "class": own.underlying_class.value,
            "leverage": own.leverage, "index_scale": own.index_scale,
            "class_group": own.class_group or None, "product_group": own.product_group or None,
        }  # fmt: skip
        if own.row:
            of_market[own.row] = facts
        else:
            added.append(facts)
    rows, of_positions = read.rows, {}
    for i in np.flatnonzero(rows.is_option & np.isin(rows.root, [*known.own_roots])).tolist():
        of_positions[int(rows.table.rows[i])] = {
            "underlying": rows.underlying[i], "multiplier": float(rows.multiplier[i]),
            "style": STYLES.members[rows.style[i]].value if rows.style[i] >= 0 else None,
            "settlement": SETTLEMENTS.members[rows.settlement[i]].value,
        }  # fmt: skip
    market = ranges.market or ([["symbol", "price"]] if added else None)
    return replace(
        ranges,
        positions=_filled(ranges.positions, POSITIONS, of_positions, []),
        market=market and _filled(market, MARKET, of_market, added),
    )


def _filled(
    rows: FileRows,
    headings: Headings,
    of_row: Mapping[int, Mapping[str, FileCell]],
    added: Sequence[Mapping[str, FileCell]],
) -> FileRows:
    """Rows with facts in their empty cells, by row number, and more rows below them."""
    if not of_row and not added:
        return rows
    source = rows if isinstance(rows, SourceRows) else SourceRows(rows)
    start = heading_row(source, headings)
    at: dict[str, int] = {}
    for i, cell in enumerate(source[start]):
        at.setdefault(headings.name_of(text_of(to_value(cell))), i)
    new = [h for h in dict.fromkeys(chain(*of_row.values(), *added)) if h not in at]
    width = len(source[start])
    at |= {heading: width + i for i, heading in enumerate(new)}
    filled = source.below(0)
    for i, (number, row) in enumerate(zip(source.numbers, source, strict=True)):
        filled[i] = [*row, *(new if i == start else [None] * len(new))]
        for heading, fact in of_row.get(number, {}).items():
            if to_value(filled[i][at[heading]]) is None:
                filled[i][at[heading]] = fact
    for facts in added:
        by_column = {at[heading]: fact for heading, fact in facts.items()}
        filled.append([by_column.get(i) for i in range(width + len(new))])
    filled.numbers = [*source.numbers, *(source.numbers[-1] + 1 + i for i in range(len(added)))]
    return filled
