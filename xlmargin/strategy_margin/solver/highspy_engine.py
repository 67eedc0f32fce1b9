"""HiGHS held open by highspy: a relaxation solved again from where the last one ended."""

from __future__ import annotations

import highspy
import numpy as np

from xlmargin.arrays import FloatArray
from xlmargin.strategy_margin.solver.program import LpClaim, MipClaim, Program

_FEASIBLE = 2
"""What HiGHS answers for a primal solution that meets all constraints."""


class HighspyEngine:
    """One program in HiGHS: its relaxation kept warm, its search opened when it is needed.

    The search is given no answer to start from: HiGHS 1.16 takes one for better than it is.
    """

    def __init__(self, program: Program, *, presolve: bool = True) -> None:
        self._program = program
        self._variables = np.arange(program.cost.size, dtype=np.int32)
        self._constraints = np.arange(program.constraint_lower.size, dtype=np.int32)
        self._model = _model(program)
        self._presolve = presolve
        self._relaxation = _opened(self._model, presolve=False)

    def limit(self, program: Program) -> None:
        """Take a program that is the same but for the limits of its constraints."""
        self._program = program
        least, most = program.constraint_lower, program.constraint_upper
        self._model.row_lower_, self._model.row_upper_ = least, most
        self._relaxation.changeRowsBounds(  # type: ignore[attr-defined]  # the stubs leave it out
            least.size, self._constraints, least, most
        )

    def relax(self, lower: FloatArray, upper: FloatArray) -> LpClaim:
        """Least cost with quantities between these limits, fractions allowed."""
        highs = self._relaxation
        highs.changeColsBounds(self._variables.size, self._variables, lower, upper)
        highs.run()
        if highs.getModelStatus() == highspy.HighsModelStatus.kOptimal:
            found = highs.getSolution()
            _, basic = highs.getBasicVariables()  # type: ignore[attr-defined]  # as above
            sums = self._variables.size - 1 - basic
            return LpClaim(
                np.array(found.col_value),
                np.array(found.row_dual),
                np.where(basic < 0, sums, basic).astype(np.int64),
            )
        _, there_is, ray = highs.getDualRay()  # type: ignore[attr-defined]  # the stubs leave it out
        return LpClaim(None, np.array(ray) if there_is else None)

    def search(
        self, lower: FloatArray, upper: FloatArray, seconds: float, gap: float = 0.0
    ) -> MipClaim | None:
        """Least cost in whole quantities between these limits that branch and bound finds."""
        highs = _opened(self._model, presolve=self._presolve)
        highs.changeColsBounds(self._variables.size, self._variables, lower, upper)
        kinds = np.where(self._program.integer, _KIND[True], _KIND[False]).astype(np.uint8)
        highs.changeColsIntegrality(self._variables.size, self._variables, kinds)
        for heuristic in _HEURISTICS if self._variables.size <= _FEW else ():
            highs.setOptionValue(heuristic, False)
        if self._variables.size > _MANY:
            highs.setOptionValue("mip_allow_restart", False)
        highs.setOptionValue("time_limit", seconds)
        highs.setOptionValue("mip_rel_gap", gap)
        highs.run()
        info = highs.getInfo()
        if info.primal_solution_status != _FEASIBLE:
            return None
        found = np.array(highs.getSolution().col_value)
        return MipClaim(found, float(info.objective_function_value), float(info.mip_dual_bound))


_HEURISTICS = tuple(
    f"mip_heuristic_run_{name}"
    for name in ("feasibility_jump", "rins", "rens", "root_reduced_cost")
)
"""What looks for good answers in a search."""

_FEW = 350
"""Variables up to which that costs more than it saves."""

_MANY = 2000
"""Variables from which a search that starts anew, after much is fixed, costs more than it saves."""

_KIND = {
    True: int(highspy.HighsVarType.kInteger),
    False: int(highspy.HighsVarType.kContinuous),
}


def _opened(model: highspy.HighsLp, *, presolve: bool) -> highspy.Highs:
    """A silent HiGHS with the model in it."""
    highs = highspy.Highs()  # type: ignore[no-untyped-call]
    highs.setOptionValue("output_flag", False)
    if not presolve:
        highs.setOptionValue("presolve", "off")
    highs.passModel(model)
    return highs


def _model(program: Program) -> highspy.HighsLp:
    """The program in the words of HiGHS."""
    model = highspy.HighsLp()
    model.num_col_, model.num_row_ = program.cost.size, program.constraint_lower.size
    model.col_cost_ = program.cost
    model.col_lower_, model.col_upper_ = np.zeros_like(program.upper), program.upper
    model.row_lower_, model.row_upper_ = program.constraint_lower, program.constraint_upper
    model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
    model.a_matrix_.start_ = program.start
    model.a_matrix_.index_ = program.constraint
    model.a_matrix_.value_ = program.coefficient
    return model
