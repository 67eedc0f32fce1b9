"""The least requirement of one class over all permitted pairings, as whole contracts.

The program is solved and read back as strategies of whole contracts, and these are priced from the
rules one by one. What the program cost is only how they were found.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import fsum

import numpy as np

from xlmargin.errors import MarginError
from xlmargin.rulebook import StrategyRules
from xlmargin.strategy_margin.hedged_stock import fund_shares_needed
from xlmargin.strategy_margin.legs import OptionLeg, Phase
from xlmargin.strategy_margin.pairing_boxes import halves
from xlmargin.strategy_margin.pairing_charges import CashCharges, Charges, MarginCharges
from xlmargin.strategy_margin.pairing_holdings import Holdings
from xlmargin.strategy_margin.pairing_program import pairing_sheet
from xlmargin.strategy_margin.pairing_sheet import Sheet, Use
from xlmargin.strategy_margin.pairing_uncovered import by_requirement
from xlmargin.strategy_margin.solver import SECONDS, solved

_HEDGES = (Use.COVERED, Use.PROTECTED, Use.COLLAR, Use.CONVERSION, Use.FUND)


@dataclass(frozen=True)
class Paired:
    """One strategy of a pairing: signed contracts of option holdings, signed shares of a stock's.

    Options are (index of the holding, contracts); `stock` is -1 where there is none.
    """

    use: Use
    options: tuple[tuple[int, int], ...]
    stock: int = -1
    shares: float = 0.0


@dataclass(frozen=True, eq=False)
class Pairing:
    """A permitted pairing of a class, what it is asked in a phase, and how near the least that is.

    `amount` and `bound` are in $: no pairing is asked less than the bound, and where the search
    ended by itself the two are the same.
    """

    phase: Phase
    strategies: tuple[Paired, ...]
    amount: float
    bound: float
    not_permitted: Mapping[int, int]
    """Contracts of each option holding that the account may not carry."""


def charges_of(phase: Phase, rules: StrategyRules, *, cash: bool) -> Charges:
    """What an account is asked in a phase."""
    return CashCharges(phase, rules) if cash else MarginCharges(phase, rules)


def least_pairing(
    holdings: Holdings,
    phase: Phase,
    rules: StrategyRules,
    *,
    cash: bool = False,
    seconds: float = SECONDS,
) -> Pairing:
    """The pairing of a class that is asked least in a phase."""
    charges = charges_of(phase, rules, cash=cash)
    sheet = pairing_sheet(holdings, phase, charges, rules, cash=cash)
    solution = solved(sheet.built(), seconds, np.array(sheet.alone))
    if solution is None:
        raise MarginError(f"no pairing of {holdings.name} was found in {seconds:g} seconds.")
    used = {
        column: round(quantity)
        for column, quantity in enumerate(solution.quantity.tolist())
        if sheet.columns[column] is not None and quantity > 0.5
    }
    strategies = tuple(_strategies(holdings, sheet, used, charges))
    amount = fsum(charge(s, holdings, charges) for s in strategies)
    refused: dict[int, int] = defaultdict(int)
    for column, quantity in used.items():
        found = sheet.columns[column]
        if found is not None and found.use is Use.NOT_PERMITTED:
            refused[found.options[0]] += quantity
    return Pairing(
        phase, strategies, amount, amount - max(0.0, solution.cost - solution.bound), refused
    )


def charge(paired: Paired, holdings: Holdings, charges: Charges) -> float:
    """What one strategy is asked, $ for the whole of it."""
    legs = [holdings.option_legs(charges.phase)[i] for i, _ in paired.options]
    contracts = [n for _, n in paired.options]
    if paired.stock >= 0:
        return _with_stock(paired, holdings, legs, charges)
    match paired.use:
        case Use.UNCOVERED:
            return -contracts[0] * charges.uncovered(legs[0])
        case Use.STRADDLE:
            return -contracts[0] * charges.straddle(legs[0], legs[1])
        case Use.LONG:
            return contracts[0] * charges.long_alone(legs[0])
    paid = fsum(n * charges.paid(leg) for n, leg in zip(contracts, legs, strict=True) if n > 0)
    if paired.use is Use.BOX:
        low, high = (f(leg.index_strike for leg in legs) for f in (min, max))
        return paid + contracts[0] * legs[0].units_per_contract * charges.long_box(low, high)
    units = [n * leg.units_per_contract for n, leg in zip(contracts, legs, strict=True)]
    return paid + charges.spread(legs, units)


def _with_stock(
    paired: Paired, holdings: Holdings, legs: list[OptionLeg], charges: Charges
) -> float:
    """What stock, alone or with options, is asked, $."""
    stock = holdings.stock_legs(charges.phase)[paired.stock]
    contracts = abs(paired.options[0][1]) if paired.options else 0
    match paired.use:
        case Use.STOCK:
            return abs(paired.shares) * charges.stock(stock)
        case Use.AGAINST_THE_BOX:
            held = holdings.stocks[paired.stock]
            return held.boxed_shares * charges.boxed(
                held.boxed_long_cost, held.boxed_short_cost, held.leg.value
            )
        case Use.COVERED:
            return contracts * charges.covered(stock, legs[0])
        case Use.PROTECTED:
            return contracts * charges.protected(stock, legs[0])
        case Use.FUND:
            return contracts * charges.fund(stock, legs[0])
    return contracts * charges.joined(stock, legs[1], legs[0])


def _strategies(
    holdings: Holdings, sheet: Sheet, used: Mapping[int, int], charges: Charges
) -> Iterator[Paired]:
    """The strategies of a solution, stock first, then spreads, then what stands alone."""
    by_use: dict[Use, dict[tuple[int, ...], int]] = defaultdict(dict)
    shares = [stock.leg.shares for stock in holdings.stocks]
    spreads: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for column, quantity in used.items():
        found = sheet.columns[column]
        assert found is not None
        if found.use in _HEDGES:
            hedge = _hedge(holdings, sheet, found.use, found.options, found.stock, quantity)
            shares[found.stock] -= hedge.shares
            yield hedge
        elif found.use is Use.SPREAD:
            i = found.options[0]
            spreads[found.spread].append((i, _signed(sheet.options[i], quantity)))
        else:
            by_use[found.use][found.options] = quantity
    for stock, left in enumerate(shares):
        if holdings.stocks[stock].boxed_shares:
            yield Paired(Use.AGAINST_THE_BOX, (), stock, 0.0)
        if abs(left) > _FEWEST_SHARES:
            yield Paired(Use.STOCK, (), stock, left)
    for _, members in sorted(spreads.items()):
        yield Paired(Use.SPREAD, tuple(sorted(members)))
    yield from _boxes(holdings, sheet, by_use[Use.BOX])
    yield from _shorts(holdings, sheet, by_use, charges)
    yield from _longs(sheet, used)


_FEWEST_SHARES = 1e-6
"""Fewer shares than this are none."""


def _signed(leg: OptionLeg, contracts: int) -> int:
    return contracts if leg.is_long else -contracts


def _hedge(
    holdings: Holdings, sheet: Sheet, use: Use, options: tuple[int, ...], stock: int, quantity: int
) -> Paired:
    """Stock with the options over it."""
    legs = [sheet.options[i] for i in options]
    held = holdings.stocks[stock].leg
    each = legs[0].multiplier
    if use is Use.FUND:
        each = fund_shares_needed(held.underlying, legs[0])
    shares = each * quantity * (1 if held.shares > 0 else -1)
    contracts = tuple((i, _signed(leg, quantity)) for i, leg in zip(options, legs, strict=True))
    return Paired(use, contracts, stock, shares)


def _boxes(
    holdings: Holdings, sheet: Sheet, taken: Mapping[tuple[int, ...], int]
) -> Iterator[Paired]:
    """Long boxes: lower halves matched with upper ones of their series, lowest strikes first."""
    series: dict[tuple[int, float, float], set[int]] = defaultdict(set)
    for pair in taken:
        leg = sheet.options[pair[0]]
        instrument = holdings.options[pair[0]].instrument
        series[instrument, leg.expiration, leg.units_per_contract].update(pair)
    for _, members in sorted(series.items()):
        lower, upper = halves(sheet.options, sorted(members))
        below = [(pair, taken[pair]) for _, pair in lower if pair in taken]
        above = [(pair, taken[pair]) for _, pair in upper if pair in taken]
        for low, high, quantity in _matched(below, above):
            (bought_call, sold_put), (sold_call, bought_put) = low, high
            legs = (bought_call, sold_put, bought_put, sold_call)
            signs = (1, -1, 1, -1)
            yield Paired(
                Use.BOX, tuple((i, s * quantity) for i, s in zip(legs, signs, strict=True))
            )


def _matched(
    first: Iterable[tuple[tuple[int, ...], int]], second: Iterable[tuple[tuple[int, ...], int]]
) -> Iterator[tuple[tuple[int, ...], tuple[int, ...], int]]:
    """Both lists used up together, in their order."""
    waiting = [list(item) for item in first]
    for pair, quantity in second:
        left = quantity
        while left:
            other, there = waiting[0]
            assert isinstance(other, tuple)
            assert isinstance(there, int)
            both = min(left, there)
            yield other, pair, both
            left -= both
            waiting[0][1] = there - both
            if there == both:
                waiting.pop(0)


def _shorts(
    holdings: Holdings,
    sheet: Sheet,
    by_use: Mapping[Use, Mapping[tuple[int, ...], int]],
    charges: Charges,
) -> Iterator[Paired]:
    """Uncovered shorts and straddles: each other side with an opposite short that is asked more."""
    alone, other_side = by_use[Use.UNCOVERED], by_use[Use.OTHER_SIDE]
    by_size: dict[tuple[int, float], set[int]] = defaultdict(set)
    for i, *_ in [*alone, *other_side]:
        by_size[holdings.options[i].instrument, sheet.options[i].units_per_contract].add(i)
    uncovered = [0.0 if leg.is_long else charges.uncovered(leg) for leg in sheet.options]
    value = [0.0 if leg.is_long else charges.other_side(leg) for leg in sheet.options]
    for _, shorts in sorted(by_size.items()):
        waiting: dict[bool, list[list[int]]] = {True: [], False: []}
        for i in by_requirement(sorted(shorts), uncovered, value):
            is_call = sheet.options[i].is_call
            left = other_side.get((i,), 0)
            while left:
                greater = waiting[not is_call][0]
                both = min(left, greater[1])
                yield Paired(Use.STRADDLE, ((greater[0], -both), (i, -both)))
                left -= both
                greater[1] -= both
                if not greater[1]:
                    waiting[not is_call].pop(0)
            if (i,) in alone:
                waiting[is_call].append([i, alone[i,]])
        for i, contracts in waiting[True] + waiting[False]:
            yield Paired(Use.UNCOVERED, ((i, -contracts),))


def _longs(sheet: Sheet, used: Mapping[int, int]) -> Iterator[Paired]:
    """Long options that nothing uses."""
    left = {j: leg.contracts for j, leg in enumerate(sheet.options) if leg.is_long}
    for column, quantity in used.items():
        found = sheet.columns[column]
        if found is not None and found.use is not Use.LONG:
            for i in found.options:
                if i in left:
                    left[i] -= quantity
    for j, contracts in left.items():
        if contracts:
            yield Paired(Use.LONG, ((j, contracts),))
