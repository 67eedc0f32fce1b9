"""What is wrong with the ranges, or looks so; and what refuses every figure."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

import numpy as np

from xlmargin.book import Book
from xlmargin.cells.problems import ProblemLog
from xlmargin.cells.values import Cells
from xlmargin.computing import ContentCache
from xlmargin.dates import date_of
from xlmargin.errors import (
    InputError,
    MarginError,
    Problem,
    RefusedPosition,
    RulebookError,
    Severity,
)
from xlmargin.excel import checks
from xlmargin.excel.activity import read_activity
from xlmargin.excel.answers import alerts_of, broker_problems
from xlmargin.excel.book_reader import BookReading, MarketRead, Tables
from xlmargin.excel.facts_reader import facts_of_accounts
from xlmargin.excel.history import days_of, problems_of_days
from xlmargin.excel.left_out import left_out
from xlmargin.excel.market_reader import with_facts
from xlmargin.excel.orders import OrdersRead
from xlmargin.excel.ranges import (
    MOST_BOOKS,
    MOST_POSITIONS,
    Ranges,
    portfolio_margined,
    strategy_margined,
)
from xlmargin.excel.trades import read_candidates, read_sized_orders, read_trades
from xlmargin.known_instruments import NOT_USED, InstrumentFinding, withheld
from xlmargin.market import Market
from xlmargin.portfolio_margin import carry_warnings, price_warnings
from xlmargin.risk_array import contract_table
from xlmargin.settings import AccountType, KnownUnderlyings


def refusals_of(ranges: Ranges) -> list[Problem]:
    """What refuses every figure: what cannot be read, or what neither regime takes."""
    if ranges.reading.book is None:
        return ranges.reading.errors
    try:
        ranges.regimes()
    except RefusedPosition as refusal:
        return list(refusal.problems)
    except RulebookError as refusal:
        return [_out_of_force(refusal)]
    return []


def problems_of(ranges: Ranges) -> list[Problem]:
    """Everything wrong with the ranges, and with the positions once these can be read.

    Day by day where the positions have more than one date.
    """
    problems = list(ranges.reading.problems)
    if any(_has_several_dates(problem, ranges.tables) for problem in problems):
        return [*dict.fromkeys(_of_days(ranges)), *broker_problems(ranges)]
    if not np.isnan(as_of := ranges.reading.market.as_of):
        stated = dict(ranges.tables.settings.of_all).get("as_of")
        problems += checks.warn_of_closed_day(as_of, stated.row if stated else 0)
    if not ranges.reading.errors:
        problems = _with_figures(problems, ranges.reading)
        problems += [*_checks.get(ranges.book(), _margin_problems), *left_out(ranges.reading)]
    return problems + list(_of_extra(ranges))


def _of_days(ranges: Ranges) -> Iterator[Problem]:
    try:
        days = days_of(ranges.tables)
    except InputError as refused:
        return iter(refused.problems)
    return problems_of_days(days)


def _of_extra(ranges: Ranges) -> Iterator[Problem]:
    """What is wrong with the ranges beside the book's, once that is read."""
    readers: dict[str, Callable[[Cells, BookReading], OrdersRead[Any]]] = {
        "trades": read_trades,
        "candidates": read_candidates,
        "orders": read_sized_orders,
        "activity": read_activity,
    }
    for name, read in readers.items():
        if ranges.extra.get(name) is not None and ranges.reading.book is not None:
            yield from read(ranges.extra[name], ranges.reading).problems
    if ranges.extra.get("facts") is not None:
        log = ProblemLog()
        facts_of_accounts(ranges.extra["facts"], date_of(ranges.reading.market.as_of), log)
        yield from log.problems
    if ranges.extra.get("thresholds") is not None and not refusals_of(ranges):
        try:
            alerts_of(ranges)
        except InputError as refused:
            yield from refused.problems
    yield from broker_problems(ranges)


def _has_several_dates(problem: Problem, tables: Tables) -> bool:
    """Whether the reader of one day found that the positions are of several."""
    place = (tables.positions.name, 0, "date")
    return (problem.range, problem.row, problem.column) == place


_checks: Final = ContentCache[Book, list[Problem]](
    MOST_BOOKS, MOST_POSITIONS, lambda book, _: len(book.positions)
)


def _with_figures(problems: Sequence[Problem], reading: BookReading) -> list[Problem]:
    """The problems, those on what is known but not used with what stating it would give."""
    if reading.book is None or not any(NOT_USED in p.found for p in problems):
        return list(problems)
    try:
        margin = portfolio_margined(reading.book)
    except MarginError:
        return list(problems)
    notes = checks.figures_if_stated(margin, _if_stated(reading.market))
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


def _margin_problems(book: Book) -> list[Problem]:
    """What is wrong with positions that can be read, or looks so."""
    problems: list[Problem] = []
    try:
        margin = portfolio_margined(book)
    except RefusedPosition as refused:
        unrefused = contract_table(book, np.zeros(len(book.positions), dtype=bool))
        problems += [*refused.problems, *carry_warnings(book, unrefused)]
    except RulebookError as refused:
        problems.append(_out_of_force(refused))
    else:
        problems += carry_warnings(book, margin.inputs.contracts)
        problems += price_warnings(margin) + checks.warn_of_contracts(margin)
        problems += _pairing_problems(book)
    log = ProblemLog()
    positions = book.positions
    problems += checks.warn_of_closed(positions) + checks.warn_of_equal_rows(positions)
    problems += checks.warn_of_sums(positions) + checks.warn_of_cash(book)
    log.add(problems)
    return log.problems


def _out_of_force(refused: RulebookError) -> Problem:
    """A rule that is not in force on the date of the book."""
    wanted = "a date on which the rule is in force"
    return Problem("settings", 0, "as_of", str(refused), wanted)


def _pairing_problems(book: Book) -> list[Problem]:
    """What forced groups and a cash account do not permit: warnings, for portfolio margin does."""
    if not book.positions.groups and book.settings.account_type is not AccountType.CASH:
        return []
    try:
        strategy_margined(book)
    except RefusedPosition as refused:
        return [
            replace(p, found=f"{p.found} (strategy-based)", severity=Severity.WARNING)
            for p in refused.problems
        ]
    except MarginError:
        return []
    return []
