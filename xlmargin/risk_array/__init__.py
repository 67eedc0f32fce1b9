"""Risk arrays: gains and losses at the rule's valuation points and at the user's own moves."""

from xlmargin.risk_array.class_groups import ClassGroupsOfHouses, class_groups, of_houses
from xlmargin.risk_array.contract_table import (
    ContractTable,
    contract_table,
    option_marks,
    risk_array,
    solve_together,
    unit_value,
)
from xlmargin.risk_array.exposure import (
    Exposure,
    contract_greeks,
    exposure,
    profile,
    spot_after,
    stress_grid,
)
from xlmargin.risk_array.option_values import values_together
from xlmargin.risk_array.valuation_points import ValuationPoints, points_of_moves, valuation_points

__all__ = [
    "ClassGroupsOfHouses",
    "ContractTable",
    "Exposure",
    "ValuationPoints",
    "class_groups",
    "contract_greeks",
    "contract_table",
    "exposure",
    "of_houses",
    "option_marks",
    "points_of_moves",
    "profile",
    "risk_array",
    "solve_together",
    "spot_after",
    "stress_grid",
    "unit_value",
    "valuation_points",
    "values_together",
]
