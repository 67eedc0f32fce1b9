"""What an account holds of one class, as the pairing takes it: contracts and shares, not rows.

Rows on the same contract at the same price are one holding, and long and short contracts of one
series have closed each other out, so that the order of rows and how they are split do not matter.
Each holding remembers its rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from xlmargin.arrays import FloatArray
from xlmargin.book import Book
from xlmargin.instruments import InstrumentKind
from xlmargin.market import Underlying
from xlmargin.strategy_margin.legs import OptionLeg, Phase, StockLeg

SAME_INDEX = 0.02
"""How far apart, as a share, two indexes of a class group may stand and be one at two scales."""


@dataclass(frozen=True)
class Piece:
    """A signed quantity of one position: contracts or shares."""

    position: int
    quantity: float


@dataclass(frozen=True)
class HeldOption:
    """Contracts of one series held at one price; long and short never both.

    `leg` counts with the market value, `cost` is the price that counts initially. Options that
    share an `instrument` may stand in one spread.
    """

    leg: OptionLeg
    cost: float
    instrument: int
    pieces: tuple[Piece, ...]

    def at(self, phase: Phase) -> OptionLeg:
        """The contracts as the phase counts them."""
        return self.leg if phase is Phase.MAINTENANCE else replace(self.leg, value=self.cost)


@dataclass(frozen=True)
class HeldStock:
    """Net shares of one underlying, long or short, at their average cost.

    `boxed` shares are held long and sold short at once, beside the net ones.
    """

    leg: StockLeg
    cost: float
    instrument: int
    pieces: tuple[Piece, ...]
    boxed: tuple[Piece, ...]
    boxed_shares: float
    boxed_long_cost: float
    boxed_short_cost: float

    def at(self, phase: Phase) -> StockLeg:
        """The net shares as the phase counts them."""
        return self.leg if phase is Phase.MAINTENANCE else replace(self.leg, value=self.cost)


@dataclass(frozen=True, eq=False)
class Holdings:
    """Everything that is margined together: one class of one account, or one forced group of it."""

    account: int
    name: str
    group: int
    positions: tuple[int, ...]
    options: tuple[HeldOption, ...]
    stocks: tuple[HeldStock, ...]
    closed: tuple[Piece, ...]
    """Contracts, long and short of one series, that have closed each other out."""

    def option_legs(self, phase: Phase) -> tuple[OptionLeg, ...]:
        """The options as the phase counts them."""
        return self._option_legs[phase]

    def stock_legs(self, phase: Phase) -> tuple[StockLeg, ...]:
        """The net shares as the phase counts them."""
        return self._stock_legs[phase]

    @cached_property
    def _option_legs(self) -> dict[Phase, tuple[OptionLeg, ...]]:
        return {phase: tuple(o.at(phase) for o in self.options) for phase in Phase}

    @cached_property
    def _stock_legs(self) -> dict[Phase, tuple[StockLeg, ...]]:
        return {phase: tuple(s.at(phase) for s in self.stocks) for phase in Phase}


def holdings(book: Book, mark: FloatArray) -> tuple[Holdings, ...]:
    """The holdings of each account by class, and of each forced group, by name.

    `mark`, $ per unit, shape (positions,), is what each option is worth; shares count at the
    market's price. Cash is in no class.
    """
    positions, underlyings = book.positions, book.market.underlyings
    together: dict[tuple[int, int, str], list[int]] = defaultdict(list)
    for i in np.flatnonzero(~positions.is_cash).tolist():
        group = int(positions.group[i])
        name = underlyings[positions.underlying[i]].group if group < 0 else positions.groups[group]
        together[int(positions.account[i]), group, name].append(i)
    return tuple(
        _held(book, mark, account, group, name, own)
        for (account, group, name), own in sorted(together.items(), key=_by_account_and_name)
    )


def _by_account_and_name(item: tuple[tuple[int, int, str], list[int]]) -> tuple[int, str, int]:
    (account, group, name), _ = item
    return account, name, group


def _held(
    book: Book, mark: FloatArray, account: int, group: int, name: str, own: list[int]
) -> Holdings:
    """The holdings made of these positions."""
    kind = book.positions.kind
    instruments = _instruments(book, own)
    stock = [i for i in own if kind[i] == InstrumentKind.STOCK]
    options, closed = _options(book, mark, [i for i in own if i not in set(stock)], instruments)
    stocks = _stocks(book, stock, instruments)
    return Holdings(account, name, group, tuple(own), options, stocks, closed)


def _instruments(book: Book, own: Iterable[int]) -> dict[int, int]:
    """For each underlying, the one that stands for its instrument: itself, or its full index."""
    underlyings = book.market.underlyings
    first_of_index: dict[str, int] = {}
    instruments = {}
    for i in sorted({int(book.positions.underlying[i]) for i in own}):
        underlying, instrument = underlyings[i], i
        if underlying.underlying_class.is_index:
            first = first_of_index.setdefault(underlying.group, i)
            if _is_same_index(underlying, underlyings[first]):
                instrument = first
        instruments[i] = instrument
    return instruments


def _is_same_index(one: Underlying, other: Underlying) -> bool:
    """Whether two indexes of one class group are the same index, each at its own scale."""
    full, other_full = one.spot / one.index_scale, other.spot / other.index_scale
    return abs(full - other_full) <= SAME_INDEX * other_full


def _options(
    book: Book, mark: FloatArray, own: list[int], instruments: dict[int, int]
) -> tuple[tuple[HeldOption, ...], tuple[Piece, ...]]:
    """The options of these positions by series and price, and what has closed itself out."""
    positions = book.positions
    columns = (
        positions.underlying,
        positions.kind,
        positions.strike,
        positions.expiration,
        positions.american,
        positions.multiplier,
    )
    series: dict[tuple[float, ...], list[int]] = defaultdict(list)
    for i, key in zip(own, zip(*(c[own].tolist() for c in columns), strict=True), strict=True):
        series[key].append(i)
    cost = np.where(np.isnan(positions.cost), mark, positions.cost)
    held: list[HeldOption] = []
    closed: list[Piece] = []
    for key in sorted(series):
        left, gone = _closed_out(positions.quantity, mark, cost, series[key])
        closed += gone
        by_price: dict[tuple[float, float], list[Piece]] = defaultdict(list)
        for piece in left:
            by_price[float(mark[piece.position]), float(cost[piece.position])].append(piece)
        held += [
            _option(book, price[0], price[1], instruments, by_price[price])
            for price in sorted(by_price)
        ]
    return tuple(held), tuple(closed)


def _closed_out(
    quantity: FloatArray, mark: FloatArray, cost: FloatArray, own: list[int]
) -> tuple[list[Piece], list[Piece]]:
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
            closed.append(Piece(i, sign * cancelled))
        if abs(quantity[i]) > cancelled:
            left.append(Piece(i, float(quantity[i] - sign * cancelled)))
    return left, closed


def _option(
    book: Book, mark: float, cost: float, instruments: dict[int, int], pieces: list[Piece]
) -> HeldOption:
    positions = book.positions
    pieces = sorted(pieces, key=lambda piece: piece.position)
    i = pieces[0].position
    index = int(positions.underlying[i])
    underlying = book.market.underlyings[index]
    contracts = sum(piece.quantity for piece in pieces)
    leg = OptionLeg(
        position=i,
        kind=InstrumentKind(int(positions.kind[i])),
        strike=float(positions.strike[i]),
        expiration=float(positions.expiration[i]),
        american=bool(positions.american[i]),
        contracts=round(abs(contracts)),
        is_long=contracts > 0,
        multiplier=float(positions.multiplier[i]),
        value=mark,
        underlying=underlying,
        scale=underlying.index_scale if underlying.underlying_class.is_index else 1.0,
    )
    return HeldOption(leg, cost, instruments[index], tuple(pieces))


def _stocks(book: Book, own: list[int], instruments: dict[int, int]) -> tuple[HeldStock, ...]:
    """The shares of these positions by underlying."""
    by_underlying: dict[int, list[int]] = defaultdict(list)
    for i in own:
        by_underlying[int(book.positions.underlying[i])].append(i)
    return tuple(_stock(book, i, instruments[i], by_underlying[i]) for i in sorted(by_underlying))


def _stock(book: Book, index: int, instrument: int, own: list[int]) -> HeldStock:
    """Shares of one underlying: the net ones at their side's average cost, and those in a box."""
    positions, underlying = book.positions, book.market.underlyings[index]
    units = positions.units
    cost = {
        i: underlying.spot if np.isnan(positions.cost[i]) else float(positions.cost[i]) for i in own
    }
    long = [Piece(i, float(units[i])) for i in own if units[i] > 0]
    short = [Piece(i, float(units[i])) for i in own if units[i] < 0]
    shares = {side: sum(p.quantity for p in pieces) for side, pieces in ((1, long), (-1, short))}
    average = {
        side: sum(p.quantity * cost[p.position] for p in pieces) / shares[side] if pieces else 0.0
        for side, pieces in ((1, long), (-1, short))
    }
    net, boxed = shares[1] + shares[-1], min(shares[1], -shares[-1])
    side = 1 if net >= 0 else -1
    kept, in_box = split(long if side > 0 else short, abs(net))
    return HeldStock(
        leg=StockLeg(own[0], underlying, net, underlying.spot),
        cost=average[side],
        instrument=instrument,
        pieces=tuple(kept),
        boxed=(*in_box, *(short if side > 0 else long)) if boxed else (),
        boxed_shares=boxed,
        boxed_long_cost=average[1],
        boxed_short_cost=average[-1],
    )


def split(pieces: list[Piece], shares: float) -> tuple[list[Piece], list[Piece]]:
    """The first so many shares of the pieces, and the rest."""
    first: list[Piece] = []
    rest: list[Piece] = []
    for piece in pieces:
        sign = 1 if piece.quantity > 0 else -1
        taken = min(shares, abs(piece.quantity))
        shares -= taken
        if taken:
            first.append(Piece(piece.position, sign * taken))
        if abs(piece.quantity) > taken:
            rest.append(Piece(piece.position, piece.quantity - sign * taken))
    return first, rest
