"""What each account holds, class by class, as the pairing takes it: contracts and shares, not rows.

Rows on the same contract at the same price are one holding, and long and short contracts of one
series have closed each other out, so that the order of rows and how they are split do not matter.
Shares are net, at their side's average cost, beside those held long and sold short at once. Each
holding remembers its rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from xlmargin.arrays import FloatArray
from xlmargin.book import Book
from xlmargin.contracts import InstrumentKind
from xlmargin.market import Underlying
from xlmargin.rulebook import StrategyRules
from xlmargin.strategy_margin.pairing.concentration import with_add_ons
from xlmargin.strategy_margin.rules.kinds import RequirementKind
from xlmargin.strategy_margin.rules.options import OptionLeg
from xlmargin.strategy_margin.rules.stock import StockLeg


@dataclass(frozen=True)
class Lot:
    """A signed quantity of one position: contracts or shares."""

    position: int
    quantity: float


@dataclass(frozen=True)
class HeldOption:
    """Contracts of one series held at one price; long and short never both.

    `leg` counts with the market value, `cost` is the price that counts initially. Options that
    share an `instrument` may stand in one spread; one below 0 is of a series that has settled,
    which stands with nothing.
    """

    leg: OptionLeg
    cost: float
    instrument: int
    lots: tuple[Lot, ...]

    def at(self, kind: RequirementKind) -> OptionLeg:
        """The contracts as the kind of requirement counts them."""
        return (
            self.leg if kind is RequirementKind.MAINTENANCE else replace(self.leg, value=self.cost)
        )


@dataclass(frozen=True)
class HeldStock:
    """Net shares of one underlying, long or short, at their average cost.

    `boxed` shares are held long and sold short at once, beside the net ones.
    """

    leg: StockLeg
    cost: float
    instrument: int
    lots: tuple[Lot, ...]
    against_the_box: tuple[Lot, ...]
    against_the_box_shares: float
    against_the_box_long_cost: float
    against_the_box_short_cost: float

    def at(self, kind: RequirementKind) -> StockLeg:
        """The net shares as the kind of requirement counts them."""
        return (
            self.leg if kind is RequirementKind.MAINTENANCE else replace(self.leg, value=self.cost)
        )


@dataclass(frozen=True, eq=False)
class ClassPositions:
    """Everything that is margined together: one class of one account, or one forced group of it."""

    account: int
    name: str
    group: int
    positions: tuple[int, ...]
    options: tuple[HeldOption, ...]
    stocks: tuple[HeldStock, ...]
    closed: tuple[Lot, ...]
    """Contracts, long and short of one series, that have closed each other out."""

    def option_legs(self, kind: RequirementKind) -> tuple[OptionLeg, ...]:
        """The options as the kind of requirement counts them."""
        return self._option_legs[kind]

    def stock_legs(self, kind: RequirementKind) -> tuple[StockLeg, ...]:
        """The net shares as the kind of requirement counts them."""
        return self._stock_legs[kind]

    @cached_property
    def _option_legs(self) -> dict[RequirementKind, tuple[OptionLeg, ...]]:
        return {kind: tuple(o.at(kind) for o in self.options) for kind in RequirementKind}

    @cached_property
    def _stock_legs(self) -> dict[RequirementKind, tuple[StockLeg, ...]]:
        return {kind: tuple(s.at(kind) for s in self.stocks) for kind in RequirementKind}


def take_lots(lots: list[Lot], shares: float) -> tuple[list[Lot], list[Lot]]:
    """The first so many shares of the pieces, and the rest."""
    first: list[Lot] = []
    rest: list[Lot] = []
    for lot in lots:
        sign = 1 if lot.quantity > 0 else -1
        taken = min(shares, abs(lot.quantity))
        shares -= taken
        if taken:
            first.append(Lot(lot.position, sign * taken))
        if abs(lot.quantity) > taken:
            rest.append(Lot(lot.position, lot.quantity - sign * taken))
    return first, rest


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


SAME_INDEX = 0.02
"""How far apart, as a share, two indexes of a class group may stand and be one at two scales."""


def holdings(book: Book, mark: FloatArray, rules: StrategyRules) -> tuple[ClassPositions, ...]:
    """The holdings of each account by class, and of each forced group, by name.

    `mark`, $ per unit, shape (positions,), is what each option is worth; shares count at the
    market's price. Cash is in no class. The house's add-ons for concentration go by account.
    """
    positions, underlyings = book.positions, book.market.underlyings
    together: dict[tuple[int, int, str], list[int]] = defaultdict(list)
    for i in np.flatnonzero(~positions.is_cash).tolist():
        group = int(positions.group[i])
        name = underlyings[positions.underlying[i]].group if group < 0 else positions.groups[group]
        together[int(positions.account[i]), group, name].append(i)
    books = with_add_ons(book, rules)
    return tuple(
        _held(books[account], mark, account, group, name, own)
        for (account, group, name), own in sorted(together.items(), key=_by_account_and_name)
    )


def _by_account_and_name(item: tuple[tuple[int, int, str], list[int]]) -> tuple[int, str, int]:
    (account, group, name), _ = item
    return account, name, group


def _held(
    book: Book, mark: FloatArray, account: int, group: int, name: str, own: list[int]
) -> ClassPositions:
    """The holdings made of these positions."""
    kind = book.positions.kind
    instruments = _instruments(book, own)
    stock = [i for i in own if kind[i] == InstrumentKind.STOCK]
    contracts = [i for i in own if kind[i] != InstrumentKind.STOCK]
    options, closed = held_options(book, mark, contracts, instruments)
    stocks = held_stocks(book, stock, instruments)
    return ClassPositions(account, name, group, tuple(own), options, stocks, closed)


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
