"""Groups in ranges of cells: reports as they are, or a market range that states their figures."""

from __future__ import annotations

from collections.abc import Mapping

from xlmargin.cells.problems import ProblemLog
from xlmargin.cells.reading import read_table
from xlmargin.cells.table import RangeTable
from xlmargin.cells.values import Cells
from xlmargin.cells.words import MARKET
from xlmargin.excel.market_reader import read_market, read_prices
from xlmargin.excel.published_reader import FROM_MARKET, NUMBERS, REPORTS, StatedUnderlying
from xlmargin.importers.clearing_house import groups_in_cells
from xlmargin.known_instruments import PointMoves, Product, PublishedGroups, Report


def read_groups(ranges: Mapping[str, Cells]) -> PublishedGroups:
    """What ranges say of groups, by the arguments' names: reports, or one market range.

    Refused where a range is neither. Ranges that are left out say nothing.
    """
    given = {name: cells for name, cells in ranges.items() if cells is not None}
    for name, cells in given.items() if len(given) == 1 else ():
        log = ProblemLog()
        table = read_table(cells, name, MARKET, log)
        if any(table.has(column) for column in (*NUMBERS, *REPORTS)) and table.has("symbol"):
            return _of_market(table, log)
    return groups_in_cells(given)


def _of_market(table: RangeTable, log: ProblemLog) -> PublishedGroups:
    """The groups and figures of a market range; refused where a cell cannot be read."""
    market = read_market(table, log)
    read_prices(market, table, log)
    stated = market.stated
    log.refuse()
    products = {symbol: _product(own) for symbol, own in stated.items()}
    rows = [(own.underlying, products[symbol]) for symbol, own in stated.items()]
    figures = [(u.published, u.portfolio_group, p.product_group) for u, p in rows]
    return PublishedGroups(
        products,
        {p.class_group: p.product_group for _, p in rows if p.product_group},
        {product: portfolio for _, portfolio, product in figures if portfolio},
        {g: f.product_offset for f, _, g in figures if g and f.product_offset == f.product_offset},
        {g: f.portfolio_offset for f, g, _ in figures if f.portfolio_offset == f.portfolio_offset},
        {g: PointMoves(f.move_down, f.move_up) for f, _, g in figures if g and f.has_moves},
        _first_report(stated, "products_report"),
        None,
        _first_report(stated, "product_groups_report"),
        _first_report(stated, "portfolio_groups_report"),
    )


def _product(own: StatedUnderlying) -> Product:
    facts, published = own.facts, own.underlying.published
    return Product(
        facts.class_group or own.underlying.symbol,
        facts.product_group or "",
        published.eligible,
        published.minimum,
        facts.leverage or float("nan"),
        report=Report.named(published.products_report or FROM_MARKET),
    )


def _first_report(stated: Mapping[str, StatedUnderlying], column: str) -> Report | None:
    """The first report that rows name in a column."""
    named = (getattr(own.underlying.published, column) for own in stated.values())
    text = next(filter(None, named), "")
    return Report.named(text) if text else None
