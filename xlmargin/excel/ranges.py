"""The ranges of one call, as one bundle: what every worksheet function is asked of.

The same content is read once and margined once, however many cells ask: a book is remembered by
the content of its ranges, and what is made of a book by the book.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import nan
from typing import Any, Final

import numpy as np

from xlmargin import portfolio_margin, strategy_margin
from xlmargin.account import (
    AccountState,
    BrokerFigure,
    Reconciler,
    Reserve,
    Tolerance,
    account_state,
    own_regime,
)
from xlmargin.book import Book
from xlmargin.both_regimes import BothRegimes, both_regimes, under_portfolio_margin
from xlmargin.cells.columns import date_serial, dates
from xlmargin.cells.problems import ProblemLog, counted
from xlmargin.cells.reading import read_table
from xlmargin.cells.values import Cells
from xlmargin.cells.words import DIVIDENDS, MARKET, POSITIONS
from xlmargin.computing import ContentCache
from xlmargin.dates import date_of, serial_of
from xlmargin.errors import InputError, MarginError, Problem, RefusedPosition, RulebookError
from xlmargin.excel.activity import read_activity
from xlmargin.excel.book_reader import Reading, Tables, read_book
from xlmargin.excel.broker_figures_reader import NAME as BROKER_FIGURES
from xlmargin.excel.broker_figures_reader import read_broker_figures
from xlmargin.excel.checks import warn_of_closed_day
from xlmargin.excel.facts_reader import facts_of_accounts
from xlmargin.excel.history import days_of, problems_of_days
from xlmargin.excel.margin_checks import margin_problems, out_of_force, with_figures
from xlmargin.excel.orders import OrdersRead
from xlmargin.excel.settings_reader import COMPARED_WITH, compared_with, stated_settings
from xlmargin.excel.sized_orders import read_sized_orders
from xlmargin.excel.thresholds_reader import read_thresholds
from xlmargin.excel.trades import read_candidates, read_trades
from xlmargin.history import RequirementChange, ShadowDay, margined_days, requirement_change
from xlmargin.intraday import DayReport, intraday_reports
from xlmargin.known_instruments import KNOWN, KnownInstruments
from xlmargin.portfolio_margin import PortfolioMargin
from xlmargin.reports.account_table import Figure, account_figures
from xlmargin.reports.alerts_table import Threshold, Watched, usual_limits, watched
from xlmargin.reports.messages import Message, Said, messages, refused_messages
from xlmargin.reports.reconciliation_table import Reconciled, reconciliation
from xlmargin.reports.rule_tables import Regime
from xlmargin.requirement import Requirement
from xlmargin.settings import AccountType, CapacityRegimes
from xlmargin.strategy_margin import RequirementKind, StrategyMargin
from xlmargin.what_if import (
    Capacity,
    Hedge,
    Impact,
    Writing,
    capacity,
    hedge_by_strategy,
    hedge_under_portfolio,
    impact,
    scaled_writing,
)

MOST_BOOKS: Final = 32
MOST_POSITIONS: Final = 200_000
"""Positions remembered in all, with their risk arrays."""
MOST_CELLS: Final = 1_000_000
"""Cells remembered in all: about ten books of 10,000 rows, or one of 100,000."""
MOST_HISTORIES: Final = 4
MOST_HISTORY_CELLS: Final = 2_000_000
"""Cells of histories remembered in all."""
_FALL: Final = -0.2
"""The usual move of every underlying after which options written more of must leave an excess."""
_MOST_DAYS_NAMED: Final = 3
"""Dates that are named in the place of one that the positions do not have."""


@dataclass(frozen=True, eq=False)
class Ranges:
    """The ranges of a book, and by name those beside it: trades, candidates, activity, facts.

    `today` is the day where the settings give none; without it that is an error. `known` are the
    instruments that something is known of.
    """

    positions: Cells
    market: Cells = None
    settings: Cells = None
    dividends: Cells = None
    extra: Mapping[str, Cells] = field(default_factory=dict)
    today: dt.date | None = None
    known: KnownInstruments = KNOWN

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
            read_table(self.positions, "positions", POSITIONS, log),
            read_table(self.market, "market", MARKET, log),
            settings,
            read_table(self.dividends, "dividends", DIVIDENDS, log),
            today,
            tuple(log.problems),
            self.known,
        )

    @cached_property
    def reading(self) -> Reading:
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

    def account(self, day: float | None = None) -> AccountState:
        """The state of each account under both regimes; on a serial day of dated positions."""
        book = self.book() if day is None else self._book_on("day", day)
        return state_of(book)

    def alerts(self, live: Book | None = None) -> tuple[Watched, list[Threshold]]:
        """The figures of the accounts, and the limits in thresholds; left out, the usual ones.

        Those of the book in the ranges, or of the `live` one, which is the same at other prices.
        """
        book = self.book() if live is None else live
        found = watched(margined(book), state_of(book), self.mark_age)
        cells = self.extra.get("thresholds")
        accounts, regime = found.state.values.accounts, own_regime(book)
        limits = read_thresholds(cells, found.figures, accounts, regime)
        return found, usual_limits(found.state) if limits is None else limits

    def messages(self) -> tuple[Message, ...]:
        """The sentences that a report on the book opens with; why, where the input is refused."""
        problems = counted(self.problems())
        if refusals := self.refusals:
            return refused_messages(refusals, problems)
        state: AccountState | MarginError
        try:
            state = self.account()
        except MarginError as refusal:
            state = refusal.with_traceback(None)
        return messages(
            Said(self.regimes(), state, problems, self._change_of_settings(), self._of_broker())
        )

    def _change_of_settings(self) -> RequirementChange | MarginError | None:
        """What moved the requirements since the day of the setting compared_with.

        None without that setting or without dated ranges; the refusal where it is refused.
        """
        stated = dict(self.tables.settings.of_all).get(COMPARED_WITH)
        if stated is None or self.extra.get("dated_positions") is None:
            return None
        dated = replace(
            self,
            positions=self.extra["dated_positions"],
            market=self.extra.get("dated_market"),
            extra={},
        )
        try:
            since = compared_with(stated)
            return dated.change(since, self.book().market.as_of)
        except MarginError as refusal:
            return refusal.with_traceback(None)

    def _of_broker(self) -> list[Reconciled] | MarginError | None:
        """The broker's figures beside ours; None where there are none, or why they are refused."""
        if self.extra.get("broker_figures") is None:
            return None
        try:
            return self.reconciled(None)
        except MarginError as refusal:
            return refusal.with_traceback(None)

    @property
    def mark_age(self) -> float:
        """Days from the oldest date that positions and market have to as_of; NaN without any."""
        reading, log = self.reading, ProblemLog()
        found = [dates(table, "date", log) for table in (reading.rows.table, reading.market.table)]
        every = np.floor(np.concatenate(found))
        known = every[~np.isnan(every)]
        return float(np.floor(reading.market.as_of) - known.min()) if known.size else nan

    def explained(self, regime: Regime) -> Requirement:
        """The requirement under a regime as a tree of amounts, $."""
        if regime is Regime.PORTFOLIO:
            return portfolio_margin.explained(self.portfolio())
        return strategy_margin.explained(self.strategy(), RequirementKind(regime.value))

    def history(self) -> tuple[ShadowDay, ...]:
        """Both regimes on each date of the ranges, in the order of time; failed days say why."""
        return _histories.get(self.tables, _margined_days)

    def change(self, since: float | None, until: float | None) -> RequirementChange:
        """What moved the requirements from one date of the ranges to another, serial days.

        Left out, these are the first and the last date. Refused where one of them is no date of
        the positions, or cannot be read.
        """
        days = {day.day: day for day in days_of(self.tables)}
        first = _one_of_days("since", min(days) if since is None else since, days)
        last = _one_of_days("until", max(days) if until is None else until, days)
        if first >= last:
            wanted = f"a day before {date_of(last)}, until which the change is told"
            raise InputError([Problem("since", 0, "", str(date_of(first)), wanted)])
        return requirement_change(
            days[first].book(), days[last].book(), portfolio_margined, strategy_margined
        )

    def reconciled(self, share: float | None) -> list[Reconciled]:
        """The broker's figures beside ours; `share` is the part of one that it may differ by.

        Left out, it is that of the settings.

        Of positions with dates the book is that of the day of the settings, or of the last; the
        other days are there to find reasons.
        """
        if share is not None and not 0 <= share <= 1:
            wanted = "a fraction from 0 to 1"
            raise InputError([Problem("tolerance", 0, "", f"{share:.10g}", wanted)])
        book, of_day = self._dated_book()
        figures, given = self._broker_figures(book)
        settings = book.settings
        share = settings.tolerance_share if share is None else share
        tolerance = Tolerance(share, float(np.nan_to_num(settings.tolerance_dollars)))
        reconciler = Reconciler(margined(book), tolerance, margined, of_day)
        return reconciliation(reconciler, given, figures)

    def _broker_figures(self, book: Book) -> tuple[Mapping[str, Figure], list[BrokerFigure]]:
        """Our figures of a book by name, and the broker's; refused with every error found."""
        state = state_of(book)
        figures = {figure.name: figure for figure in account_figures(state)}
        given = read_broker_figures(
            self.extra.get("broker_figures"),
            figures,
            book.positions.accounts,
            own_regime(book),
            book.market.as_of,
        )
        return figures, given

    def _book_on(self, name: str, day: float) -> Book:
        """The book of a serial day of dated positions; `name` is what asks for it."""
        days = {each.day: each for each in days_of(self.tables)}
        return days[_one_of_days(name, day, days)].book()

    def _dated_book(self) -> tuple[Book, Callable[[float], Book | None]]:
        """The book, and what answers that of another serial day, None where there is none."""
        if len(np.unique(dates(self.tables.positions, "date", ProblemLog()) // 1)) < 2:
            return self.book(), lambda _: None
        days = {day.day: day for day in days_of(self.tables)}
        stated = dict(self.tables.settings.of_all).get("as_of")
        of_settings = np.nan if stated is None else date_serial(stated.value)
        day = max(days) if np.isnan(of_settings) else _one_of_days("as_of", of_settings, days)
        return days[day].book(), lambda other: days[other].book() if other in days else None

    def impact(self) -> Impact:
        """What the trades do to the book, under both regimes."""
        book = self.book()
        trades = read_trades(self.extra.get("trades"), self.reading).accepted()
        return impact(portfolio_margined(book), strategy_margined(book), trades)

    def hedge(self, target: float | None = None) -> Hedge:
        """What the candidates can do for the accounts, by their regime.

        `target` is the reduction wanted, $; None for the margin call, or as much as can be.
        """
        if target is not None and target <= 0:
            wanted = "dollars above 0, or nothing for the margin call"
            raise InputError([Problem("target", 0, "", f"{target:.10g}", wanted)])
        book, goal = self.book(), nan if target is None else target
        tried = read_candidates(self.extra.get("candidates"), self.reading).accepted()
        if book.settings.account_type is AccountType.PORTFOLIO:
            return hedge_under_portfolio(portfolio_margined(book), tried, goal)
        return hedge_by_strategy(strategy_margined(book), tried, goal)

    def capacity(self, leave: float | None = None) -> Capacity:
        """How many of each order fit, leaving an excess of $ or, below 1, a cushion."""
        left = 0.0 if leave is None else leave
        if left < 0:
            wanted = "dollars of excess to stay, or a cushion below 1, such as 0.1"
            raise InputError([Problem("leave", 0, "", f"{left:.10g}", wanted)])
        book = self.book()
        orders = read_sized_orders(self.extra.get("orders"), self.reading).accepted()
        share = left if left < 1 else 0.0
        reserve = Reserve(np.array([left - share]), np.array([share]))
        regimes = book.settings.capacity_regimes
        alone = regimes is CapacityRegimes.BOTH_OF_ONE and len(orders) == 1
        portfolio, strategy = portfolio_margined(book), strategy_margined(book)
        both = alone or regimes is CapacityRegimes.BOTH
        return capacity(portfolio, strategy, orders, reserve, both=both)

    def writing(self, allowed: float | None = None, move: float | None = None) -> Writing:
        """How far options written may be scaled, within a requirement ($) and after a move."""
        amount, of_all = nan if allowed is None else allowed, _FALL if move is None else move
        if amount < 0:
            wanted = "dollars of requirement, 0 or more"
            raise InputError([Problem("requirement", 0, "", f"{amount:.10g}", wanted)])
        if not -1 < of_all <= 1:
            wanted = "a move above -1, at most 1, such as -0.2"
            raise InputError([Problem("move", 0, "", f"{of_all:.10g}", wanted)])
        return scaled_writing(portfolio_margined(self.book()), amount, of_all)

    def intraday(self) -> tuple[DayReport, ...]:
        """What the rules for trading within the day make of each account's days."""
        book = self.book()
        activity = read_activity(self.extra.get("activity"), self.reading).accepted()
        return intraday_reports(book, activity)

    @property
    def refusals(self) -> list[Problem]:
        """What refuses every figure: what cannot be read, or what neither regime takes."""
        if self.reading.book is None:
            return self.reading.errors
        try:
            self.regimes()
        except RefusedPosition as refusal:
            return list(refusal.problems)
        except RulebookError as refusal:
            return [out_of_force(refusal)]
        return []

    def problems(self) -> list[Problem]:
        """Everything wrong with the ranges, and with the positions once these can be read.

        Day by day where the positions have more than one date.
        """
        problems = list(self.reading.problems)
        if any(_tells_several_dates(problem, self.tables) for problem in problems):
            return [*dict.fromkeys(self._of_days()), *self._problems_of_broker()]
        if not np.isnan(as_of := self.reading.market.as_of):
            stated = dict(self.tables.settings.of_all).get("as_of")
            problems += warn_of_closed_day(as_of, stated.row if stated else 0)
        if not self.reading.errors:
            problems = with_figures(problems, self.reading, portfolio_margined)
            problems += _checks.get(self.book(), _checked)
        return problems + list(self._of_extra())

    def _of_days(self) -> Iterator[Problem]:
        try:
            days = days_of(self.tables)
        except InputError as refused:
            return iter(refused.problems)
        return problems_of_days(days)

    def _of_extra(self) -> Iterator[Problem]:
        """What is wrong with the ranges beside the book's, once that is read."""
        readers: dict[str, Callable[[Cells, Reading], OrdersRead[Any]]] = {
            "trades": read_trades,
            "candidates": read_candidates,
            "orders": read_sized_orders,
            "activity": read_activity,
        }
        for name, read in readers.items():
            if self.extra.get(name) is not None and self.reading.book is not None:
                yield from read(self.extra[name], self.reading).problems
        if self.extra.get("facts") is not None:
            log = ProblemLog()
            facts_of_accounts(self.extra["facts"], date_of(self.reading.market.as_of), log)
            yield from log.problems
        if self.extra.get("thresholds") is not None and not self.refusals:
            try:
                self.alerts()
            except InputError as refused:
                yield from refused.problems
        yield from self._problems_of_broker()

    def _problems_of_broker(self) -> Iterator[Problem]:
        """What is wrong with the broker's figures, where the book beside them can be margined."""
        if self.extra.get("broker_figures") is None:
            return
        try:
            self._broker_figures(self._dated_book()[0])
        except InputError as refused:
            yield from (p for p in refused.problems if p.range == BROKER_FIGURES)
        except MarginError:
            return


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


def _one_of_days(name: str, day: float, days: Collection[float]) -> float:
    """A serial day without its hour; refused where the positions do not have it."""
    whole = float(np.floor(day))
    if whole in days:
        return whole
    near = sorted(days, key=lambda each: abs(each - whole))[:_MOST_DAYS_NAMED]
    listed = ", ".join(str(date_of(each)) for each in sorted(near))
    wanted = f"a date of the positions, such as {listed}"
    raise InputError([Problem(name, 0, "", str(date_of(whole)), wanted)])


def _margined_days(tables: Tables) -> tuple[ShadowDay, ...]:
    return tuple(margined_days(days_of(tables)))


def _size_of_book(book: Book, _: object) -> int:
    return len(book.positions)


def _size_of_tables(tables: Tables, _: object) -> int:
    return tables.size


def _checked(book: Book) -> list[Problem]:
    """What is wrong with the positions of a book, or looks so."""
    return margin_problems(book, portfolio_margined, strategy_margined)


_portfolio: Final = ContentCache[Book, PortfolioMargin](MOST_BOOKS, MOST_POSITIONS, _size_of_book)
_strategy: Final = ContentCache[Book, StrategyMargin](MOST_BOOKS, MOST_POSITIONS, _size_of_book)
_states: Final = ContentCache[Book, AccountState](MOST_BOOKS, MOST_POSITIONS, _size_of_book)
_checks: Final = ContentCache[Book, list[Problem]](MOST_BOOKS, MOST_POSITIONS, _size_of_book)
_readings: Final = ContentCache[Tables, Reading](MOST_BOOKS, MOST_CELLS, _size_of_tables)
_histories: Final = ContentCache[Tables, tuple[ShadowDay, ...]](
    MOST_HISTORIES, MOST_HISTORY_CELLS, _size_of_tables
)


def _tells_several_dates(problem: Problem, tables: Tables) -> bool:
    """Whether the reader of one day found that the positions are of several."""
    place = (tables.positions.name, 0, "date")
    return (problem.range, problem.row, problem.column) == place
