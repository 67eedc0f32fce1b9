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
from xlmargin.strategy_margin.solver.program import CutProgram
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
    program: CutProgram, corner: Tableau, fractional: IntArray
) -> tuple[FloatArray, FloatArray]:
    """Constraints that cut a corner off: rows of coefficients, and what each sum is at least.

    `fractional` are rows of the corner's table, of variables that are not whole and must be.
    """
    value = corner.basic_value[fractional]
    fraction = value - np.floor(value)
    furthest = np.argsort(-np.minimum(fraction, 1 - fraction), kind="stable")
    rows, sums = fractional[furthest[:MOST]], corner.nonbasic >= corner.size
    factors = np.zeros((rows.size, program.constraint_lower.size))
    factors[:, corner.nonbasic[sums] - corner.size] = corner.table[np.ix_(rows, sums)]
    return rounded_sums(program, factors, corner.lower, corner.upper, _at_upper(corner))


def _at_upper(corner: Tableau) -> FloatArray:
    """1 for each variable whose upper limit it is measured from, 0 for the others."""
    at_upper = np.zeros(corner.lower.size)
    at_upper[corner.nonbasic] = corner.value == corner.upper[corner.nonbasic]
    return at_upper


def rounded_sums(
    program: CutProgram,
    factors: FloatArray,
    lower: FloatArray,
    upper: FloatArray,
    at_upper: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """What sums of constraints say of whole quantities: rows of coefficients, their least sums.

    `factors`, those of the constraints, have a row for each sum; what says nothing is left out.
    `lower` and `upper` are limits of the variables and then of the constraints' sums; `at_upper` is
    1 for those whose distance from the upper one counts. True for any factors.
    """
    size = program.cost.size
    terms = np.concatenate([program.weighed(factors), -factors], axis=1)
    terms[np.abs(terms) < _NOISE] = 0.0
    limit = np.where(at_upper > 0, upper, lower)
    limit = np.where(np.isfinite(limit), limit, np.where(np.isfinite(lower), lower, upper))
    limited = np.isfinite(limit)
    sign, counted = np.where(limit == lower, 1.0, -1.0), np.where(limited, limit, 0.0)
    total = -(terms @ counted)
    fraction = (total - np.floor(total))[:, None]
    says = (terms[:, ~limited] == 0.0).all(axis=1)
    says &= (np.abs(fraction - 0.5) < 0.5 - LEAST_FRACTION)[:, 0]
    each, fraction = (terms * sign)[says], fraction[says]
    part = each - np.floor(each)
    whole = np.where(part <= fraction, part / fraction, (1 - part) / (1 - fraction))
    any_amount = np.where(each > 0, each / fraction, -each / (1 - fraction))
    integer = np.concatenate([program.program.integer, np.zeros(factors.shape[1], dtype=bool)])
    integer &= limit == np.round(limit)
    signed = np.where(integer, whole, any_amount) * (lower < upper) * sign
    rows = signed[:, :size] + program.weighed(signed[:, size:])
    least = 1.0 + signed @ counted
    rows[np.abs(rows) < _NOISE] = 0.0
    sizes = np.abs(rows)
    greatest = sizes.max(axis=1, initial=0.0)
    smallest = np.where(sizes > 0, sizes, np.inf).min(axis=1, initial=np.inf)
    keeps = (greatest > 0) & (greatest <= GREATEST_RANGE * smallest)
    return rows[keeps], least[keeps] - SLACK
