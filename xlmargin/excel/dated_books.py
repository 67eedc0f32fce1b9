"""Books by date: positions, and the market, with a `date` column, read day by day.

What is wrong with the ranges as such refuses all of them: a heading that is missing, a row without
a date, settings that nobody can read. What is wrong on one day is that day's problem alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from xlmargin.arrays import FloatArray
from xlmargin.book import Book
from xlmargin.errors import InputError, MarginError
from xlmargin.excel.cells import read
from xlmargin.excel.columns import DATE, dates
from xlmargin.excel.contents import Contents, read_contents
from xlmargin.excel.dividends_range import read_dividends
from xlmargin.excel.findings import Findings
from xlmargin.excel.plain_cells import Cells
from xlmargin.excel.ranges import RangeTable, missing_heading, need
from xlmargin.excel.remembered import Remembered
from xlmargin.excel.settings_names import setting_name
from xlmargin.excel.settings_range import read_settings
from xlmargin.history import ShadowDay, failed_day, shadow_day

POSITIONS_RANGE: Final = "positions"
MOST_HISTORIES: Final = 4
MOST_CELLS: Final = 2_000_000


@dataclass(frozen=True)
class DayContents:
    """The content of one serial day: ranges without the rows of other days."""

    day: float
    contents: Contents

    def book(self) -> Book:
        """The book of the day, as of the day; refused with every error."""
        return read(self.contents).accepted()[0]


def read_history(
    positions: Cells, market: Cells = None, settings: Cells = None, dividends: Cells = None
) -> tuple[ShadowDay, ...]:
    """Both regimes on each date of the ranges, in the order of time; days that fail say why.

    The same content again is answered from memory.
    """
    contents = read_contents({POSITIONS_RANGE: positions}, market, settings, dividends, None)
    return _remembered.get(contents, contents.size, _shadowed)


_remembered: Remembered[Contents, tuple[ShadowDay, ...]] = Remembered(MOST_HISTORIES, MOST_CELLS)


def forget() -> None:
    """Forget every history, as a measurement of the first call needs."""
    _remembered.clear()


def _shadowed(contents: Contents) -> tuple[ShadowDay, ...]:
    return tuple(_shadow(day) for day in days_of(contents))


def _shadow(day: DayContents) -> ShadowDay:
    try:
        return shadow_day(day.book())
    except MarginError as error:
        return failed_day(day.day, str(error))


def days_of(contents: Contents) -> list[DayContents]:
    """The content of each date of the positions, in the order of time.

    A market that is given has a `date` column too. An `as_of` of the settings does not count: each
    day is its own.
    """
    findings = Findings(list(contents.problems))
    held = days_of_rows(contents.positions[0], findings)
    priced = days_of_rows(contents.market, findings) if contents.market.given else None
    undated = undated_contents(contents, findings)
    if findings.errors:
        raise InputError(findings.errors)
    held_rows = rows_by_day(held)
    priced_rows = rows_by_day(priced) if priced is not None else {}
    nothing = np.zeros(0, dtype=np.int64)
    return [
        DayContents(
            day,
            of_day(
                undated,
                day,
                contents.positions[0].taken(rows.tolist()),
                contents.market.taken(priced_rows.get(day, nothing).tolist())
                if priced is not None
                else contents.market,
            ),
        )
        for day, rows in held_rows.items()
    ]


def days_of_rows(table: RangeTable, findings: Findings) -> FloatArray:
    """The day of each row; a missing column, or a row without a date, is a problem."""
    days = np.floor(dates(table, "date", findings))
    if table.has("date"):
        need(np.isnan(days), table, "date", DATE, findings)
    elif table.headings or not table.given:
        missing_heading(table, "date", findings)
    return days


def rows_by_day(days: FloatArray) -> dict[float, np.ndarray]:
    """Indexes of the rows of each day, in the order of time; each day's in the order of rows."""
    order = np.argsort(days, kind="stable")
    present, start = np.unique(days[order], return_index=True)
    return dict(zip(present.tolist(), np.split(order, start[1:]), strict=True))


def undated_contents(contents: Contents, findings: Findings) -> Contents:
    """The content that all days share, without any rows; settings and dividends are looked at."""
    settings = tuple(s for s in contents.settings if setting_name(s.text) != "as_of")
    read_settings(settings, findings)
    read_dividends(contents.dividends, findings)
    return replace(contents, positions=(), settings=settings, problems=())


def of_day(undated: Contents, day: float, positions: RangeTable, market: RangeTable) -> Contents:
    """The content of one day: its own rows, and what all days share."""
    return replace(undated, positions=(positions,), market=market, default_as_of=day)
