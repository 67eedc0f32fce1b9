"""Risk arrays: gains and losses at the rule's valuation points and at the user's own moves."""

from xlmargin.risk_array.class_groups import ClassGroup, ClassGroups, class_groups
from xlmargin.risk_array.contract_table import ContractTable, contract_table, risk_array, unit_value
from xlmargin.risk_array.exposure import Exposure, contract_greeks, exposure
from xlmargin.risk_array.marks import option_marks
from xlmargin.risk_array.profile import profile
from xlmargin.risk_array.stress import spot_after, stress_grid
from xlmargin.risk_array.valuation_points import (
    ValuationPoints,
    points_of_moves,
    valuation_points,
)

__all__ = [
    "ClassGroup",
    "ClassGroups",
    "ContractTable",
    "Exposure",
    "ValuationPoints",
    "class_groups",
    "contract_greeks",
    "contract_table",
    "exposure",
    "option_marks",
    "points_of_moves",
    "profile",
    "risk_array",
    "spot_after",
    "stress_grid",
    "unit_value",
    "valuation_points",
]
