"""Everything wrong with ranges of several dates, each problem with its day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from xlmargin.book import Book
from xlmargin.dates import date_of
from xlmargin.errors import InputError, MarginError, Problem, RefusedPosition, Severity
from xlmargin.excel.cells import read
from xlmargin.excel.contents import MARKET_RANGE, Today, read_contents
from xlmargin.excel.dated_books import POSITIONS_RANGE, DayContents, days_of
from xlmargin.excel.margined import problems_of
from xlmargin.excel.plain_cells import Cells
from xlmargin.history import HeldShares, held_shares, hidden_splits, shadow_day


def problems_by_date(
    positions: Cells, market: Cells, settings: Cells, dividends: Cells, today: Today
) -> list[Problem]:
    """Everything wrong with ranges: day by day where the positions have more than one date.

    Splits hidden in the quantities, from one day to the next, are among the warnings.
    """
    problems = problems_of(positions, market, settings, dividends, today)
    if not any(_tells_several_dates(problem) for problem in problems):
        return problems
    try:
        days = days_of(
            read_contents({POSITIONS_RANGE: positions}, market, settings, dividends, None)
        )
    except InputError as refused:
        return list(refused.problems)
    return list(dict.fromkeys(_of_days(days)))


def _tells_several_dates(problem: Problem) -> bool:
    """Whether the reader of one day found that the positions are of several."""
    return (problem.range, problem.row, problem.column) == (POSITIONS_RANGE, 0, "date")


def _of_days(days: list[DayContents]) -> Iterator[Problem]:
    """The problems of each day; what all days share is told once."""
    shares: tuple[HeldShares, ...] = ()
    for each in days:
        reading = read(each.contents)
        problems = list(reading.problems)
        for book in reading.books:
            earlier, shares = shares, held_shares(book)
            problems += [_split(found) for found in hidden_splits(earlier, shares)]
            problems += _refusals(book)
        yield from (_dated(problem, each.day) for problem in problems)


def _split(found: str) -> Problem:
    wanted = "prices and quantities with the same splits"
    return Problem(POSITIONS_RANGE, 0, "quantity", found, wanted, Severity.WARNING)


def _refusals(book: Book) -> list[Problem]:
    """Why positions that can be read cannot be margined under both regimes."""
    try:
        shadow_day(book)
    except (InputError, RefusedPosition) as refused:
        return list(refused.problems)
    except MarginError as refused:
        return [Problem(POSITIONS_RANGE, 0, "", str(refused), "a day that can be margined")]
    return []


def _dated(problem: Problem, day: float) -> Problem:
    """A problem of one day that names the day, unless its row or heading does."""
    if problem.range not in (POSITIONS_RANGE, MARKET_RANGE) or problem.row:
        return problem
    return replace(problem, found=f"{problem.found} on {date_of(day)}")
