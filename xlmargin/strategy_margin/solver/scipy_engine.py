"""HiGHS through SciPy: wherever SciPy is, one call at a time."""

from __future__ import annotations

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import csc_array, vstack

from xlmargin.arrays import FloatArray
from xlmargin.strategy_margin.solver.program import LpClaim, MipClaim, Program


class ScipyEngine:
    """One program, passed whole at each call."""

    def __init__(self, program: Program, *, presolve: bool = True) -> None:
        self._program, self._presolve = program, presolve
        shape = (program.constraint_lower.size, program.cost.size)
        entries = (program.coefficient, program.constraint, program.start)
        self._matrix = csc_array(entries, shape=shape)

    def limit(self, program: Program) -> None:
        """Take a program that is the same but for the limits of its constraints."""
        self._program = program

    def relax(self, lower: FloatArray, upper: FloatArray) -> LpClaim:
        """Least cost with quantities between these limits, fractions allowed."""
        program, matrix = self._program, self._matrix.tocsr()
        least, most = program.constraint_lower, program.constraint_upper
        equal = least == most
        above, below = np.isfinite(least) & ~equal, np.isfinite(most) & ~equal
        answer = linprog(  # type: ignore[call-overload]  # the stubs know dense matrices alone
            program.cost,
            A_ub=vstack([matrix[below], -matrix[above]]),
            b_ub=np.concatenate([most[below], -least[above]]),
            A_eq=matrix[equal],
            b_eq=least[equal],
            bounds=np.column_stack([lower, upper]),
            options={"presolve": self._presolve},
        )
        if answer.x is None:
            return LpClaim(None, None)
        dual = np.zeros(equal.size)
        dual[equal] = answer.eqlin.marginals
        dual[below] += answer.ineqlin.marginals[: below.sum()]
        dual[above] -= answer.ineqlin.marginals[below.sum() :]
        return LpClaim(answer.x, dual)

    def search(
        self, lower: FloatArray, upper: FloatArray, seconds: float, gap: float = 0.0
    ) -> MipClaim | None:
        """Least cost in whole quantities between these limits."""
        program = self._program
        rows = LinearConstraint(self._matrix, program.constraint_lower, program.constraint_upper)
        answer = milp(
            program.cost,
            integrality=program.integer.astype(np.int64),
            bounds=Bounds(lower, upper),
            constraints=rows,
            options={"time_limit": seconds, "mip_rel_gap": gap, "presolve": self._presolve},
        )
        if answer.x is None or answer.fun is None or answer.mip_dual_bound is None:
            return None
        return MipClaim(answer.x, float(answer.fun), float(answer.mip_dual_bound))
