"""One day of the shadow analysis: what both regimes would have asked of each account that day.

A day is margined by itself, by the rules in force on it, from its own positions and market; it
knows nothing of other days, so that days can be margined in any order and anywhere.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import partial
from typing import Final, Protocol, TypeVar

import numpy as np

from xlmargin.account import values_by_strategy, values_under_portfolio
from xlmargin.arrays import FloatArray
from xlmargin.book import Book, rules_of_accounts
from xlmargin.computing import forget
from xlmargin.dates import serial_of
from xlmargin.defects import internal_error
from xlmargin.efficiency import strategy_figure
from xlmargin.errors import MarginError, RulebookError
from xlmargin.history.splits import HeldShares, held_shares
from xlmargin.margin_calls import CallKind, last_day_under
from xlmargin.portfolio_margin import MarginInputs, PortfolioMargin, price_together
from xlmargin.regimes import both_regimes, strategy_based, under_portfolio_margin
from xlmargin.rulebook import call_rules
from xlmargin.settings import Basis
from xlmargin.strategy_margin import RequirementKind, StrategyMargin, pair_together, strategy_margin

_T = TypeVar("_T")


class Regimes(StrEnum):
    """Which regimes require."""

    BOTH = "both"
    PORTFOLIO = "portfolio"
    STRATEGY = "strategy"


@dataclass(frozen=True, eq=False)
class ShadowDay:
    """Both regimes on one day; arrays are $, shape (accounts,).

    `day` is a serial day. A regime that was not asked is NaN, and so is the equity of an account
    whose cash is stated nowhere. The last days to meet a call, serial days, are NaN on a day
    without one. `problem` says why the day could not be margined; it has no accounts then. Where
    one regime alone refuses the day, its figures are NaN, and `problem` says which and why.
    """

    day: float
    basis: Basis
    accounts: tuple[str, ...]
    long_market_value: FloatArray
    initial: FloatArray
    maintenance: FloatArray
    deposit: FloatArray
    portfolio_requirement: FloatArray
    strategy_equity: FloatArray
    portfolio_equity: FloatArray
    strategy_due: float = np.nan
    portfolio_due: float = np.nan
    shares: tuple[HeldShares, ...] = ()
    problem: str = ""

    @property
    def failed(self) -> bool:
        """Whether the day could not be margined at all."""
        return bool(self.problem) and not self.accounts

    @property
    def figure(self) -> FloatArray:
        """The strategy-based figure of the basis."""
        figure: FloatArray = strategy_figure(self, self.basis)
        return figure

    @property
    def released(self) -> FloatArray:
        """Capital that portfolio margin would have released: the figure less its requirement."""
        return self.figure - self.portfolio_requirement

    @property
    def strategy_excess(self) -> FloatArray:
        """Strategy-based equity less the maintenance requirement, signed."""
        return self.strategy_equity - self.maintenance

    @property
    def portfolio_excess(self) -> FloatArray:
        """Equity of portfolio margin less its requirement, signed."""
        return self.portfolio_equity - self.portfolio_requirement

    @property
    def strategy_call(self) -> FloatArray:
        """What is missing to the maintenance requirement, 0 or more; NaN where not known."""
        return np.maximum(-self.strategy_excess, 0.0)

    @property
    def portfolio_call(self) -> FloatArray:
        """What is missing to the portfolio requirement, 0 or more; NaN where not known."""
        return np.maximum(-self.portfolio_excess, 0.0)


def failed_day(day: float, problem: str) -> ShadowDay:
    """A day that could not be margined, and why."""
    nothing = np.zeros(0)
    return ShadowDay(day, Basis.DEPOSIT, (), *(nothing,) * 7, problem=problem or "refused")


class DayContent(Protocol):
    """The content of one day, as a range or a file holds it."""

    @property
    def day(self) -> float:
        """The serial day."""

    def book(self) -> Book:
        """The book of the day; refused where its content cannot be read."""


TOGETHER: Final = 10_000
"""Positions, of days one after another, that are priced together."""


def margined_days(contents: Iterable[DayContent]) -> list[ShadowDay]:
    """Days read and margined, in their order: many small ones priced and paired at once."""
    days: list[ShadowDay] = []
    waiting: list[Book | ShadowDay] = []
    for content in contents:
        waiting.append(_read(content))
        if sum(len(day.positions) for day in waiting if isinstance(day, Book)) >= TOGETHER:
            days += _margined_together(waiting)
            waiting = []
    return days + _margined_together(waiting)


def _margined_together(days: Sequence[Book | ShadowDay]) -> list[ShadowDay]:
    inputs: Mapping[Book, MarginInputs] = {}
    with _day_by_day():
        books = [day for day in days if isinstance(day, Book)]
        inputs = price_together(books, strategy_based)
    margined = [_then(day, partial(_under_both, inputs=inputs)) for day in days]
    under = [day.strategy for day in margined if isinstance(day, _Margined)]
    with _day_by_day():
        pair_together([strategy for strategy in under if isinstance(strategy, StrategyMargin)])
    return [_then(day, _shadow_day) for day in margined]


@contextmanager
def _day_by_day() -> Iterator[None]:
    """Work for many days at once, without which each day does its own.

    What is refused here is refused on its own day too, which says why. A defect may not come again
    there, and is logged.
    """
    try:
        yield
    except MarginError:
        pass
    except Exception as error:
        internal_error(error)


def margined_day(content: DayContent, regimes: Regimes = Regimes.BOTH) -> ShadowDay:
    """A day read and margined; one that is refused says why, and stops no other day."""
    return _then(_read(content), partial(shadow_day, regimes=regimes))


def day_by_itself(content: DayContent, regimes: Regimes) -> ShadowDay:
    """A day margined, and nothing of it remembered: no other day of a file asks for it."""
    day = margined_day(content, regimes)
    forget()
    return day


def _read(content: DayContent) -> Book | ShadowDay:
    """The book of a day, or the day that failed."""
    return _or_failed(content.day, content.book)


def _then(read: _DayT | ShadowDay, work: Callable[[_DayT], _T]) -> _T | ShadowDay:
    """The next step of a day that has not failed, or the day that failed in it."""
    if isinstance(read, ShadowDay):
        return read
    return _or_failed(serial_of(read.as_of), lambda: work(read))


def _or_failed(day: float, work: Callable[[], _T]) -> _T | ShadowDay:
    """What the work answers, or the day that failed and why."""
    try:
        return work()
    except MarginError as error:
        return failed_day(day, str(error))
    except Exception as error:
        return failed_day(day, internal_error(error)[:255])


def shadow_day(book: Book, regimes: Regimes = Regimes.BOTH) -> ShadowDay:
    """Each account of a book under the regimes asked, by the rules of the book's own day.

    Where one of two regimes refuses the book, the other answers; refused where none does: there is
    no day with some of its accounts.
    """
    return _shadow_day(_under(book, regimes))


@dataclass(frozen=True, eq=False)
class _Margined:
    """A book under the regimes asked, of two of which one may refuse it."""

    book: Book
    strategy: StrategyMargin | MarginError | None
    portfolio: PortfolioMargin | MarginError | None

    @property
    def as_of(self) -> dt.date:
        return self.book.as_of


_DayT = TypeVar("_DayT", Book, _Margined)


def _shadow_day(margined: _Margined) -> ShadowDay:
    book, strategy, portfolio = margined.book, margined.strategy, margined.portfolio
    unknown = np.full(len(book.positions.accounts), np.nan)
    initial = maintenance = deposit = required = unknown
    strategy_equity = portfolio_equity = unknown
    if isinstance(strategy, StrategyMargin):
        values = values_by_strategy(strategy)
        strategy_equity = values.strategy_equity
        initial, deposit = strategy.by_account(RequirementKind.INITIAL), strategy.deposit_by_account
        maintenance = strategy.by_account(RequirementKind.MAINTENANCE)
    if isinstance(portfolio, PortfolioMargin):
        values = values_under_portfolio(portfolio)
        portfolio_equity, required = values.net_liquidation_value, portfolio.by_account
    return ShadowDay(
        day=serial_of(book.as_of),
        basis=book.settings.basis,
        accounts=book.positions.accounts,
        long_market_value=values.long_market_value,
        initial=initial,
        maintenance=maintenance,
        deposit=deposit,
        portfolio_requirement=required,
        strategy_equity=strategy_equity,
        portfolio_equity=portfolio_equity,
        strategy_due=_due(book, CallKind.MAINTENANCE, maintenance - strategy_equity),
        portfolio_due=_due(book, CallKind.PORTFOLIO, required - portfolio_equity),
        shares=held_shares(book),
        problem="; ".join(
            f"{name} margin refused: {margin}"
            for name, margin in (("strategy-based", strategy), ("portfolio", portfolio))
            if isinstance(margin, MarginError)
        ),
    )


def _under(book: Book, regimes: Regimes) -> _Margined:
    """The book under the regimes asked."""
    match regimes:
        case Regimes.STRATEGY:
            return _Margined(book, strategy_margin(book), None)
        case Regimes.PORTFOLIO:
            return _Margined(book, None, under_portfolio_margin(book))
        case Regimes.BOTH:
            return _under_both(book, {})


def _under_both(book: Book, inputs: Mapping[Book, MarginInputs]) -> _Margined:
    """The book under both regimes, by its inputs of portfolio margin where they are known."""

    def portfolio(own: Book) -> PortfolioMargin:
        return under_portfolio_margin(own, inputs=inputs.get(own))

    both = both_regimes(book, portfolio, strategy_margin)
    return _Margined(book, both.strategy, both.portfolio)


def _due(book: Book, kind: CallKind, missing: FloatArray) -> float:
    """Last day to meet the first of the day's calls; NaN without one, or without such a rule."""
    if not (missing > 0).any():
        return np.nan
    try:
        rules = rules_of_accounts(book, call_rules)
        days = rules.amounts(lambda under: serial_of(last_day_under(kind, under)))
    except RulebookError:
        return np.nan
    return float(days[missing > 0].min())
