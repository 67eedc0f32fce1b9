"""The pairings that are known of each class, priced together at whatever prices the market has.

Strategies of one shape - the same use of the same kinds of legs under the same house - require by
one formula. So those of all accounts are priced at once: strikes, units and prices of a leg stand
in arrays, an entry a strategy, and the rules' formulas do the rest.

What a class takes from equity along the moves of the market depends on nothing that other classes
hold. It is remembered, so that after a tick only what the price touches is priced again, and the
excess of an account along the moves is a sum.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from hashlib import blake2b
from itertools import accumulate
from typing import Final, NamedTuple, TypeAlias, cast

import numpy as np

from xlmargin.account.moved_prices import Worth
from xlmargin.arrays import FloatArray, IntArray, as_float, column
from xlmargin.computing import ContentCache
from xlmargin.rulebook import StrategyRules
from xlmargin.strategy_margin import RequirementKind, StrategyMargin
from xlmargin.strategy_margin.pairing.alike_classes import joint_underlying, rates_of, repriced
from xlmargin.strategy_margin.pairing.class_positions import (
    ClassPositions,
    HeldOption,
    HeldStock,
    Lot,
)
from xlmargin.strategy_margin.pairing.least_pairing import (
    StrategyMatch,
    requirement_of,
    requirement_rules,
    value_added_by,
)
from xlmargin.strategy_margin.pairing.requirement_rules import RequirementRules
from xlmargin.strategy_margin.rules.options import has_loan_value

Pairing: TypeAlias = tuple[StrategyMatch, ...]


@dataclass(frozen=True, eq=False)
class KnownPairings:
    """Pairings of classes that are known; the classes of the margin are given by index.

    `lots` are those of all options of the margin, class by class.
    """

    margin: StrategyMargin
    pairings: tuple[tuple[int, Pairing], ...]
    lots: Lots

    def taken(self, there: Worth, *, remembered: bool = True) -> FloatArray:
        """The least that they take from equity after moves, $, shape (classes, moves).

        What they require less what the equity counts for them; infinite for a class of which none
        is known. What they take after moves that nobody asks for again need not be `remembered`.
        """
        by_pairing = self._along(there) if remembered else self._priced(there)
        least = np.full((len(self.margin.classes), by_pairing.shape[1]), np.inf)
        np.minimum.at(least, [i for i, _ in self.pairings], by_pairing)
        return least

    def _along(self, there: Worth) -> FloatArray:
        """What each pairing takes along moves, shape (pairings, moves), remembered."""
        if not self.pairings:
            return self._priced(there)
        digest = [_digest(c.holdings, there) for c in self.margin.classes]
        keys = [
            (own.holdings, own.rules, own.is_cash, pairing, digest[i])
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
        kind, found = RequirementKind.MAINTENANCE, dict[Hashable, _Shape]()
        first = [0, *accumulate(len(c.holdings.options) for c in self.margin.classes)]
        for number, (i, pairing) in enumerate(self.pairings):
            own = self.margin.classes[i]
            for strategy in pairing:
                key = id(own.rules), _shape(strategy, own.holdings, own.rules)
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
    margin: StrategyMargin, pairings: Iterable[tuple[int, Pairing]] = ()
) -> KnownPairings:
    """Pairings of the classes of a margin, by index."""
    lots = Lots([held.lots for c in margin.classes for held in c.holdings.options])
    return KnownPairings(margin, tuple(pairings), lots)


_Key: TypeAlias = tuple[ClassPositions, StrategyRules, bool, Pairing, bytes]
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

    def taken(self, value: FloatArray, spot: FloatArray) -> FloatArray:
        """What each takes from equity, $, shape (strategies, moves).

        `value`, that of each option holding, and `spot`, the price of the underlying of each
        position, are $ per unit, a column a move.
        """
        strategy, options, stocks = self._columns
        held_options = (
            replace(held, leg=repriced(held.leg, as_float(value[holding]), as_float(spot[row])))
            for held, holding, row in options
        )
        held_stocks = (
            replace(held, leg=repriced(held.leg, as_float(spot[row]), as_float(spot[row])))
            for held, row in stocks
        )
        holdings = ClassPositions(0, "", -1, (), tuple(held_options), tuple(held_stocks), ())
        amount = requirement_of(strategy, holdings, self.requirements)
        amount -= value_added_by(strategy, holdings, self.requirements)
        return np.broadcast_to(amount, (len(self.members), spot.shape[1]))

    @cached_property
    def _columns(self) -> tuple[StrategyMatch, list[_Options], list[_Stocks]]:
        """The strategies as one, whose legs' amounts are arrays."""
        one = self.members[0].strategy
        options = [self._options(leg) for leg in range(len(one.options))]
        contracts = (
            column(m.strategy.options[leg][1] for m in self.members) for leg in range(len(options))
        )
        joint = StrategyMatch(
            one.role,
            tuple((leg, cast("int", held)) for leg, held in enumerate(contracts)),
            min(one.stock, 0),
            column(m.strategy.shares for m in self.members),
        )
        return joint, options, [self._stocks()] if one.stock >= 0 else []

    def _options(self, leg: int) -> _Options:
        own = [m.strategy.options[leg][0] for m in self.members]
        held = [m.holdings.options[i] for m, i in zip(self.members, own, strict=True)]
        legs = [each.leg for each in held]
        joint = replace(
            legs[0],
            strike=column(each.strike for each in legs),
            multiplier=column(each.multiplier for each in legs),
            scale=column(each.scale for each in legs),
            underlying=joint_underlying([each.underlying for each in legs]),
        )
        return _Options(
            replace(held[0], leg=joint),
            np.array([m.first + i for m, i in zip(self.members, own, strict=True)]),
            np.array([each.position for each in legs]),
        )

    def _stocks(self) -> _Stocks:
        held = [m.holdings.stocks[m.strategy.stock] for m in self.members]
        legs = [each.leg for each in held]
        joint = replace(
            legs[0],
            shares=column(each.shares for each in legs),
            underlying=joint_underlying([each.underlying for each in legs]),
        )
        boxed = column(each.against_the_box_shares for each in held)
        return _Stocks(
            replace(held[0], leg=joint, against_the_box_shares=boxed),
            np.array([each.position for each in legs]),
        )


class _Options(NamedTuple):
    """A leg of options of several strategies: which holding each is, and a row of it."""

    held: HeldOption
    holding: IntArray
    row: IntArray


class _Stocks(NamedTuple):
    """The stock of several strategies, and a row of each."""

    held: HeldStock
    row: IntArray


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
                leg.is_long and has_loan_value(leg, rules.as_of, rules),
                rates_of(leg.underlying, rules),
            )
            for leg in legs
        ),
        stock and (stock.shares > 0, rates_of(stock.underlying, rules)),
    )
