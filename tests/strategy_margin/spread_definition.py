"""What the rules call a spread, clause by clause, beside the program that forms them.

A leg's own `contracts` say how many there are in all; how many of its units stand in the spread is
given beside it, in units of the group's full index: long > 0, short < 0.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

from xlmargin.contracts import InstrumentKind
from xlmargin.rulebook import StrategyRules
from xlmargin.strategy_margin.rules.options import OptionLeg
from xlmargin.strategy_margin.rules.spreads import side

ROUNDING = 1e-9
"""Share of the units by which two sides may differ and still be equal."""


def is_spread(legs: Sequence[OptionLeg], units: Sequence[float], rules: StrategyRules) -> bool:
    """Whether options make a spread: of one style, balanced, and no short one outlives its long.

    Rule: FINRA 4210(f)(2)(A)(xxxii). One underlying is the caller's to see to; all are listed.
    """
    return len({leg.american for leg in legs}) <= 1 and all(
        is_balanced(legs, units, kind) and is_outlived(legs, units, kind, rules)
        for kind in (InstrumentKind.CALL, InstrumentKind.PUT)
    )


def is_balanced(legs: Sequence[OptionLeg], units: Sequence[float], kind: InstrumentKind) -> bool:
    """Whether the calls, or the puts, are long and short on underlying of the same value.

    Rule: FINRA 4210(f)(2)(A)(xxxii)d.
    """
    held = side(legs, units, kind)
    return abs(math.fsum(held)) <= ROUNDING * math.fsum(map(abs, held))


def is_outlived(
    legs: Sequence[OptionLeg], units: Sequence[float], kind: InstrumentKind, rules: StrategyRules
) -> bool:
    """Whether each short call, or put, stands beside a long one that expires no earlier.

    Pair by pair: the long ones that expire on a day or after it are at least as many as the
    short ones that do. The stricter readings look at all options of the spread.

    Rule: FINRA 4210(f)(2)(A)(xxxii)e.
    """
    days = sorted({leg.expiration for leg in legs})
    one_day = rules.spreads.same_expiry_only or (
        not rules.spreads.european_calendar_spreads and not all(leg.american for leg in legs)
    )
    if one_day and len(days) > 1:
        return False
    if rules.spreads.all_shorts_before_nearest_long:
        longs = [leg.expiration for leg, held in zip(legs, units, strict=True) if held > 0]
        shorts = [leg.expiration for leg, held in zip(legs, units, strict=True) if held < 0]
        return max(shorts, default=-math.inf) <= min(longs, default=math.inf)
    held = side(legs, units, kind)
    slack = ROUNDING * math.fsum(map(abs, held))
    return all(
        math.fsum(h for leg, h in zip(legs, held, strict=True) if leg.expiration >= day) >= -slack
        for day in days
    )


def may_spread(legs: Sequence[OptionLeg], units: Sequence[float], rules: StrategyRules) -> bool:
    """Whether options make a spread that a cash account may hold.

    European index options of one expiration, which settle in cash.

    Rule: FINRA 4210(f)(2)(N).
    """
    return (
        all(leg.underlying.underlying_class.is_index and not leg.american for leg in legs)
        and len({leg.expiration for leg in legs}) <= 1
        and is_spread(legs, units, rules)
    )
