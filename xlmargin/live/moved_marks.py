"""A book in a market that has moved: each option's mark follows its underlying, by the model.

An option trades less often than its underlying, so that its last price is older. Between two prices
of an option the volatility that the last one implied is held: the mark moves by what the model says
from the price of the underlying when the mark was taken to that of now. Where it was taken is what
the book says (`mark_spot`), else the price of the underlying in the book's own market. Nothing is
carried from one move to the next: every move starts at the mark.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from xlmargin.book import Book, Positions
from xlmargin.market import Market
from xlmargin.risk_array import contract_table
from xlmargin.risk_array.option_values import VolatilitySource
from xlmargin.settings import BaseValue


def repriced(book: Book, market: Market) -> Book:
    """The book in a market of the same underlyings at other prices, its options' marks moved there.

    A mark is never below 0. An option whose mark told a volatility states it, and keeps it; one
    whose mark told none has its new mark alone. A forward keeps its carry: it moves in proportion.
    What has settled, and an option whose price no volatility gives, stay as they are.
    """
    positions = book.positions
    options = np.flatnonzero(positions.is_option & ~positions.contracts.settled(market.as_of))
    own = positions.only(options)
    before, now = book.market.spot[own.underlying], market.spot[own.underlying]
    taken_at = np.where(np.isnan(own.mark_spot), before, own.mark_spot)
    moved = np.flatnonzero((taken_at != now) | (before != now))
    if not moved.size:
        return replace(book, market=market)
    rows, own = options[moved], own.only(moved)
    own = replace(own, mark_spot=taken_at[moved], forward=own.forward * (now / before)[moved])
    own = _moved(replace(book, positions=own, market=market))
    columns = {}
    for name in ("mark", "volatility", "mark_spot", "forward"):
        columns[name] = getattr(positions, name).copy()
        columns[name][rows] = getattr(own, name)
    return replace(book, positions=replace(positions, **columns), market=market)


def _moved(book: Book) -> Positions:
    """The options of a book, all with a price of the underlying beside the mark, at today's."""
    own = book.positions
    by_mark = replace(book, settings=replace(book.settings, base_value=BaseValue.MARK))
    table = contract_table(by_mark, np.zeros(len(own), dtype=bool))
    mark, volatility = (column[table.of_position] for column in (table.mark, table.volatility))
    source = table.source[table.of_position]
    unmoved = np.isnan(own.mark) | np.isnan(volatility)
    solved = ~unmoved & (source == VolatilitySource.SOLVED)
    gone = ~unmoved & (source == VolatilitySource.NONE) & (mark == 0)
    mark = np.where(unmoved, own.mark, np.where(gone, np.nan, mark))
    volatility = np.where(gone, 0.0, np.where(solved, volatility, own.volatility))
    now = book.market.spot[own.underlying]
    taken_at = np.where(np.isnan(own.mark), np.nan, np.where(unmoved, own.mark_spot, now))
    return replace(own, mark=mark, volatility=volatility, mark_spot=taken_at)
