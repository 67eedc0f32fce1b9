"""Books by date: positions, and the market, with a `date` column, read day by day."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from xlmargin.book import Book
from xlmargin.dates import date_of
from xlmargin.errors import InputError, Problem
from xlmargin.excel.cells import read
from xlmargin.excel.columns import DATE, dates
from xlmargin.excel.contents import MARKET_RANGE, Contents, read_contents
from xlmargin.excel.findings import Findings
from xlmargin.excel.plain_cells import Cells
from xlmargin.excel.ranges import RangeTable, need
from xlmargin.excel.remembered import Remembered
from xlmargin.excel.settings_names import setting_name

POSITIONS_RANGE: Final = "positions"

Books = dict[float, Book]
"""A book for each serial day, in the order of time."""


def read_books_by_date(
    positions: Cells, market: Cells = None, settings: Cells = None, dividends: Cells = None
) -> Books:
    """The book of each date of the positions, each as of its own date; refused with every error.

    A market that is given has a `date` column too. An `as_of` of the settings does not count.
    """
    contents = read_contents({POSITIONS_RANGE: positions}, market, settings, dividends, None)
    books, errors = _remembered.get(contents, contents.size, _read_days)
    if errors:
        raise InputError(errors)
    return books


_remembered: Remembered[Contents, tuple[Books, list[Problem]]] = Remembered(4, 1_000_000)


def _read_days(contents: Contents) -> tuple[Books, list[Problem]]:
    findings = Findings(list(contents.problems))
    held = _days(contents.positions[0], findings)
    priced = _days(contents.market, findings) if contents.market.given else None
    errors = findings.errors
    books: Books = {}
    for day in np.unique(held[~np.isnan(held)]).tolist():
        reading = read(_of_day(contents, day, held, priced))
        errors += [_dated(problem, day) for problem in reading.errors if problem not in errors]
        books.update((day, book) for book in reading.books)
    return books, errors


def _days(table: RangeTable, findings: Findings) -> np.ndarray:
    """The day of each row; a row without one is a problem."""
    days = np.floor(dates(table, "date", findings))
    need(np.isnan(days), table, "date", DATE, findings)
    return days


def _of_day(
    contents: Contents, day: float, held: np.ndarray, priced: np.ndarray | None
) -> Contents:
    """The content of one day, without its dates."""
    market = contents.market
    if priced is not None:
        market = market.taken(np.flatnonzero(priced == day).tolist())
    return replace(
        contents,
        positions=(contents.positions[0].taken(np.flatnonzero(held == day).tolist()),),
        market=market,
        settings=tuple(s for s in contents.settings if setting_name(s.text) != "as_of"),
        default_as_of=day,
        problems=(),
    )


def _dated(problem: Problem, day: float) -> Problem:
    """A problem of one day that names the day."""
    if problem.row and problem.range in (POSITIONS_RANGE, MARKET_RANGE):
        return problem
    return replace(problem, found=f"{problem.found} on {date_of(day)}")
