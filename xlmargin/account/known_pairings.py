"""The pairings that are known of each class, priced together at whatever prices the market has.

Strategies of one shape - the same use of the same kinds of legs under the same house - require by
one formula. So those of all accounts are priced at once: strikes, units and prices of a leg stand
in arrays, an entry a strategy, and the rules' formulas do the rest.

What a class takes from equity along the moves of the market depends on nothing that other classes
hold. It is remembered, so that after a tick only what the price touches is priced again, and the
excess of an account along the moves is a sum.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import blake2b
from itertools import accumulate
from typing import Any, Final, Generic, NamedTuple, TypeAlias, TypeVar, cast

import numpy as np

from xlmargin.account.shocked_prices import Worth
from xlmargin.arrays import BoolArray, FloatArray, IntArray, as_float
from xlmargin.computing import ContentCache
from xlmargin.rulebook import StrategyRules
from xlmargin.strategy_margin import RequirementKind, StrategyMargin
from xlmargin.strategy_margin.pairing.class_positions import (
    ClassPositions,
    HeldOption,
    HeldStock,
    Lot,
)
from xlmargin.strategy_margin.pairing.forms import rates_of
from xlmargin.strategy_margin.pairing.least_pairing import (
    StrategyMatch,
    requirement_of,
    requirement_rules,
    value_added_by,
)
from xlmargin.strategy_margin.pairing.requirement_rules import RequirementRules

Pairing: TypeAlias = tuple[StrategyMatch, ...]


@dataclass(frozen=True, eq=False)
class KnownPairings:
    """Pairings of classes that are known; the classes of the margin are given by index.

    `lots` are those of all options of the margin, class by class. A deposit is what all of it would
    require if it were opened at those prices.
    """

    margin: StrategyMargin
    pairings: tuple[tuple[int, Pairing], ...]
    lots: Lots
    kind: RequirementKind = RequirementKind.MAINTENANCE

    def taken(self, there: Worth, *, remembered: bool = True) -> FloatArray:
        """The least that they take from equity after moves, $, shape (classes, moves).

        What they require less what the equity counts for them; infinite for a class of which none
        is known. What they take after moves that nobody asks for again need not be `remembered`.
        """
        by_pairing = self._along(there) if remembered else self._priced(there)
        least = np.full((len(self.margin.classes), by_pairing.shape[1]), np.inf)
        np.minimum.at(least, [i for i, _ in self.pairings], by_pairing)
        return least

    def of_classes(self, there: Worth, classes: BoolArray) -> FloatArray:
        """What the one pairing known of each of these classes takes, shape (classes, moves).

        `classes`, shape (classes,), tells which ones; 0 for the others, whose prices are not read.
        """
        held = classes[self._class_of_holding]
        value = np.zeros((len(held), there.worth.shape[1]))
        value[held] = self.lots.average(there.worth)[held]
        taken = np.zeros((len(self.margin.classes), value.shape[1]))
        for shape, of_class in zip(self._shapes, self._classes_of_shapes, strict=True):
            own = np.flatnonzero(classes[of_class])
            if own.size:
                np.add.at(taken, of_class[own], shape.taken(value, there.spot, own))
        return taken

    @cached_property
    def _class_of_holding(self) -> IntArray:
        """The class, by index, of each option holding."""
        classes = self.margin.classes
        return np.repeat(np.arange(len(classes)), [len(c.holdings.options) for c in classes])

    @cached_property
    def _classes_of_shapes(self) -> list[IntArray]:
        """The class, by index, of each strategy of each shape."""
        of_pairing = np.array([i for i, _ in self.pairings], dtype=np.int64)
        return [of_pairing[shape.pairings] for shape in self._shapes]

    def _along(self, there: Worth) -> FloatArray:
        """What each pairing takes along moves, shape (pairings, moves), remembered."""
        if not self.pairings:
            return self._priced(there)
        digest = [_digest(c.holdings, there) for c in self.margin.classes]
        keys = [
            (own.holdings, own.rules, own.own_kind(self.kind), own.is_cash, pairing, digest[i])
            for i, pairing in self.pairings
            for own in (self.margin.classes[i],)
        ]

        def priced(missing: list[int]) -> list[FloatArray]:
            some = tuple(self.pairings[number] for number in missing)
            return list(map(np.copy, self.only(some)._priced(there)))

        return np.array(_TAKEN.get_many(keys, priced))

    def _priced(self, there: Worth) -> FloatArray:
        """What each pairing takes after moves, shape (pairings, moves), priced now."""
        value = self.lots.average(there.worth)
        by_pairing = np.zeros((len(self.pairings), there.worth.shape[1]))
        for shape in self._shapes:
            np.add.at(by_pairing, shape.pairings, shape.taken(value, there.spot))
        return by_pairing

    @cached_property
    def _shapes(self) -> list[_Shape]:
        """Their strategies by shape."""
        found = dict[Hashable, _Shape]()
        first = [0, *accumulate(len(c.holdings.options) for c in self.margin.classes)]
        for number, (i, pairing) in enumerate(self.pairings):
            own = self.margin.classes[i]
            kind = own.own_kind(self.kind)
            for strategy in pairing:
                key = id(own.rules), kind, _shape(strategy, own.holdings, own.rules)
                if key not in found:
                    requirements = requirement_rules(kind, own.rules, cash=own.is_cash)
                    found[key] = _Shape(requirements, [], [])
                found[key].members.append(_Placed(strategy, own.holdings, first[i]))
                found[key].pairings.append(number)
        return list(found.values())

    def only(self, pairings: tuple[tuple[int, Pairing], ...]) -> KnownPairings:
        """Where these alone are known of the same classes."""
        return replace(self, pairings=pairings)


def known_pairings(
    margin: StrategyMargin,
    pairings: Iterable[tuple[int, Pairing]] = (),
    kind: RequirementKind = RequirementKind.MAINTENANCE,
) -> KnownPairings:
    """Pairings of the classes of a margin, by index."""
    lots = Lots([held.lots for c in margin.classes for held in c.holdings.options])
    return KnownPairings(margin, tuple(pairings), lots, kind)


_Key: TypeAlias = tuple[ClassPositions, StrategyRules, RequirementKind, bool, Pairing, bytes]
"""What is held under which rules, how it is paired, and what it is worth after the moves."""

_TAKEN: Final[ContentCache[_Key, FloatArray]] = ContentCache(
    most=50_000, most_size=30_000_000, size=lambda _, taken: taken.nbytes
)
"""What the latest pairings take along moves of the market; bounded by bytes."""


def _digest(holdings: ClassPositions, there: Worth) -> bytes:
    """What the positions of a class are worth after moves, and their underlyings' prices."""
    own = list(holdings.positions)
    return blake2b(there.worth[own].tobytes() + there.spot[own].tobytes(), digest_size=16).digest()


class Lots:
    """The rows of each of several holdings: rows of one price may differ in volatility."""

    def __init__(self, lots: Sequence[tuple[Lot, ...]]) -> None:
        self._position = np.array([lot.position for own in lots for lot in own], dtype=np.int64)
        quantity = np.array([lot.quantity for own in lots for lot in own], dtype=np.float64)
        of = np.repeat(np.arange(len(lots)), [len(own) for own in lots])
        self._first = np.searchsorted(of, np.arange(len(lots)))
        self._share = (quantity / np.bincount(of, quantity, len(lots))[of])[:, None]

    def average(self, worth: FloatArray) -> FloatArray:
        """What a unit of each holding is worth on average, $, shape (holdings, moves).

        `worth`, that of each position, has shape (positions, moves).
        """
        average: FloatArray = np.add.reduceat(self._share * worth[self._position], self._first)
        return average


class _Placed(NamedTuple):
    """A strategy, the holdings that its legs are of, where these begin among all options."""

    strategy: StrategyMatch
    holdings: ClassPositions
    first: int


@dataclass(frozen=True, eq=False)
class _Shape:
    """Strategies of one shape, and the pairing that each of them stands in, as an index."""

    requirements: RequirementRules
    members: list[_Placed]
    pairings: list[int]

    def taken(self, value: FloatArray, spot: FloatArray, own: IntArray | None = None) -> FloatArray:
        """What each takes from equity, $, shape (strategies, moves); of its `own` alone, by index.

        `value`, that of each option holding, and `spot`, the price of the underlying of each
        position, are $ per unit, a column a move. What is opened there costs as much.
        """
        columns = self._columns
        chosen: IntArray | slice = slice(None) if own is None else own
        options = tuple(leg.there(value, spot, chosen) for leg in columns.options)
        stocks = tuple(leg.there(spot, spot, chosen) for leg in columns.stocks)
        one = self.members[0].strategy
        joint = StrategyMatch(
            one.role,
            tuple((leg, cast("int", held[chosen])) for leg, held in enumerate(columns.contracts)),
            min(one.stock, 0),
            as_float(columns.shares[chosen]),
        )
        holdings = ClassPositions(0, "", -1, (), options, stocks, ())
        amount = requirement_of(joint, holdings, self.requirements)
        amount -= value_added_by(joint, holdings, self.requirements)
        count = len(self.members) if own is None else len(own)
        return np.broadcast_to(amount, (count, spot.shape[1]))

    @cached_property
    def _columns(self) -> _Columns:
        """The amounts of the strategies, a row each."""
        options = range(len(self.members[0].strategy.options))
        has_stock = self.members[0].strategy.stock >= 0
        return _Columns(
            [_column(m.strategy.options[leg][1] for m in self.members) for leg in options],
            _column(m.strategy.shares for m in self.members),
            [self._options(leg) for leg in options],
            [self._stocks()] if has_stock else [],
        )

    def _options(self, leg: int) -> _Leg[HeldOption]:
        own = [m.strategy.options[leg][0] for m in self.members]
        held = [m.holdings.options[i] for m, i in zip(self.members, own, strict=True)]
        amounts = {
            name: _column(getattr(each.leg, name) for each in held)
            for name in ("strike", "expiration", "multiplier", "scale")
        }
        holding = np.array([m.first + i for m, i in zip(self.members, own, strict=True)])
        return _Leg.of(held, holding, amounts, {})

    def _stocks(self) -> _Leg[HeldStock]:
        held = [m.holdings.stocks[m.strategy.stock] for m in self.members]
        amounts = {"shares": _column(each.leg.shares for each in held)}
        boxed = {"against_the_box_shares": _column(each.against_the_box_shares for each in held)}
        row = np.array([each.leg.position for each in held])
        return _Leg.of(held, row, amounts, boxed)


_Held = TypeVar("_Held", HeldOption, HeldStock)


@dataclass(frozen=True, eq=False)
class _Leg(Generic[_Held]):
    """A leg of several strategies: one that stands for all, and the amounts in which they differ.

    `valued` is the index of what each is worth, `row` a position of each; `amounts` are those of
    the leg, `beside` those of the holding.
    """

    one: _Held
    valued: IntArray
    row: IntArray
    add_on: FloatArray
    amounts: Mapping[str, FloatArray]
    beside: Mapping[str, FloatArray]

    @classmethod
    def of(
        cls,
        held: Sequence[_Held],
        valued: IntArray,
        amounts: Mapping[str, FloatArray],
        beside: Mapping[str, FloatArray],
    ) -> _Leg[_Held]:
        """The leg that these holdings are in."""
        row = np.array([each.leg.position for each in held])
        add_on = _column(each.leg.underlying.house.add_on for each in held)
        return cls(held[0], valued, row, add_on, amounts, beside)

    def there(self, value: FloatArray, spot: FloatArray, own: IntArray | slice) -> _Held:
        """The legs at their values and the prices of their underlyings, as one."""
        worth, underlying = as_float(value[self.valued[own]]), self.one.leg.underlying
        house = replace(underlying.house, add_on=as_float(self.add_on[own]))
        underlying = replace(underlying, spot=as_float(spot[self.row[own]]), house=house)
        amounts: dict[str, Any] = {name: column[own] for name, column in self.amounts.items()}
        leg: Any = replace(self.one.leg, value=worth, underlying=underlying, **amounts)
        beside: dict[str, Any] = {name: column[own] for name, column in self.beside.items()}
        return replace(self.one, leg=leg, cost=worth, **beside)


class _Columns(NamedTuple):
    """Contracts of each leg and shares of strategies, and what these are of."""

    contracts: list[FloatArray]
    shares: FloatArray
    options: list[_Leg[HeldOption]]
    stocks: list[_Leg[HeldStock]]


def _column(amounts: Iterable[float]) -> FloatArray:
    return np.array(list(amounts), dtype=np.float64)[:, None]


def _shape(strategy: StrategyMatch, holdings: ClassPositions, rules: StrategyRules) -> Hashable:
    """What the formula of a strategy depends on, beside amounts."""
    legs = [holdings.options[i].leg for i, _ in strategy.options]
    stock = holdings.stocks[strategy.stock].leg if strategy.stock >= 0 else None
    return (
        strategy.role,
        tuple(
            (
                leg.kind,
                leg.is_long,
                leg.settled,
                rates_of(leg.underlying, rules),
            )
            for leg in legs
        ),
        stock and (stock.shares > 0, rates_of(stock.underlying, rules)),
    )
