"""Answers as tables."""

from xlmargin.reports.account_table import account_table
from xlmargin.reports.alerts_table import alerts_table
from xlmargin.reports.calendar_table import calendar_table
from xlmargin.reports.efficiency_tables import comparison_table, gains_table
from xlmargin.reports.eligibility_table import eligibility_table
from xlmargin.reports.exposure_tables import (
    ExposureLevel,
    contracts_table,
    exposure_table,
    greeks_table,
    in_shape,
    profile_table,
)
from xlmargin.reports.history_tables import (
    change_table,
    history_summary_table,
    history_table,
    summary_table,
)
from xlmargin.reports.holdings_table import HoldingsLevel, holdings_table
from xlmargin.reports.intraday_table import intraday_table
from xlmargin.reports.margin_tables import (
    SPOT_MOVES,
    VOLATILITY_MOVES,
    contribution_table,
    excess_path_table,
    groups_table,
    path_table,
    strategies_table,
    stress_table,
)
from xlmargin.reports.market_table import market_table
from xlmargin.reports.messages import messages_table
from xlmargin.reports.official_tables import (
    compared_points_table,
    compared_positions_table,
    compared_requirements_table,
    dollars,
    official_table,
)
from xlmargin.reports.reconciliation_table import reconciliation_table
from xlmargin.reports.risk_array_table import ArrayLevel, risk_array_table
from xlmargin.reports.rule_tables import (
    Regime,
    explanation_table,
    problem_table,
    rule_table,
    symbol_row,
    version_table,
)
from xlmargin.reports.table import ReportTable
from xlmargin.reports.what_if_tables import (
    capacity_table,
    hedge_table,
    one_more_table,
    what_if_table,
    writing_table,
)

__all__ = [
    "SPOT_MOVES", "VOLATILITY_MOVES", "ArrayLevel", "ExposureLevel", "HoldingsLevel", "Regime",
    "ReportTable", "account_table", "alerts_table", "calendar_table", "capacity_table",
    "change_table", "compared_points_table", "compared_positions_table",
    "compared_requirements_table", "comparison_table", "contracts_table", "contribution_table",
    "dollars", "eligibility_table", "excess_path_table", "explanation_table", "exposure_table",
    "gains_table", "greeks_table", "groups_table", "hedge_table", "history_summary_table",
    "history_table", "holdings_table", "in_shape", "intraday_table", "market_table",
    "messages_table", "official_table", "one_more_table", "path_table", "problem_table",
    "profile_table", "reconciliation_table", "risk_array_table", "rule_table",
    "strategies_table", "stress_table", "summary_table", "symbol_row", "version_table",
    "what_if_table", "writing_table",
]  # fmt: skip
