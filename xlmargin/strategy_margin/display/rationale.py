"""How the amount of a strategy comes about, in one plain sentence with its numbers."""

from __future__ import annotations

from collections.abc import Sequence
from math import fsum, isinf

from xlmargin.strategy_margin.pairing.class_positions import ClassPositions
from xlmargin.strategy_margin.pairing.least_pairing import ends, requirement_of
from xlmargin.strategy_margin.pairing.matches import StrategyMatch
from xlmargin.strategy_margin.pairing.model import Role
from xlmargin.strategy_margin.pairing.requirement_rules import (
    CashRequirementRules,
    MarginRequirementRules,
    RequirementRules,
)
from xlmargin.strategy_margin.rules import short_options, spreads
from xlmargin.strategy_margin.rules.legs import OptionLeg, RequirementKind, StockLeg


def rationale(
    matched: StrategyMatch, holdings: ClassPositions, requirements: RequirementRules
) -> str:
    """One sentence that says what the strategy requires of a kind, and why that much."""
    legs = [holdings.option_legs(requirements.kind)[i] for i, _ in matched.options]
    contracts = [n for _, n in matched.options]
    if matched.stock >= 0:
        return _of_stock(matched, holdings, legs, requirements)
    match matched.role:
        case Role.UNCOVERED:
            return _uncovered(legs[0], -contracts[0], requirements)
        case Role.STRADDLE:
            return _straddle(legs, contracts, requirements)
        case Role.LONG:
            return _long(legs[0], contracts[0], requirements)
        case Role.BOX:
            return _box(legs, contracts, requirements)
    return _spread(legs, contracts, requirements)


def money(amount: float) -> str:
    """Dollars for a sentence: "1,900", "1,900.50"."""
    rounded = round(amount, 2) + 0.0
    return f"{rounded:,.0f}" if rounded == round(rounded) else f"{rounded:,.2f}"


def percent(share: float) -> str:
    """A share for a sentence: "20%", "2.5%"."""
    return f"{100 * share:.4g}%"


def _uncovered(leg: OptionLeg, contracts: int, requirements: RequirementRules) -> str:
    """An uncovered short: its value, and the share that is added to it."""
    if isinstance(requirements, CashRequirementRules):
        return f"the strike in cash, {money(contracts * requirements.uncovered(leg))}"
    assert isinstance(requirements, MarginRequirementRules)
    rules, units = requirements.rules, contracts * leg.multiplier
    value, amount = units * leg.value, contracts * requirements.uncovered(leg)
    factor = short_options.option_factor(leg, rules)
    rate = factor * short_options.underlying_rate(leg, rules)
    least = factor * short_options.minimum_rate(leg, rules)
    spot, added = leg.underlying.spot, short_options.add_on(leg, rules)
    if amount < value + units * added - _CENT:
        return f"no more than the strike, {money(amount)}"
    if rate * spot - leg.otm_amount >= added:
        less = f" less {money(units * leg.otm_amount)} out of the money" if leg.otm_amount else ""
        return f"value {money(value)} and {percent(rate)} of {money(units * spot)}{less}"
    of, base = ("the underlying", spot) if leg.is_call else ("the strike", leg.strike)
    return f"value {money(value)} and the least, {percent(least)} of {of}, {money(units * base)}"


_CENT = 0.005


def _straddle(
    legs: Sequence[OptionLeg], contracts: Sequence[int], requirements: RequirementRules
) -> str:
    """A straddle: the greater side whole, the other side's value."""
    whole = -contracts[0] * requirements.straddle(legs[0], legs[1])
    sides = [
        (-n * requirements.uncovered(leg), -n * requirements.lesser_side(leg), _word(leg))
        for n, leg in zip(contracts, legs, strict=True)
    ]
    greater, other = sorted(sides, reverse=True)
    if whole < greater[0] + other[1] - _CENT:
        greater, other = other, greater
    return (
        f"uncovered {greater[2]} {money(greater[0])}, the greater, "
        f"and the {other[2]}'s value {money(other[1])}"
    )


def _word(leg: OptionLeg) -> str:
    return leg.kind.word


def _long(leg: OptionLeg, contracts: int, requirements: RequirementRules) -> str:
    """A long option by itself."""
    value, amount = contracts * leg.multiplier * leg.value, contracts * requirements.long_alone(leg)
    if value and 0 < amount < value - _CENT:
        return f"{percent(amount / value)} of its value {money(value)}: it lives long enough"
    if requirements.kind is not RequirementKind.MAINTENANCE:
        return f"paid in full, {money(amount)}"
    return "paid in full, no value and nothing further"


def _spread(
    legs: Sequence[OptionLeg], contracts: Sequence[int], requirements: RequirementRules
) -> str:
    """A spread: its maximum loss and where, beside what its shorts require uncovered."""
    units = [n * leg.units_per_contract for n, leg in zip(contracts, legs, strict=True)]
    loss = spreads.maximum_loss(legs, units)
    bought = ""
    if requirements.kind is not RequirementKind.MAINTENANCE:
        paid = fsum(
            n * requirements.paid(leg) for n, leg in zip(contracts, legs, strict=True) if n > 0
        )
        bought = f"; longs paid in full {money(paid)}"
    if loss < _CENT:
        return f"no loss at any strike{bought}"
    strikes = sorted({leg.index_strike for leg in legs})
    worst = min(strikes, key=lambda strike: (spreads.value_at(strike, legs, units), strike))
    alone = fsum(
        -n * requirements.uncovered(leg) for n, leg in zip(contracts, legs, strict=True) if n < 0
    )
    at = f"maximum loss {money(loss)} at {worst:.10g}"
    if isinf(alone):
        return f"{at}; uncovered it is not permitted{bought}"
    if alone < loss - _CENT:
        return f"uncovered {money(alone)} is less than the maximum loss {money(loss)}{bought}"
    less = "no more" if alone - loss <= _CENT else "less"
    return f"{at} is {less} than the uncovered {money(alone)}{bought}"


def _box(
    legs: Sequence[OptionLeg], contracts: Sequence[int], requirements: RequirementRules
) -> str:
    """A long European box."""
    units, bought = contracts[0] * legs[0].units_per_contract, ""
    counted = units * requirements.box_value(*ends(legs))
    required = units * requirements.long_box(*ends(legs))
    if requirements.kind is not RequirementKind.MAINTENANCE:
        paid = fsum(
            n * requirements.paid(leg) for n, leg in zip(contracts, legs, strict=True) if n > 0
        )
        bought = f"; longs paid in full {money(paid)}"
    share = percent(required / counted)
    return (
        f"{share} of the strikes' difference {money(counted)}, at which the equity counts the box"
        f"{bought}"
    )


def _of_stock(
    matched: StrategyMatch,
    holdings: ClassPositions,
    legs: Sequence[OptionLeg],
    requirements: RequirementRules,
) -> str:
    """Stock, alone or with options."""
    stock = holdings.stock_legs(requirements.kind)[matched.stock]
    shares = abs(matched.shares)
    alone = shares * requirements.stock(stock)
    amount = requirement_of(matched, holdings, requirements)
    paid = 0.0
    for (_, n), leg in zip(matched.options, legs, strict=True):
        paid += n * requirements.paid(leg) if n > 0 else 0.0
    bought = f"; option paid in full {money(paid)}" if paid else ""
    required = amount - paid
    match matched.role:
        case Role.AGAINST_THE_BOX:
            return f"held long and sold short at once: {money(amount)}"
        case Role.STOCK:
            return _plain_stock(stock, shares, requirements)
    if abs(required - alone) < _CENT:
        return f"as the stock alone, {money(alone)}{bought}"
    if matched.role is Role.PARTLY_COVERED:
        return (
            f"{shares:,.10g} shares cover a part of {legs[0].multiplier:,.10g}, the rest is "
            f"uncovered: {money(required)}"
        )
    shorts = [leg for leg in legs if not leg.is_long]
    loss = shares * sum(
        max(0.0, stock.value - _strike_a_share(leg, stock)) if leg.is_call else leg.itm_amount
        for leg in shorts
    )
    if requirements.kind is RequirementKind.INITIAL and stock.shares > 0:
        loss = 0.0
    what = "written down to the strike" if stock.shares > 0 else "in the money"
    more = f", and {money(loss)} {what}" if loss >= _CENT else ""
    rest = required - loss
    if abs(rest - alone) < _CENT:
        return f"as the stock alone, {money(alone)}{more}{bought}"
    if len(shorts) == len(legs) == 1 or (requirements.kind is RequirementKind.DEPOSIT and shorts):
        counted = shares * stock.value - loss
        return (
            f"{percent(rest / counted)} of {money(counted)}, the stock at the strike{more}{bought}"
        )
    return f"{money(rest)} as hedged, where the stock alone requires {money(alone)}{more}{bought}"


def _strike_a_share(call: OptionLeg, stock: StockLeg) -> float:
    """The strike, $ per share of the stock: of an index call brought to the fund's price."""
    if call.underlying.symbol == stock.underlying.symbol:
        return call.strike
    return call.strike * stock.value / call.underlying.spot


def _plain_stock(stock: StockLeg, shares: float, requirements: RequirementRules) -> str:
    """Stock by itself."""
    value, amount = shares * stock.value, shares * requirements.stock(stock)
    if stock.shares < 0 and requirements.kind is not RequirementKind.MAINTENANCE:
        return f"value {money(value)} and {money(amount - value)} on top of it"
    return f"{percent(amount / value)} of {money(value)}" if value else "nothing of no value"
