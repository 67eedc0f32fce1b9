"""Spreads of any number of legs: which options make one, and how much it can lose.

A leg's own `contracts` say how many there are in all; how many of its units stand in the spread is
given beside it, in units of the group's full index: long > 0, short < 0. Amounts here are for the
whole spread, in $. What the long options cost is not inside: see `options.paid_in_full`.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

import numpy as np

from xlmargin.arrays import as_float, either, greater, lesser, total
from xlmargin.contracts import InstrumentKind
from xlmargin.rulebook import StrategyRules
from xlmargin.strategy_margin.rules.kinds import Paragraph, RequirementKind
from xlmargin.strategy_margin.rules.options import OptionLeg, uncovered

SPREAD: Final = Paragraph(
    "FINRA 4210(f)(2)(H)(i), (A)(xxxii)", "FINRA 4210(f)(2)(H)(i), (A)(xxxii)"
)
LONG_EUROPEAN_BOX: Final = Paragraph("FINRA 4210(f)(2)(H)(v)e", "FINRA 4210(f)(2)(H)(v)e")

_ROUNDING: Final = 1e-9
"""Share of the units by which two sides may differ and still be equal."""


def spread(
    legs: Sequence[OptionLeg], units: Sequence[float], kind: RequirementKind, rules: StrategyRules
) -> float:
    """Requirement on the short options of a spread, $ for the whole of it.

    The lesser of its maximum potential loss and what its short options require uncovered.

    Rule: FINRA 4210(f)(2)(H)(i).
    """
    return lesser(maximum_loss(legs, units), uncovered_shorts(legs, units, kind, rules))


def uncovered_shorts(
    legs: Sequence[OptionLeg], units: Sequence[float], kind: RequirementKind, rules: StrategyRules
) -> float:
    """What the short options of a spread require uncovered, each by itself, $ in all.

    Rule: FINRA 4210(f)(2)(H)(i)a, (E)(i).
    """
    return total(
        [
            -held / leg.scale * uncovered(leg, kind, rules)
            for leg, held in zip(legs, units, strict=True)
            if not leg.is_long
        ]
    )


def maximum_loss(legs: Sequence[OptionLeg], units: Sequence[float]) -> float:
    """Maximum potential loss of options held together, $, >= 0; premiums are not part of it.

    Every option at its intrinsic value, with the underlying at each strike in turn and at zero:
    the worst net value. Without limit where more calls are short than long.

    Rule: FINRA 4210(f)(2)(H)(i)b.
    """
    calls = side(legs, units, InstrumentKind.CALL)
    without_limit = total(calls) < -_ROUNDING * total([abs(held) for held in calls])
    strikes = (leg.index_strike for leg in legs)
    points = np.stack(np.broadcast_arrays(0.0, *strikes, *units)[: 1 + len(legs)])
    worst = np.argmin(value_at(as_float(points), legs, units), axis=0, keepdims=True)
    (point,) = np.take_along_axis(points, worst, axis=0)
    return either(without_limit, math.inf, greater(0.0, -value_at(point, legs, units)))


def value_at(spot: float, legs: Sequence[OptionLeg], units: Sequence[float]) -> float:
    """Net intrinsic value with the group's full index at this price, $, signed."""
    return total(
        [
            held / leg.scale * leg.intrinsic_value(spot * leg.scale)
            for leg, held in zip(legs, units, strict=True)
        ]
    )


def side(
    legs: Sequence[OptionLeg], units: Sequence[float], kind: InstrumentKind
) -> tuple[float, ...]:
    """The units of the calls, or of the puts, in the order of the legs; 0 for the other kind."""
    return tuple(held if leg.kind is kind else 0.0 for leg, held in zip(legs, units, strict=True))


def long_european_box(buy_strike: float, sell_strike: float, rules: StrategyRules) -> float:
    """Requirement for a long box of European options of one expiration, $ per unit.

    Long call and short put at the buy strike, long put and short call at the higher sell strike:
    a share of the difference, initially and afterwards. The equity counts the box at the whole
    difference (`box_value`).

    Rule: FINRA 4210(f)(2)(H)(v)e.
    """
    return rules.spreads.european_box_rate * box_value(buy_strike, sell_strike)


def box_value(buy_strike: float, sell_strike: float) -> float:
    """What a long box pays at expiration, and counts for at most, $ per unit."""
    return sell_strike - buy_strike
