"""A solved program read back as strategies: which whole contracts stand together, and as what."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from xlmargin.strategy_margin.pairing.boxes import halves
from xlmargin.strategy_margin.pairing.class_positions import ClassPositions
from xlmargin.strategy_margin.pairing.model import PairingModel, Role
from xlmargin.strategy_margin.pairing.requirement_rules import RequirementRules
from xlmargin.strategy_margin.pairing.uncovered import by_requirement, contracts_beside
from xlmargin.strategy_margin.rules.hedged_stock import fund_shares_needed
from xlmargin.strategy_margin.rules.legs import OptionLeg

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
    holdings: ClassPositions,
    model: PairingModel,
    used: Mapping[int, int],
    requirements: RequirementRules,
) -> Iterator[StrategyMatch]:
    """The strategies of a solution, stock first, then spreads, then what stands alone."""
    by_role: dict[Role, dict[tuple[int, ...], int]] = defaultdict(dict)
    shares = [stock.leg.shares for stock in holdings.stocks]
    spreads: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for variable, quantity in used.items():
        found = model.variables[variable]
        assert found is not None
        if found.role in _HEDGES:
            hedge = _hedge(holdings, model, found.role, found.options, found.stock, quantity)
            shares[found.stock] -= hedge.shares
            yield hedge
        elif found.role is Role.SPREAD:
            i = found.options[0]
            spreads[found.spread].append((i, _signed(model.options[i], quantity)))
        else:
            by_role[found.role][found.options] = quantity
    for stock, left in enumerate(shares):
        if holdings.stocks[stock].against_the_box_shares:
            yield StrategyMatch(Role.AGAINST_THE_BOX, (), stock, 0.0)
        if abs(left) > _FEWEST_SHARES:
            yield StrategyMatch(Role.STOCK, (), stock, left)
    for _, members in sorted(spreads.items()):
        yield StrategyMatch(Role.SPREAD, tuple(sorted(members)))
    yield from _boxes(holdings, model, by_role[Role.BOX])
    for (i, j), quantity in by_role[Role.STRADDLE].items():
        others = round(quantity * contracts_beside(model.options[i], model.options[j]))
        yield StrategyMatch(Role.STRADDLE, ((i, -quantity), (j, -others)))
    yield from _shorts(holdings, model, by_role, requirements)
    yield from _longs(model, used)


def _signed(leg: OptionLeg, contracts: int) -> int:
    return contracts if leg.is_long else -contracts


def _hedge(
    holdings: ClassPositions,
    model: PairingModel,
    role: Role,
    options: tuple[int, ...],
    stock: int,
    quantity: int,
) -> StrategyMatch:
    """Stock with the options over it."""
    legs = [model.options[i] for i in options]
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
    holdings: ClassPositions, model: PairingModel, taken: Mapping[tuple[int, ...], int]
) -> Iterator[StrategyMatch]:
    """Long boxes: lower halves matched with upper ones of their series, lowest strikes first."""
    series: dict[tuple[int, float, float], set[int]] = defaultdict(set)
    for pair in taken:
        leg = model.options[pair[0]]
        instrument = holdings.options[pair[0]].instrument
        series[instrument, leg.expiration, leg.units_per_contract].update(pair)
    for _, members in sorted(series.items()):
        lower, upper = halves(model.options, sorted(members))
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
    model: PairingModel,
    by_role: Mapping[Role, Mapping[tuple[int, ...], int]],
    requirements: RequirementRules,
) -> Iterator[StrategyMatch]:
    """Uncovered shorts and straddles: each other side with an opposite short that requires more."""
    alone, lesser_side = by_role[Role.UNCOVERED], by_role[Role.LESSER_SIDE]
    by_size: dict[tuple[int, float], set[int]] = defaultdict(set)
    for i, *_ in [*alone, *lesser_side]:
        by_size[holdings.options[i].instrument, model.options[i].units_per_contract].add(i)
    uncovered = [0.0 if leg.is_long else requirements.uncovered(leg) for leg in model.options]
    value = [0.0 if leg.is_long else requirements.lesser_side(leg) for leg in model.options]
    for _, shorts in sorted(by_size.items()):
        waiting: dict[bool, list[list[int]]] = {True: [], False: []}
        for i in by_requirement(sorted(shorts), uncovered, value):
            is_call = model.options[i].is_call
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


def _longs(model: PairingModel, used: Mapping[int, int]) -> Iterator[StrategyMatch]:
    """Long options that nothing uses."""
    left = {j: leg.contracts for j, leg in enumerate(model.options) if leg.is_long}
    for variable, quantity in used.items():
        found = model.variables[variable]
        if found is not None and found.role is not Role.LONG:
            for i in found.options:
                if i in left:
                    left[i] -= quantity
    for j, contracts in left.items():
        if contracts:
            yield StrategyMatch(Role.LONG, ((j, contracts),))
