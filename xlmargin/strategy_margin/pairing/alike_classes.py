"""Classes that differ in prices alone, as one whose prices are columns: a model made once for all.

The same contracts and shares held on many days, after many moves or in many accounts, under the
same numbers of the rules, are written as one class: values, costs and spots stand in columns, an
entry a class, and the rules' formulas do the rest. What a model hangs on beside its costs - the
order of short options, whether a hedge is worth its while - may differ with the prices: then the
classes are parted by it, and each part has a model of its own.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from math import fsum
from operator import attrgetter
from typing import Final, NamedTuple, TypeVar, cast

import numpy as np

from xlmargin.arrays import NotAlike, column
from xlmargin.market import HouseRates, Underlying
from xlmargin.rulebook import StrategyRules, UnderlyingClass
from xlmargin.rulebook.rules import Rules
from xlmargin.strategy_margin.pairing.class_positions import ClassPositions, HeldOption, HeldStock
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
from xlmargin.strategy_margin.pairing.model import PairingModel, Role
from xlmargin.strategy_margin.pairing.requirement_rules import RequirementRules
from xlmargin.strategy_margin.rules.options import OptionLeg, has_loan_value
from xlmargin.strategy_margin.rules.stock import StockLeg
from xlmargin.strategy_margin.solver.program import Solution


class PairedClass(NamedTuple):
    """A class to be paired: what it holds, what is required, for how many seconds at most."""

    holdings: ClassPositions
    requirements: RequirementRules
    seconds: float


@dataclass(frozen=True, eq=False)
class AlikeClasses:
    """Classes that one model serves, by index, and all as one whose prices are columns."""

    members: tuple[int, ...]
    classes: tuple[PairedClass, ...]
    holdings: ClassPositions
    model: PairingModel

    def strategies(self, solutions: Sequence[Solution]) -> list[tuple[StrategyMatch, ...]]:
        """What the solution of each says, as strategies."""
        each = enumerate(solutions)
        return [self._read(number, used_in(self.model, own)) for number, own in each]

    def priced(self, solutions: Sequence[Solution]) -> Iterator[PairingResult]:
        """The same, and what it requires: each strategy is priced once, for all classes."""
        kind, amounts = self.classes[0].requirements.kind, _Amounts(self)
        for number, solution in enumerate(solutions):
            used = used_in(self.model, solution)
            strategies = self._read(number, used)
            required, added = (
                fsum(amounts[strategy][number][of] for strategy in strategies) for of in (0, 1)
            )
            refused = refused_in(self.model, used)
            yield PairingResult(kind, strategies, required, added, required - solution.gap, refused)

    def _read(self, number: int, used: Mapping[int, int]) -> tuple[StrategyMatch, ...]:
        """The strategies of a class, which those that use the same share: but for funds' shares."""
        key = *used.items(), number if _has_fund(self.model, used) else -1
        if key not in self._known:
            holdings = self.classes[number].holdings
            self._known[key] = tuple(strategies_of(holdings, self.model, used))
        return self._known[key]

    @cached_property
    def _known(self) -> dict[Hashable, tuple[StrategyMatch, ...]]:
        return {}


def _has_fund(model: PairingModel, used: Mapping[int, int]) -> bool:
    """Whether shares of a fund, whose number goes by prices, cover calls."""
    found = (model.variables[variable] for variable in used)
    return any(one is not None and one.role is Role.FUND for one in found)


class _Amounts(dict[StrategyMatch, list[tuple[float, float]]]):
    """What a strategy requires of each class, and what the equity counts for it, $."""

    def __init__(self, classes: AlikeClasses) -> None:
        self._classes = classes

    def __missing__(self, strategy: StrategyMatch) -> list[tuple[float, float]]:
        own = self._classes
        rules, columns = own.classes[0].requirements, (len(own.members), 1)
        required = requirement_of(strategy, own.holdings, rules)
        added = value_added_by(strategy, own.holdings, rules)
        if len(own.members) == 1:
            self[strategy] = [(required, added)]
        else:
            both = np.hstack([np.broadcast_to(each, columns) for each in (required, added)])
            self[strategy] = [(one, other) for one, other in both.tolist()]
        return self[strategy]


def alike_classes(classes: Sequence[PairedClass]) -> Iterator[AlikeClasses]:
    """The classes by model: those of one form together, parted where a model hangs on prices."""
    numbers, by_form = _numbers_of_rules(classes), defaultdict[Hashable, list[int]](list)
    for i, own in enumerate(classes):
        required = own.requirements
        form = _form(own.holdings, required.rules)
        key = numbers[required.rules], required.kind, required.is_cash, form
        by_form[key].append(i)
    for members in by_form.values():
        yield from _parted(classes, members)


def _parted(classes: Sequence[PairedClass], members: Sequence[int]) -> Iterator[AlikeClasses]:
    own = classes[members[0]]
    holdings = _as_one([classes[i].holdings for i in members])
    try:
        model = pairing_model(holdings, own.requirements)
    except NotAlike as condition:
        for side in (True, False):
            part = [i for i, on in zip(members, condition.holds, strict=True) if on == side]
            yield from _parted(classes, part)
    else:
        yield AlikeClasses(tuple(members), tuple(classes[i] for i in members), holdings, model)


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
    leg = _one_leg([each.leg for each in held])
    return replace(held[0], leg=leg, cost=column(each.cost for each in held))


def _one_stock(held: Sequence[HeldStock]) -> HeldStock:
    return replace(
        held[0],
        leg=_one_leg([each.leg for each in held]),
        cost=column(each.cost for each in held),
        against_the_box_long_cost=column(each.against_the_box_long_cost for each in held),
        against_the_box_short_cost=column(each.against_the_box_short_cost for each in held),
    )


_Leg = TypeVar("_Leg", OptionLeg, StockLeg)


def _one_leg(legs: Sequence[_Leg]) -> _Leg:
    joint = replace(legs[0], underlying=joint_underlying([leg.underlying for leg in legs]))
    value, spot = column(leg.value for leg in legs), column(leg.underlying.spot for leg in legs)
    return repriced(joint, value, spot)


def repriced(leg: _Leg, value: float, spot: float) -> _Leg:
    """A leg at its value and the price of its underlying, $ per unit, which may be columns."""
    return replace(leg, value=value, underlying=replace(leg.underlying, spot=spot))


def joint_underlying(underlyings: Sequence[Underlying]) -> Underlying:
    """Underlyings of one kind as one, with their add-ons in a column; the price is the first's."""
    one = underlyings[0]
    add_on = column(each.house.add_on for each in underlyings)
    return replace(one, house=replace(one.house, add_on=add_on))


def _form(holdings: ClassPositions, rules: StrategyRules) -> Hashable:
    """What holdings share under the same numbers of the rules that differ in prices alone.

    The day on which a Treasury security is held is part of it.
    """
    key = "form", rules
    if key not in holdings.remembered:
        holdings.remembered[key] = _form_now(holdings, rules)
    return cast(Hashable, holdings.remembered[key])


def _form_now(holdings: ClassPositions, rules: StrategyRules) -> Hashable:
    is_treasury = any(
        held.leg.underlying.underlying_class is UnderlyingClass.TREASURY for held in holdings.stocks
    )
    return (
        tuple(
            (
                *_OF_LEG(held.leg),
                held.instrument,
                held.leg.is_long and has_loan_value(held.leg, rules.as_of, rules),
                _same(held.leg.underlying, rules),
            )
            for held in holdings.options
        ),
        tuple((*_OF_STOCK(held), _same(held.leg.underlying, rules)) for held in holdings.stocks),
        rules.as_of if is_treasury else None,
    )


def _same(underlying: Underlying, rules: StrategyRules) -> Hashable:
    return underlying.symbol, underlying.group, rates_of(underlying, rules)


_OF_LEG: Final = attrgetter(
    *(f.name for f in fields(OptionLeg) if f.name not in {"position", "value", "underlying"})
)
_OF_STOCK: Final = attrgetter("leg.shares", "instrument", "against_the_box_shares")
_NUMBERS: Final = attrgetter(
    *(f.name for f in fields(StrategyRules) if f.name not in {f.name for f in fields(Rules)})
)
_IN_ARRAYS: Final = {"symbol", "spot", "house"}
_NO_RATE: Final = {
    "dividend_yield", "rate", "volatility", "yields", "dividends", "spot_is_forward", "class_group",
    "product_group", "portfolio_group", "index_scale", "adv", "shares_outstanding", "industry",
    "row", "published",
}  # fmt: skip
"""What no rate of a strategy depends on; a column that comes to the market counts until it is named
here."""
_OF_UNDERLYING: Final = attrgetter(
    *(f.name for f in fields(Underlying) if f.name not in _NO_RATE | _IN_ARRAYS)
)
_OF_HOUSE: Final = attrgetter(
    *(f.name for f in fields(HouseRates) if f.name not in {"add_on", "why", "move_down", "move_up"})
)


def rates_of(underlying: Underlying, rules: StrategyRules) -> Hashable:
    """What the rates of an underlying depend on, beside its price and a house's add-on."""
    own, product = rules.short_options, underlying.symbol.lower()
    named = product in own.product_underlying_rate or product in own.product_minimum_rate
    return product if named else "", _OF_UNDERLYING(underlying), _OF_HOUSE(underlying.house)


def _numbers_of_rules(classes: Sequence[PairedClass]) -> dict[StrategyRules, int]:
    """The rules of classes, those of several days under one number where theirs are the same."""
    distinct: list[tuple[object, ...]] = []
    found: dict[StrategyRules, int] = {}
    for own in classes:
        if own.requirements.rules not in found:
            numbers = _NUMBERS(own.requirements.rules)
            if numbers not in distinct:
                distinct.append(numbers)
            found[own.requirements.rules] = distinct.index(numbers)
    return found
