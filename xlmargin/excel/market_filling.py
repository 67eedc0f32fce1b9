"""A market range with what is known of its underlyings filled into its empty cells, and read again.

A cell that states something stays as it is; an underlying without a row gets one below the others.
Groups are read of reports as they are, or of a market range that states their figures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields
from itertools import chain

from xlmargin.cells.problems import ProblemLog
from xlmargin.cells.reading import heading_row, read_table
from xlmargin.cells.table import RangeTable, SourceRows
from xlmargin.cells.values import Cell, Cells, Headings, rows_of, text_of, to_value
from xlmargin.cells.words import MARKET
from xlmargin.excel.market_reader import read_market, read_prices
from xlmargin.excel.published_reader import FROM_MARKET, NUMBERS, REPORTS, StatedUnderlying
from xlmargin.excel.symbols import ticker
from xlmargin.importers.clearing_house import groups_in_cells
from xlmargin.known_instruments import (
    Groups,
    KnownInstruments,
    Listed,
    PointMoves,
    Product,
    PublishedGroups,
    Report,
)
from xlmargin.market import Published

MarketFacts = Mapping[str, Cell]
"""What is known of a row, by heading."""


def filled(
    rows: Sequence[Sequence[Cell]],
    headings: Headings,
    of_row: Mapping[int, MarketFacts],
    added: Sequence[MarketFacts],
) -> SourceRows:
    """Rows with facts in their empty cells, by row number, and more rows below them."""
    source = rows if isinstance(rows, SourceRows) else SourceRows([list(row) for row in rows])
    if not of_row and not added:
        return source
    start = heading_row(source, headings)
    at: dict[str, int] = {}
    for i, cell in enumerate(source[start]):
        at.setdefault(headings.name_of(text_of(to_value(cell))), i)
    new = [h for h in dict.fromkeys(chain(*of_row.values(), *added)) if h not in at]
    width = len(source[start])
    at |= {heading: width + i for i, heading in enumerate(new)}
    result = source.below(0)
    for i, (number, row) in enumerate(zip(source.numbers, source, strict=True)):
        result[i] = [*row, *(new if i == start else [None] * len(new))]
        for heading, fact in of_row.get(number, {}).items():
            if to_value(result[i][at[heading]]) is None:
                result[i][at[heading]] = fact
    for facts in added:
        by_column = {at[heading]: fact for heading, fact in facts.items()}
        result.append([by_column.get(i) for i in range(width + len(new))])
    last = source.numbers[-1] if source.numbers else 0
    result.numbers = [*source.numbers, *(last + 1 + i for i in range(len(added)))]
    return result


def published_facts(groups: Groups, factor: float, stated: Published) -> dict[str, Cell]:
    """What reports say of an underlying, by the market's headings; None where nothing."""
    figures: dict[str, Cell] = {f.name: _or_none(getattr(stated, f.name)) for f in fields(stated)}
    said = {None: None, True: "yes", False: "no"}
    return {
        "leverage": _or_none(factor),
        **{level: name or None for level, name in groups._asdict().items()},
        **figures,
        "eligible": said[stated.eligible],
    }


def _or_none(value: Cell) -> Cell:
    return None if value == "" or value != value else value


def market_with_groups(
    market: Cells, held: Mapping[str, float | None], known: KnownInstruments
) -> SourceRows:
    """The market range of what is held, with what the reports state in columns of their own.

    `held` are underlyings with their prices, $, None where still to be filled in. Rows of the
    market stay, held or not; headings are the first row.
    """
    rows = rows_of(market)
    if all(to_value(cell) is None for row in rows for cell in row):
        rows = [["symbol", "price"]]
    source = rows if isinstance(rows, SourceRows) else SourceRows([list(row) for row in rows])
    source = source.below(heading_row(source, MARKET))
    at = {MARKET.name_of(text_of(to_value(c))): i for i, c in reversed([*enumerate(source[0])])}
    of_row: dict[int, MarketFacts] = {}
    seen = set()

    def text(row: Sequence[Cell], heading: str) -> str:
        i = at.get(heading, len(row))
        return text_of(to_value(row[i])) if i < len(row) else ""

    for number, row in zip(source.numbers[1:], source[1:], strict=True):
        symbol = ticker(text(row, "symbol"))
        seen.add(symbol)
        stated = Groups(*(text(row, level) for level in Groups._fields))
        if listed := known.listed(symbol, None, stated):
            of_row[number] = {"price": held.get(symbol), **_facts_of(listed)}
    added = [
        {"symbol": symbol, "price": price, **_facts_of(known.listed(symbol, None))}
        for symbol, price in held.items()
        if symbol not in seen
    ]
    return filled(source, MARKET, of_row, added)


def _facts_of(listed: Listed | None) -> MarketFacts:
    if listed is None:
        return {}
    return published_facts(listed.groups, listed.factor, listed.figures)


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
        products=products,
        product_of={p.class_group: p.product_group for _, p in rows if p.product_group},
        portfolio_of={product: portfolio for _, portfolio, product in figures if portfolio},
        product_offset={
            g: f.product_offset for f, _, g in figures if g and f.product_offset == f.product_offset
        },
        portfolio_offset={
            g: f.portfolio_offset for f, g, _ in figures if f.portfolio_offset == f.portfolio_offset
        },
        moves={g: PointMoves(f.move_down, f.move_up) for f, _, g in figures if g and f.has_moves},
        product_list=_first_report(stated, "products_report"),
        class_groups=None,
        product_groups=_first_report(stated, "product_groups_report"),
        portfolio_groups=_first_report(stated, "portfolio_groups_report"),
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
