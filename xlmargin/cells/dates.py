"""Dates as people and brokers print them: serials, 2026-12-18, 18DEC26, Dec 18 2026, 12/18/26.

12/5/26 is May or December: the other cells of its column say which comes first, or the file's
format; where nothing says it, the cell is refused with both readings.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from xlmargin.arrays import BoolArray, FloatArray
from xlmargin.cells.values import CellValue, is_nothing
from xlmargin.dates import EARLIEST_SERIAL, LATEST_SERIAL, date_of, serial_of

DATE: Final = "a date (a serial day, or a text such as 2026-12-18)"
UNDECIDED: Final = "a date with one reading: {0} or {1}? Write 2026-12-18"

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
_LONGEST: Final = 40
LAST_SATURDAY: Final = serial_of(dt.date(2015, 2, 1))
"""Serial day: monthly options expired on Saturdays until January 2015."""


@dataclass(frozen=True)
class _Numeric:
    """A date of numbers alone: its serials by month first and by day first, NaN where none."""

    month_first: float
    day_first: float


@dataclass(frozen=True)
class DatesRead:
    """The serial days of distinct cells, NaN where empty or refused; what is wanted instead.

    `month_first` is the order that was taken where it mattered, None where it did not.
    """

    values: FloatArray
    wanted: dict[int, str]
    month_first: bool | None


def read_dates(cells: Sequence[CellValue], month_first: bool | None = None) -> DatesRead:
    """The serial days of the distinct cells of a column; `month_first` is the format's order.

    The first cell that has one reading decides for the column.
    """
    values = np.full(len(cells), np.nan)
    wanted: dict[int, str] = {}
    either: dict[int, _Numeric] = {}
    decided: bool | None = None
    for i, cell in enumerate(cells):
        if is_nothing(cell) or cell == "-":
            continue
        read = _read(cell)
        if isinstance(read, float):
            values[i] = read
            continue
        if read is None:
            wanted[i] = DATE
            continue
        either[i] = read
        if decided is None and np.isnan(read.month_first) != np.isnan(read.day_first):
            decided = not np.isnan(read.month_first)
    decided = month_first if decided is None else decided
    for i, read in either.items():
        if read.month_first == read.day_first:
            values[i] = read.month_first
        elif decided is not None:
            values[i] = read.month_first if decided else read.day_first
        if np.isnan(values[i]):
            both = [_printed(v) for v in (read.month_first, read.day_first)]
            wanted[i] = DATE if "no date" in both else UNDECIDED.format(*both)
    return DatesRead(values, wanted, decided if either else None)


def _read(cell: CellValue) -> float | _Numeric | None:
    """A serial day, a date with up to two readings, or None for what is no date."""
    if isinstance(cell, float):
        compact = f"{cell:.0f}" if 19_700_101 <= cell <= 20_991_231 and cell % 1 == 0 else ""
        return _in_range(cell) if not compact else _read(compact)
    if cell is None or len(cell) > _LONGEST:
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


def _of_match(found: dict[str, str | None], time: float) -> float | _Numeric | None:
    year = int(found["y"] or 0)
    year += 2000 if year < 100 else 0
    if one := found.get("one"):
        both = (int(one), int(found["two"] or 0))
        read = _Numeric(_serial(year, *both, time), _serial(year, *both[::-1], time))
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


def _printed(serial: float) -> str:
    return "no date" if np.isnan(serial) else date_of(serial).isoformat()


def date_serial(cell: CellValue, month_first: bool | None = None) -> float:
    """The serial day in a lone cell; NaN where it is empty, or where it has no one reading."""
    return float(read_dates((cell,), month_first).values[0])


def day_of(text: str, month_first: bool | None = True) -> dt.date | None:
    """The calendar date in a lone text, its time of day left away; None where it is no date.

    >>> [str(day_of(t)) for t in ("20261218;162000", "12/18/26", "18 DEC 26", "46374")]
    ['2026-12-18', '2026-12-18', '2026-12-18', '2026-12-18']
    """
    serial = date_serial(text, month_first)
    return None if np.isnan(serial) else date_of(serial)


def is_saturday(serial: FloatArray) -> BoolArray:
    """Which serial days are Saturdays."""
    return np.asarray(np.floor(serial) % 7 == 0)


def is_standard_saturday(expiration: FloatArray) -> BoolArray:
    """Which expirations are Saturdays at a time when options expired on Saturdays."""
    return is_saturday(expiration) & (expiration < LAST_SATURDAY)
