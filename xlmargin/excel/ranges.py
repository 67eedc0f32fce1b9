"""The ranges of one call, as one bundle: what every worksheet function is asked of.

The same content is read once and margined once, however many cells ask: a book is remembered by
the content of its ranges, and what is made of a book by the book.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Final

from xlmargin import portfolio_margin, strategy_margin
from xlmargin.account import AccountState, account_state
from xlmargin.book import Book
from xlmargin.cells.problems import ProblemLog
from xlmargin.cells.reading import read_table
from xlmargin.cells.values import Cells
from xlmargin.cells.words import DIVIDENDS, MARKET, POSITIONS
from xlmargin.computing import ContentCache
from xlmargin.dates import serial_of
from xlmargin.errors import InputError
from xlmargin.excel.book_reader import BookReading, Tables, read_book
from xlmargin.excel.settings_reader import stated_settings
from xlmargin.excel.trades import read_trades
from xlmargin.known_instruments import KNOWN, KnownInstruments
from xlmargin.portfolio_margin import PortfolioMargin
from xlmargin.regimes import BothRegimes, both_regimes, under_portfolio_margin
from xlmargin.reports.rule_tables import Regime
from xlmargin.requirement import Requirement
from xlmargin.strategy_margin import RequirementKind, StrategyMargin
from xlmargin.what_if import Impact, impact

MOST_BOOKS: Final = 32
MOST_POSITIONS: Final = 200_000
"""Positions remembered in all, with their risk arrays."""
MOST_CELLS: Final = 1_000_000
"""Cells remembered in all: about ten books of 10,000 rows, or one of 100,000."""


@dataclass(frozen=True, eq=False)
class Ranges:
    """The ranges of a book, and by name those beside it: trades, candidates, activity, facts.

    `today` is the day where the settings give none; without it that is an error. `known` are the
    instruments that something is known of. Options that were `marked_before` have a mark_spot that
    may be far from the prices here.
    """

    positions: Cells
    market: Cells = None
    settings: Cells = None
    dividends: Cells = None
    extra: Mapping[str, Cells] = field(default_factory=dict)
    today: dt.date | None = None
    known: KnownInstruments = KNOWN
    marked_before: bool = False

    @cached_property
    def tables(self) -> Tables:
        """The content of the four ranges."""
        log = ProblemLog()
        settings = stated_settings(self.settings, log)
        states_day = "as_of" in dict(settings.of_all)
        unread = states_day or bool(log.errors)
        today = None if unread or self.today is None else serial_of(self.today)
        if today is not None:
            log.warning(
                "settings", 0, "as_of", "nothing", f"the day of the prices: {self.today} is taken"
            )
        return Tables(
            positions=read_table(self.positions, "positions", POSITIONS, log),
            market=read_table(self.market, "market", MARKET, log),
            settings=settings,
            dividends=read_table(self.dividends, "dividends", DIVIDENDS, log),
            default_as_of=today,
            problems=tuple(log.problems),
            known=self.known,
            marked_before=self.marked_before,
        )

    @cached_property
    def reading(self) -> BookReading:
        """The book in the ranges, and everything that is wrong with them."""
        return _readings.get(self.tables, read_book)

    def book(self) -> Book:
        """The book in the ranges; refused with every error found."""
        reading = self.reading
        if reading.book is None:
            raise InputError(reading.errors)
        return reading.book

    def portfolio(self) -> PortfolioMargin:
        """The book under portfolio margin."""
        return portfolio_margined(self.book())

    def strategy(self) -> StrategyMargin:
        """The book under strategy-based margin."""
        return strategy_margined(self.book())

    def regimes(self) -> BothRegimes:
        """The book under both regimes, of which one may refuse it."""
        return margined(self.book())

    def impact(self) -> Impact:
        """What the trades do to the book, under both regimes."""
        book = self.book()
        trades = read_trades(self.extra.get("trades"), self.reading).accepted()
        return impact(portfolio_margined(book), strategy_margined(book), trades)

    def explained(self, regime: Regime) -> Requirement:
        """The requirement under a regime as a tree of amounts, $."""
        if regime is Regime.PORTFOLIO:
            return portfolio_margin.explained(self.portfolio())
        return strategy_margin.explained(self.strategy(), RequirementKind(regime.value))


def margined(book: Book) -> BothRegimes:
    """A book under both regimes, of which one may refuse it."""
    return both_regimes(book, portfolio_margined, strategy_margined)


def portfolio_margined(book: Book) -> PortfolioMargin:
    """The book under portfolio margin; the identical book is margined once."""
    return _portfolio.get(book, under_portfolio_margin)


def strategy_margined(book: Book) -> StrategyMargin:
    """The book under strategy-based margin; the identical book is paired once."""
    return _strategy.get(book, strategy_margin.strategy_margin)


def state_of(book: Book) -> AccountState:
    """The state of each account of a book under both regimes."""
    return _states.get(book, lambda _: account_state(margined(book)))


def _size_of_book(book: Book, _: object) -> int:
    return len(book.positions)


_portfolio: Final = ContentCache[Book, PortfolioMargin](MOST_BOOKS, MOST_POSITIONS, _size_of_book)
_strategy: Final = ContentCache[Book, StrategyMargin](MOST_BOOKS, MOST_POSITIONS, _size_of_book)
_states: Final = ContentCache[Book, AccountState](MOST_BOOKS, MOST_POSITIONS, _size_of_book)
_readings: Final = ContentCache[Tables, BookReading](
    MOST_BOOKS, MOST_CELLS, lambda tables, _: tables.size
)
