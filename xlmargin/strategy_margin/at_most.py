"""What a class requires at most, before its least pairing at new prices is proven.

Which pairings are permitted does not depend on prices. So the pairing that was least at earlier
prices is permitted at the new ones, and what it requires there, priced from the rules strategy by
strategy, is never less than the least: no search is made. A figure built on it shows no excess
that is not there. It is for those who show margin while prices move and prove the least later.

Rule: FINRA 4210(f)(2)(A)(xxxii), (H).
"""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import replace
from math import inf, isfinite, nan

from xlmargin.market import Underlying
from xlmargin.strategy_margin.pairing.class_positions import ClassPositions
from xlmargin.strategy_margin.pairing.least_pairing import (
    PairingResult,
    priced,
    requirement_rules,
)
from xlmargin.strategy_margin.requirement import UnderlyingMargin
from xlmargin.strategy_margin.rules.kinds import RequirementKind


def pairing_at_most(
    margin: UnderlyingMargin, earlier: UnderlyingMargin, kind: RequirementKind
) -> PairingResult | None:
    """The pairing that required least at earlier prices, with what it requires at the new ones, $.

    Its `amount` less its `value_added` is the least or more, and as much where nothing has moved;
    it is not proven, so its `lower_bound` is without end below. None where the two classes hold
    anything but the same rows on the same terms under the same rules, or where the earlier pairing
    is not permitted: then nothing is known, and the least has to be found.
    """
    if kind is RequirementKind.DEPOSIT:
        kind = margin.deposit_kind
    if _under(margin) != _under(earlier) or _terms(margin.holdings) != _terms(earlier.holdings):
        return None
    known = earlier.pairing(kind)
    requirements = requirement_rules(kind, margin.rules, cash=margin.is_cash)
    found = priced(margin.holdings, requirements, known.strategies, gap=inf)
    return found if isfinite(found.amount) and not known.not_permitted else None


def _under(margin: UnderlyingMargin) -> Hashable:
    """What rules a class is under, and in which account and group."""
    return margin.rules, margin.is_cash, margin.account, margin.name, margin.holdings.group


def _terms(holdings: ClassPositions) -> str:
    """All that is held but for its prices, in the order of the holdings."""
    options = [
        (replace(held.leg, value=0.0, underlying=_unpriced(held.leg.underlying)), held.lots)
        for held in holdings.options
    ]
    stocks = [
        (
            replace(held.leg, value=0.0, underlying=_unpriced(held.leg.underlying)),
            held.lots,
            held.against_the_box,
        )
        for held in holdings.stocks
    ]
    instruments = [held.instrument for held in holdings.options]
    return repr((options, stocks, instruments, holdings.closed))


def _unpriced(underlying: Underlying) -> Underlying:
    """An underlying without its price and volatility."""
    return replace(underlying, spot=nan, volatility=nan)
