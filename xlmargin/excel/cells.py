"""Ranges in, a book out: everything wrong with the ranges is found in one reading.

`read_book` refuses a book with an error in it; `check_book` lists the errors, and the warnings too.
Both read once: the same content again is answered from memory, with the identical book.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from xlmargin.book import Book
from xlmargin.errors import InputError, Problem, Severity
from xlmargin.excel.cache import ContentCache
from xlmargin.excel.columns import DATE, check_one_date
from xlmargin.excel.contents import (
    DIVIDENDS_RANGE,
    MARKET_RANGE,
    Contents,
    Today,
    read_contents,
)
from xlmargin.excel.dividends_range import read_dividends, with_dividends
from xlmargin.excel.findings import Findings
from xlmargin.excel.headings import DIVIDENDS, MARKET, POSITIONS
from xlmargin.excel.market_checks import check_classes, check_index_scales
from xlmargin.excel.market_range import read_market
from xlmargin.excel.name_checks import check_names
from xlmargin.excel.plain_cells import Cells
from xlmargin.excel.positions_range import PositionRows, check_expirations, read_positions
from xlmargin.excel.ranges import unknown_headings
from xlmargin.excel.settings_range import SETTINGS, SettingsRead, read_settings, states_as_of
from xlmargin.excel.valued_positions import (
    valued_positions,
    with_adjusted_roots,
    with_stock_rows,
)
from xlmargin.market import Market
from xlmargin.positions import Positions

MOST_BOOKS: Final = 32
MOST_CELLS: Final = 1_000_000
"""Cells remembered in all: about ten books of 10,000 rows, or one of 100,000."""

NOTHING: Final = "nothing"


@dataclass(frozen=True)
class Reading:
    """What came of reading ranges: a book for each range of positions, and the problems.

    There are no books where a problem is an error.
    """

    books: tuple[Book, ...]
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> list[Problem]:
        """The problems that refuse the books."""
        return [p for p in self.problems if p.severity is Severity.ERROR]

    def accepted(self) -> tuple[Book, ...]:
        """The books; refused with all errors where there is one."""
        if errors := self.errors:
            raise InputError(errors)
        return self.books


def read_book(
    positions: Cells,
    market: Cells = None,
    settings: Cells = None,
    dividends: Cells = None,
    *,
    today: Today | None = None,
) -> Book:
    """The book in the ranges; refused with every error found.

    `today` is asked for the date where the settings give no `as_of`; without it that is an error.
    """
    return _reading({"positions": positions}, market, settings, dividends, today).accepted()[0]


def read_books(
    positions: dict[str, Cells],
    market: Cells = None,
    settings: Cells = None,
    dividends: Cells = None,
    *,
    today: Today | None = None,
) -> tuple[Book, ...]:
    """A book for each range of positions, by the range's name, all in one market.

    The market has the underlyings of all of them, so that positions of one book can be added to
    another: `read_books({"positions": held, "trades": trades}, market)`.
    """
    return _reading(positions, market, settings, dividends, today).accepted()


def check_book(
    positions: Cells,
    market: Cells = None,
    settings: Cells = None,
    dividends: Cells = None,
    *,
    today: Today | None = None,
) -> list[Problem]:
    """Every problem in the ranges, errors and warnings, by range and row; none if all is well."""
    reading = _reading({"positions": positions}, market, settings, dividends, today)
    return list(reading.problems)


_readings: Final = ContentCache[Contents, Reading](
    MOST_BOOKS, MOST_CELLS, lambda contents, _: contents.size
)


def _reading(
    positions: dict[str, Cells],
    market: Cells,
    settings: Cells,
    dividends: Cells,
    today: Today | None,
) -> Reading:
    contents = read_contents(positions, market, settings, dividends, today)
    return _readings.get(contents, read)


def read(contents: Contents) -> Reading:
    """The books of the contents, and everything that is wrong with them."""
    findings = Findings(list(contents.problems))
    _check_headings(contents, findings)
    settings = read_settings(contents.settings, findings)
    as_of = _as_of(contents, settings, findings)
    rows = [read_positions(table, findings) for table in contents.positions]
    market = _market(contents, settings, as_of, rows, findings)
    for each in rows:
        check_expirations(each, as_of, findings)
        check_names(each, findings)
    positions = [valued_positions(each, market, findings) for each in rows]
    _warn_of_no_rate(settings, market, positions, findings)
    books = [Book(each, market, settings.settings) for each in positions]
    order = [*(table.name for table in contents.positions), MARKET_RANGE, SETTINGS, DIVIDENDS_RANGE]
    problems = sorted(findings.problems, key=lambda p: (order.index(p.range), p.row))
    return Reading(() if findings.errors else tuple(books), tuple(problems))


def _check_headings(contents: Contents, findings: Findings) -> None:
    """Warnings for unknown columns; a problem where positions are left out or of several dates."""
    for table in contents.positions:
        if not table.given:
            findings.error(table.name, 0, "", NOTHING, "a range with headings in its first row")
        unknown_headings(table, POSITIONS, findings)
        check_one_date(table, findings)
    unknown_headings(contents.market, MARKET, findings)
    check_one_date(contents.market, findings)
    unknown_headings(contents.dividends, DIVIDENDS, findings)


def _as_of(contents: Contents, settings: SettingsRead, findings: Findings) -> float:
    """The moment of the snapshot, a serial day: the settings', else the default, else a problem."""
    if not np.isnan(settings.as_of):
        return settings.as_of
    if contents.default_as_of is not None:
        return contents.default_as_of
    if not states_as_of(contents.settings):
        findings.error(SETTINGS, 0, "as_of", NOTHING, DATE)
    return np.nan


def _market(
    contents: Contents,
    settings: SettingsRead,
    as_of: float,
    rows: list[PositionRows],
    findings: Findings,
) -> Market:
    """The underlyings of the market range and of the stock rows, with their dividends."""
    underlyings = read_market(contents.market, findings)
    check_index_scales(MARKET_RANGE, underlyings.values(), findings)
    for each in rows:
        underlyings = with_adjusted_roots(with_stock_rows(underlyings, each), each)
    check_classes(MARKET_RANGE, underlyings.values(), findings)
    dividends = read_dividends(contents.dividends, findings)
    underlyings = with_dividends(underlyings, dividends, contents.dividends, findings)
    return Market(as_of, tuple(underlyings.values()), settings.curve)


def _warn_of_no_rate(
    settings: SettingsRead, market: Market, positions: list[Positions], findings: Findings
) -> None:
    """A warning where an option is valued at a rate of 0 because none is given."""
    own = [u.symbol for u in market.underlyings if np.isnan(u.rate)]
    options = any(each.is_option.any() for each in positions)
    if not settings.has_rate and own and options:
        findings.warning(SETTINGS, 0, "rate", NOTHING, "a rate such as 0.04; 0 is used")
