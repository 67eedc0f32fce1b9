"""Dates as spreadsheets hold them: serial days since 30 December 1899, with a fraction of a day."""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from typing import Final

_DAY_ZERO: Final = dt.datetime(1899, 12, 30)
_SECONDS_A_DAY: Final = 86_400
_MONTHS_A_YEAR: Final = 12

DAYS_PER_YEAR: Final = 365.0
"""Actual/365: the time to expiry is (expiration - as of) / 365 years."""

EARLIEST_SERIAL: Final = 25_569.0
"""1 January 1970; a smaller number in a date column is taken for something else."""

LATEST_SERIAL: Final = 73_050.0
"""31 December 2099."""


def serial_of(day: dt.date) -> float:
    """The serial day of a date, or of a date and time."""
    if isinstance(day, dt.datetime):
        return (day.replace(tzinfo=None) - _DAY_ZERO).total_seconds() / _SECONDS_A_DAY
    return float((day - _DAY_ZERO.date()).days)


def moment_of(serial: float) -> dt.datetime:
    """The date and time of a serial day, to the second."""
    return _DAY_ZERO + dt.timedelta(seconds=round(serial * _SECONDS_A_DAY))


def in_zone(serial: float, zone: dt.tzinfo, other: dt.tzinfo) -> float:
    """A serial day with its hour in one time zone, as it is in another, to the second.

    >>> serial = serial_of(dt.datetime(2026, 7, 1, 14, 30))
    >>> moment_of(in_zone(serial, dt.UTC, dt.timezone(dt.timedelta(hours=-4))))
    datetime.datetime(2026, 7, 1, 10, 30)
    """
    return serial_of(moment_of(serial).replace(tzinfo=zone).astimezone(other))


def date_of(serial: float) -> dt.date:
    """The calendar date of a serial day; the fraction of the day is dropped."""
    return (_DAY_ZERO + dt.timedelta(days=int(serial))).date()


def months_ahead(day: dt.date, months: int) -> dt.date:
    """The same day of the month so many months ahead; its last day where there is no such day.

    >>> months_ahead(dt.date(2026, 5, 31), 9)
    datetime.date(2027, 2, 28)
    """
    years, month = divmod(day.month - 1 + months, _MONTHS_A_YEAR)
    year = day.year + years
    return dt.date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def years_ahead(day: dt.date, years: int) -> dt.date:
    """The same day so many years ahead; its month's last day where there is no such day."""
    return months_ahead(day, years * _MONTHS_A_YEAR)
