"""The corner of a relaxation that an engine ended at, written out as a table."""

from __future__ import annotations

from typing import Final

import numpy as np

from xlmargin.arrays import FloatArray
from xlmargin.strategy_margin.solver.program import LpClaim, Program
from xlmargin.strategy_margin.solver.tableau import Tableau, side_of

PERTURBED: Final = 2e-7
"""What each cost is raised by at least, $, so that no two exchanges cost the same."""

MOST_ENTRIES: Final = 800_000
"""Entries of a table up to which following branches by hand is faster than an engine's search."""

_NOISE: Final = 1e-11
"""Coefficients of a table that are nothing but rounding."""


def tableau_of(
    program: Program, claim: LpClaim, lower: FloatArray, upper: FloatArray
) -> Tableau | None:
    """The corner that an engine ended at, between limits of the variables which it is within.

    None where the engine does not tell of a corner, or its table has too many entries.
    """
    if claim.basic is None or claim.quantity is None or claim.dual is None:
        return None
    size, constraints = program.cost.size, program.constraint_lower.size
    is_basic = np.zeros(size + constraints, dtype=bool)
    is_basic[claim.basic] = True
    own, sums = np.flatnonzero(is_basic[:size]), is_basic[size:]
    tight, loose = np.flatnonzero(~sums), np.flatnonzero(sums)
    free = np.flatnonzero(~is_basic[:size] & (lower < upper))
    too_many = constraints * (tight.size + free.size) > MOST_ENTRIES
    if own.size != tight.size or too_many:
        return None
    matrix = program.matrix
    known = np.concatenate([np.eye(tight.size), -matrix[np.ix_(tight, free)]], axis=1)
    try:
        table = np.linalg.solve(matrix[np.ix_(tight, own)], known)
    except np.linalg.LinAlgError:
        return None
    table[np.abs(table) < _NOISE] = 0.0
    below = matrix[np.ix_(loose, own)] @ table
    below[:, tight.size :] += matrix[np.ix_(loose, free)]
    low = np.concatenate([lower, program.constraint_lower])
    high = np.concatenate([upper, program.constraint_upper])
    at = np.concatenate([claim.quantity, matrix @ claim.quantity])
    nonbasic = np.concatenate([size + tight, free])
    basic = np.concatenate([own, size + loose])
    at_upper = np.abs(at[nonbasic] - high[nonbasic]) < np.abs(at[nonbasic] - low[nonbasic])
    side = side_of(at_upper, low[nonbasic], high[nonbasic])
    reduced = np.concatenate([program.cost - claim.dual @ matrix, claim.dual])[nonbasic]
    raised = PERTURBED * (1.0 + np.modf(nonbasic * _GOLDEN)[0]) * (nonbasic < size)
    return Tableau(
        size,
        low,
        high,
        np.concatenate([np.ones(size), np.maximum(np.abs(matrix).max(axis=1), 1.0)]),
        basic,
        nonbasic,
        np.asfortranarray(np.concatenate([table, below])),
        at[basic],
        np.where(at_upper, high[nonbasic], low[nonbasic]),
        side,
        reduced + raised * side,
        float(program.cost @ claim.quantity),
    )


_GOLDEN: Final = 0.6180339887498949
"""Whose multiples spread evenly between whole numbers."""
