"""HiGHS through SciPy: wherever SciPy is, one call at a time."""

from __future__ import annotations

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csc_array, vstack

from xlmargin.arrays import FloatArray
from xlmargin.strategy_margin.solver.program import Program, Relaxed, Solution

_LARGE = 600
"""Columns from which marginal costs, which let the search leave many columns out, are asked for."""


class ScipyEngine:
    """One program, passed whole at each call: branching by hand would cost more than it saves."""

    branches = 0

    def __init__(self, program: Program) -> None:
        self._program = program
        shape = (program.row_lower.size, program.cost.size)
        self._matrix = csc_array((program.coefficient, program.row, program.start), shape=shape)
        self._rows = LinearConstraint(self._matrix, program.row_lower, program.row_upper)

    def relaxed(self, lower: FloatArray, upper: FloatArray) -> Relaxed | None:
        """Least cost between these limits, fractions allowed.

        `milp` is quick but tells no marginal costs: these are worth their time in a large program.
        """
        if self._program.cost.size >= _LARGE:
            return self._relaxed_with_marginals(lower, upper)
        answer = milp(self._program.cost, bounds=Bounds(lower, upper), constraints=self._rows)
        if answer.x is None or answer.fun is None:
            return None
        return Relaxed(float(answer.fun), answer.x, np.zeros_like(answer.x))

    def _relaxed_with_marginals(self, lower: FloatArray, upper: FloatArray) -> Relaxed | None:
        program, matrix = self._program, self._matrix.tocsr()
        equal = program.row_lower == program.row_upper
        above = np.isfinite(program.row_lower) & ~equal
        below = np.isfinite(program.row_upper) & ~equal
        answer = linprog(  # type: ignore[call-overload]  # the stubs know dense matrices alone
            program.cost,
            A_ub=vstack([matrix[below], -matrix[above]]),
            b_ub=np.concatenate([program.row_upper[below], -program.row_lower[above]]),
            A_eq=matrix[equal],
            b_eq=program.row_lower[equal],
            bounds=np.column_stack([lower, upper]),
        )
        if answer.x is None:
            return None
        marginal = answer.lower.marginals + answer.upper.marginals
        return Relaxed(float(answer.fun), answer.x, marginal)

    def searched(
        self,
        lower: FloatArray,
        upper: FloatArray,
        seconds: float,
        start: FloatArray | None = None,
        gap: float = 0.0,
    ) -> Solution | None:
        """Least cost in whole quantities between these limits; SciPy takes no start."""
        program = self._program
        answer = milp(
            program.cost,
            integrality=program.whole.astype(np.int64),
            bounds=Bounds(lower, upper),
            constraints=self._rows,
            options={"time_limit": seconds, "mip_rel_gap": gap},
        )
        if answer.x is None or answer.fun is None or answer.mip_dual_bound is None:
            return None
        quantity = np.where(program.whole, np.round(answer.x), answer.x)
        return Solution(quantity, float(answer.fun), float(answer.mip_dual_bound))
