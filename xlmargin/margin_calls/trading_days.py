"""Business days: the days on which the New York Stock Exchange trades, early closes included.

They come from the library `holidays`, which computes the exchange's closings for any year and asks
no clock, where `exchange_calendars` ends a year ahead of today. A closing that nobody could know
beforehand - a day of mourning, a hurricane - is in it once it happened; of a future year only the
regular holidays are known. Banks are closed on some days on which the exchange trades, such as
Columbus Day and Veterans Day: these are business days here.
"""

from __future__ import annotations

import datetime as dt
from functools import cache
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from holidays import HolidayBase

_ONE_DAY: Final = dt.timedelta(days=1)
_SATURDAY: Final = 5


def is_business_day(day: dt.date) -> bool:
    """Whether the exchange trades on the day."""
    return day.weekday() < _SATURDAY and day not in _closings()


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


@cache
def _closings() -> HolidayBase:
    """The exchange's closings by date; loaded when a date is first asked for."""
    import holidays

    return holidays.financial_holidays("NYSE")
