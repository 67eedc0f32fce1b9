"""What is known of a book's underlyings: as a market range, or filled into the ranges of a book.

By the tables, by a table of one's own, and by the clearing house's reports.
"""

from __future__ import annotations

import csv
import datetime as dt
import sys
from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import numpy as np
import typer

from xlmargin import reports
from xlmargin.cells.problems import ProblemLog
from xlmargin.cells.reading import read_table
from xlmargin.cells.values import Cell, TableRows, to_cells
from xlmargin.cells.words import MARKET, POSITIONS, SETTLEMENTS, STYLES
from xlmargin.cli.app import command
from xlmargin.cli.book_files import day_of, read_said
from xlmargin.cli.options import AsJson, Force, InstrumentsFile, PositionsFile, written_to
from xlmargin.cli.outputs import refuse_output, write_rows
from xlmargin.errors import printed
from xlmargin.excel.market_filling import MarketFacts, filled, market_with_groups, published_facts
from xlmargin.excel.market_reader import read_market, read_prices
from xlmargin.excel.ranges import Ranges
from xlmargin.excel.underlyings import underlyings_of
from xlmargin.importers import BookRanges
from xlmargin.importers.clearing_house import read_group_files
from xlmargin.importers.files import own_instruments
from xlmargin.known_instruments import KNOWN, Groups, KnownInstruments, PublishedGroups
from xlmargin.market import NOT_PUBLISHED
from xlmargin.standard_output import write_json


@command()
def market(
    positions: PositionsFile,
    output: Annotated[Path | None, written_to("Market to write (.csv).")] = None,
    instruments: InstrumentsFile = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Show the market range for positions: what is known of each underlying, and how sure."""
    ranges, known = read_said(positions), own_instruments(instruments)
    if output is not None:
        refuse_output(output, [".csv"], (positions, instruments or positions), force=force)
    prices = underlyings_of(ranges.positions)
    stated = _prices(ranges.market)
    prices = {s: stated.get(s) if price is None else price for s, price in prices.items()}
    cells = reports.market_table(prices, day_of(ranges), known).cells()
    if output is not None:
        write_rows(cells, output)
    if as_json:
        write_json({"market": to_cells(cells)})
    elif output is not None:
        typer.echo(f"Written: {output}")
    else:
        csv.writer(sys.stdout).writerows(cells)


def _prices(market: TableRows | None) -> dict[str, float]:
    """The prices that a market range states, $, by symbol; refused where it cannot be read."""
    log = ProblemLog()
    table = read_table(market, "market", MARKET, log)
    prices = read_prices(read_market(table, log), table, log)
    log.refuse()
    return {symbol: price for symbol, price in prices.items() if price > 0}


def with_own(ranges: BookRanges, known: KnownInstruments, today: dt.date) -> BookRanges:
    """The ranges with what a table of one's own and reports say filled in, for a workbook.

    A workbook cannot ask them. A cell that states something stays as it is.
    """
    if not known.own and not known.own_roots and not known.published.reports:
        return ranges
    read = Ranges(*ranges.cells, today=today, known=known).reading
    of_market: dict[int, MarketFacts] = {}
    added: list[MarketFacts] = []
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
    of_own_root = rows.is_option & rows.root.where(known.own_roots.__contains__)
    for i in np.flatnonzero(of_own_root).tolist():
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


@command()
def market_groups(
    groups: Annotated[
        list[Path],
        typer.Argument(
            help="RBHCPMIncludedProductsReport, RBHCPMProductGroupsReport and"
            " RBHCPMPortfolioGroupsReport, as .csv of"
            " https://marketdata.theocc.com/rbh-documentation?fileName=NAME&format=csv"
        ),
    ],
    output: Annotated[Path, written_to("Market to write (.csv).")],
    held_file: Annotated[
        Path | None, typer.Option("--for", help="Positions: write their underlyings alone.")
    ] = None,
    force: Force = False,
    as_json: AsJson = False,
) -> None:
    """Write the clearing house's reports as a market range, whose prices are to be filled in."""
    inputs = [*groups, *([] if held_file is None else [held_file])]
    refuse_output(output, [".csv"], inputs, force=force)
    held = None if held_file is None else read_said(held_file)
    published = read_group_files(groups)
    if held is None:
        every = published.products or published.product_of
        prices: dict[str, float | None] = dict.fromkeys(every)
    else:
        prices = underlyings_of(held.positions)
    market = held.market if held is not None else None
    rows = market_with_groups(market, prices, KNOWN.beside(published))
    write_rows(rows, output)
    product_groups = list(_product_groups(published, prices))
    said = [*published.warnings, *_missing(prices, published), *published.lacking(product_groups)]
    said += [*published.notes, *published.without_offset(product_groups), *_stated(published)]
    if held is not None and held.as_of is not None:
        said += published.of_another_day(held.as_of)
    if as_json:
        write_json({"market": to_cells(rows), "notes": said})
        return
    for text in said:
        typer.echo(printed(text))
    typer.echo(f"Written: {output}")


def say_warnings(published: PublishedGroups, positions: TableRows) -> None:
    """Say on standard error what looks wrong with reports, and which underlyings they lack."""
    for warning in _warnings_of(published, positions):
        typer.echo(printed(warning), err=True)


def _warnings_of(published: PublishedGroups, positions: TableRows) -> Iterator[str]:
    """What looks wrong with reports, and which underlyings of positions they lack."""
    yield from published.warnings
    if published.reports:
        held = underlyings_of(positions)
        yield from _missing(held, published)
        yield from published.lacking(_product_groups(published, held))


def _missing(symbols: Iterable[str], published: PublishedGroups) -> Iterator[str]:
    """What is to be said of symbols that the list of products lacks."""
    missing = [symbol for symbol in symbols if symbol not in published.products]
    if published.product_list and missing:
        yield f"Not in {published.product_list.name}: {', '.join(missing)}."


def _product_groups(published: PublishedGroups, symbols: Iterable[str]) -> Iterator[str]:
    """The product groups of these symbols, where the report on product groups is given."""
    for symbol in symbols if published.product_groups else ():
        listed = KNOWN.beside(published).listed(symbol, None)
        if listed is not None and listed.groups.product_group:
            yield listed.groups.product_group


def _stated(published: PublishedGroups) -> Iterator[str]:
    """Offset and moves of every group for which the reports state any."""
    for level, offsets in (
        ("Product", published.product_offset),
        ("Portfolio", published.portfolio_offset),
    ):
        moves = published.moves if level == "Product" else {}
        for name in dict.fromkeys([*offsets, *moves]):
            said = [f"offset {_percent(offsets[name])}"] if name in offsets else []
            if name in moves:
                said.append(f"moves -{_percent(moves[name].down)} +{_percent(moves[name].up)}")
            yield f"{level} group {name}: {', '.join(said)}."


def _percent(fraction: float) -> str:
    return f"{100 * fraction:.4g}%"
