"""The option holdings of a class: rows by series and price, without what has closed itself out."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

import numpy as np

from xlmargin.arrays import FloatArray
from xlmargin.book import Book
from xlmargin.contracts import InstrumentKind
from xlmargin.strategy_margin.pairing.class_positions import HeldOption, Lot
from xlmargin.strategy_margin.rules.legs import OptionLeg


def held_options(
    book: Book, mark: FloatArray, own: Sequence[int], instruments: Mapping[int, int]
) -> tuple[tuple[HeldOption, ...], tuple[Lot, ...]]:
    """The options of these positions by series and price, and what has closed itself out."""
    positions = book.positions
    contracts = positions.contracts
    series: dict[int, list[int]] = defaultdict(list)
    for i in own:
        series[int(contracts.series[i])].append(i)
    cost = np.where(np.isnan(positions.cost), mark, positions.cost)
    held: list[HeldOption] = []
    closed: list[Lot] = []
    for rows in sorted(series.values(), key=lambda rows: contracts.terms(rows[0])):
        left, gone = _closed_out(positions.quantity, mark, cost, rows)
        closed += gone
        by_price: dict[tuple[float, float], list[Lot]] = defaultdict(list)
        for lot in left:
            by_price[float(mark[lot.position]), float(cost[lot.position])].append(lot)
        held += [
            _option(book, price[0], price[1], instruments, by_price[price])
            for price in sorted(by_price)
        ]
    return tuple(held), tuple(closed)


def _closed_out(
    quantity: FloatArray, mark: FloatArray, cost: FloatArray, own: Sequence[int]
) -> tuple[list[Lot], list[Lot]]:
    """What is left of one series, and what long and short contracts of it cancel; dearest first."""
    dearest = sorted(own, key=lambda i: (-mark[i], -cost[i], i))
    gone = {
        sign: min(sum(abs(quantity[i]) for i in own if quantity[i] * s > 0) for s in (1, -1))
        for sign in (1, -1)
    }
    left, closed = [], []
    for i in dearest:
        sign = 1 if quantity[i] > 0 else -1
        cancelled = min(gone[sign], abs(quantity[i]))
        gone[sign] -= cancelled
        if cancelled:
            closed.append(Lot(i, sign * cancelled))
        if abs(quantity[i]) > cancelled:
            left.append(Lot(i, float(quantity[i] - sign * cancelled)))
    return left, closed


def _option(
    book: Book, mark: float, cost: float, instruments: Mapping[int, int], lots: list[Lot]
) -> HeldOption:
    positions = book.positions
    lots = sorted(lots, key=lambda lot: lot.position)
    i = lots[0].position
    settled = bool(positions.contracts.settled(book.market.as_of)[i])
    index = int(positions.underlying[i])
    underlying = book.market.underlyings[index]
    contracts = sum(lot.quantity for lot in lots)
    leg = OptionLeg(
        position=i,
        kind=InstrumentKind(int(positions.kind[i])),
        strike=float(positions.strike[i]),
        expiration=float(positions.contracts.settles[i]),
        american=bool(positions.american[i]),
        contracts=round(abs(contracts)),
        is_long=contracts > 0,
        multiplier=float(positions.multiplier[i]),
        value=mark,
        underlying=underlying,
        scale=underlying.index_scale if underlying.underlying_class.is_index else 1.0,
        settled=settled,
    )
    alone = -1 - int(positions.contracts.series[i])
    return HeldOption(leg, cost, alone if settled else instruments[index], tuple(lots))
