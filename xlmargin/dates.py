"""Dates as spreadsheets hold them, and as people and brokers print them.

Spreadsheets hold serial days since 30 December 1899, with a fraction of a day. Printed are serials,
2026-12-18, 18DEC26, Dec 18 2026, 12/18/26; 12/5/26 is May or December, and has both readings.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np

from xlmargin.arrays import BoolArray, FloatArray

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


@cache
def months_ahead(day: dt.date, months: int) -> dt.date:
    """The same day of the month so many months ahead; its last day where there is no such day.

    >>> months_ahead(dt.date(2026, 5, 31), 9)
    datetime.date(2027, 2, 28)
    """
    years, month = divmod(day.month - 1 + months, _MONTHS_A_YEAR)
    year = day.year + years
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def years_ahead(day: dt.date, years: int) -> dt.date:
    """The same day so many years ahead; its month's last day where there is no such day."""
    return months_ahead(day, years * _MONTHS_A_YEAR)


DATE: Final = "a date (a serial day, or a text such as 2026-12-18)"

_MONTHS: Final = {name.upper(): i for i, name in enumerate(calendar.month_abbr) if name}
_YEAR: Final = r"'?(?P<y>\d{4}|\d\d)"
_NAMED: Final = r"(?P<mon>[A-Z]{3})[A-Z]*\.?"
_DATES: Final = tuple(
    re.compile(pattern, re.ASCII | re.IGNORECASE)
    for pattern in (
        r"(?P<y>\d{4})[-/.](?P<m>\d{1,2})[-/.](?P<d>\d{1,2})",  # 2026-12-18
        r"(?P<y>\d{4})(?P<m>\d\d)(?P<d>\d\d)",  # 20261218
        rf"(?P<d>\d{{1,2}})[ -]?{_NAMED},?[ -]?{_YEAR}",  # 18-Dec-26, 18DEC26
        rf"{_NAMED}[ -](?P<d>\d{{1,2}})(?:,? |-){_YEAR}",  # Dec 18, 2026
        rf"(?P<one>\d{{1,2}})(?P<sep>[-/.])(?P<two>\d{{1,2}})(?P=sep){_YEAR}",  # 12/18/26
    )
)
_WEEKDAY: Final = re.compile(r"(?:mon|tue|wed|thu|fri|sat|sun)[a-z]*\.?,? (?=\S)", re.IGNORECASE)
_TIME: Final = re.compile(
    r"(?:[;,T ]+)(?P<h>\d{1,2}):?(?P<min>\d\d)(?::?(?P<s>\d\d(?:\.\d{1,6})?))?"
    r"(?: ?(?P<half>[AP])\.?M\.?)?(?: ?(?:E[SD]?T|UTC|Z))?",
    re.ASCII | re.IGNORECASE,
)
_SERIAL: Final = re.compile(r"\d{5}(\.\d+)?", re.ASCII)
_LONGEST_DATE: Final = 40
LAST_SATURDAY: Final = serial_of(dt.date(2015, 2, 1))
"""Serial day: monthly options expired on Saturdays until January 2015."""


@dataclass(frozen=True)
class DateReadings:
    """A date of numbers alone: its serials by month first and by day first, NaN where none."""

    month_first: float
    day_first: float


def read_date(cell: float | str | None) -> float | DateReadings | None:
    """A serial day, a date with up to two readings, or None for what is no date."""
    if isinstance(cell, float):
        compact = f"{cell:.0f}" if 19_700_101 <= cell <= 20_991_231 and cell % 1 == 0 else ""
        return _in_range(cell) if not compact else read_date(compact)
    if cell is None or len(cell) > _LONGEST_DATE:
        return None
    if _SERIAL.fullmatch(cell):
        return _in_range(float(cell))
    text = _WEEKDAY.sub("", cell)
    for pattern in _DATES:
        if match := pattern.match(text):
            time = _fraction(text[match.end() :])
            if time is not None and (read := _of_match(match.groupdict(), time)) is not None:
                return read
    return None


def _in_range(serial: float) -> float | None:
    return serial if EARLIEST_SERIAL <= serial <= LATEST_SERIAL else None


def _fraction(text: str) -> float | None:
    """The fraction of the day that a time after a date says; None where it is no time."""
    if not text.strip():
        return 0.0
    match = _TIME.fullmatch(text.rstrip())
    if match is None:
        return None
    hour, minute, second = int(match["h"]), int(match["min"]), float(match["s"] or 0)
    if match["half"]:
        hour = hour % 12 + (12 if match["half"].upper() == "P" else 0)
    if hour > 23 or minute > 59 or second >= 60:
        return None
    return (hour * 3600 + minute * 60 + second) / 86_400


def _of_match(found: dict[str, str | None], time: float) -> float | DateReadings | None:
    year = int(found["y"] or 0)
    year += 2000 if year < 100 else 0
    if one := found.get("one"):
        both = (int(one), int(found["two"] or 0))
        read = DateReadings(_serial(year, *both, time), _serial(year, *both[::-1], time))
        return None if np.isnan(read.month_first) and np.isnan(read.day_first) else read
    name = found.get("mon")
    month = _MONTHS.get(name.upper(), 0) if name else int(found.get("m") or 0)
    serial = _serial(year, month, int(found["d"] or 0), time)
    return None if np.isnan(serial) else serial


def _serial(year: int, month: int, day: int, time: float) -> float:
    try:
        serial = serial_of(dt.date(year, month, day)) + time
    except ValueError:
        return np.nan
    return serial if EARLIEST_SERIAL <= serial <= LATEST_SERIAL else np.nan


def is_saturday(serial: FloatArray | float) -> BoolArray:
    """Which serial days are Saturdays."""
    return np.asarray(np.floor(serial) % 7 == 0)
