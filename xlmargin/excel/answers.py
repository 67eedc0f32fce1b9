"""What ranges answer of accounts, of dates, and beside a broker's figures.

Accounts: their state, alerts, days of trading. Dates: the history, what changed, the book of a day.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterator, Mapping, Sequence
from math import inf, nan
from typing import Final

import numpy as np

from xlmargin.account import (
    ALL,
    AccountState,
    BrokerFigure,
    ExcessPath,
    FigureState,
    Reconciler,
    Tolerance,
    own_regime,
    portfolio_excess_path,
    prices_of,
    refuse_unknown_cash,
    strategy_excess_path,
    values_by_strategy,
    values_under_portfolio,
)
from xlmargin.book import Book
from xlmargin.cells.columns import date_serial, dates
from xlmargin.cells.problems import ProblemLog
from xlmargin.cells.values import Cells
from xlmargin.computing import ContentCache
from xlmargin.dates import date_of
from xlmargin.errors import InputError, MarginError, Problem
from xlmargin.excel.activity import read_activity
from xlmargin.excel.book_reader import Tables
from xlmargin.excel.broker_figures_reader import NAME as BROKER_FIGURES
from xlmargin.excel.broker_figures_reader import read_broker_figures
from xlmargin.excel.history import days_of
from xlmargin.excel.ranges import Ranges, margined, portfolio_margined, state_of, strategy_margined
from xlmargin.excel.thresholds_reader import read_thresholds
from xlmargin.history import RequirementChange, ShadowDay, margined_days, requirement_change
from xlmargin.intraday import DayReport, intraday_reports
from xlmargin.reports.account_table import AccountFigure, account_figures
from xlmargin.reports.alerts_table import Threshold, Watched, usual_limits, watched
from xlmargin.reports.reconciled_lines import reconciled_lines
from xlmargin.reports.reconciliation_table import Reconciled, reconciliation
from xlmargin.reports.table import ReportTable
from xlmargin.settings import AccountType

MOST_HISTORIES: Final = 4

MOST_HISTORY_CELLS: Final = 2_000_000
"""Cells of histories remembered in all."""

_TO_EXPLAIN: Final = (FigureState.OVERDUE, FigureState.DIFFERS, FigureState.STALE)
"""States of figures that may differ from ours."""

_MOST_DAYS_NAMED: Final = 3
"""Dates that are named in the place of one that the positions do not have."""


def history_of(ranges: Ranges) -> tuple[ShadowDay, ...]:
    """Both regimes on each date of the ranges, in the order of time; failed days say why."""
    return _histories.get(ranges.tables, lambda tables: tuple(margined_days(days_of(tables))))


def changed(ranges: Ranges, since: float | None, until: float | None) -> RequirementChange:
    """What moved the requirements from one date of the ranges to another, serial days.

    Left out, these are the first and the last date. Refused where one of them is no date of
    the positions, or cannot be read.
    """
    days = {day.day: day for day in days_of(ranges.tables)}
    first = _one_of_days("since", min(days) if since is None else since, days)
    last = _one_of_days("until", max(days) if until is None else until, days)
    if first >= last:
        wanted = f"a day before {date_of(last)}, until which the change is told"
        raise InputError([Problem("since", 0, "", str(date_of(first)), wanted)])
    return requirement_change(
        days[first].book(), days[last].book(), portfolio_margined, strategy_margined
    )


def book_on(ranges: Ranges, name: str, day: float) -> Book:
    """The book of a serial day of dated positions; `name` is what asks for it."""
    days = {each.day: each for each in days_of(ranges.tables)}
    return days[_one_of_days(name, day, days)].book()


def dated_book(ranges: Ranges) -> tuple[Book, Callable[[float], Book | None]]:
    """The book, and what answers that of another serial day, None where there is none."""
    if len(np.unique(dates(ranges.tables.positions, "date", ProblemLog()) // 1)) < 2:
        return ranges.book(), lambda _: None
    days = {day.day: day for day in days_of(ranges.tables)}
    stated = dict(ranges.tables.settings.of_all).get("as_of")
    of_settings = np.nan if stated is None else date_serial(stated.value)
    day = max(days) if np.isnan(of_settings) else _one_of_days("as_of", of_settings, days)
    return days[day].book(), lambda other: days[other].book() if other in days else None


def _one_of_days(name: str, day: float, days: Collection[float]) -> float:
    """A serial day without its hour; refused where the positions do not have it."""
    whole = float(np.floor(day))
    if whole in days:
        return whole
    near = sorted(days, key=lambda each: abs(each - whole))[:_MOST_DAYS_NAMED]
    listed = ", ".join(str(date_of(each)) for each in sorted(near))
    wanted = f"a date of the positions, such as {listed}"
    raise InputError([Problem(name, 0, "", str(date_of(whole)), wanted)])


_histories: Final = ContentCache[Tables, tuple[ShadowDay, ...]](
    MOST_HISTORIES, MOST_HISTORY_CELLS, lambda tables, _: tables.size
)


def account_of(ranges: Ranges, day: float | None = None) -> AccountState:
    """The state of each account under both regimes; on a serial day of dated positions."""
    book = ranges.book() if day is None else book_on(ranges, "day", day)
    return state_of(book)


def excess_path_of(ranges: Ranges, moves: Sequence[float]) -> ExcessPath:
    """What is left of each account after moves of the whole market, by the rules it is under.

    Refused where cash is stated nowhere.
    """
    along = np.array(moves, dtype=float)
    if ranges.book().settings.account_type is AccountType.PORTFOLIO:
        portfolio = ranges.portfolio()
        refuse_unknown_cash(values_under_portfolio(portfolio))
        return portfolio_excess_path(portfolio, along)
    strategy = ranges.strategy()
    refuse_unknown_cash(values_by_strategy(strategy))
    prices = prices_of(ranges.regimes())
    if isinstance(prices, MarginError):
        raise prices
    return strategy_excess_path(strategy, prices, along)


def alerts_of(ranges: Ranges, live: Book | None = None) -> tuple[Watched, list[Threshold]]:
    """The figures of the accounts, and the limits in thresholds; left out, the usual ones.

    Those of the book in the ranges, or of the `live` one, which is the same at other prices.
    """
    book = ranges.book() if live is None else live
    found = watched(margined(book), state_of(book), _mark_age(ranges))
    cells = ranges.extra.get("thresholds")
    accounts, regime = found.state.values.accounts, own_regime(book)
    limits = read_thresholds(cells, found.figures, accounts, regime)
    return found, usual_limits(found.state) if limits is None else limits


def _mark_age(ranges: Ranges) -> float:
    """Days from the oldest date that positions and market have to as_of; NaN without any."""
    reading, log = ranges.reading, ProblemLog()
    found = [dates(table, "date", log) for table in (reading.rows.table, reading.market.table)]
    every = np.floor(np.concatenate(found))
    known = every[~np.isnan(every)]
    return float(np.floor(reading.market.as_of) - known.min()) if known.size else nan


def intraday_of(ranges: Ranges) -> tuple[DayReport, ...]:
    """What the rules for trading within the day make of each account's days."""
    book = ranges.book()
    activity = read_activity(ranges.extra.get("activity"), ranges.reading).accepted()
    return intraday_reports(book, activity)


def reconciled(ranges: Ranges, share: float | None) -> list[Reconciled]:
    """The broker's figures beside ours; `share` is the part of one that it may differ by.

    Left out, it is that of the settings.

    Of positions with dates the book is that of the day of the settings, or of the last; the
    other days are there to find reasons.
    """
    reconciler, given, figures = _beside(ranges, share)
    return reconciliation(reconciler, given, figures)


def reconciled_book(
    book: Book,
    broker_figures: Cells,
    shown: Container[int] | None = None,
    most: float = inf,
    known: Mapping[str, AccountFigure] | None = None,
) -> tuple[list[Reconciled], frozenset[int]]:
    """A broker's figures beside ours of a book as it is, by the tolerance of its settings.

    Reasons are looked for in that book alone: there is none of the broker's day. Where it has more
    than `most` positions, they are of the first of the accounts `shown` (None: all) that differ and
    hold no more together; the others that differ, ALL among them, come beside the rows. Ours are
    those that are `known`, where these are all that the broker gives.
    """
    figures, given = _figures_beside(book, broker_figures, known)
    dollars = float(np.nan_to_num(book.settings.tolerance_dollars))
    tolerance = Tolerance(book.settings.tolerance_share, dollars)

    def beside(own: Book) -> Reconciler:
        return Reconciler(own, tolerance, margined, lambda _: None)

    whole, positions = beside(book), book.positions
    if len(positions) <= most:
        return reconciliation(whole, given, figures), frozenset()
    differing = {
        row.figure.account
        for row in reconciliation(whole, given, figures, lambda *_: "")
        if row.figure is not None and row.state in _TO_EXPLAIN
        and not tolerance.agree(row.figure.amount, row.figure.amount - row.difference,
                                in_dollars=row.figure.in_dollars)
    }  # fmt: skip
    explained, left = list[int](), most
    sizes = np.bincount(positions.account, minlength=len(positions.accounts))
    for account in sorted(differing - {ALL}):
        if (shown is None or account in shown) and sizes[account] <= left:
            explained.append(account)
            left -= sizes[account]
    rows = np.isin(positions.account, explained) | positions.is_cash
    part = beside(book.only(np.flatnonzero(rows))) if explained else whole
    found = reconciliation(whole, given, figures, lambda figure, ours, of_value: (
        part.likely(figure, ours, of_value) if figure.account in explained else ""
    ))  # fmt: skip
    return found, frozenset(differing.difference(explained))


def reconciled_statement(ranges: Ranges, share: float | None) -> ReportTable:
    """The same as lines of the requirement, with subtotals, and the values it rests on."""
    reconciler, given, figures = _beside(ranges, share)
    return reconciled_lines(reconciler, reconciliation(reconciler, given, figures), figures)


def _beside(
    ranges: Ranges, share: float | None
) -> tuple[Reconciler, list[BrokerFigure], Mapping[str, AccountFigure]]:
    if share is not None and not 0 <= share <= 1:
        wanted = "a fraction from 0 to 1"
        raise InputError([Problem("tolerance", 0, "", f"{share:.10g}", wanted)])
    book, of_day = dated_book(ranges)
    figures, given = _figures_beside(book, ranges.extra.get("broker_figures"))
    settings = book.settings
    share = settings.tolerance_share if share is None else share
    tolerance = Tolerance(share, float(np.nan_to_num(settings.tolerance_dollars)))
    return Reconciler(book, tolerance, margined, of_day), given, figures


def broker_problems(ranges: Ranges) -> Iterator[Problem]:
    """What is wrong with the broker's figures, where the book beside them can be margined."""
    if ranges.extra.get("broker_figures") is None:
        return
    try:
        _figures_beside(dated_book(ranges)[0], ranges.extra.get("broker_figures"))
    except InputError as refused:
        yield from (p for p in refused.problems if p.range == BROKER_FIGURES)
    except MarginError:
        return


def _figures_beside(
    book: Book, broker_figures: Cells, known: Mapping[str, AccountFigure] | None = None
) -> tuple[Mapping[str, AccountFigure], list[BrokerFigure]]:
    """Our figures of a book by name, and the broker's; refused with every error found."""
    figures = known or {figure.name: figure for figure in account_figures(state_of(book))}
    given = read_broker_figures(
        broker_figures,
        figures,
        book.positions.accounts,
        own_regime(book),
        book.market.as_of,
    )
    return figures, given
