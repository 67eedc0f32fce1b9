"""What is known of a book's underlyings: as a market range, or filled into the ranges of a book."""

from __future__ import annotations

import csv
import datetime as dt
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import typer

from xlmargin import reports
from xlmargin.cells.values import Cell, to_cells
from xlmargin.cells.words import MARKET, POSITIONS, SETTLEMENTS, STYLES
from xlmargin.commands.outputs import refuse_output, write_rows
from xlmargin.excel.market_filling import Facts, filled, published_facts
from xlmargin.excel.placing import underlyings_of
from xlmargin.excel.ranges import Ranges
from xlmargin.importers import BookRanges, FileRows
from xlmargin.known_instruments import Groups, KnownInstruments
from xlmargin.market import NOT_PUBLISHED
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
    """The ranges with what a table of one's own and reports say filled in, for a workbook.

    A workbook cannot ask them. A cell that states something stays as it is.
    """
    if not known.own and not known.own_roots and not known.published.reports:
        return ranges
    read = Ranges(*ranges.cells, today=today, known=known).reading
    of_market: dict[int, Facts] = {}
    added: list[Facts] = []
    for symbol, own in read.market.underlyings.items():
        if symbol not in known.own and own.published == NOT_PUBLISHED:
            continue
        groups = Groups(own.class_group, own.product_group, own.portfolio_group)
        facts: dict[str, Cell] = {
            "symbol": symbol, "price": own.spot,
            **published_facts(groups, own.leverage, own.published),
        }  # fmt: skip
        if symbol in known.own:
            facts |= {"class": own.underlying_class.value, "index_scale": own.index_scale}
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
        positions=filled(ranges.positions, POSITIONS, of_positions, []),
        market=market and filled(market, MARKET, of_market, added),
    )
