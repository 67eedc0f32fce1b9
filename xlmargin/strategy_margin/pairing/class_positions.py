"""What each account holds, class by class, as the pairing takes it: contracts and shares, not rows.

Rows on the same contract at the same price are one holding, and long and short contracts of one
series have closed each other out, so that the order of rows and how they are split do not matter.
Shares are net, at their side's average cost, beside those held long and sold short at once. Each
holding remembers its rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import InitVar, dataclass, field, replace
from functools import cached_property, partial
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np

from xlmargin.arrays import FloatArray, IntArray, every
from xlmargin.book import Book, RulesOfAccounts
from xlmargin.computing import ContentCache
from xlmargin.contracts import InstrumentKind
from xlmargin.market import Underlying
from xlmargin.rulebook import StrategyRules
from xlmargin.strategy_margin.pairing.house_add_ons import with_add_ons
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
        as_marked = kind is RequirementKind.MAINTENANCE or every(self.cost == self.leg.value)
        return self.leg if as_marked else replace(self.leg, value=self.cost)


@dataclass(frozen=True)
class HeldStock:
    """Net shares of one underlying, long or short, at their average cost.

    Shares `against_the_box` are held long and sold short at once, beside the net ones.
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
    known: InitVar[dict[Hashable, Any] | None] = None
    """What is known of the pairings of holdings alike; nothing where left out."""
    paired: dict[Hashable, Any] = field(init=False)
    """Proven pairings by rules and kind, and what solves a program: of all that is held alike."""
    remembered: dict[Hashable, Any] = field(default_factory=dict, init=False)
    """What else was found of them: forms, lines."""

    def __post_init__(self, known: dict[Hashable, Any] | None) -> None:
        object.__setattr__(self, "paired", {} if known is None else known)

    def option_legs(self, kind: RequirementKind) -> tuple[OptionLeg, ...]:
        """The options as the kind of requirement counts them."""
        return self._legs[kind][0]

    def stock_legs(self, kind: RequirementKind) -> tuple[StockLeg, ...]:
        """The net shares as the kind of requirement counts them."""
        return self._legs[kind][1]

    @cached_property
    def _legs(self) -> _Legs:
        return _Legs(self.options, self.stocks)


class _Legs(dict[RequirementKind, tuple[tuple[OptionLeg, ...], tuple[StockLeg, ...]]]):
    """Options and net shares as each kind of requirement counts them, made when first read."""

    def __init__(self, options: tuple[HeldOption, ...], stocks: tuple[HeldStock, ...]) -> None:
        self._held = options, stocks

    def __missing__(
        self, kind: RequirementKind
    ) -> tuple[tuple[OptionLeg, ...], tuple[StockLeg, ...]]:
        options, stocks = self._held
        self[kind] = tuple(o.at(kind) for o in options), tuple(s.at(kind) for s in stocks)
        return self[kind]


def take_lots(lots: list[Lot], shares: float) -> tuple[list[Lot], list[Lot]]:
    """The first so many shares of the lots, and the rest."""
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


class _Rows(NamedTuple):
    """What the pairing reads of each position of a book, one entry a position."""

    series: list[int]
    kind: list[int]
    underlying: list[int]
    quantity: list[float]
    units: list[float]
    mark: list[float]
    cost: list[float]
    strike: list[float]
    settles: list[float]
    american: list[bool]
    multiplier: list[float]
    settled: list[bool]


def _rows(book: Book, mark: FloatArray) -> tuple[_Rows, FloatArray]:
    """The rows of a book, and all but their series as numbers; (positions, columns).

    What states no cost has cost what it is worth, shares the market's price.
    """
    positions, contracts = book.positions, book.positions.contracts
    worth = mark.copy()
    shares = positions.contracts.is_stock
    worth[shares] = book.market.spot[positions.underlying[shares]]
    columns = (
        positions.kind,
        positions.underlying,
        positions.quantity,
        positions.units,
        mark,
        np.where(np.isnan(positions.cost), worth, positions.cost),
        positions.strike,
        contracts.settles,
        positions.american,
        positions.multiplier,
        contracts.settled(book.market.as_of),
    )
    lists = (column.tolist() for column in (contracts.series, *columns))
    return _Rows(*lists), np.column_stack([column.astype(np.float64) for column in columns])


def held_options(
    book: Book, rows: _Rows, own: Iterable[int], instruments: Mapping[int, int]
) -> tuple[tuple[HeldOption, ...], tuple[Lot, ...]]:
    """The options of these positions by series and price, and what has closed itself out.

    They come in the order of their underlyings' symbols: of pairings that leave as much, which is
    found must not hang on the order of any rows.
    """
    contracts, underlyings = book.positions.contracts, book.market.underlyings

    def order(one_series: list[int]) -> tuple[object, ...]:
        first = one_series[0]
        return underlyings[rows.underlying[first]].symbol, *contracts.terms(first)

    series: dict[int, list[int]] = defaultdict(list)
    for i in own:
        series[rows.series[i]].append(i)
    held: list[HeldOption] = []
    closed: list[Lot] = []
    for one_series in sorted(series.values(), key=order):
        left, gone = _closed_out(rows, one_series)
        closed += gone
        by_price: dict[tuple[float, float], list[Lot]] = defaultdict(list)
        for lot in left:
            by_price[rows.mark[lot.position], rows.cost[lot.position]].append(lot)
        held += [
            _option(book, rows, instruments, cost, by_price[mark, cost])
            for mark, cost in sorted(by_price)
        ]
    return tuple(held), tuple(closed)


def _closed_out(rows: _Rows, own: Sequence[int]) -> tuple[list[Lot], list[Lot]]:
    """What is left of one series, and what long and short contracts of it cancel; dearest first."""
    quantity = rows.quantity
    if len(own) == 1:
        return [Lot(i, quantity[i]) for i in own if quantity[i]], []
    dearest = sorted(own, key=lambda i: (-rows.mark[i], -rows.cost[i], i))
    gone = dict.fromkeys(
        (1, -1), min(sum(abs(quantity[i]) for i in own if quantity[i] * s > 0) for s in (1, -1))
    )
    left, closed = [], []
    for i in dearest:
        sign = 1 if quantity[i] > 0 else -1
        cancelled = min(gone[sign], abs(quantity[i]))
        gone[sign] -= cancelled
        if cancelled:
            closed.append(Lot(i, sign * cancelled))
        if abs(quantity[i]) > cancelled:
            left.append(Lot(i, quantity[i] - sign * cancelled))
    return left, closed


def _option(
    book: Book, rows: _Rows, instruments: Mapping[int, int], cost: float, lots: list[Lot]
) -> HeldOption:
    lots = sorted(lots, key=lambda lot: lot.position)
    i = lots[0].position
    index = rows.underlying[i]
    underlying = book.market.underlyings[index]
    contracts = sum(lot.quantity for lot in lots)
    leg = OptionLeg(
        position=i,
        kind=InstrumentKind(rows.kind[i]),
        strike=rows.strike[i],
        expiration=rows.settles[i],
        american=rows.american[i],
        contracts=round(abs(contracts)),
        is_long=contracts > 0,
        multiplier=rows.multiplier[i],
        value=rows.mark[i],
        underlying=underlying,
        scale=underlying.index_scale if underlying.underlying_class.is_index else 1.0,
        settled=rows.settled[i],
    )
    return HeldOption(leg, cost, -1 - i if rows.settled[i] else instruments[index], tuple(lots))


def held_stocks(
    book: Book, rows: _Rows, own: Iterable[int], instruments: Mapping[int, int]
) -> tuple[HeldStock, ...]:
    """The shares of these positions by underlying, in the order of their symbols."""
    underlyings = book.market.underlyings
    by_underlying: dict[int, list[int]] = defaultdict(list)
    for i in own:
        by_underlying[rows.underlying[i]].append(i)
    return tuple(
        _stock(underlyings[i], rows, instruments[i], by_underlying[i])
        for i in sorted(by_underlying, key=lambda i: underlyings[i].symbol)
    )


def _stock(underlying: Underlying, rows: _Rows, instrument: int, own: Sequence[int]) -> HeldStock:
    """Shares of one underlying: the net ones at their side's average cost, and those in a box."""
    long = [Lot(i, rows.units[i]) for i in own if rows.units[i] > 0]
    short = [Lot(i, rows.units[i]) for i in own if rows.units[i] < 0]
    shares = {side: sum(p.quantity for p in lots) for side, lots in ((1, long), (-1, short))}
    average = {
        side: sum(p.quantity * rows.cost[p.position] for p in lots) / shares[side] if lots else 0.0
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

_Key = tuple[StrategyRules, int, str, int, bytes, bytes, tuple[str, ...], tuple[str, ...]]
"""All that the holdings of a class depend on, and what they require by the rules."""

_KNOWN: Final[ContentCache[_Key, ClassPositions]] = ContentCache(
    most=20_000, most_size=50_000, size=lambda _, held: len(held.positions)
)
"""The latest holdings, with the pairings that were found for them; bounded by their positions."""

_Content: TypeAlias = tuple[bytes, tuple[str, ...], tuple[str, ...]]

_PAIRED: Final[ContentCache[_Content, dict[Hashable, Any]]] = ContentCache(
    most=20_000, most_size=50_000, size=lambda content, _: len(content[2])
)
"""What is known of the pairings of the latest holdings, whosever they are and wherever their rows
stand; bounded by their positions, as the holdings are."""


def holdings(
    book: Book,
    mark: FloatArray,
    rules: RulesOfAccounts[StrategyRules],
    *,
    whole_accounts: bool = True,
) -> tuple[ClassPositions, ...]:
    """The holdings of each account by class, and of each forced group, by name.

    `mark`, $ per unit, shape (positions,), is what each option is worth; shares count at the
    market's price. Cash is in no class. The house's add-ons for concentration go by account, those
    by share of its gross where the book has whole accounts. What is held as before, at the same
    prices, is the same object: only what changed is paired again.
    """
    positions = book.positions
    account, group, named = positions.account, positions.group, positions.contracts.roots_delivered
    rows, numbers = _rows(book, mark)
    books: Sequence[Book] = (book,) * len(positions.accounts)
    if any(any(own.has_add_ons) or own.adds_by_gross for own in rules.distinct):
        books = with_add_ons(book, rules, by_gross=whole_accounts)
    found = []
    for name, own in _together(book):
        of = books[account[own[0]]]
        held = [of.market.underlyings[i] for i in np.unique(positions.underlying[own]).tolist()]
        indexes = own.tolist()
        key = (
            rules.of(int(account[own[0]])),
            int(account[own[0]]),
            name,
            int(group[own[0]]),
            own.tobytes(),
            numbers[own].tobytes(),
            tuple([each.written for each in held]),
            tuple([named[i] for i in indexes]),
        )
        found.append(_KNOWN.get(key, partial(_held, of, rows, indexes)))
    return tuple(found)


def _together(book: Book) -> list[tuple[str, IntArray]]:
    """What is margined together, by account and name: the name, and its positions in order."""
    positions, underlyings = book.positions, book.market.underlyings
    names = [*(u.group for u in underlyings), *positions.groups]
    name = np.where(positions.group < 0, positions.underlying, len(underlyings) + positions.group)
    sorted_names, rank = np.unique(np.array(names, dtype=np.str_), return_inverse=True)
    own = np.flatnonzero(~positions.is_cash)
    keys = np.stack([positions.account[own], rank[name[own]], positions.group[own]])
    order = np.lexsort(keys[::-1])
    starts = np.flatnonzero(np.diff(keys[:, order], prepend=-2).any(axis=0))
    parts = np.split(own[order], starts[1:])
    return [(str(sorted_names[rank[name[part[0]]]]), part) for part in parts if part.size]


def _held(book: Book, rows: _Rows, own: Sequence[int], key: _Key) -> ClassPositions:
    """The holdings made of these positions."""
    _, account, name, group, _, numbers, underlyings, contracts_named = key
    instruments = _instruments(book, own)
    stock = [i for i in own if rows.kind[i] == InstrumentKind.STOCK]
    contracts = [i for i in own if rows.kind[i] != InstrumentKind.STOCK]
    options, closed = held_options(book, rows, contracts, instruments)
    stocks = held_stocks(book, rows, stock, instruments)
    paired = _PAIRED.get((numbers, underlyings, contracts_named), lambda _: {})
    return ClassPositions(
        account=account,
        name=name,
        group=group,
        positions=tuple(own),
        options=options,
        stocks=stocks,
        closed=closed,
        known=paired,
    )


def _instruments(book: Book, own: Iterable[int]) -> dict[int, int]:
    """For each underlying the number of its instrument: an index at another scale has the same.

    They are numbered in the order of their symbols.
    """
    underlyings = book.market.underlyings
    first_of_index: dict[str, int] = {}
    instruments: dict[int, int] = {}
    held = {int(book.positions.underlying[i]) for i in own}
    for number, i in enumerate(sorted(held, key=lambda i: underlyings[i].symbol)):
        underlying, instruments[i] = underlyings[i], number
        if underlying.underlying_class.is_index:
            first = first_of_index.setdefault(underlying.group, i)
            if _is_same_index(underlying, underlyings[first]):
                instruments[i] = instruments[first]
    return instruments


def _is_same_index(one: Underlying, other: Underlying) -> bool:
    """Whether two indexes of one class group are the same index, each at its own scale."""
    full, other_full = one.spot / one.index_scale, other.spot / other.index_scale
    return abs(full - other_full) <= SAME_INDEX * other_full
