"""The least requirement of one class over all permitted pairings, as whole contracts.

The program is solved and read back as strategies: which whole contracts stand together, and as
what. These are priced from the rules one by one; what the program cost is only how they were found.
Least is what is required less what the equity counts for it: only a long European box counts for
anything there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from math import fsum, isfinite
from types import MappingProxyType

import numpy as np

from xlmargin.arrays import FloatArray, greater, lesser, total
from xlmargin.computing import check_time_limit, seconds_left
from xlmargin.errors import MarginError
from xlmargin.rulebook import StrategyRules
from xlmargin.strategy_margin.pairing.class_positions import ClassPositions
from xlmargin.strategy_margin.pairing.formulation import halves, pairing_model
from xlmargin.strategy_margin.pairing.model import (
    PairingModel,
    Role,
    Variable,
)
from xlmargin.strategy_margin.pairing.requirement_rules import (
    CashRequirementRules,
    MarginRequirementRules,
    RequirementRules,
    contracts_beside,
)
from xlmargin.strategy_margin.rules.hedged_stock import fund_shares_needed
from xlmargin.strategy_margin.rules.kinds import RequirementKind
from xlmargin.strategy_margin.rules.options import OptionLeg
from xlmargin.strategy_margin.solver.branch_and_bound import SECONDS, solve
from xlmargin.strategy_margin.solver.program import HALF_A_CENT, Program, Solution


@dataclass(frozen=True, eq=False)
class PairingResult:
    """A permitted pairing of a class, what it requires of a kind, and how near the least that is.

    Amounts are in $, 0 or more. `value_added` is what the equity counts beside the requirement
    `amount`; no pairing leaves less of `amount` less `value_added` than `lower_bound` does in its
    place, and where the search ended by itself `amount` and `lower_bound` are the same.
    """

    kind: RequirementKind
    strategies: tuple[StrategyMatch, ...]
    amount: float
    value_added: float
    lower_bound: float
    not_permitted: Mapping[int, int]
    """Contracts of each option holding that the account may not carry."""

    @property
    def is_proven(self) -> bool:
        """Whether no pairing requires less by half a cent or more."""
        return self.amount - self.lower_bound <= HALF_A_CENT


def requirement_rules(
    kind: RequirementKind, rules: StrategyRules, *, cash: bool
) -> RequirementRules:
    """What an account requires of a kind."""
    return CashRequirementRules(kind, rules) if cash else MarginRequirementRules(kind, rules)


def least_pairing(
    holdings: ClassPositions, requirements: RequirementRules, seconds: float = SECONDS
) -> PairingResult:
    """The pairing of a class that requires least by these rules."""
    check_time_limit()
    if (only := only_pairing(holdings, requirements)) is not None:
        return only
    model = pairing_model(holdings, requirements)
    solution = solved(model.build(), holdings, seconds, np.array(model.alone))
    return paired(holdings, requirements, model, solution)


def only_pairing(holdings: ClassPositions, requirements: RequirementRules) -> PairingResult | None:
    """The pairing of a class of which nothing can be paired; None where something can."""
    if not holdings.options:  # shares alone stand in one way
        shares = [stock.leg.shares for stock in holdings.stocks]
        return priced(holdings, requirements, tuple(_of_shares(holdings, shares)))
    if len(holdings.options) == 1 and not holdings.stocks:
        return _alone(holdings, requirements)
    return None


def paired(
    holdings: ClassPositions,
    requirements: RequirementRules,
    model: PairingModel,
    solution: Solution,
) -> PairingResult:
    """What a solution of the model says, as strategies with what they require."""
    used = used_in(model, solution)
    strategies = tuple(strategies_of(holdings, model.shorts(), used))
    return priced(holdings, requirements, strategies, solution.gap, refused_in(used))


def refused_in(used: Mapping[Variable, int]) -> dict[int, int]:
    """Contracts of each option holding that the account may not carry, by what is used."""
    refused: dict[int, int] = defaultdict(int)
    for variable, quantity in used.items():
        if variable.role is Role.NOT_PERMITTED:
            refused[variable.options[0]] += quantity
    return refused


def _alone(holdings: ClassPositions, requirements: RequirementRules) -> PairingResult:
    """A class of one option holding, which nothing is paired with."""
    (leg,) = holdings.option_legs(requirements.kind)
    if leg.is_long:
        long = StrategyMatch(Role.LONG, ((0, leg.contracts),))
        return priced(holdings, requirements, (long,))
    if not isfinite(requirements.uncovered(leg)):
        return priced(holdings, requirements, (), not_permitted={0: leg.contracts})
    short = StrategyMatch(Role.UNCOVERED, ((0, -leg.contracts),))
    return priced(holdings, requirements, (short,))


def solved(
    program: Program, holdings: ClassPositions, seconds: float, alone: FloatArray
) -> Solution:
    """The least of a model's program; kinds whose programs are the same share what is proven.

    `alone` are the quantities where everything stands by itself.
    """
    known: dict[Hashable, Solution] = holdings.paired
    if (digest := program.digest) in known:
        return known[digest]
    solution = solve(program, min(seconds, seconds_left()), alone)
    if solution is None:
        raise MarginError(f"no pairing of {holdings.name} was found in {seconds:g} seconds.")
    if solution.is_proven:
        known[digest] = solution
    return solution


def used_in(model: PairingModel, solution: Solution) -> dict[Variable, int]:
    """The uses of contracts in a solution: how often each variable that stands for one is taken."""
    taken = np.flatnonzero(solution.quantity > 0.5)
    each = zip(taken.tolist(), solution.quantity[taken].tolist(), strict=True)
    found = ((model.variables[number], quantity) for number, quantity in each)
    return {variable: round(quantity) for variable, quantity in found if variable is not None}


def priced(
    holdings: ClassPositions,
    requirements: RequirementRules,
    strategies: tuple[StrategyMatch, ...],
    gap: float = 0.0,
    not_permitted: Mapping[int, int] = MappingProxyType({}),
) -> PairingResult:
    """Strategies with what they require by the rules, one by one, at most `gap` above the least."""
    amount = fsum(requirement_of(s, holdings, requirements) for s in strategies)
    added = fsum(value_added_by(s, holdings, requirements) for s in strategies)
    return PairingResult(requirements.kind, strategies, amount, added, amount - gap, not_permitted)


def requirement_of(
    matched: StrategyMatch, holdings: ClassPositions, requirements: RequirementRules
) -> float:
    """What one strategy requires, $ for the whole of it."""
    legs = [holdings.option_legs(requirements.kind)[i] for i, _ in matched.options]
    contracts = [n for _, n in matched.options]
    if matched.stock >= 0:
        return _with_stock(matched, holdings, legs, requirements)
    match matched.role:
        case Role.UNCOVERED:
            return -contracts[0] * requirements.uncovered(legs[0])
        case Role.STRADDLE:
            return -contracts[0] * requirements.straddle(legs[0], legs[1])
        case Role.LONG:
            return contracts[0] * requirements.long_alone(legs[0])
    paid = total(
        [n * requirements.paid(leg) for n, leg in zip(contracts, legs, strict=True) if leg.is_long]
    )
    if matched.role is Role.BOX:
        return paid + contracts[0] * legs[0].units_per_contract * requirements.long_box(*ends(legs))
    if matched.role is not Role.SPREAD:
        raise ValueError(f"no requirement of options as {matched.role}")
    units = [n * leg.units_per_contract for n, leg in zip(contracts, legs, strict=True)]
    return paid + requirements.spread(legs, units)


def value_added_by(
    matched: StrategyMatch, holdings: ClassPositions, requirements: RequirementRules
) -> float:
    """What the equity counts for one strategy beside its positions, $, 0 or more.

    A long European box at the difference of its strikes.

    Rule: FINRA 4210(f)(2)(H)(v)e.
    """
    if matched.role is not Role.BOX:
        return 0.0
    legs = [holdings.option_legs(requirements.kind)[i] for i, _ in matched.options]
    units = matched.options[0][1] * legs[0].units_per_contract
    return units * requirements.box_value(*ends(legs))


def ends(legs: Sequence[OptionLeg]) -> tuple[float, float]:
    """The lowest and the highest strike of legs, on the scale of the full index."""
    strikes = [leg.index_strike for leg in legs]
    return reduce(lesser, strikes), reduce(greater, strikes)


def _with_stock(
    matched: StrategyMatch,
    holdings: ClassPositions,
    legs: list[OptionLeg],
    requirements: RequirementRules,
) -> float:
    """What stock, alone or with options, requires, $."""
    stock = holdings.stock_legs(requirements.kind)[matched.stock]
    contracts = abs(matched.options[0][1]) if matched.options else 0
    match matched.role:
        case Role.STOCK:
            return abs(matched.shares) * requirements.stock(stock)
        case Role.AGAINST_THE_BOX:
            held = holdings.stocks[matched.stock]
            return held.against_the_box_shares * requirements.against_the_box(
                held.against_the_box_long_cost, held.against_the_box_short_cost, held.leg.value
            )
        case Role.COVERED:
            return contracts * requirements.covered(stock, legs[0])
        case Role.PARTLY_COVERED:
            return contracts * requirements.partly_covered(stock, legs[0])
        case Role.PROTECTED:
            return contracts * requirements.protected(stock, legs[0])
        case Role.FUND:
            return contracts * requirements.fund(stock, legs[0])
    if matched.role not in (Role.COLLAR, Role.CONVERSION):
        raise ValueError(f"no requirement of stock as {matched.role}")
    one_strike = matched.role is Role.CONVERSION
    return contracts * requirements.joined(stock, legs[1], legs[0], one_strike=one_strike)


_HEDGES = (
    Role.COVERED,
    Role.PARTLY_COVERED,
    Role.PROTECTED,
    Role.COLLAR,
    Role.CONVERSION,
    Role.FUND,
)

_FEWEST_SHARES = 1e-6
"""Fewer shares than this are none."""


@dataclass(frozen=True)
class StrategyMatch:
    """One strategy of a pairing: signed contracts of option holdings, signed shares of a stock's.

    Options are (index of the holding, contracts); `stock` is -1 where there is none.
    """

    role: Role
    options: tuple[tuple[int, int], ...]
    stock: int = -1
    shares: float = 0.0


def strategies_of(
    holdings: ClassPositions, shorts: Sequence[int], used: Mapping[Variable, int]
) -> Iterator[StrategyMatch]:
    """The strategies of a solution, stock first, then spreads, then what stands alone.

    `shorts` are the short options in the order of what is required of them.
    """
    by_role: dict[Role, dict[tuple[int, ...], int]] = defaultdict(dict)
    shares = [stock.leg.shares for stock in holdings.stocks]
    spreads: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for found, quantity in used.items():
        if found.role in _HEDGES:
            hedge = _hedge(holdings, found, quantity)
            shares[found.stock] -= hedge.shares
            yield hedge
        elif found.role is Role.SPREAD:
            i = found.options[0]
            spreads[found.spread].append((i, _signed(holdings.options[i].leg, quantity)))
        else:
            by_role[found.role][found.options] = quantity
    yield from _of_shares(holdings, shares)
    for _, members in sorted(spreads.items()):
        yield StrategyMatch(Role.SPREAD, tuple(sorted(members)))
    yield from _boxes(holdings, by_role[Role.BOX])
    for (i, j), quantity in by_role[Role.STRADDLE].items():
        one, other = holdings.options[i].leg, holdings.options[j].leg
        others = round(quantity * contracts_beside(one, other))
        yield StrategyMatch(Role.STRADDLE, ((i, -quantity), (j, -others)))
    yield from _shorts(holdings, shorts, by_role)
    yield from _longs(holdings, used)


def _of_shares(holdings: ClassPositions, shares: Sequence[float]) -> Iterator[StrategyMatch]:
    """Shares held both ways, and so many of each stock that stand alone."""
    for stock, left in enumerate(shares):
        if holdings.stocks[stock].against_the_box_shares:
            yield StrategyMatch(Role.AGAINST_THE_BOX, (), stock, 0.0)
        if abs(left) > _FEWEST_SHARES:
            yield StrategyMatch(Role.STOCK, (), stock, left)


def _signed(leg: OptionLeg, contracts: int) -> int:
    return contracts if leg.is_long else -contracts


def _hedge(holdings: ClassPositions, used: Variable, quantity: int) -> StrategyMatch:
    """Stock with the options over it."""
    role, options, stock, _ = used
    legs = [holdings.options[i].leg for i in options]
    held = holdings.stocks[stock].leg
    each = legs[0].multiplier
    if role is Role.FUND:
        each = fund_shares_needed(held.underlying, legs[0])
    elif role is Role.PARTLY_COVERED:
        each = abs(held.shares) % each
    shares = each * quantity * (1 if held.shares > 0 else -1)
    contracts = tuple((i, _signed(leg, quantity)) for i, leg in zip(options, legs, strict=True))
    return StrategyMatch(role, contracts, stock, shares)


def _boxes(
    holdings: ClassPositions, taken: Mapping[tuple[int, ...], int]
) -> Iterator[StrategyMatch]:
    """Long boxes: lower halves matched with upper ones of their series, lowest strikes first."""
    series: dict[tuple[int, float, float], set[int]] = defaultdict(set)
    for pair in taken:
        leg = holdings.options[pair[0]].leg
        instrument = holdings.options[pair[0]].instrument
        series[instrument, leg.expiration, leg.units_per_contract].update(pair)
    for _, members in sorted(series.items()):
        lower, upper = halves([held.leg for held in holdings.options], sorted(members))
        below = [(pair, taken[pair]) for _, pair in lower if pair in taken]
        above = [(pair, taken[pair]) for _, pair in upper if pair in taken]
        for low, high, quantity in _matched(below, above):
            (bought_call, sold_put), (sold_call, bought_put) = low, high
            legs = (bought_call, sold_put, bought_put, sold_call)
            signs = (1, -1, 1, -1)
            yield StrategyMatch(
                Role.BOX, tuple((i, s * quantity) for i, s in zip(legs, signs, strict=True))
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
    holdings: ClassPositions,
    order: Sequence[int],
    by_role: Mapping[Role, Mapping[tuple[int, ...], int]],
) -> Iterator[StrategyMatch]:
    """Uncovered shorts and straddles: each other side with an opposite short that requires more."""
    alone, lesser_side = by_role[Role.UNCOVERED], by_role[Role.LESSER_SIDE]
    by_size: dict[tuple[int, float], set[int]] = defaultdict(set)
    for i, *_ in [*alone, *lesser_side]:
        held = holdings.options[i]
        by_size[held.instrument, held.leg.units_per_contract].add(i)
    for _, shorts in sorted(by_size.items()):
        waiting: dict[bool, list[list[int]]] = {True: [], False: []}
        for i in filter(shorts.__contains__, order):
            is_call = holdings.options[i].leg.is_call
            left = lesser_side.get((i,), 0)
            while left:
                greater = waiting[not is_call][0]
                both = min(left, greater[1])
                yield StrategyMatch(Role.STRADDLE, ((greater[0], -both), (i, -both)))
                left -= both
                greater[1] -= both
                if not greater[1]:
                    waiting[not is_call].pop(0)
            if (i,) in alone:
                waiting[is_call].append([i, alone[i,]])
        for i, contracts in waiting[True] + waiting[False]:
            yield StrategyMatch(Role.UNCOVERED, ((i, -contracts),))


def _longs(holdings: ClassPositions, used: Mapping[Variable, int]) -> Iterator[StrategyMatch]:
    """Long options that nothing uses."""
    legs = ((j, held.leg) for j, held in enumerate(holdings.options))
    left = {j: leg.contracts for j, leg in legs if leg.is_long}
    for found, quantity in used.items():
        if found.role is not Role.LONG:
            for i in found.options:
                if i in left:
                    left[i] -= quantity
    for j, contracts in left.items():
        if contracts:
            yield StrategyMatch(Role.LONG, ((j, contracts),))
