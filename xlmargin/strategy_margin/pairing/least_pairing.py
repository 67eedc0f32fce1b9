"""The least requirement of one class over all permitted pairings, as whole contracts.

The program is solved and read back as strategies of whole contracts, and these are priced from the
rules one by one. What the program cost is only how they were found. Least is what is required less
what the equity counts for it: only a long European box counts for anything there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import fsum

import numpy as np

from xlmargin.errors import MarginError
from xlmargin.rulebook import StrategyRules
from xlmargin.strategy_margin.pairing.class_positions import ClassPositions
from xlmargin.strategy_margin.pairing.formulation import pairing_model
from xlmargin.strategy_margin.pairing.matches import StrategyMatch, strategies_of
from xlmargin.strategy_margin.pairing.model import Role
from xlmargin.strategy_margin.pairing.requirement_rules import (
    CashRequirementRules,
    MarginRequirementRules,
    RequirementRules,
)
from xlmargin.strategy_margin.rules.legs import OptionLeg, RequirementKind
from xlmargin.strategy_margin.solver.branch_and_bound import SECONDS, solve
from xlmargin.time_limit import check_time_limit, seconds_left


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


def requirement_rules(
    kind: RequirementKind, rules: StrategyRules, *, cash: bool
) -> RequirementRules:
    """What an account requires of a kind."""
    return CashRequirementRules(kind, rules) if cash else MarginRequirementRules(kind, rules)


def least_pairing(
    holdings: ClassPositions,
    requirements: RequirementRules,
    rules: StrategyRules,
    *,
    cash: bool = False,
    seconds: float = SECONDS,
) -> PairingResult:
    """The pairing of a class that requires least by these rules."""
    check_time_limit()
    model = pairing_model(holdings, requirements.kind, requirements, rules, cash=cash)
    solution = solve(model.build(), min(seconds, seconds_left()), np.array(model.alone))
    if solution is None:
        raise MarginError(f"no pairing of {holdings.name} was found in {seconds:g} seconds.")
    used = {
        variable: round(quantity)
        for variable, quantity in enumerate(solution.quantity.tolist())
        if model.variables[variable] is not None and quantity > 0.5
    }
    strategies = tuple(strategies_of(holdings, model, used, requirements))
    amount = fsum(requirement_of(s, holdings, requirements) for s in strategies)
    refused: dict[int, int] = defaultdict(int)
    for variable, quantity in used.items():
        found = model.variables[variable]
        if found is not None and found.role is Role.NOT_PERMITTED:
            refused[found.options[0]] += quantity
    lower_bound = amount - max(0.0, solution.cost - solution.lower_bound)
    added = fsum(value_added_by(s, holdings, requirements) for s in strategies)
    return PairingResult(requirements.kind, strategies, amount, added, lower_bound, refused)


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
    paid = fsum(n * requirements.paid(leg) for n, leg in zip(contracts, legs, strict=True) if n > 0)
    if matched.role is Role.BOX:
        return paid + contracts[0] * legs[0].units_per_contract * requirements.long_box(*ends(legs))
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
    return min(strikes), max(strikes)


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
    return contracts * requirements.joined(stock, legs[1], legs[0])
