"""Books under both regimes, each margined once however many cells ask."""

from __future__ import annotations

from typing import Final

from xlmargin.book import Book
from xlmargin.both_regimes import under_portfolio_margin, under_strategy_margin
from xlmargin.errors import MarginError, Problem, RefusedPosition, RulebookError, Severity
from xlmargin.excel.cache import ContentCache
from xlmargin.excel.cells import check_book, read_book
from xlmargin.excel.contents import Today
from xlmargin.excel.plain_cells import Cells
from xlmargin.excel.position_checks import (
    as_warnings,
    warn_of_cash,
    warn_of_closed,
    warn_of_contracts,
)
from xlmargin.portfolio_margin import PortfolioMargin, price_warnings
from xlmargin.settings import AccountType
from xlmargin.strategy_margin import StrategyMargin

MOST_BOOKS: Final = 32
MOST_POSITIONS: Final = 200_000
"""Positions remembered in all, with their risk arrays."""


def _size(book: Book, _: object) -> int:
    return len(book.positions)


_portfolio: Final = ContentCache[Book, PortfolioMargin](MOST_BOOKS, MOST_POSITIONS, _size)
_strategy: Final = ContentCache[Book, StrategyMargin](MOST_BOOKS, MOST_POSITIONS, _size)


def portfolio_margined(book: Book) -> PortfolioMargin:
    """The book under portfolio margin; the identical book is margined once."""
    return _portfolio.get(book, under_portfolio_margin)


def strategy_margined(book: Book) -> StrategyMargin:
    """The book under strategy-based margin; the identical book is paired once."""
    return _strategy.get(book, under_strategy_margin)


def problems_of(
    positions: Cells, market: Cells, settings: Cells, dividends: Cells, today: Today
) -> list[Problem]:
    """Everything wrong with the ranges, and with the positions once these can be read."""
    problems = check_book(positions, market, settings, dividends, today=today)
    if any(problem.severity is Severity.ERROR for problem in problems):
        return problems
    book = read_book(positions, market, settings, dividends, today=today)
    try:
        margin = portfolio_margined(book)
    except RefusedPosition as refused:
        problems.extend(refused.problems)
    except RulebookError as refused:
        wanted = "a date on which the rule is in force"
        problems.append(Problem("settings", 0, "as_of", str(refused), wanted))
    else:
        problems += price_warnings(margin) + warn_of_contracts(margin)
        problems += _pairing_problems(book)
    return problems + warn_of_closed(book.positions) + warn_of_cash(book)


def _pairing_problems(book: Book) -> list[Problem]:
    """What forced groups and a cash account do not permit, which portfolio margin does not ask."""
    if not book.positions.groups and book.settings.account_type is not AccountType.CASH:
        return []
    try:
        strategy_margined(book)
    except RefusedPosition as refused:
        return as_warnings(refused.problems)
    except MarginError:
        return []
    return []
