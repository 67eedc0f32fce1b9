"""What intraday margin, or pattern day trading before it, makes of every account and day.

Rule: FINRA 4210(d)(2), (f)(8)(B), (g)(1)(K).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from xlmargin.book import Book
from xlmargin.intraday.account_days import AccountDay, account_days
from xlmargin.intraday.activity import Activity
from xlmargin.intraday.contracts import contracts_of
from xlmargin.intraday.deficits import Deficit, deficits_of
from xlmargin.intraday.levels import Holding, Level, Levels, levels_of
from xlmargin.intraday.path import Path, holdings_on_path, path
from xlmargin.intraday.pattern_day_trader import PatternDay, pattern_day
from xlmargin.intraday.regimes import CASH_ACCOUNT, LARGE_ACCOUNT, DayRules, rules_on
from xlmargin.intraday.worst_order import reachable_holdings, worst_order
from xlmargin.rulebook import IntradayRules, PatternRules
from xlmargin.settings import AccountType, Settings


@dataclass(frozen=True)
class Exempt:
    """Why an account's day is under no rules for trading within it, and where that stands."""

    why: str
    rule: str


@dataclass(frozen=True)
class IntradayDay:
    """The levels of an account's day, in its order or the worst; its deficits, none or one."""

    rules: IntradayRules
    path: Path
    deficits: tuple[Deficit, ...]


@dataclass(frozen=True)
class DayReport:
    """An account's day, and what the rules make of it."""

    day: AccountDay
    outcome: IntradayDay | PatternDay | Exempt


@dataclass(frozen=True)
class _Opened:
    """An account's day, the rules for it, and the level at its opening."""

    day: AccountDay
    rules: DayRules
    opening: Level
    is_large: bool

    @property
    def has_levels(self) -> bool:
        """Whether the day is under intraday margin."""
        return isinstance(self.rules, IntradayRules) and not self.is_large


def intraday_reports(held: Book, activity: Activity) -> tuple[DayReport, ...]:
    """What the rules make of each account's days, by account, in the order of the dates.

    `held` are the holdings at the opening of the first day of the activity. Refused where cash is
    stated nowhere, where the rules that the user chose do not apply on a day, and where a day whose
    order is not known may pass through too many holdings.
    """
    settings, contracts = held.settings, contracts_of(held, activity)
    days = account_days(held, activity, contracts)
    rules = [rules_on(day.day, settings) for day in days]
    both = list(zip(days, rules, strict=True))
    if settings.account_type is AccountType.CASH:
        return tuple(DayReport(day, Exempt(CASH_ACCOUNT, own.rule)) for day, own in both)
    levels = levels_of(contracts.book, (h for day in days for h in day.holdings.values()))
    opened = [_opened(day, own, levels, settings) for day, own in both]
    levels |= levels_of(contracts.book, _holdings_within(opened))
    return tuple(
        report
        for _, own in groupby(opened, key=lambda each: each.day.account)
        for report in _reports_of_account(list(own), levels, settings)
    )


def _opened(day: AccountDay, rules: DayRules, levels: Levels, settings: Settings) -> _Opened:
    opening = day.opening(levels)
    is_portfolio = settings.account_type is AccountType.PORTFOLIO
    return _Opened(day, rules, opening, is_portfolio and opening.equity >= rules.portfolio_equity)


def _holdings_within(opened: Iterable[_Opened]) -> Iterator[Holding]:
    """Every holding whose level may be asked for within the days under intraday margin."""
    days = [each.day for each in opened if each.has_levels]
    for day in days:
        if day.is_order_known:
            yield from holdings_on_path(day, day.transactions)
    yield from reachable_holdings(day for day in days if not day.is_order_known)


def _reports_of_account(
    opened: Sequence[_Opened], levels: Levels, settings: Settings
) -> Iterator[DayReport]:
    """The reports of one account: later days show whether a deficit was satisfied."""
    paths = {each.day.day: _path(each.day, levels) for each in opened if each.has_levels}
    days = [each.day for each in opened]
    is_pattern_day_trader = False
    for i, each in enumerate(opened):
        day = each.day
        if each.is_large:
            yield DayReport(day, Exempt(LARGE_ACCOUNT, each.rules.portfolio_rule))
        elif isinstance(each.rules, PatternRules):
            pattern = pattern_day(day, each.opening, each.rules, days[:i], is_pattern_day_trader)
            is_pattern_day_trader = pattern.is_pattern_day_trader
            yield DayReport(day, pattern)
        else:
            found = deficits_of(day.day, paths, each.rules, settings)
            yield DayReport(day, IntradayDay(each.rules, paths[day.day], found))


def _path(day: AccountDay, levels: Levels) -> Path:
    """The levels in the day's own order, or in the worst where that is not known."""
    order = day.transactions if day.is_order_known else worst_order(day, levels)
    return path(day, order, levels)
