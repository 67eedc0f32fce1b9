"""How the amount of a strategy comes about, in one plain sentence with its numbers."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from math import fsum, isinf

from xlmargin.contracts import PRINCIPAL
from xlmargin.rulebook import UnderlyingClass
from xlmargin.strategy_margin.pairing.class_positions import ClassPositions, HeldStock
from xlmargin.strategy_margin.pairing.least_pairing import StrategyMatch, ends, requirement_of
from xlmargin.strategy_margin.pairing.model import Role
from xlmargin.strategy_margin.pairing.requirement_rules import (
    CashRequirementRules,
    MarginRequirementRules,
    RequirementRules,
)
from xlmargin.strategy_margin.rules import options, spreads
from xlmargin.strategy_margin.rules.kinds import RequirementKind
from xlmargin.strategy_margin.rules.options import OptionLeg
from xlmargin.strategy_margin.rules.stock import (
    StockLeg,
    fund_factor,
    long_maintenance_rate,
    zero_coupon_least,
)


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
    if leg.settled:
        amount = contracts * requirements.uncovered(leg)
        return f"settled at the open: what it is worth, {money(amount)}"
    if isinstance(requirements, CashRequirementRules):
        return f"the strike in cash, {money(contracts * requirements.uncovered(leg))}"
    assert isinstance(requirements, MarginRequirementRules)
    rules, units = requirements.rules, contracts * leg.multiplier
    value, amount = units * leg.value, contracts * requirements.uncovered(leg)
    rate = options.underlying_rate(leg, rules)
    least = options.minimum_rate(leg, rules)
    spot, added = leg.underlying.spot, options.add_on(leg, rules)
    if amount < value + units * added - _CENT:
        return (
            f"the strike, {money(amount)}, which is the most: value {money(value)} and "
            f"{money(units * added)} would be more"
        )
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
        (-n * requirements.uncovered(leg), -n * requirements.lesser_side(leg), leg.kind.word)
        for n, leg in zip(contracts, legs, strict=True)
    ]
    greater, other = sorted(sides, reverse=True)
    if whole < greater[0] + other[1] - _CENT:
        greater, other = other, greater
    return (
        f"uncovered {greater[2]} {money(greater[0])}, the greater, "
        f"and the {other[2]}'s value {money(other[1])}"
    )


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
    paid = fsum(n * requirements.paid(leg) for n, leg in zip(contracts, legs, strict=True) if n > 0)
    if requirements.kind is not RequirementKind.MAINTENANCE:
        bought = f"; longs paid in full {money(paid)}"
    else:
        bought = f"; longs at {money(paid)}, which the equity counts" if paid else ""
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
            return _against_the_box(holdings.stocks[matched.stock], amount, requirements)
        case Role.STOCK:
            return _plain_stock(stock, shares, requirements)
    as_alone = f"as the stock alone, {_plain_stock(stock, shares, requirements)}"
    if abs(required - alone) < _CENT:
        return f"{as_alone}{bought}"
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
        return f"{as_alone}{more}{bought}"
    if len(shorts) == len(legs) == 1 or (requirements.kind is RequirementKind.DEPOSIT and shorts):
        counted = shares * stock.value - loss
        return (
            f"{percent(rest / counted)} of {money(counted)}, the stock at the strike{more}{bought}"
        )
    hedged = _hedged(rest, stock, shares, legs, requirements)
    return f"{hedged}{more}, where the stock alone requires {money(alone)}{bought}"


def _against_the_box(held: HeldStock, amount: float, requirements: RequirementRules) -> str:
    """Shares held long and sold short at once."""
    if requirements.kind is not RequirementKind.MAINTENANCE:
        return (
            f"the short sale sells the long shares: its proceeds {money(amount)} and nothing more"
        )
    long = held.against_the_box_shares * held.leg.value
    share = percent(amount / long) if long else money(amount)
    return f"{share} of {money(long)} held long, the short marked to the market"


def _hedged(
    amount: float,
    stock: StockLeg,
    shares: float,
    legs: Sequence[OptionLeg],
    requirements: RequirementRules,
) -> str:
    """What stock requires beside the long option that protects it."""
    assert isinstance(requirements, MarginRequirementRules)
    rate = requirements.rules.hedged_stock.hedge_rate
    (protects,) = (leg for leg in legs if leg.is_long)
    strike, otm = shares * protects.strike, shares * protects.otm_amount
    of_strike = f"{percent(rate)} of the strike {money(strike)}"
    if abs(amount - rate * strike) < _CENT:
        return of_strike
    if abs(amount - rate * strike - otm) < _CENT:
        return f"{of_strike} and {money(otm)} out of the money"
    calls = [leg for leg in legs if leg.is_call and not leg.is_long]
    if calls and stock.shares > 0:
        at_call = shares * calls[0].strike
        return f"{percent(amount / at_call)} of {money(at_call)}, the stock at the call's strike"
    return f"{money(amount)} as hedged"


def _strike_a_share(call: OptionLeg, stock: StockLeg) -> float:
    """The strike, $ per share of the stock: of an index call brought to the fund's price."""
    if call.underlying.symbol == stock.underlying.symbol:
        return call.strike
    return call.strike * stock.value / call.underlying.spot


def _plain_stock(stock: StockLeg, shares: float, requirements: RequirementRules) -> str:
    """Stock by itself: a share of its value, or so much a share, and on top of what."""
    value, amount = shares * stock.value, shares * requirements.stock(stock)
    if not value:
        return "nothing of no value"
    if stock.shares < 0 and requirements.kind is not RequirementKind.MAINTENANCE:
        more = _share_of_value(amount - value, stock, shares, requirements)
        return f"value {money(value)} and on top of it {more}"
    return _share_of_value(amount, stock, shares, requirements)


def _share_of_value(
    amount: float, stock: StockLeg, shares: float, requirements: RequirementRules
) -> str:
    """An amount on stock as a share of its value, or as the least amount a share."""
    value = shares * stock.value
    share = f"{percent(amount / value)} of {money(value)}"
    if isinstance(requirements, CashRequirementRules):
        return share
    assert isinstance(requirements, MarginRequirementRules)
    rules, underlying = requirements.rules, stock.underlying
    first = requirements.kind is not RequirementKind.MAINTENANCE
    without = replace(underlying.house, add_on=0.0)
    plain_stock = replace(stock, underlying=replace(underlying, house=without))
    if shares * (requirements.stock(stock) - requirements.stock(plain_stock)) > _CENT:
        added = underlying.house.add_on * value
        rest = _share_of_value(amount - added, plain_stock, shares, requirements)
        house = underlying.house
        more = f"{percent(house.add_on)} for concentration, {money(added)}: {house.why}"
        return f"{rest}, and the house's {more}"

    def is_rate(rate: float) -> bool:
        return abs(amount - rate * value) < _CENT

    if underlying.underlying_class is UnderlyingClass.TREASURY:
        least = zero_coupon_least(underlying, rules)
        if least > 0 and is_rate(least):
            principal = shares / PRINCIPAL
            return f"{percent(amount / principal)} of principal {money(principal)}, the least"
    if is_rate(underlying.house.maintenance_rate) or (
        first and is_rate(underlying.house.initial_rate)
    ):
        return f"{share}, the house's rate for the symbol"
    factor = fund_factor(underlying, rules)
    if stock.shares > 0:
        multiplied = factor > 1.0 and is_rate(long_maintenance_rate(underlying, rules))
        return f"{share}, the factor of {factor:g} inside" if multiplied else share
    by_factor = factor * rules.stock.short_stock_maintenance_rate
    if factor > 1.0 and is_rate(by_factor):
        return f"{share}, the factor of {factor:g} inside"
    plain = (
        by_factor,
        rules.reg_t_stock.short_stock_initial_rate,
        rules.stock.low_priced_short_rate,
    )
    for least in (rules.stock.short_stock_minimum, rules.stock.low_priced_short_minimum):
        if abs(amount - shares * least) < _CENT and not any(map(is_rate, plain)):
            return f"{least:.2f} a share on {shares:,.10g}, the least, {money(amount)}"
    return share
