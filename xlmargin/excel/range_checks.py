"""What is wrong with the ranges, or looks so; and what refuses every figure."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any, Final

import numpy as np

from xlmargin.book import Book
from xlmargin.cells.problems import ProblemLog
from xlmargin.cells.values import Cells
from xlmargin.computing import ContentCache
from xlmargin.dates import date_of
from xlmargin.errors import InputError, Problem, RefusedPosition, RulebookError
from xlmargin.excel.activity import read_activity
from xlmargin.excel.answers import alerts_of, broker_problems
from xlmargin.excel.book_reader import BookReading, Tables
from xlmargin.excel.checks import warn_of_closed_day
from xlmargin.excel.facts_reader import facts_of_accounts
from xlmargin.excel.history import days_of, problems_of_days
from xlmargin.excel.left_out import left_out
from xlmargin.excel.margin_checks import margin_problems, out_of_force, with_figures
from xlmargin.excel.orders import OrdersRead
from xlmargin.excel.ranges import (
    MOST_BOOKS,
    MOST_POSITIONS,
    Ranges,
    portfolio_margined,
    strategy_margined,
)
from xlmargin.excel.trades import read_candidates, read_sized_orders, read_trades


def refusals_of(ranges: Ranges) -> list[Problem]:
    """What refuses every figure: what cannot be read, or what neither regime takes."""
    if ranges.reading.book is None:
        return ranges.reading.errors
    try:
        ranges.regimes()
    except RefusedPosition as refusal:
        return list(refusal.problems)
    except RulebookError as refusal:
        return [out_of_force(refusal)]
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
        problems += warn_of_closed_day(as_of, stated.row if stated else 0)
    if not ranges.reading.errors:
        problems = with_figures(problems, ranges.reading, portfolio_margined)
        problems += [
            *_checks.get(
                ranges.book(),
                lambda book: margin_problems(book, portfolio_margined, strategy_margined),
            ),
            *left_out(ranges.reading),
        ]
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
