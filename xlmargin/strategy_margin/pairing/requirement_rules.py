"""What each use of a contract or of stock requires, $ per contract: the rules as the program reads.

They differ for a margin account and a cash account; what one of them does not permit is answered
with infinity.

A house may add to the maintenance of stock that is much of its account, volume or issue: the
account's net shares of a symbol, in all its classes and forced groups, beside the average daily
volume, the shares outstanding and the account's gross; its net value in an industry beside the
gross. The gross is the value of all that moves, long and short added up, each symbol net: options,
cash, Treasury securities and money market funds are not in it, which makes shares of it greater
(unconfirmed: what the ladder's gross is). Shares of the gross depend on everything in the account,
so that its classes do not add up: who margins a part of an account margins the whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import fsum, inf, nan
from typing import Protocol, TypeAlias

import numpy as np

from xlmargin.arrays import either, lesser
from xlmargin.book import Book, RulesOfAccounts
from xlmargin.market import Underlying
from xlmargin.rulebook import ByKey, StrategyRules
from xlmargin.settings import AccountType
from xlmargin.strategy_margin.rules import cash_account, hedged_stock, options, spreads
from xlmargin.strategy_margin.rules import stock as stock_alone
from xlmargin.strategy_margin.rules.kinds import RequirementKind
from xlmargin.strategy_margin.rules.options import OptionLeg
from xlmargin.strategy_margin.rules.stock import StockLeg

EQUAL = 1e-9
"""How far apart, in $, two requirements may be and be equal."""


class RequirementRules(Protocol):
    """What an account of some type requires, $ per contract unless said otherwise.

    Requirements for stock with options are for the shares under one contract, and include what the
    long option of the hedge requires.
    """

    @property
    def kind(self) -> RequirementKind:
        """Initial or maintenance."""

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

    def uncovered(self, short: OptionLeg) -> float:
        """Rule: FINRA 4210(f)(2)(E)(i)."""
        return short.multiplier * options.uncovered(short, self.kind, self.rules)

    def lesser_side(self, short: OptionLeg) -> float:
        """Rule: FINRA 4210(f)(2)(G)(i)."""
        return short.multiplier * short.value

    def straddle(self, one: OptionLeg, other: OptionLeg) -> float:
        """Rule: FINRA 4210(f)(2)(G)(i)."""
        beside = one.units_per_contract / other.units_per_contract
        equal = abs(self.uncovered(one) - beside * self.uncovered(other)) <= EQUAL
        value = lesser(self.lesser_side(one), beside * self.lesser_side(other))
        put, call = (other, one) if one.is_call else (one, other)
        unlike = one.units_per_contract * options.straddle(put, call, self.kind, self.rules)
        return either(equal, self.uncovered(one) + value, unlike)

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
        if not hedged_stock.may_join(long, short, self.rules):
            return inf
        if one_strike:
            converted = hedged_stock.reverse_conversion if long.is_call else hedged_stock.conversion
            return short.multiplier * converted(stock, long, short, self.kind, self.rules)
        if long.is_call:
            return inf
        collar = hedged_stock.collar(stock, long, short, self.kind, self.rules)
        return either(long.strike > short.strike, inf, short.multiplier * collar)

    def fund(self, fund: StockLeg, call: OptionLeg) -> float:
        """Rule: Cboe 10.3."""
        shares = hedged_stock.fund_shares_needed(fund.underlying, call)
        return shares * hedged_stock.index_call_covered_by_fund(fund, call, self.kind, self.rules)


@dataclass(frozen=True)
class CashRequirementRules:
    """The requirements of a cash account, of one kind; what it may not hold is infinite."""

    kind: RequirementKind
    rules: StrategyRules

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


def counts_together(book: Book, rules: RulesOfAccounts[StrategyRules]) -> bool:
    """Whether add-ons count more of an account of the book than what is margined together."""
    forced = bool(book.positions.groups)
    return any(own.adds_by_gross or (forced and any(own.has_add_ons)) for own in rules.distinct)


def with_add_ons(
    book: Book, rules: RulesOfAccounts[StrategyRules], *, by_gross: bool = True
) -> Sequence[Book]:
    """The book as each account sees it: its underlyings with the account's own add-ons.

    Those by share of the gross only where the book has whole accounts (`by_gross`). None in a cash
    account, which pays in full.
    """
    positions, accounts = book.positions, len(book.positions.accounts)
    adding = [any(own.has_add_ons) or own.adds_by_gross for own in rules.distinct]
    if book.settings.account_type is AccountType.CASH or not any(adding):
        return (book,) * accounts
    shares = np.zeros((accounts, len(book.market.underlyings)))
    stock = np.flatnonzero(~positions.is_cash & ~positions.is_option)
    np.add.at(
        shares, (positions.account[stock], positions.underlying[stock]), positions.units[stock]
    )
    return tuple(
        _seen(book, own, rules.of(account), by_gross=by_gross)
        for account, own in enumerate(shares.tolist())
    )


def _seen(book: Book, shares: Sequence[float], rules: StrategyRules, *, by_gross: bool) -> Book:
    listed = book.market.underlyings
    beside = _gross_measures(listed, shares, rules) if by_gross else [()] * len(listed)
    added = [
        (*_own_measures(u, abs(held), rules), *more) if held else ()
        for u, held, more in zip(listed, shares, beside, strict=True)
    ]
    if not any(added):
        return book
    underlyings = tuple(
        replace(u, house=replace(u.house, add_on=fsum(points for points, _ in own), why=_why(own)))
        if own
        else u
        for u, own in zip(listed, added, strict=True)
    )
    return replace(book, market=replace(book.market, underlyings=underlyings))


_Measure: TypeAlias = tuple[float, str]
"""What one measure adds to the maintenance rate, as a share of market value, and what it found."""


def _why(measures: Sequence[_Measure]) -> str:
    """What an add-on is made of, for a reader: "20% for 2.5 days of volume"."""
    return ", ".join(f"{_percent(points)} for {found}" for points, found in measures)


def _own_measures(underlying: Underlying, shares: float, rules: StrategyRules) -> list[_Measure]:
    """What so many shares add by their symbol alone, each at the band that they are beyond.

    Nothing by a measure whose volume or number of shares is not stated.

    Rule: FINRA 4210(d)(1): a house may ask more.
    """
    steps = rules.concentration
    days, share = shares / underlying.adv, shares / underlying.shares_outstanding
    by_volume = _of_band(days, steps.volume_days, steps.volume_add_on)
    by_issue = _of_band(share, steps.ownership_share, steps.ownership_add_on)
    measures = (
        (by_volume, f"{days:.4g} days of volume"),
        (by_issue, f"{_percent(share)} of the issue"),
    )
    return [each for each in measures if each[0]]


def _gross_measures(
    listed: Sequence[Underlying], shares: Sequence[float], rules: StrategyRules
) -> list[list[_Measure]]:
    """What an account's signed shares of each symbol add by their share of its gross.

    And by that of their industry, long less short, unless one position is too great a share by
    itself; nothing where no industry is stated.

    Rule: FINRA 4210(d)(1): a house may ask more.
    """
    steps, moves = rules.concentration, [not u.underlying_class.stands_still for u in listed]
    value = [u.spot * own if m else 0.0 for u, own, m in zip(listed, shares, moves, strict=True)]
    gross = sum(map(abs, value)) or nan
    industry: dict[str, float] = defaultdict(float)
    for underlying, own in zip(listed, value, strict=True):
        industry[underlying.industry] += own / gross
    industry[""] = nan
    counts = not max(map(abs, value), default=0.0) / gross > steps.industry_position_share
    measures = []
    for underlying, own in zip(listed, value, strict=True):
        share, whole = abs(own) / gross, abs(industry[underlying.industry])
        points = steps.long_gross_add_on if own > 0 else steps.short_gross_add_on
        of_gross = _of_band(share, steps.gross_share, points)
        of_industry = _of_band(whole, steps.industry_share, steps.industry_add_on)
        both = (
            (of_gross, f"{_percent(share)} of the account's gross"),
            (of_industry if counts else 0.0, f"{_percent(whole)} of it in {underlying.industry}"),
        )
        measures.append([each for each in both if each[0] and own])
    return measures


def _of_band(found: float, begins: ByKey[str, float], adds: ByKey[str, float]) -> float:
    return max((adds[band] for band, limit in begins.items() if found > limit), default=0.0)


def _percent(share: float) -> str:
    return f"{100 * share:.4g}%"
