"""Trading within the day: intraday margin, and pattern day trading, which it replaces."""

from xlmargin.intraday.account_days import Transaction
from xlmargin.intraday.activity import Act, Activity
from xlmargin.intraday.deficits import Deficit, DeficitStep
from xlmargin.intraday.intraday_report import (
    ClosingDeficiency,
    DayReport,
    Exempt,
    IntradayDay,
    intraday_reports,
)
from xlmargin.intraday.pattern_day_trader import PatternDay
from xlmargin.intraday.worst_order import MOST_HOLDINGS

__all__ = [
    "MOST_HOLDINGS",
    "Act",
    "Activity",
    "ClosingDeficiency",
    "DayReport",
    "Deficit",
    "DeficitStep",
    "Exempt",
    "IntradayDay",
    "PatternDay",
    "Transaction",
    "intraday_reports",
]
