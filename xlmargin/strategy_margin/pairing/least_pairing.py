"""The least requirement of one class over all permitted pairings, as whole contracts.

The program is solved and read back as strategies of whole contracts, and these are priced from the
rules one by one. What the program cost is only how they were found.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from math import fsum

import numpy as np

from xlmargin.errors import MarginError
from xlmargin.rulebook import StrategyRules
from xlmargin.strategy_margin.pairing.class_positions import Holdings
from xlmargin.strategy_margin.pairing.formulation import pairing_sheet
from xlmargin.strategy_margin.pairing.matches import Paired, strategies_of
from xlmargin.strategy_margin.pairing.model import Use
from xlmargin.strategy_margin.pairing.requirement_rules import CashCharges, Charges, MarginCharges
from xlmargin.strategy_margin.rules.legs import OptionLeg, Phase
from xlmargin.strategy_margin.solver.branch_and_bound import SECONDS, solve


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
    charges: Charges,
    rules: StrategyRules,
    *,
    cash: bool = False,
    seconds: float = SECONDS,
) -> Pairing:
    """The pairing of a class that is asked least by these charges, in their phase."""
    sheet = pairing_sheet(holdings, charges.phase, charges, rules, cash=cash)
    solution = solve(sheet.built(), seconds, np.array(sheet.alone))
    if solution is None:
        raise MarginError(f"no pairing of {holdings.name} was found in {seconds:g} seconds.")
    used = {
        column: round(quantity)
        for column, quantity in enumerate(solution.quantity.tolist())
        if sheet.columns[column] is not None and quantity > 0.5
    }
    strategies = tuple(strategies_of(holdings, sheet, used, charges))
    amount = fsum(charge(s, holdings, charges) for s in strategies)
    refused: dict[int, int] = defaultdict(int)
    for column, quantity in used.items():
        found = sheet.columns[column]
        if found is not None and found.use is Use.NOT_PERMITTED:
            refused[found.options[0]] += quantity
    bound = amount - max(0.0, solution.cost - solution.lower_bound)
    return Pairing(charges.phase, strategies, amount, bound, refused)


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
