"""Classes that one model serves: as one whose amounts are columns, an entry a class.

Two classes are alike in either of two ways, and the rules' formulas do the rest:

- the same contracts and shares, held on many days, after many moves or in many accounts, under the
  same numbers of the rules: only their prices differ, and stand in columns;
- American options of one underlying, a few of each kind long and short, with its shares or without:
  then strikes, days, contracts and shares stand in columns too. Of each kind every class has as
  many places for long and for short ones as the model has, and no contract in those that are left.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import product
from math import fsum
from operator import attrgetter
from typing import Final, NamedTuple, TypeAlias, cast

import numpy as np

from xlmargin.arrays import FloatArray, IntArray, as_float, beside, column
from xlmargin.contracts import InstrumentKind
from xlmargin.market import Underlying
from xlmargin.strategy_margin.pairing.class_positions import ClassPositions, HeldOption, HeldStock
from xlmargin.strategy_margin.pairing.forms import form_of, numbers_of, shape_of
from xlmargin.strategy_margin.pairing.formulation import pairing_model
from xlmargin.strategy_margin.pairing.least_pairing import (
    PairingResult,
    StrategyMatch,
    refused_in,
    requirement_of,
    strategies_of,
    used_in,
    value_added_by,
)
from xlmargin.strategy_margin.pairing.model import PairingModel, Role, Variable
from xlmargin.strategy_margin.pairing.requirement_rules import RequirementRules
from xlmargin.strategy_margin.solver.program import Solution


class PairedClass(NamedTuple):
    """A class to be paired: what it holds, what is required, for how many seconds at most."""

    holdings: ClassPositions
    requirements: RequirementRules
    seconds: float


Places: TypeAlias = tuple[int, ...]
"""The option of a class that stands in each place of a model; -1 where none does."""


@dataclass(frozen=True, eq=False)
class AlikeClasses:
    """Classes that one model serves, by index, and all as one whose amounts are columns.

    `places` are those of each class, or of all where they hold the same; `like` is the first place
    whose options differ from those of each place in amounts alone.
    """

    members: tuple[int, ...]
    classes: tuple[PairedClass, ...]
    holdings: ClassPositions
    places: tuple[Places, ...]
    like: tuple[int, ...]

    @cached_property
    def model(self) -> PairingModel:
        """The model of them all."""
        return pairing_model(self.holdings, self.classes[0].requirements)

    def strategies(self, solutions: Sequence[Solution]) -> list[tuple[StrategyMatch, ...]]:
        """What the solution of each says, as strategies."""
        return [self._read(number, self._used(number, own)) for number, own in enumerate(solutions)]

    def priced(self, solutions: Sequence[Solution]) -> Iterator[PairingResult]:
        """The same, and what it requires: strategies of one shape are priced at once."""
        used = [self._used(number, own) for number, own in enumerate(solutions)]
        strategies = [self._read(number, own) for number, own in enumerate(used)]
        kind, amounts = self.classes[0].requirements.kind, self._amounts(strategies)
        for own, found, of, solution in zip(used, strategies, amounts, solutions, strict=True):
            required, added = (fsum(each) for each in of)
            lower_bound = required - solution.gap
            yield PairingResult(kind, found, required, added, lower_bound, refused_in(own))

    def _used(self, number: int, solution: Solution) -> dict[Variable, int]:
        """What a solution uses, by the options of the class."""
        used = used_in(self.model, solution)
        if self._is_one:
            return used
        own = self.places[number]
        return {
            one._replace(options=tuple([own[place] for place in one.options])): quantity
            for one, quantity in used.items()
        }

    def _read(self, number: int, used: Mapping[Variable, int]) -> tuple[StrategyMatch, ...]:
        """The strategies of a class, which those that use the same share: but for funds' shares."""
        own, holdings = self._places(number), self.classes[number].holdings
        shorts = [own[place] for place in self.model.shorts(number) if own[place] >= 0]
        if not self._is_one:
            return tuple(strategies_of(holdings, shorts, used))
        has_fund = any(one.role is Role.FUND for one in used)
        key = *used.items(), *shorts, number if has_fund else -1
        if key not in self._known:
            self._known[key] = tuple(strategies_of(holdings, shorts, used))
        return self._known[key]

    @cached_property
    def _known(self) -> dict[Hashable, tuple[StrategyMatch, ...]]:
        return {}

    @property
    def _is_one(self) -> bool:
        """Whether all hold the same, at other prices."""
        return len(self.places) == 1

    def _places(self, number: int) -> Places:
        return self.places[0 if self._is_one else number]

    def _amounts(
        self, strategies: Sequence[tuple[StrategyMatch, ...]]
    ) -> list[tuple[list[float], list[float]]]:
        """What the strategies of each class require, and what the equity counts for them, $."""
        by_shape = defaultdict[Hashable, list[tuple[int, StrategyMatch, Places]]](list)
        for number, own in enumerate(strategies):
            place_of = {option: place for place, option in enumerate(self._places(number))}
            for strategy in own:
                places = tuple([place_of[i] for i, _ in strategy.options])
                shape = strategy.role, strategy.stock, *(self.like[place] for place in places)
                by_shape[shape].append((number, strategy, places))
        found: list[tuple[list[float], list[float]]] = [([], []) for _ in strategies]
        for alike in by_shape.values():
            numbers, matched, places_of = zip(*alike, strict=True)
            one = self._as_one(numbers, matched, places_of)
            for of, amounts in enumerate(one):
                for number, amount in zip(numbers, amounts, strict=True):
                    found[number][of].append(amount)
        return found

    def _as_one(
        self,
        numbers: Sequence[int],
        matched: Sequence[StrategyMatch],
        places: Sequence[Places],
    ) -> Iterator[list[float]]:
        """What strategies of one shape, of these classes, require; what the equity counts."""
        rules, one = self.classes[0].requirements, matched[0]
        if len(matched) == 1:
            own = self.classes[numbers[0]].holdings
            yield [requirement_of(one, own, rules)]
            yield [value_added_by(one, own, rules)]
            return
        rows = np.array(numbers)
        options = tuple(self._option(rows, np.array(own)) for own in zip(*places, strict=True))
        stocks = tuple(_stock_of(held, rows) for held in self.holdings.stocks)
        holdings = ClassPositions(0, "", -1, (), options, stocks, ())
        contracts = tuple(
            (leg, cast("int", column(each.options[leg][1] for each in matched)))
            for leg in range(len(options))
        )
        joint = StrategyMatch(
            one.role, contracts, one.stock, column(each.shares for each in matched)
        )
        for amount in (requirement_of, value_added_by):
            whole = np.broadcast_to(amount(joint, holdings, rules), (len(rows), 1))
            yield whole[:, 0].tolist()

    def _option(self, rows: IntArray, places: IntArray) -> HeldOption:
        """The options of some classes, that stand in these places, as one."""
        one = self.holdings.options[int(places[0])]
        cost, strike, expiration, value, spot, add_on = (
            as_float(amounts[rows, places][:, None]) for amounts in self._of_options
        )
        underlying = _priced(one.leg.underlying, spot, add_on)
        leg = replace(
            one.leg, strike=strike, expiration=expiration, value=value, underlying=underlying
        )
        return replace(one, leg=leg, cost=cost)

    @cached_property
    def _of_options(self) -> list[FloatArray]:
        """The amounts of options in which classes differ, shape (classes, places)."""
        held = self.holdings.options
        shape = len(self.members), len(held)
        return [
            np.broadcast_to(beside([attrgetter(name)(each) for each in held]), shape)
            for name in _AMOUNTS
        ]


_AMOUNTS: Final = (
    *("cost", "leg.strike", "leg.expiration", "leg.value"),
    *("leg.underlying.spot", "leg.underlying.house.add_on"),
)


def _stock_of(held: HeldStock, rows: IntArray) -> HeldStock:
    """The stock of some of the classes, whose amounts stand in columns."""

    def own(amount: float) -> float:
        return amount[rows] if isinstance(amount, np.ndarray) else amount

    underlying = held.leg.underlying
    underlying = _priced(underlying, own(underlying.spot), own(underlying.house.add_on))
    leg = replace(
        held.leg, shares=own(held.leg.shares), value=own(held.leg.value), underlying=underlying
    )
    return replace(
        held,
        leg=leg,
        cost=own(held.cost),
        against_the_box_shares=own(held.against_the_box_shares),
        against_the_box_long_cost=own(held.against_the_box_long_cost),
        against_the_box_short_cost=own(held.against_the_box_short_cost),
    )


FEW_ALIKE: Final = 8
"""Fewer classes than this are not made one, but for those that hold the same."""

AT_ONCE: Final = 500
"""Classes of one model at most: of more its columns take memory and save nothing."""


def alike_classes(classes: Sequence[PairedClass]) -> Iterator[AlikeClasses]:
    """The classes by model: of a few classes alone it would take longer to make them one.

    On many days the same is held, so that this comes first there; on one day many hold other
    contracts of the same kinds.
    """
    left: Sequence[int] = range(len(classes))
    if len({own.requirements.rules.as_of for own in classes}) > 1:
        same = _by_form(classes, left)
        yield from (_holding_the_same(classes, own) for own in same if len(own) >= FEW_ALIKE)
        left = [i for own in same if len(own) < FEW_ALIKE for i in own]
    by_shape, left = _by_shape(classes, left)
    for own in by_shape:
        parts = np.array_split(own, -(-len(own) // AT_ONCE))
        yield from (_of_one_shape(classes, part.tolist()) for part in parts)
    yield from (_holding_the_same(classes, own) for own in _by_form(classes, left))


def _by_form(classes: Sequence[PairedClass], members: Sequence[int]) -> list[list[int]]:
    """Those of the classes that differ in prices alone, together."""
    numbers = numbers_of(classes[i].requirements.rules for i in members)
    found = defaultdict[Hashable, list[int]](list)
    for i in members:
        holdings, required, _ = classes[i]
        form = form_of(holdings, required.rules)
        found[numbers[required.rules], required.kind, required.is_cash, form].append(i)
    return list(found.values())


def _by_shape(
    classes: Sequence[PairedClass], members: Sequence[int]
) -> tuple[list[list[int]], list[int]]:
    """Those of the classes that are of one shape, where they are not few, together; the others."""
    found = defaultdict[Hashable, list[int]](list)
    for i in members:
        holdings, required, _ = classes[i]
        shape = shape_of(holdings, required)
        found[shape and (id(required.rules), required.kind, shape)].append(i)
    left = found.pop(None, [])
    left += [i for own in found.values() if len(own) < FEW_ALIKE for i in own]
    return [own for own in found.values() if len(own) >= FEW_ALIKE], sorted(left)


def _holding_the_same(classes: Sequence[PairedClass], members: Sequence[int]) -> AlikeClasses:
    """Classes that differ in prices alone."""
    own = tuple(classes[i] for i in members)
    places = tuple(range(len(own[0].holdings.options)))
    holdings = _as_one([each.holdings for each in own])
    return AlikeClasses(tuple(members), own, holdings, (places,), places)


def _as_one(holdings: Sequence[ClassPositions]) -> ClassPositions:
    """Holdings of one form as one, their prices in columns."""
    if len(holdings) == 1:
        return holdings[0]
    return replace(
        holdings[0],
        options=tuple(map(_one_option, zip(*(own.options for own in holdings), strict=True))),
        stocks=tuple(map(_one_stock, zip(*(own.stocks for own in holdings), strict=True))),
    )


def _one_option(held: Sequence[HeldOption]) -> HeldOption:
    legs = [each.leg for each in held]
    leg = replace(
        legs[0],
        value=column(leg.value for leg in legs),
        underlying=joint_underlying([leg.underlying for leg in legs]),
    )
    return replace(held[0], leg=leg, cost=column(each.cost for each in held))


def _one_stock(held: Sequence[HeldStock]) -> HeldStock:
    legs = [each.leg for each in held]
    leg = replace(
        legs[0],
        shares=_same_or_column([leg.shares for leg in legs]),
        value=column(leg.value for leg in legs),
        underlying=joint_underlying([leg.underlying for leg in legs]),
    )
    return replace(
        held[0],
        leg=leg,
        cost=column(each.cost for each in held),
        against_the_box_shares=_same_or_column([each.against_the_box_shares for each in held]),
        against_the_box_long_cost=column(each.against_the_box_long_cost for each in held),
        against_the_box_short_cost=column(each.against_the_box_short_cost for each in held),
    )


def _same_or_column(amounts: Sequence[float]) -> float:
    return amounts[0] if len(set(amounts)) == 1 else column(amounts)


def joint_underlying(underlyings: Sequence[Underlying]) -> Underlying:
    """Underlyings of one kind as one, their prices and add-ons in columns."""
    spot, add_on = (
        column(each.spot for each in underlyings),
        column(each.house.add_on for each in underlyings),
    )
    return _priced(underlyings[0], spot, add_on)


def _priced(underlying: Underlying, spot: float, add_on: float) -> Underlying:
    return replace(underlying, spot=spot, house=replace(underlying.house, add_on=add_on))


_SIDES: Final = tuple(product((InstrumentKind.CALL, InstrumentKind.PUT), (False, True)))
"""Calls and puts, short and long."""


def _of_one_shape(classes: Sequence[PairedClass], members: Sequence[int]) -> AlikeClasses:
    """Classes of one shape, each option in a place among those of its kind and side."""
    own = tuple(classes[i] for i in members)
    places, most = _placed([each.holdings for each in own])
    count = most * len(_SIDES)
    rows = np.repeat(np.arange(len(own)), [len(each.holdings.options) for each in own])
    place = np.array([p for each in places for p in each], dtype=np.int64)
    held = [option for each in own for option in each.holdings.options]
    underlying = joint_underlying([each.holdings.options[0].leg.underlying for each in own])

    def amounts(name: str) -> list[float]:
        whole = np.zeros((len(own), count))
        whole[rows, place] = [attrgetter(name)(option) for option in held]
        return [as_float(whole[:, [i]]) for i in range(count)]

    columns = (amounts(name) for name in ("leg.contracts", *_AMOUNTS[:4]))
    options = tuple(
        replace(
            held[0],
            leg=replace(
                held[0].leg,
                kind=kind,
                is_long=is_long,
                contracts=cast("int", contracts),
                strike=strike,
                expiration=expiration,
                value=value,
                underlying=underlying,
            ),
            cost=cost,
        )
        for (contracts, cost, strike, expiration, value), (kind, is_long) in zip(
            zip(*columns, strict=True), [side for side in _SIDES for _ in range(most)], strict=True
        )
    )
    stocks = tuple(map(_one_stock, zip(*(each.holdings.stocks for each in own), strict=True)))
    options_of = np.full((len(own), count), -1)
    options_of[rows, place] = [i for each in places for i in range(len(each))]
    return AlikeClasses(
        tuple(members),
        own,
        replace(own[0].holdings, options=options, stocks=stocks),
        tuple(map(tuple, options_of.tolist())),
        tuple(i - i % most for i in range(count)),
    )


def _placed(holdings: Sequence[ClassPositions]) -> tuple[list[list[int]], int]:
    """The place of each option of each class, and how many places each kind and side has."""
    found, most = [], 0
    for own in holdings:
        counts = [0] * len(_SIDES)
        sides = [_SIDES.index((held.leg.kind, held.leg.is_long)) for held in own.options]
        placed = []
        for side in sides:
            placed.append((side, counts[side]))
            counts[side] += 1
        most = max(most, *counts)
        found.append(placed)
    return [[side * most + number for side, number in own] for own in found], most
