"""What ranges with dates answer: their history, what changed, the book of a day."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Final

import numpy as np

from xlmargin.book import Book
from xlmargin.cells.columns import date_serial, dates
from xlmargin.cells.problems import ProblemLog
from xlmargin.computing import ContentCache
from xlmargin.dates import date_of
from xlmargin.errors import InputError, Problem
from xlmargin.excel.book_reader import Tables
from xlmargin.excel.history import days_of
from xlmargin.excel.ranges import Ranges, portfolio_margined, strategy_margined
from xlmargin.history import RequirementChange, ShadowDay, margined_days, requirement_change

MOST_HISTORIES: Final = 4
MOST_HISTORY_CELLS: Final = 2_000_000
"""Cells of histories remembered in all."""
_MOST_DAYS_NAMED: Final = 3
"""Dates that are named in the place of one that the positions do not have."""


def history_of(ranges: Ranges) -> tuple[ShadowDay, ...]:
    """Both regimes on each date of the ranges, in the order of time; failed days say why."""
    return _histories.get(ranges.tables, lambda tables: tuple(margined_days(days_of(tables))))


def changed(ranges: Ranges, since: float | None, until: float | None) -> RequirementChange:
    """What moved the requirements from one date of the ranges to another, serial days.

    Left out, these are the first and the last date. Refused where one of them is no date of
    the positions, or cannot be read.
    """
    days = {day.day: day for day in days_of(ranges.tables)}
    first = _one_of_days("since", min(days) if since is None else since, days)
    last = _one_of_days("until", max(days) if until is None else until, days)
    if first >= last:
        wanted = f"a day before {date_of(last)}, until which the change is told"
        raise InputError([Problem("since", 0, "", str(date_of(first)), wanted)])
    return requirement_change(
        days[first].book(), days[last].book(), portfolio_margined, strategy_margined
    )


def book_on(ranges: Ranges, name: str, day: float) -> Book:
    """The book of a serial day of dated positions; `name` is what asks for it."""
    days = {each.day: each for each in days_of(ranges.tables)}
    return days[_one_of_days(name, day, days)].book()


def dated_book(ranges: Ranges) -> tuple[Book, Callable[[float], Book | None]]:
    """The book, and what answers that of another serial day, None where there is none."""
    if len(np.unique(dates(ranges.tables.positions, "date", ProblemLog()) // 1)) < 2:
        return ranges.book(), lambda _: None
    days = {day.day: day for day in days_of(ranges.tables)}
    stated = dict(ranges.tables.settings.of_all).get("as_of")
    of_settings = np.nan if stated is None else date_serial(stated.value)
    day = max(days) if np.isnan(of_settings) else _one_of_days("as_of", of_settings, days)
    return days[day].book(), lambda other: days[other].book() if other in days else None


def _one_of_days(name: str, day: float, days: Collection[float]) -> float:
    """A serial day without its hour; refused where the positions do not have it."""
    whole = float(np.floor(day))
    if whole in days:
        return whole
    near = sorted(days, key=lambda each: abs(each - whole))[:_MOST_DAYS_NAMED]
    listed = ", ".join(str(date_of(each)) for each in sorted(near))
    wanted = f"a date of the positions, such as {listed}"
    raise InputError([Problem(name, 0, "", str(date_of(whole)), wanted)])


_histories: Final = ContentCache[Tables, tuple[ShadowDay, ...]](
    MOST_HISTORIES, MOST_HISTORY_CELLS, lambda tables, _: tables.size
)
