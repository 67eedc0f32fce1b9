"""Books out of ranges, as tests of the engine need them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from xlmargin.book import Book
from xlmargin.cells.values import Cells
from xlmargin.errors import Problem
from xlmargin.excel.ranges import Ranges


def ranges_of(
    positions: Cells,
    market: Cells = None,
    settings: Cells = None,
    dividends: Cells = None,
    *,
    today: Callable[[], dt.date] | None = None,
) -> Ranges:
    """The four ranges as one bundle."""
    return Ranges(positions, market, settings, dividends, today=today() if today else None)


def read_book(*ranges: Cells, today: Callable[[], dt.date] | None = None) -> Book:
    """The book in the ranges; refused with every error found."""
    return ranges_of(*ranges, today=today).book()


def check_book(*ranges: Cells, today: Callable[[], dt.date] | None = None) -> list[Problem]:
    """Every problem of reading the ranges, before anything is margined."""
    return list(ranges_of(*ranges, today=today).reading.problems)
