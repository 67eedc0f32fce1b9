"""The clearing house's reports: as a market range, and beside the known instruments of a book."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

import typer

from xlmargin.cells.values import to_cells
from xlmargin.commands.outputs import write_rows
from xlmargin.commands.terminal import printed
from xlmargin.excel.known_files import known_from, reports_named
from xlmargin.excel.market_filling import market_with_groups
from xlmargin.excel.placing import underlyings_of
from xlmargin.importers import BookRanges, FileRows
from xlmargin.importers.clearing_house import read_group_files
from xlmargin.known_instruments import KNOWN, KnownInstruments, PublishedGroups
from xlmargin.standard_output import write_json


def write_market_of_groups(
    groups: Sequence[Path], held: BookRanges | None, output: Path, as_json: bool
) -> None:
    """Write what reports state as a market range: of what is held, or else of every product.

    Prices are those that the positions have; the others are to be filled in.
    """
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


def warnings_of(published: PublishedGroups, positions: FileRows) -> Iterator[str]:
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


def known_beside(
    instruments: Path | None, groups: Sequence[Path], settings: FileRows | None, folder: Path
) -> KnownInstruments:
    """What is known of instruments: the tables, a table of one's own, and reports.

    The reports are those given, else those that the settings name, from their folder.
    """
    return known_from(instruments, [*groups] or reports_named(settings, folder))
