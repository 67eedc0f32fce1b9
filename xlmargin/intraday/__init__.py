"""Trading within the day: intraday margin, and pattern day trading, which it replaces."""

from xlmargin.intraday.account_days import AccountDay, Transaction
from xlmargin.intraday.activity import Activity
from xlmargin.intraday.deficits import Deficit
from xlmargin.intraday.intraday_report import (
    DayReport,
    Exempt,
    IntradayDay,
    intraday_reports,
)
from xlmargin.intraday.path import Path, Step
from xlmargin.intraday.pattern_day_trader import PatternDay
from xlmargin.intraday.worst_order import MOST_HOLDINGS

__all__ = [
    "MOST_HOLDINGS",
    "AccountDay",
    "Activity",
    "DayReport",
    "Deficit",
    "Exempt",
    "IntradayDay",
    "Path",
    "PatternDay",
    "Step",
    "Transaction",
    "intraday_reports",
]
