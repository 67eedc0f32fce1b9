"""The last day on which a margin call can be met, in business days.

Business days are those on which the New York Stock Exchange trades, early closes included. They
come from the library `holidays`, which computes the exchange's closings for any year and asks no
clock, where `exchange_calendars` ends a year ahead of today. A closing that nobody could know
beforehand - a day of mourning, a hurricane - is in it once it happened; of a future year only the
regular holidays are known. Banks are closed on some days on which the exchange trades, such as
Columbus Day and Veterans Day: these are business days here.
"""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Mapping
from enum import StrEnum
from functools import cache
from importlib.machinery import PathFinder
from importlib.util import module_from_spec
from pathlib import Path
from typing import TYPE_CHECKING, Final

from xlmargin.rulebook import CallRules, call_rules


class CallKind(StrEnum):
    """What a margin call asks to be met."""

    REGT = "regt"
    """The initial requirement of a trade, by the end of the payment period."""
    MAINTENANCE = "maintenance"
    """A deficiency against the strategy-based maintenance requirement."""
    PORTFOLIO = "portfolio"
    """A deficiency against the portfolio margin requirement."""
    MINIMUM_EQUITY = "minimum_equity"
    """Equity below the least that portfolio margin asks."""
    INTRADAY = "intraday"
    """An intraday margin deficit: the day after which a practice of late payment is frozen."""


def last_day_to_meet(
    kind: CallKind,
    day: dt.date,
    house: str = "rule",
    overrides: Mapping[str, float] | None = None,
) -> dt.date:
    """Last business day on which a call can be met.

    `day` is the trade date of an initial requirement, and otherwise the day on which the deficiency
    arises; business days are counted from the day after it. A Saturday, Sunday or holiday therefore
    answers as the business day before it does: what is found then was so at the last close.

    An initial requirement is due so many business days after settlement. An intraday deficit is
    due on the day after which a practice of late payment is frozen; unmet, it stays outstanding
    until after a later one, `days_to_meet_intraday_outstanding`. A house, or an override by the
    name of its parameter, may make the time shorter. Refused on a date without such a rule.

    Rule: 12 CFR 220.2; FINRA 4210(d)(2), (f)(6), (g)(9), (g)(10).
    """
    return last_day_under(kind, call_rules(day, house, overrides))


def last_day_under(kind: CallKind, rules: CallRules) -> dt.date:
    """Last business day to meet a call that arises on the day of the rules, under them."""
    return business_day_after(rules.as_of, _days(kind, rules))


def _days(kind: CallKind, rules: CallRules) -> int:
    """Business days that a call of this kind leaves."""
    if kind is CallKind.REGT:
        period = rules.payment_period
        return period.settlement_days + period.payment_days_after_settlement
    return rules.margin_calls.days_to_meet[kind.value]


if TYPE_CHECKING:
    from holidays import HolidayBase

_ONE_DAY: Final = dt.date.resolution


def is_business_day(day: dt.date) -> bool:
    """Whether the exchange trades on the day."""
    return day.weekday() < calendar.SATURDAY and day not in _closings()


def business_day_after(day: dt.date, number: int) -> dt.date:
    """The business day that comes as the `number`th, 1 or more, after a day.

    The day itself never counts, whether it is a business day or not.
    """
    for _ in range(number):
        day += _ONE_DAY
        while not is_business_day(day):
            day += _ONE_DAY
    return day


def business_day_before(day: dt.date) -> dt.date:
    """The last business day before a day."""
    day -= _ONE_DAY
    while not is_business_day(day):
        day -= _ONE_DAY
    return day


def closings_after(day: dt.date, until: dt.date) -> list[tuple[dt.date, str]]:
    """The weekdays after a day, until another, on which the exchange is closed, and why."""
    closings, found = _closings(), []
    while (day := day + _ONE_DAY) <= until:
        if day.weekday() < calendar.SATURDAY and day in closings:
            found.append((day, closings[day]))
    return found


@cache
def _closings() -> HolidayBase:
    """The exchange's closings by date; loaded when a date is first asked for.

    Of the library's modules that of the exchange alone: their package loads those of all countries.
    """
    import holidays

    exchanges = [str(Path(own) / "financial") for own in holidays.__path__]
    found = PathFinder.find_spec("ny_stock_exchange", exchanges)
    if found is None or found.loader is None:  # a version that keeps it elsewhere
        return holidays.financial_holidays("NYSE")
    module = module_from_spec(found)
    found.loader.exec_module(module)
    closings: HolidayBase = module.NewYorkStockExchange()
    return closings
