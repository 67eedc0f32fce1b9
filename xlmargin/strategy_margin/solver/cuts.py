"""Constraints that all whole quantities meet, and the corner of a relaxation does not.

Any sum of constraints holds for every answer. Written with each variable's distance from one of its
limits, it says that a sum of distances is a number, part of it a fraction; whole distances times
the whole parts of their coefficients add up to something whole, so the rest must make up for the
fraction, from below or from above. That is mixed-integer rounding: it holds whatever the factors
of the sum are, and is worked out here from the program itself. The factors come from a row of the
corner's table in which a variable that must be whole is not: there the corner is cut off.
"""

from __future__ import annotations

from typing import Final

import numpy as np

from xlmargin.arrays import FloatArray, IntArray
from xlmargin.strategy_margin.solver.program import Program
from xlmargin.strategy_margin.solver.tableau import Tableau

MOST: Final = 20
"""Constraints that are added at a time, of the variables furthest from whole."""

LEAST_FRACTION: Final = 0.05
"""How far from whole a sum must be: little is cut off otherwise."""

GREATEST_RANGE: Final = 1e6
"""How many times its smallest coefficient the greatest of a constraint may be."""

SLACK: Final = 1e-6
"""What each constraint, of coefficients around 1, is weakened by for the sake of rounding."""

_NOISE: Final = 1e-9
"""A coefficient that is nothing but rounding."""


def rounding_cuts(
    program: Program, corner: Tableau, fractional: IntArray
) -> tuple[FloatArray, FloatArray]:
    """Constraints that cut a corner off: rows of coefficients, and what each sum is at least.

    `fractional` are rows of the corner's table, of variables that are not whole and must be.
    """
    value = corner.basic_value[fractional]
    fraction = value - np.floor(value)
    furthest = np.argsort(-np.minimum(fraction, 1 - fraction), kind="stable")
    sums = corner.nonbasic >= corner.size
    rows, least = [], []
    for row in fractional[furthest[:MOST]].tolist():
        factors = np.zeros(program.constraint_lower.size)
        factors[corner.nonbasic[sums] - corner.size] = corner.table[row, sums]
        cut = rounded_sum(program, factors, corner.lower, corner.upper, _at_upper(corner))
        if cut is not None:
            rows.append(cut[0])
            least.append(cut[1])
    return np.array(rows).reshape(-1, program.cost.size), np.array(least)


def _at_upper(corner: Tableau) -> FloatArray:
    """1 for each variable whose upper limit it is measured from, 0 for the others."""
    at_upper = np.zeros(corner.lower.size)
    at_upper[corner.nonbasic] = corner.value == corner.upper[corner.nonbasic]
    return at_upper


def rounded_sum(
    program: Program,
    factors: FloatArray,
    lower: FloatArray,
    upper: FloatArray,
    at_upper: FloatArray,
) -> tuple[FloatArray, float] | None:
    """What a sum of constraints, each times its factor, says of whole quantities, or None.

    `lower` and `upper` are limits of the variables and then of the constraints' sums; `at_upper` is
    1 for those whose distance from the upper one counts. True for any factors.
    """
    size = program.cost.size
    terms = np.concatenate([factors @ program.matrix, -factors])
    terms[np.abs(terms) < _NOISE] = 0.0
    limit = np.where(at_upper > 0, upper, lower)
    limit = np.where(np.isfinite(limit), limit, np.where(np.isfinite(lower), lower, upper))
    if not np.isfinite(limit[terms != 0]).all():
        return None
    sign = np.where(limit == lower, 1.0, -1.0)
    total = -float(terms @ np.where(terms != 0, limit, 0.0))
    fraction = total - np.floor(total)
    if not LEAST_FRACTION < fraction < 1 - LEAST_FRACTION:
        return None
    each = terms * sign
    part = each - np.floor(each)
    whole = np.where(part <= fraction, part / fraction, (1 - part) / (1 - fraction))
    any_amount = np.where(each > 0, each / fraction, -each / (1 - fraction))
    integer = np.concatenate([program.integer, np.zeros(factors.size, dtype=bool)])
    integer &= limit == np.round(limit)
    needed = np.where(integer, whole, any_amount) * (lower < upper)
    signed = needed * sign
    rows = signed[:size] + signed[size:] @ program.matrix
    least = 1.0 + float(signed @ np.where(needed != 0, limit, 0.0))
    rows[np.abs(rows) < _NOISE] = 0.0
    sizes = np.abs(rows[rows != 0])
    if not sizes.size or sizes.max() > GREATEST_RANGE * sizes.min():
        return None
    return rows, least - SLACK
