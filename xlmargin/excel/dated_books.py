"""Books by date: positions, and the market, with a `date` column, read day by day.

What is wrong with the ranges as such refuses all of them: a heading that is missing, a row without
a date, settings that nobody can read. What is wrong on one day is that day's problem alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from xlmargin.book import Book
from xlmargin.errors import InputError
from xlmargin.excel.cache import ContentCache
from xlmargin.excel.cells import NOTHING, read
from xlmargin.excel.columns import DATE, dates
from xlmargin.excel.contents import Contents, read_contents
from xlmargin.excel.dividends_range import read_dividends
from xlmargin.excel.findings import Findings
from xlmargin.excel.plain_cells import Cells
from xlmargin.excel.ranges import RangeTable, missing_heading, need
from xlmargin.excel.settings_names import setting_name
from xlmargin.excel.settings_range import read_settings
from xlmargin.history import ShadowDay, margined_day

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
    return _histories.get(contents, _shadowed)


_histories: Final = ContentCache[Contents, tuple[ShadowDay, ...]](
    MOST_HISTORIES, MOST_CELLS, lambda contents, _: contents.size
)


def _shadowed(contents: Contents) -> tuple[ShadowDay, ...]:
    return tuple(margined_day(day) for day in days_of(contents))


def days_of(contents: Contents) -> list[DayContents]:
    """The content of each date of the positions, in the order of time.

    A market that is given has a `date` column too; one with neither dates nor rows is left out. An
    `as_of` of the settings does not count: each day is its own.
    """
    findings = Findings(list(contents.problems))
    shared = shared_by_days(contents, findings)
    positions = by_day(contents.positions[0], findings)
    dated = len(contents.market) or contents.market.has("date")
    market = by_day(contents.market, findings) if dated else None
    if findings.errors:
        raise InputError(findings.errors)
    nothing = shared.market
    return [
        DayContents(
            day, of_day(shared, day, nothing if market is None else market.get(day, nothing), rows)
        )
        for day, rows in positions.items()
    ]


def by_day(table: RangeTable, findings: Findings) -> dict[float, RangeTable]:
    """The rows of each serial day, in the order of time; none where something is wrong.

    A missing range or column of dates, or a row without one, is a problem.
    """
    days = np.floor(dates(table, "date", findings))
    if not table.given:
        findings.error(table.name, 0, "", NOTHING, "a range with headings in its first row")
    elif table.has("date"):
        need(np.isnan(days), table, "date", DATE, findings)
        if not len(table):
            findings.error(table.name, 0, "", "no rows", "at least one row below the headings")
    elif table.headings:
        missing_heading(table, "date", findings)
    if findings.errors:
        return {}
    order = np.argsort(days, kind="stable")
    present, start = np.unique(days[order], return_index=True)
    rows = np.split(order, start[1:])
    return {day: table.taken(own.tolist()) for day, own in zip(present.tolist(), rows, strict=True)}


def shared_by_days(contents: Contents, findings: Findings) -> Contents:
    """What all days share, the rows of none: settings and dividends are looked at."""
    settings = tuple(s for s in contents.settings if setting_name(s.text) != "as_of")
    read_settings(settings, findings)
    read_dividends(contents.dividends, findings)
    market = contents.market.taken(()) if contents.market.given else contents.market
    return replace(contents, positions=(), market=market, settings=settings, problems=())


def of_day(shared: Contents, day: float, market: RangeTable, *positions: RangeTable) -> Contents:
    """The content of one day, as of the day."""
    return replace(shared, positions=positions, market=market, default_as_of=day)
