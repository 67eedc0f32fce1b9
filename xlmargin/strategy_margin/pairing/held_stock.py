"""The stock holdings of a class: net shares of each underlying, and those held long and short."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from xlmargin.book import Book
from xlmargin.strategy_margin.pairing.class_positions import HeldStock, Lot, take_lots
from xlmargin.strategy_margin.rules.legs import StockLeg


def held_stocks(
    book: Book, own: Sequence[int], instruments: Mapping[int, int]
) -> tuple[HeldStock, ...]:
    """The shares of these positions by underlying."""
    by_underlying: dict[int, list[int]] = defaultdict(list)
    for i in own:
        by_underlying[int(book.positions.underlying[i])].append(i)
    return tuple(_stock(book, i, instruments[i], by_underlying[i]) for i in sorted(by_underlying))


def _stock(book: Book, index: int, instrument: int, own: Sequence[int]) -> HeldStock:
    """Shares of one underlying: the net ones at their side's average cost, and those in a box."""
    positions, underlying = book.positions, book.market.underlyings[index]
    units = positions.units
    cost = {
        i: underlying.spot if np.isnan(positions.cost[i]) else float(positions.cost[i]) for i in own
    }
    long = [Lot(i, float(units[i])) for i in own if units[i] > 0]
    short = [Lot(i, float(units[i])) for i in own if units[i] < 0]
    shares = {side: sum(p.quantity for p in lots) for side, lots in ((1, long), (-1, short))}
    average = {
        side: sum(p.quantity * cost[p.position] for p in lots) / shares[side] if lots else 0.0
        for side, lots in ((1, long), (-1, short))
    }
    net, against_the_box = shares[1] + shares[-1], min(shares[1], -shares[-1])
    side = 1 if net >= 0 else -1
    kept, in_box = take_lots(long if side > 0 else short, abs(net))
    return HeldStock(
        leg=StockLeg(own[0], underlying, net, underlying.spot),
        cost=average[side],
        instrument=instrument,
        lots=tuple(kept),
        against_the_box=(*in_box, *(short if side > 0 else long)) if against_the_box else (),
        against_the_box_shares=against_the_box,
        against_the_box_long_cost=average[1],
        against_the_box_short_cost=average[-1],
    )
