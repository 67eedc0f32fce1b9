"""The shadow analysis: what both regimes would have asked, day by day."""

from xlmargin.history.change import Cause, RequirementChange, requirement_change
from xlmargin.history.day_rows import Column, day_rows, warned
from xlmargin.history.shadow_day import (
    Regimes,
    ShadowDay,
    day_by_itself,
    failed_day,
    margined_day,
    margined_days,
    shadow_day,
)
from xlmargin.history.splits import HeldShares, held_shares, hidden_splits
from xlmargin.history.summary import DayFigures, OnDay, Summary, day_figures, summary

__all__ = [
    "Cause",
    "Column",
    "DayFigures",
    "HeldShares",
    "OnDay",
    "Regimes",
    "RequirementChange",
    "ShadowDay",
    "Summary",
    "day_by_itself",
    "day_figures",
    "day_rows",
    "failed_day",
    "held_shares",
    "hidden_splits",
    "margined_day",
    "margined_days",
    "requirement_change",
    "shadow_day",
    "summary",
    "warned",
]
