"""HiGHS through SciPy: wherever SciPy is, one call at a time."""

from __future__ import annotations

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp
from scipy.sparse import csc_array

from xlmargin.arrays import FloatArray
from xlmargin.strategy_margin.program import Program, Relaxed, Solution


class ScipyEngine:
    """One program, passed whole at each call: branching by hand would cost more than it saves."""

    branches = 0

    def __init__(self, program: Program) -> None:
        self._program = program
        shape = (program.row_lower.size, program.cost.size)
        matrix = csc_array((program.coefficient, program.row, program.start), shape=shape)
        self._rows = LinearConstraint(matrix, program.row_lower, program.row_upper)

    def relaxed(self, lower: FloatArray, upper: FloatArray) -> Relaxed | None:
        """Least cost between these limits, fractions allowed; `milp` tells no reduced costs."""
        answer = milp(self._program.cost, bounds=Bounds(lower, upper), constraints=self._rows)
        if answer.x is None:
            return None
        return Relaxed(float(answer.fun), answer.x, np.zeros_like(answer.x))

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
        if answer.x is None:
            return None
        quantity = np.where(program.whole, np.round(answer.x), answer.x)
        return Solution(quantity, float(answer.fun), float(answer.mip_dual_bound))
