"""Books as they are margined, each once: remembered by what is in them, however many cells ask."""

from __future__ import annotations

from typing import Final

from xlmargin.account import AccountState, account_state
from xlmargin.book import Book
from xlmargin.both_regimes import BothRegimes, both_regimes, under_portfolio_margin
from xlmargin.computing import ContentCache
from xlmargin.portfolio_margin import PortfolioMargin
from xlmargin.strategy_margin import StrategyMargin, strategy_margin

MOST_BOOKS: Final = 32
MOST_POSITIONS: Final = 200_000
"""Positions remembered in all, with their risk arrays."""


def margined(book: Book) -> BothRegimes:
    """A book under both regimes, of which one may refuse it."""
    return both_regimes(book, portfolio_margined, strategy_margined)


def portfolio_margined(book: Book) -> PortfolioMargin:
    """The book under portfolio margin; the identical book is margined once."""
    return _portfolio.get(book, under_portfolio_margin)


def strategy_margined(book: Book) -> StrategyMargin:
    """The book under strategy-based margin; the identical book is paired once."""
    return _strategy.get(book, strategy_margin)


def state_of(book: Book) -> AccountState:
    """The state of each account of a book under both regimes."""
    return _states.get(book, lambda _: account_state(margined(book)))


def _size_of_book(book: Book, _: object) -> int:
    return len(book.positions)


_portfolio: Final = ContentCache[Book, PortfolioMargin](MOST_BOOKS, MOST_POSITIONS, _size_of_book)
_strategy: Final = ContentCache[Book, StrategyMargin](MOST_BOOKS, MOST_POSITIONS, _size_of_book)
_states: Final = ContentCache[Book, AccountState](MOST_BOOKS, MOST_POSITIONS, _size_of_book)
