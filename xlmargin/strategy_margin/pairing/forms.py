"""What classes share that one model serves: all but their prices, or all but amounts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import fields
from operator import attrgetter
from typing import Final, cast

import numpy as np

from xlmargin.market import HouseRates, Underlying
from xlmargin.rulebook import StrategyRules, UnderlyingClass
from xlmargin.rulebook.rules import Rules
from xlmargin.strategy_margin.pairing.class_positions import ClassPositions
from xlmargin.strategy_margin.pairing.formulation import ExpirationClause, clause
from xlmargin.strategy_margin.pairing.requirement_rules import RequirementRules
from xlmargin.strategy_margin.rules.options import OptionLeg, has_loan_value

MOST_PLACES: Final = 4
"""A class of more options of a kind, long or short, than this has a model of its own."""


def shape_of(holdings: ClassPositions, requirements: RequirementRules) -> Hashable | None:
    """What classes share whose options, few and of one underlying, differ in amounts alone.

    Amounts are prices, strikes, days, contracts and shares. None where options of a class differ
    otherwise, are many, or may stand in other sets of spreads by the days on which they expire.
    """
    options, stocks, rules = holdings.options, holdings.stocks, requirements.rules
    read = clause(rules.spreads, american=True, cash=requirements.is_cash)
    if read is not ExpirationClause.PAIR_BY_PAIR or len(stocks) > 1 or not options:
        return None
    first, counts = options[0].leg, defaultdict[Hashable, int](int)
    for held in options:
        counts[held.leg.kind, held.leg.is_long] += 1
    most = max(counts.values())
    symbols = {held.leg.underlying.symbol for held in options}
    symbols |= {held.leg.underlying.symbol for held in stocks}
    alike = {_OF_OPTION(held) for held in options}
    if len(symbols) > 1 or len(alike) > 1 or most > MOST_PLACES:
        return None
    if not first.american or first.settled:
        return None
    side = float(np.sign(stocks[0].leg.shares)) if stocks else None
    few = most <= MOST_PLACES // 2
    return few, side, *alike, rates_of(first.underlying, rules)


_OF_OPTION: Final = attrgetter(
    "leg.american", "leg.settled", "leg.multiplier", "leg.scale", "instrument"
)


def form_of(holdings: ClassPositions, rules: StrategyRules) -> Hashable:
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


def numbers_of(every: Iterable[StrategyRules]) -> dict[StrategyRules, int]:
    """The rules of classes, those of several days under one number where theirs are the same."""
    distinct: list[tuple[object, ...]] = []
    found: dict[StrategyRules, int] = {}
    for rules in every:
        if rules not in found:
            numbers = _NUMBERS(rules)
            if numbers not in distinct:
                distinct.append(numbers)
            found[rules] = distinct.index(numbers)
    return found
