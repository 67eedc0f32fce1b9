"""An activity range under the rules for trading within the day."""

from __future__ import annotations

from xlmargin.excel.activity_range import read_activity
from xlmargin.excel.contents import Today
from xlmargin.excel.plain_cells import Cells
from xlmargin.intraday import DayReport, intraday_reports


def reports_of_activity(
    activity: Cells,
    positions: Cells,
    market: Cells = None,
    settings: Cells = None,
    dividends: Cells = None,
    *,
    today: Today | None = None,
) -> tuple[DayReport, ...]:
    """What the rules make of each account's days."""
    held, done = read_activity(activity, positions, market, settings, dividends, today=today)
    return intraday_reports(held, done)
