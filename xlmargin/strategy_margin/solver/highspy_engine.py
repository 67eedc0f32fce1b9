"""HiGHS held open by highspy: a relaxation solved again from where the last one ended."""

from __future__ import annotations

import highspy
import numpy as np

from xlmargin.arrays import FloatArray
from xlmargin.strategy_margin.solver.program import Program, Relaxed, Solution

_SMALL = 300
"""Columns up to which simplifying a relaxation first costs more than it saves."""

_FEASIBLE = 2
"""What HiGHS answers for a primal solution that meets all rows."""


class HighspyEngine:
    """One program in HiGHS: its relaxation kept warm, its search opened when it is needed."""

    branches = 32

    def __init__(self, program: Program) -> None:
        self._program = program
        self._columns = np.arange(program.cost.size, dtype=np.int32)
        self._model = _model(program)
        self._relaxation = _opened(self._model)
        if program.cost.size < _SMALL:
            self._relaxation.setOptionValue("presolve", "off")

    def relaxed(self, lower: FloatArray, upper: FloatArray) -> Relaxed | None:
        """Least cost with quantities between these limits, fractions allowed."""
        highs = self._relaxation
        highs.changeColsBounds(self._columns.size, self._columns, lower, upper)
        highs.run()
        if highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            return None
        found, cost = highs.getSolution(), float(highs.getInfo().objective_function_value)
        return Relaxed(cost, np.array(found.col_value), np.array(found.col_dual))

    def searched(
        self,
        lower: FloatArray,
        upper: FloatArray,
        seconds: float,
        start: FloatArray | None = None,
        gap: float = 0.0,
    ) -> Solution | None:
        """Least cost in whole quantities between these limits that branch and bound finds."""
        program = self._program
        highs = _opened(self._model)
        highs.changeColsBounds(self._columns.size, self._columns, lower, upper)
        kinds = np.where(program.whole, _KIND[True], _KIND[False]).astype(np.uint8)
        highs.changeColsIntegrality(self._columns.size, self._columns, kinds)
        highs.setOptionValue("time_limit", seconds)
        highs.setOptionValue("mip_rel_gap", gap)
        if start is not None:
            known = highspy.HighsSolution()
            known.col_value = start.tolist()
            highs.setSolution(known)
        highs.run()
        info = highs.getInfo()
        if info.primal_solution_status != _FEASIBLE:
            return None
        found = np.array(highs.getSolution().col_value)
        quantity = np.where(program.whole, np.round(found), found)
        return Solution(quantity, float(info.objective_function_value), float(info.mip_dual_bound))


_KIND = {
    True: int(highspy.HighsVarType.kInteger),
    False: int(highspy.HighsVarType.kContinuous),
}


def _opened(model: highspy.HighsLp) -> highspy.Highs:
    """A silent HiGHS with the model in it."""
    highs = highspy.Highs()  # type: ignore[no-untyped-call]
    highs.setOptionValue("output_flag", False)
    highs.passModel(model)
    return highs


def _model(program: Program) -> highspy.HighsLp:
    """The program in the words of HiGHS."""
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = program.cost.size, program.row_lower.size
    model.col_cost_ = program.cost
    model.col_lower_, model.col_upper_ = np.zeros_like(program.upper), program.upper
    model.row_lower_, model.row_upper_ = program.row_lower, program.row_upper
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = program.start
    model.a_matrix_.index_ = program.row
    model.a_matrix_.value_ = program.coefficient
    return model
