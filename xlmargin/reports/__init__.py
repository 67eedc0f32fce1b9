"""Answers as tables."""

from xlmargin.reports.portfolio_tables import (
    SPOT_MOVES,
    VOLATILITY_MOVES,
    ArrayLevel,
    contribution_table,
    groups_table,
    path_table,
    risk_array_table,
    stress_table,
)
from xlmargin.reports.rule_tables import (
    explanation_table,
    problem_table,
    rule_table,
    version_table,
)
from xlmargin.reports.table import Table, Value

__all__ = [
    "SPOT_MOVES",
    "VOLATILITY_MOVES",
    "ArrayLevel",
    "Table",
    "Value",
    "contribution_table",
    "explanation_table",
    "groups_table",
    "path_table",
    "problem_table",
    "risk_array_table",
    "rule_table",
    "stress_table",
    "version_table",
]
