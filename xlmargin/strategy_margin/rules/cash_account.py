"""Cash accounts: what is paid for in full, what is deposited, and what may not be held at all.

A covered call, a protective put, a conversion or a collar on stock asks here for no more than its
parts: the stock and the long options in full, nothing on a short call that the stock covers.
Escrow agreements, which may stand in for a deposit or a cover, are not known to a list of
positions.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from xlmargin.book import Positions
from xlmargin.errors import Problem
from xlmargin.market import Market
from xlmargin.rulebook import StrategyRules
from xlmargin.strategy_margin.rules.kinds import Paragraph, RequirementKind
from xlmargin.strategy_margin.rules.options import OptionLeg
from xlmargin.strategy_margin.rules.spreads import maximum_loss

PAID_IN_FULL: Final = Paragraph("12 CFR 220.8(a)", "12 CFR 220.8(a)")
SECURED_PUT: Final = Paragraph("FINRA 4210(f)(2)(N)", "FINRA 4210(f)(2)(N)")
COVERED_CALL: Final = Paragraph("FINRA 4210(f)(2)(N)", "FINRA 4210(f)(2)(N)")
CASH_SPREAD: Final = Paragraph("FINRA 4210(f)(2)(N)", "FINRA 4210(f)(2)(N)")


def stock_in_full(value: float, rules: StrategyRules) -> float:
    """Payment for stock held long in a cash account, $ per share; nothing is lent on it.

    All of its cost initially, of its market value afterwards.

    Rule: 12 CFR 220.8(a).
    """
    return rules.cash_account.cash_payment_rate * value


def long_option_in_full(leg: OptionLeg, kind: RequirementKind, rules: StrategyRules) -> float:
    """Payment for a long option in a cash account, $ per unit: its cost, and nothing afterwards.

    Rule: 12 CFR 220.8(a).
    """
    return (
        rules.cash_account.cash_payment_rate * leg.value
        if kind is not RequirementKind.MAINTENANCE
        else 0.0
    )


def secured_put(put: OptionLeg, rules: StrategyRules) -> float:
    """Deposit for a short put in a cash account, $ per unit: its strike, in cash or equivalents.

    Rule: FINRA 4210(f)(2)(N).
    """
    return rules.cash_account.cash_secured_put_rate * put.strike


def cash_spread(legs: Sequence[OptionLeg], units: Sequence[float]) -> float:
    """Deposit for a spread in a cash account, $ for the whole of it: its maximum potential loss.

    The long options are paid in full beside it.

    Rule: FINRA 4210(f)(2)(N), (H)(i)b.
    """
    return maximum_loss(legs, units)


def short_stock_refusals(positions: Positions) -> tuple[Problem, ...]:
    """A problem for each position of stock sold short, which no cash account may hold.

    Rule: 12 CFR 220.8.
    """
    short = positions.is_stock & (positions.quantity < 0)
    wanted = "no stock sold short in a cash account: use a margin account or leave it out"
    return tuple(_problem(positions, int(i), "", wanted) for i in short.nonzero()[0])


def short_call_refusals(
    positions: Positions, market: Market, uncovered: Sequence[float]
) -> tuple[Problem, ...]:
    """A problem for each position with short calls that nothing in the account covers.

    `uncovered` has, for each position, the contracts that stock (or a permitted spread of index
    options) does not cover, as a magnitude.

    Rule: FINRA 4210(f)(2)(N); 12 CFR 220.8.
    """
    return tuple(
        _problem(
            positions,
            i,
            f", {contracts:.10g} of them uncovered",
            "escrow, which cannot be told here, or a spread of one expiration and European style"
            if market.underlyings[int(positions.underlying[i])].underlying_class.is_index
            else f"{math.ceil(contracts * positions.multiplier[i]):,} more shares "
            "of the underlying, or a margin account",
        )
        for i, contracts in enumerate(uncovered)
        if contracts > 0
    )


def _problem(positions: Positions, index: int, found: str, wanted: str) -> Problem:
    return positions.problem(index, "quantity", positions.label(index) + found, wanted)
