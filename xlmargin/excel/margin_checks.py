"""What is wrong with a book that can be read: what a regime refuses, or what looks so."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace

import numpy as np

from xlmargin.book import Book
from xlmargin.cells.problems import ProblemLog
from xlmargin.dates import date_of
from xlmargin.errors import MarginError, Problem, RefusedPosition, RulebookError
from xlmargin.excel.book_reader import BookReading, MarketRead
from xlmargin.excel.checks import (
    as_warnings,
    figures_if_stated,
    warn_of_cash,
    warn_of_closed,
    warn_of_contracts,
    warn_of_equal_rows,
    warn_of_sums,
)
from xlmargin.excel.market_reader import with_facts
from xlmargin.known_instruments import NOT_USED, InstrumentFinding, withheld
from xlmargin.market import Market
from xlmargin.portfolio_margin import PortfolioMargin, carry_warnings, price_warnings
from xlmargin.risk_array import contract_table
from xlmargin.settings import AccountType, KnownUnderlyings
from xlmargin.strategy_margin import StrategyMargin


def with_figures(
    problems: Sequence[Problem],
    reading: BookReading,
    portfolio_margined: Callable[[Book], PortfolioMargin],
) -> list[Problem]:
    """The problems, those on what is known but not used with what stating it would give."""
    if reading.book is None or not any(NOT_USED in p.found for p in problems):
        return list(problems)
    try:
        margin = portfolio_margined(reading.book)
    except MarginError:
        return list(problems)
    notes = figures_if_stated(margin, _if_stated(reading.market))
    return [replace(p, found=notes.get(p.found, p.found)) for p in problems]


def _if_stated(read: MarketRead) -> Iterator[tuple[InstrumentFinding, Market]]:
    """What is known but not used, for no list confirms it: each with the market if it were."""
    if read.settings.settings.known_underlyings is not KnownUnderlyings.CONFIRMED:
        return
    for symbol, own in read.stated.items():
        for finding, facts in withheld(symbol, own.facts, date_of(read.as_of), read.known):
            changed = {symbol: with_facts(read.underlyings[symbol], facts)}
            listed = tuple({**read.underlyings, **changed}.values())
            yield finding, replace(read.market, underlyings=listed)


def margin_problems(
    book: Book,
    portfolio_margined: Callable[[Book], PortfolioMargin],
    strategy_margined: Callable[[Book], StrategyMargin],
) -> list[Problem]:
    """What is wrong with positions that can be read, or looks so."""
    problems: list[Problem] = []
    try:
        margin = portfolio_margined(book)
    except RefusedPosition as refused:
        unrefused = contract_table(book, np.zeros(len(book.positions), dtype=bool))
        problems += [*refused.problems, *carry_warnings(book, unrefused)]
    except RulebookError as refused:
        problems.append(out_of_force(refused))
    else:
        problems += carry_warnings(book, margin.frame.contracts)
        problems += price_warnings(margin) + warn_of_contracts(margin)
        problems += _pairing_problems(book, strategy_margined)
    log = ProblemLog()
    positions = book.positions
    problems += warn_of_closed(positions) + warn_of_equal_rows(positions)
    problems += warn_of_sums(positions) + warn_of_cash(book)
    log.add(problems)
    return log.problems


def out_of_force(refused: RulebookError) -> Problem:
    """A rule that is not in force on the date of the book."""
    wanted = "a date on which the rule is in force"
    return Problem("settings", 0, "as_of", str(refused), wanted)


def _pairing_problems(
    book: Book, strategy_margined: Callable[[Book], StrategyMargin]
) -> list[Problem]:
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
