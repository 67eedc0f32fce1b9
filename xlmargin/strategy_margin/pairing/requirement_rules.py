"""What each use of a contract or of stock requires, $ per contract: the rules as the program reads.

They differ for a margin account and a cash account; what one of them does not permit is answered
with infinity.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf
from typing import Protocol

from xlmargin.arrays import either, lesser
from xlmargin.rulebook import StrategyRules
from xlmargin.strategy_margin.rules import cash_account, hedged_stock, options, spreads
from xlmargin.strategy_margin.rules import stock as stock_alone
from xlmargin.strategy_margin.rules.kinds import RequirementKind
from xlmargin.strategy_margin.rules.options import OptionLeg
from xlmargin.strategy_margin.rules.stock import StockLeg

EQUAL = 1e-9
"""How far apart, in $, two requirements may be and be equal."""


_DECIMALS = 9
"""To how many decimals contracts are whole."""


def contracts_beside(one: OptionLeg, other: OptionLeg) -> float:
    """Contracts of the other option on as many units as one contract of the one."""
    return round(one.units_per_contract / other.units_per_contract, _DECIMALS)


class RequirementRules(Protocol):
    """What an account of some type requires, $ per contract unless said otherwise.

    Requirements for stock with options are for the shares under one contract, and include what the
    long option of the hedge requires.
    """

    @property
    def kind(self) -> RequirementKind:
        """Initial or maintenance."""

    @property
    def rules(self) -> StrategyRules:
        """The numbers of the rules."""

    @property
    def is_cash(self) -> bool:
        """Whether they are those of a cash account."""

    def uncovered(self, short: OptionLeg) -> float:
        """A short option by itself."""

    def lesser_side(self, short: OptionLeg) -> float:
        """The lesser side of a straddle or strangle."""

    def straddle(self, one: OptionLeg, other: OptionLeg) -> float:
        """A short put and a short call together, $ per contract of the one."""

    def long_alone(self, long: OptionLeg) -> float:
        """A long option in no hedge or spread."""

    def paid(self, long: OptionLeg) -> float:
        """A long option in a hedge or spread."""

    def spread(self, legs: Sequence[OptionLeg], units: Sequence[float]) -> float:
        """The short options of a spread, $ for the whole of it."""

    def long_box(self, buy_strike: float, sell_strike: float) -> float:
        """A long European box, $ per unit."""

    def box_value(self, buy_strike: float, sell_strike: float) -> float:
        """What the equity counts a long European box at, $ per unit."""

    def stock(self, stock: StockLeg) -> float:
        """Stock by itself, $ per share."""

    def against_the_box(self, long_cost: float, short_cost: float, spot: float) -> float:
        """A share held long and sold short at once, $ for both."""

    def covered(self, stock: StockLeg, short: OptionLeg) -> float:
        """Stock and the short option that it covers."""

    def partly_covered(self, stock: StockLeg, short: OptionLeg) -> float:
        """The shares left over from whole lots, and the short option of which they cover a part."""

    def protected(self, stock: StockLeg, long: OptionLeg) -> float:
        """Stock and the long option that protects it."""

    def joined(
        self, stock: StockLeg, long: OptionLeg, short: OptionLeg, *, one_strike: bool
    ) -> float:
        """Stock with a long and a short option: conversion, reverse conversion or collar."""

    def fund(self, fund: StockLeg, call: OptionLeg) -> float:
        """A fund's shares and the short index call that they cover."""


@dataclass(frozen=True)
class MarginRequirementRules:
    """The requirements of a margin account, of one kind."""

    kind: RequirementKind
    rules: StrategyRules

    @property
    def is_cash(self) -> bool:
        """Never."""
        return False

    def uncovered(self, short: OptionLeg) -> float:
        """Rule: FINRA 4210(f)(2)(E)(i)."""
        return short.multiplier * options.uncovered(short, self.kind, self.rules)

    def lesser_side(self, short: OptionLeg) -> float:
        """Rule: FINRA 4210(f)(2)(G)(i)."""
        return short.multiplier * short.value

    def straddle(self, one: OptionLeg, other: OptionLeg) -> float:
        """Rule: FINRA 4210(f)(2)(G)(i)."""
        beside = one.units_per_contract / other.units_per_contract
        alone = self.uncovered(one)
        equal = abs(alone - beside * self.uncovered(other)) <= EQUAL
        value = lesser(self.lesser_side(one), beside * self.lesser_side(other))
        put, call = (other, one) if one.is_call else (one, other)
        unlike = one.units_per_contract * options.straddle(put, call, self.kind, self.rules)
        return either(equal, alone + value, unlike)

    def long_alone(self, long: OptionLeg) -> float:
        """Rule: FINRA 4210(f)(2)(B), (D)."""
        as_of = self.rules.as_of
        return long.multiplier * options.long_option(long, self.kind, as_of, self.rules)

    def paid(self, long: OptionLeg) -> float:
        """Rule: FINRA 4210(f)(2)(B), (H)(i)."""
        as_of = self.rules.as_of
        return long.multiplier * options.paid_in_full(long, self.kind, as_of, self.rules)

    def spread(self, legs: Sequence[OptionLeg], units: Sequence[float]) -> float:
        """Rule: FINRA 4210(f)(2)(H)(i)."""
        return spreads.spread(legs, units, self.kind, self.rules)

    def long_box(self, buy_strike: float, sell_strike: float) -> float:
        """Rule: FINRA 4210(f)(2)(H)(v)e."""
        return spreads.long_european_box(buy_strike, sell_strike, self.rules)

    def box_value(self, buy_strike: float, sell_strike: float) -> float:
        """Rule: FINRA 4210(f)(2)(H)(v)e."""
        return spreads.box_value(buy_strike, sell_strike)

    def stock(self, stock: StockLeg) -> float:
        """Rule: 12 CFR 220.12(a), (c); FINRA 4210(c)."""
        required = stock_alone.long_stock if stock.is_long else stock_alone.short_stock
        return required(stock.underlying, stock.value, self.kind, self.rules)

    def against_the_box(self, long_cost: float, short_cost: float, spot: float) -> float:
        """Rule: 12 CFR 220.4(b)(2); FINRA 4210(e)(1)."""
        if self.kind is RequirementKind.MAINTENANCE:
            long_cost = short_cost = spot
        return stock_alone.against_the_box(long_cost, short_cost, self.kind, self.rules)

    def covered(self, stock: StockLeg, short: OptionLeg) -> float:
        """Rule: FINRA 4210(f)(2)(I)."""
        required = hedged_stock.covered_call if short.is_call else hedged_stock.covered_put
        return short.multiplier * required(stock, short, self.kind, self.rules)

    def partly_covered(self, stock: StockLeg, short: OptionLeg) -> float:
        """Rule: FINRA 4210 interpretation (f)(2)(F)(ii)/04."""
        if not self.rules.hedged_stock.partial_cover:
            return inf
        share = abs(stock.shares) % short.multiplier / short.multiplier
        return share * self.covered(stock, short) + (1 - share) * self.uncovered(short)

    def protected(self, stock: StockLeg, long: OptionLeg) -> float:
        """Rule: FINRA 4210(f)(2)(H)(v)a."""
        required = hedged_stock.protective_call if long.is_call else hedged_stock.protective_put
        return long.multiplier * required(stock, long, self.kind, self.rules)

    def joined(
        self, stock: StockLeg, long: OptionLeg, short: OptionLeg, *, one_strike: bool
    ) -> float:
        """Rule: FINRA 4210(f)(2)(H)(v)b-d."""
        may_join = hedged_stock.may_join(long, short, self.rules)
        if one_strike:
            converted = hedged_stock.reverse_conversion if long.is_call else hedged_stock.conversion
            required = short.multiplier * converted(stock, long, short, self.kind, self.rules)
        elif long.is_call:
            return inf
        else:
            collar = hedged_stock.collar(stock, long, short, self.kind, self.rules)
            required = either(long.strike > short.strike, inf, short.multiplier * collar)
        return either(may_join, required, inf)

    def fund(self, fund: StockLeg, call: OptionLeg) -> float:
        """Rule: Cboe 10.3."""
        shares = hedged_stock.fund_shares_needed(fund.underlying, call)
        return shares * hedged_stock.index_call_covered_by_fund(fund, call, self.kind, self.rules)


@dataclass(frozen=True)
class CashRequirementRules:
    """The requirements of a cash account, of one kind; what it may not hold is infinite."""

    kind: RequirementKind
    rules: StrategyRules

    @property
    def is_cash(self) -> bool:
        """Always."""
        return True

    def uncovered(self, short: OptionLeg) -> float:
        """Rule: FINRA 4210(f)(2)(N)."""
        if short.settled:
            return short.multiplier * short.value
        if short.is_call:
            return inf
        return short.multiplier * cash_account.secured_put(short, self.rules)

    def lesser_side(self, short: OptionLeg) -> float:
        """Rule: FINRA 4210(f)(2)(N)."""
        return inf

    def straddle(self, one: OptionLeg, other: OptionLeg) -> float:
        """Rule: FINRA 4210(f)(2)(N)."""
        return inf

    def long_alone(self, long: OptionLeg) -> float:
        """Rule: 12 CFR 220.8(a)."""
        return long.multiplier * cash_account.long_option_in_full(long, self.kind, self.rules)

    def paid(self, long: OptionLeg) -> float:
        """Rule: 12 CFR 220.8(a)."""
        return self.long_alone(long)

    def spread(self, legs: Sequence[OptionLeg], units: Sequence[float]) -> float:
        """Rule: FINRA 4210(f)(2)(N), (H)(i)b."""
        return cash_account.cash_spread(legs, units)

    def long_box(self, buy_strike: float, sell_strike: float) -> float:
        """Rule: FINRA 4210(f)(2)(N)."""
        return 0.0

    def box_value(self, buy_strike: float, sell_strike: float) -> float:
        """Rule: FINRA 4210(f)(2)(N)."""
        return 0.0

    def stock(self, stock: StockLeg) -> float:
        """Rule: 12 CFR 220.8(a)."""
        return cash_account.stock_in_full(stock.value, self.rules) if stock.is_long else inf

    def against_the_box(self, long_cost: float, short_cost: float, spot: float) -> float:
        """Rule: 12 CFR 220.8."""
        return inf

    def covered(self, stock: StockLeg, short: OptionLeg) -> float:
        """Rule: FINRA 4210(f)(2)(N)."""
        return short.multiplier * self.stock(stock) if short.is_call else inf

    def partly_covered(self, stock: StockLeg, short: OptionLeg) -> float:
        """Rule: FINRA 4210(f)(2)(N)."""
        return inf

    def protected(self, stock: StockLeg, long: OptionLeg) -> float:
        """Rule: FINRA 4210(f)(2)(N)."""
        return long.multiplier * self.stock(stock) + self.paid(long)

    def joined(
        self, stock: StockLeg, long: OptionLeg, short: OptionLeg, *, one_strike: bool
    ) -> float:
        """Rule: FINRA 4210(f)(2)(N)."""
        return inf

    def fund(self, fund: StockLeg, call: OptionLeg) -> float:
        """Rule: 12 CFR 220.8."""
        return inf
