"""Numbers and dates as brokers print them: "$1,234.50", "(30.00)", "18 DEC 26".

Nothing is guessed: what is not plainly a number or a date has no value here, and the caller says
where it was found. An empty cell is unknown, not 0.
"""

from __future__ import annotations

import calendar
import datetime as dt
import re
from math import nan
from typing import Final

from xlmargin.dates import EARLIEST_SERIAL, LATEST_SERIAL, date_of

_EMPTY: Final = frozenset(["", "-", "--", "n/a"])
_INVISIBLE: Final = str.maketrans({"\ufeff": "", "\u200b": "", "\u00a0": " "})
_LONGEST_NUMBER: Final = 40

_NUMBER: Final = re.compile(
    r"(?P<open>\()?(?P<sign>[-+]?\$?[-+]?)"
    r"(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d*)?|\d+(?:\.\d*)?|\.\d+)%?(?P<close>\))?",
    re.ASCII,
)

_MONTHS: Final = {name.upper(): i for i, name in enumerate(calendar.month_abbr) if name}
_DAYS: Final = tuple(
    re.compile(pattern, re.ASCII | re.IGNORECASE)
    for pattern in (
        r"(?P<y>\d{4})-(?P<m>\d\d)-(?P<d>\d\d)",  # 2026-12-18
        r"(?P<y>\d{4})/(?P<m>\d\d)/(?P<d>\d\d)",  # 2026/12/18
        r"(?P<y>\d{4})(?P<m>\d\d)(?P<d>\d\d)",  # 20261218
        r"(?P<m>\d{1,2})/(?P<d>\d{1,2})/(?P<y>\d{4}|\d\d)",  # 12/18/2026, 12/18/26
        r"(?P<d>\d{1,2}) ?(?P<mon>[A-Z]{3}) ?(?P<y>\d{4}|\d\d)",  # 18 DEC 26, 18DEC26
        r"(?P<mon>[A-Z]{3})[A-Z]*[- ](?P<d>\d{1,2})(?:,? |-)(?P<y>\d{4}|\d\d)",  # Nov 2, 2026
    )
)
_TIME: Final = re.compile(r"[;,T ]+(\d\d:\d\d|\d{6}).*")
_SERIAL: Final = re.compile(r"\d{5}(\.\d+)?", re.ASCII)


def cleaned(text: str) -> str:
    """A cell without invisible signs and without blanks around it."""
    return text.translate(_INVISIBLE).strip()


def is_empty(text: str) -> bool:
    """Whether a cleaned cell says nothing: "", "--", "N/A"."""
    return text.casefold() in _EMPTY


def number(text: str) -> float | None:
    """The number in a cleaned cell, NaN where it is empty, None where it is no number.

    >>> [number(t) for t in ("($1,234.50)", "-$.31", "$-2", "+3", "12.5%", "1,23")]
    [-1234.5, -0.31, -2.0, 3.0, 12.5, None]
    """
    if is_empty(text):
        return nan
    match = _NUMBER.fullmatch(text.replace(" ", ""))
    if match is None or len(text) > _LONGEST_NUMBER:
        return None
    if bool(match["open"]) != bool(match["close"]):
        return None
    signs = match["sign"].replace("$", "")
    if len(signs) > 1 or (signs and match["open"]):
        return None
    value = float(match["digits"].replace(",", ""))
    return -value if match["open"] or signs == "-" else value


def day(text: str) -> dt.date | None:
    """The date in a cleaned cell, its time of day left away; None where it is no date.

    >>> [str(day(t)) for t in ("20261218;162000", "12/18/26", "18 DEC 26", "46374")]
    ['2026-12-18', '2026-12-18', '2026-12-18', '2026-12-18']
    """
    if _SERIAL.fullmatch(text):
        serial = float(text)
        return date_of(serial) if EARLIEST_SERIAL <= serial <= LATEST_SERIAL else None
    date = _TIME.sub("", text)
    match = next((m for pattern in _DAYS if (m := pattern.fullmatch(date))), None)
    return _calendar_day(match.groupdict()) if match else None


def _calendar_day(found: dict[str, str | None]) -> dt.date | None:
    name = found.get("mon")
    month = _MONTHS.get(name.upper(), 0) if name else int(found.get("m") or 0)
    year = int(found["y"] or 0)
    try:
        return dt.date(year if year > 99 else 2000 + year, month, int(found["d"] or 0))
    except ValueError:
        return None
