"""What the accounts of a book are at: their state, their alerts, their days of trading."""

from __future__ import annotations

from math import nan

import numpy as np

from xlmargin.account import AccountState, own_regime
from xlmargin.book import Book
from xlmargin.cells.columns import dates
from xlmargin.cells.problems import ProblemLog
from xlmargin.excel.activity import read_activity
from xlmargin.excel.dated_answers import book_on
from xlmargin.excel.ranges import Ranges, margined, state_of
from xlmargin.excel.thresholds_reader import read_thresholds
from xlmargin.intraday import DayReport, intraday_reports
from xlmargin.reports.alerts_table import Threshold, Watched, usual_limits, watched


def account_of(ranges: Ranges, day: float | None = None) -> AccountState:
    """The state of each account under both regimes; on a serial day of dated positions."""
    book = ranges.book() if day is None else book_on(ranges, "day", day)
    return state_of(book)


def alerts_of(ranges: Ranges, live: Book | None = None) -> tuple[Watched, list[Threshold]]:
    """The figures of the accounts, and the limits in thresholds; left out, the usual ones.

    Those of the book in the ranges, or of the `live` one, which is the same at other prices.
    """
    book = ranges.book() if live is None else live
    found = watched(margined(book), state_of(book), _mark_age(ranges))
    cells = ranges.extra.get("thresholds")
    accounts, regime = found.state.values.accounts, own_regime(book)
    limits = read_thresholds(cells, found.figures, accounts, regime)
    return found, usual_limits(found.state) if limits is None else limits


def _mark_age(ranges: Ranges) -> float:
    """Days from the oldest date that positions and market have to as_of; NaN without any."""
    reading, log = ranges.reading, ProblemLog()
    found = [dates(table, "date", log) for table in (reading.rows.table, reading.market.table)]
    every = np.floor(np.concatenate(found))
    known = every[~np.isnan(every)]
    return float(np.floor(reading.market.as_of) - known.min()) if known.size else nan


def intraday_of(ranges: Ranges) -> tuple[DayReport, ...]:
    """What the rules for trading within the day make of each account's days."""
    book = ranges.book()
    activity = read_activity(ranges.extra.get("activity"), ranges.reading).accepted()
    return intraday_reports(book, activity)
