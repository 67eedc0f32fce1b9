"""What each use of a contract or of stock is asked, $ per contract: the rules as the program reads.

A margin account and a cash account ask differently; what one of them does not permit has no charge
and is answered with infinity.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import Protocol

from xlmargin.rulebook import StrategyRules
from xlmargin.strategy_margin.rules import (
    cash_account,
    hedged_stock,
    long_options,
    short_options,
    spreads,
)
from xlmargin.strategy_margin.rules import stock as stock_alone
from xlmargin.strategy_margin.rules.legs import OptionLeg, Phase, StockLeg

EQUAL = 1e-9
"""How far apart, in $, two requirements may be and be equal."""


class Charges(Protocol):
    """What an account of some type is asked, $ per contract unless said otherwise.

    Charges for stock with options are for the shares under one contract, and include what the
    long option of the hedge is asked.
    """

    @property
    def phase(self) -> Phase:
        """When the charges are asked."""

    def uncovered(self, short: OptionLeg) -> float:
        """A short option by itself."""

    def other_side(self, short: OptionLeg) -> float:
        """The lesser side of a straddle or strangle."""

    def straddle(self, one: OptionLeg, other: OptionLeg) -> float:
        """A short put and a short call together."""

    def long_alone(self, long: OptionLeg) -> float:
        """A long option in no hedge or spread."""

    def paid(self, long: OptionLeg) -> float:
        """A long option in a hedge or spread."""

    def spread(self, legs: Sequence[OptionLeg], units: Sequence[float]) -> float:
        """The short options of a spread, $ for the whole of it."""

    def long_box(self, buy_strike: float, sell_strike: float) -> float:
        """What a long European box is asked less what it counts for, $ per unit."""

    def stock(self, stock: StockLeg) -> float:
        """Stock by itself, $ per share."""

    def boxed(self, long_cost: float, short_cost: float, spot: float) -> float:
        """A share held long and sold short at once, $ for both."""

    def covered(self, stock: StockLeg, short: OptionLeg) -> float:
        """Stock and the short option that it covers."""

    def protected(self, stock: StockLeg, long: OptionLeg) -> float:
        """Stock and the long option that protects it."""

    def joined(self, stock: StockLeg, long: OptionLeg, short: OptionLeg) -> float:
        """Stock with a long and a short option: conversion, reverse conversion or collar."""

    def fund(self, fund: StockLeg, call: OptionLeg) -> float:
        """A fund's shares and the short index call that they cover."""


@dataclass(frozen=True)
class MarginCharges:
    """The charges of a margin account in one phase."""

    phase: Phase
    rules: StrategyRules

    def uncovered(self, short: OptionLeg) -> float:
        """Rule: FINRA 4210(f)(2)(E)(i)."""
        return short.multiplier * short_options.uncovered(short, self.phase, self.rules)

    def other_side(self, short: OptionLeg) -> float:
        """Rule: FINRA 4210(f)(2)(G)(i)."""
        return short.multiplier * short.value

    def straddle(self, one: OptionLeg, other: OptionLeg) -> float:
        """Rule: FINRA 4210(f)(2)(G)(i)."""
        if abs(self.uncovered(one) - self.uncovered(other)) <= EQUAL:
            return self.uncovered(one) + min(self.other_side(one), self.other_side(other))
        put, call = (other, one) if one.is_call else (one, other)
        return put.multiplier * short_options.straddle(put, call, self.phase, self.rules)

    def long_alone(self, long: OptionLeg) -> float:
        """Rule: FINRA 4210(f)(2)(B), (D)."""
        as_of = self.rules.as_of
        return long.multiplier * long_options.long_option(long, self.phase, as_of, self.rules)

    def paid(self, long: OptionLeg) -> float:
        """Rule: FINRA 4210(f)(2)(B), (H)(i)."""
        as_of = self.rules.as_of
        return long.multiplier * long_options.paid_in_full(long, self.phase, as_of, self.rules)

    def spread(self, legs: Sequence[OptionLeg], units: Sequence[float]) -> float:
        """Rule: FINRA 4210(f)(2)(H)(i)."""
        return spreads.spread(legs, units, self.phase, self.rules)

    def long_box(self, buy_strike: float, sell_strike: float) -> float:
        """Rule: FINRA 4210(f)(2)(H)(v)e."""
        asked = spreads.long_european_box(buy_strike, sell_strike, self.rules)
        return asked - spreads.box_value(buy_strike, sell_strike)

    def stock(self, stock: StockLeg) -> float:
        """Rule: 12 CFR 220.12(a), (c); FINRA 4210(c)."""
        asked = stock_alone.long_stock if stock.shares > 0 else stock_alone.short_stock
        return asked(stock.underlying, stock.value, self.phase, self.rules)

    def boxed(self, long_cost: float, short_cost: float, spot: float) -> float:
        """Rule: 12 CFR 220.4(b)(2); FINRA 4210(e)(1)."""
        if self.phase is Phase.MAINTENANCE:
            long_cost = short_cost = spot
        return stock_alone.against_the_box(long_cost, short_cost, self.phase, self.rules)

    def covered(self, stock: StockLeg, short: OptionLeg) -> float:
        """Rule: FINRA 4210(f)(2)(I)."""
        asked = hedged_stock.covered_call if short.is_call else hedged_stock.covered_put
        return short.multiplier * asked(stock, short, self.phase, self.rules)

    def protected(self, stock: StockLeg, long: OptionLeg) -> float:
        """Rule: FINRA 4210(f)(2)(H)(v)a."""
        asked = hedged_stock.protective_call if long.is_call else hedged_stock.protective_put
        return long.multiplier * asked(stock, long, self.phase, self.rules)

    def joined(self, stock: StockLeg, long: OptionLeg, short: OptionLeg) -> float:
        """Rule: FINRA 4210(f)(2)(H)(v)b-d."""
        if not hedged_stock.may_join(long, short, self.rules):
            return inf
        if long.strike == short.strike:
            converted = hedged_stock.reverse_conversion if long.is_call else hedged_stock.conversion
            return short.multiplier * converted(stock, long, short, self.phase, self.rules)
        if long.is_call or long.strike > short.strike:
            return inf
        return short.multiplier * hedged_stock.collar(stock, long, short, self.phase, self.rules)

    def fund(self, fund: StockLeg, call: OptionLeg) -> float:
        """Rule: Cboe 10.3."""
        shares = hedged_stock.fund_shares_needed(fund.underlying, call)
        return shares * hedged_stock.index_call_covered_by_fund(fund, call, self.phase, self.rules)


@dataclass(frozen=True)
class CashCharges:
    """The charges of a cash account in one phase; what it may not hold is infinite."""

    phase: Phase
    rules: StrategyRules

    def uncovered(self, short: OptionLeg) -> float:
        """Rule: FINRA 4210(f)(2)(N)."""
        if short.is_call:
            return inf
        return short.multiplier * cash_account.secured_put(short, self.rules)

    def other_side(self, short: OptionLeg) -> float:
        """Rule: FINRA 4210(f)(2)(N)."""
        return inf

    def straddle(self, one: OptionLeg, other: OptionLeg) -> float:
        """Rule: FINRA 4210(f)(2)(N)."""
        return inf

    def long_alone(self, long: OptionLeg) -> float:
        """Rule: 12 CFR 220.8(a)."""
        return long.multiplier * cash_account.long_option_in_full(long, self.phase, self.rules)

    def paid(self, long: OptionLeg) -> float:
        """Rule: 12 CFR 220.8(a)."""
        return self.long_alone(long)

    def spread(self, legs: Sequence[OptionLeg], units: Sequence[float]) -> float:
        """Rule: FINRA 4210(f)(2)(N), (H)(i)b."""
        return cash_account.cash_spread(legs, units)

    def long_box(self, buy_strike: float, sell_strike: float) -> float:
        """Rule: FINRA 4210(f)(2)(N)."""
        return 0.0

    def stock(self, stock: StockLeg) -> float:
        """Rule: 12 CFR 220.8(a)."""
        return cash_account.stock_in_full(stock.value, self.rules) if stock.shares > 0 else inf

    def boxed(self, long_cost: float, short_cost: float, spot: float) -> float:
        """Rule: 12 CFR 220.8."""
        return inf

    def covered(self, stock: StockLeg, short: OptionLeg) -> float:
        """Rule: FINRA 4210(f)(2)(N)."""
        return short.multiplier * self.stock(stock) if short.is_call else inf

    def protected(self, stock: StockLeg, long: OptionLeg) -> float:
        """Rule: FINRA 4210(f)(2)(N)."""
        return long.multiplier * self.stock(stock) + self.paid(long)

    def joined(self, stock: StockLeg, long: OptionLeg, short: OptionLeg) -> float:
        """Rule: FINRA 4210(f)(2)(N)."""
        return inf

    def fund(self, fund: StockLeg, call: OptionLeg) -> float:
        """Rule: 12 CFR 220.8."""
        return inf
