"""What intraday margin, or pattern day trading before it, makes of every account and day.

Intraday margin replaces pattern day trading from its first day; until the end of the phase-in a
broker may keep the old rules, account by account. Cash accounts are under neither, nor are
portfolio margin accounts with enough equity; others are margined for intraday risk by (g)(1)(K).

Rule: FINRA 4210(d)(2), (f)(8)(B), (g)(1)(K), (g)(13); Regulatory Notice 26-10.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby
from typing import Final, TypeAlias

from xlmargin.book import Book
from xlmargin.errors import InputError, Problem
from xlmargin.intraday.account_days import AccountDay, Stretch, account_days
from xlmargin.intraday.activity import Activity, ActivityContracts, contracts_of
from xlmargin.intraday.deficits import LEAST_FALL, Deficit, Path, deficits_of, path
from xlmargin.intraday.levels import EquityLevel, Holding, Levels, levels_of
from xlmargin.intraday.pattern_day_trader import PatternDay, moved, pattern_days
from xlmargin.intraday.worst_order import (
    Order,
    orders_of_one_strategy,
    reachable_holdings,
    worst_order,
)
from xlmargin.margin_calls import CallKind, last_day_to_meet
from xlmargin.rulebook import (
    IntradayRules,
    PatternRules,
    call_rules,
    intraday_rules,
    pattern_rules,
    why_not_in_force,
)
from xlmargin.settings import DayTradingRegime, Settings

DayRules: TypeAlias = IntradayRules | PatternRules

CASH_ACCOUNT: Final = "a cash account"
LARGE_ACCOUNT: Final = "a portfolio margin account with enough equity at the opening"
"""Why an account is under neither."""


def rules_on(day: dt.date, settings: Settings) -> DayRules:
    """The rules for trading within a day: those that the user chose, else by date.

    Refused where the rules that the user chose do not apply on the day.
    """
    if regime_on(day, settings) is DayTradingRegime.INTRADAY:
        return intraday_rules(day, settings.house, settings.overrides)
    return pattern_rules(day, settings.house, settings.overrides)


def regime_on(day: dt.date, settings: Settings) -> DayTradingRegime:
    """Which rules those are; refused as they are."""
    regime = settings.day_trading_regime
    if regime is DayTradingRegime.BY_DATE:
        begun = not why_not_in_force(IntradayRules, day)
        return DayTradingRegime.INTRADAY if begun else DayTradingRegime.PATTERN_DAY_TRADER
    chosen = IntradayRules if regime is DayTradingRegime.INTRADAY else PatternRules
    if refusal := why_not_in_force(chosen, day):
        found = f"{regime} for {day}"
        wanted = f"another regime, or nothing: {refusal.removesuffix('.')}"
        raise InputError([Problem("settings", 0, "day_trading_regime", found, wanted)])
    return regime


@dataclass(frozen=True)
class Exempt:
    """Why an account's day is under no rules for trading within it, and where that stands."""

    why: str
    rule: str


@dataclass(frozen=True)
class ClosingDeficiency:
    """A portfolio margin account short of its requirement at the close, $ > 0, until when, rule."""

    amount: float
    due: dt.date
    rule: str


@dataclass(frozen=True)
class IntradayDay:
    """The levels of an account's day, in its order or the worst.

    `otherwise` is the path in the other reading of orders of several legs, none or one: apart where
    they count as one transaction, as one where they count apart. A margin account may have a
    deficit, none or one; a portfolio margin account is under (g)(1)(K), with neither days to pay
    nor a freeze, and may have a deficiency at the close, none or one.
    """

    rules: IntradayRules
    rule: str
    path: Path
    otherwise: tuple[Path, ...]
    deficits: tuple[Deficit, ...]
    deficiencies: tuple[ClosingDeficiency, ...]


@dataclass(frozen=True)
class DayReport:
    """An account's day, and what the rules make of it."""

    day: AccountDay
    outcome: IntradayDay | PatternDay | Exempt


@dataclass(frozen=True)
class _Opened:
    """An account's day, the rules for it, the level at its opening, and its orders of several legs.

    `orders` are those of one strategy.
    """

    day: AccountDay
    rules: DayRules
    opening: EquityLevel
    is_large: bool
    orders: tuple[Order, ...]

    @cached_property
    def stretches(self) -> tuple[Stretch, ...]:
        """The day in stretches as the rules count orders; none under other rules."""
        return self._stretches(otherwise=False)

    @cached_property
    def otherwise(self) -> tuple[Stretch, ...]:
        """The same in the other reading of orders; none where there is no such order."""
        return self._stretches(otherwise=True) if self.orders else ()

    def _stretches(self, *, otherwise: bool) -> tuple[Stretch, ...]:
        if self.is_large or not isinstance(self.rules, IntradayRules):
            return ()
        is_one = self.rules.margin.order_is_one_transaction is not otherwise
        return tuple(self.day.stretches(self.orders if is_one else ()))


def intraday_reports(held: Book, activity: Activity) -> tuple[DayReport, ...]:
    """What the rules make of each account's days, by account, in the order of the dates.

    `held` are the holdings at the opening of the first day of the activity. Refused where cash is
    stated nowhere, where the rules that the user chose do not apply on a day, where more options
    expire than are held, and where a day whose order is not known may pass through too many
    holdings.
    """
    contracts = contracts_of(held, activity)
    days = account_days(held, activity, contracts)
    alike: dict[int, list[AccountDay]] = {}
    for day in days:
        alike.setdefault(id(held.settings.of(day.account)), []).append(day)
    reports = {
        (report.day.account, report.day.day): report
        for own in alike.values()
        for report in _reports_under(held.settings.of(own[0].account), own, contracts)
    }
    return tuple(reports[day.account, day.day] for day in days)


def _reports_under(
    settings: Settings, days: Sequence[AccountDay], held: ActivityContracts
) -> tuple[DayReport, ...]:
    """The reports of accounts that are under the same settings."""
    contracts = replace(held, book=replace(held.book, settings=settings))
    rules = [rules_on(day.day, settings) for day in days]
    both = list(zip(days, rules, strict=True))
    if contracts.book.is_cash_account:
        return tuple(DayReport(day, Exempt(CASH_ACCOUNT, own.rule)) for day, own in both)
    levels = levels_of(contracts.book, _holdings_at_openings(days))
    orders = orders_of_one_strategy(contracts.book, days)
    opened = [_opened(day, own, levels, contracts.book, orders) for day, own in both]
    stretches = (s for each in opened for s in (*each.stretches, *each.otherwise))
    levels |= levels_of(contracts.book, reachable_holdings(stretches))
    return tuple(
        report
        for _, own in groupby(opened, key=lambda each: each.day.account)
        for report in _reports_of_account(list(own), levels, contracts, settings)
    )


def _holdings_at_openings(days: Sequence[AccountDay]) -> Iterator[Holding]:
    """What accounts hold when days open, and before and after things moved in and out."""
    for day in days:
        yield from day.opening.holdings.values()
        for held in moved(day):
            yield from held


def _opened(
    day: AccountDay, rules: DayRules, levels: Levels, book: Book, orders: Iterable[Order]
) -> _Opened:
    opening = day.opening.level(levels)
    is_portfolio = book.is_portfolio
    is_large = is_portfolio and opening.equity >= rules.portfolio_equity
    rows = {t.row for t in day.transactions}
    own = tuple(order for order in orders if order[0].row in rows)
    return _Opened(day, rules, opening, is_large, own)


def _reports_of_account(
    opened: Sequence[_Opened], levels: Levels, contracts: ActivityContracts, settings: Settings
) -> Iterator[DayReport]:
    """The reports of one account: later days show whether a deficit or a call was met."""
    paths = {each.day.day: _path(each.stretches, levels) for each in opened if each.stretches}
    is_portfolio = contracts.book.is_portfolio
    patterns = pattern_days(
        [
            (each.day, each.opening, each.rules)
            for each in opened
            if isinstance(each.rules, PatternRules) and not each.is_large
        ],
        [each.day for each in opened],
        levels,
        contracts.book,
    )
    by_day = {pattern.day: pattern for pattern in patterns}
    for each in opened:
        day, rules = each.day.day, each.rules
        if each.is_large:
            yield DayReport(each.day, Exempt(LARGE_ACCOUNT, rules.portfolio_rule))
        elif isinstance(rules, PatternRules):
            yield DayReport(each.day, by_day[day])
        else:
            own = paths[day]
            outcome = IntradayDay(
                rules,
                rules.portfolio_rule if is_portfolio else rules.rule,
                own,
                (_path(each.otherwise, levels),) if each.otherwise else (),
                () if is_portfolio else deficits_of(day, paths, rules, settings),
                _deficiencies(day, own, settings) if is_portfolio else (),
            )
            yield DayReport(each.day, outcome)


def _path(stretches: Sequence[Stretch], levels: Levels) -> Path:
    """The levels of a day, each stretch in its worst order."""
    events = [event for stretch in stretches for event in worst_order(stretch, levels)]
    return path(stretches[0].before, events, levels)


def _deficiencies(day: dt.date, path: Path, settings: Settings) -> tuple[ClosingDeficiency, ...]:
    """What a portfolio margin account misses at the close; nothing where it misses nothing.

    Rule: FINRA 4210(g)(10).
    """
    amount = -path.closing.excess
    if amount <= LEAST_FALL:
        return ()
    on = (settings.house, settings.overrides)
    rule = call_rules(day, *on).citations["days_to_meet_portfolio"]
    return (ClosingDeficiency(amount, last_day_to_meet(CallKind.PORTFOLIO, day, *on), rule),)
