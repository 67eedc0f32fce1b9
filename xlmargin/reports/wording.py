"""Figures as sentences show them, whatever the user's language: $1,692,963, $16.53M, 10.2%."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from xlmargin.cells.values import wanted_words
from xlmargin.dates import date_of

_MILLION: Final = 1e6


def money(amount: float) -> str:
    """Dollars without cents.

    >>> money(1_692_963.4), money(-0.3), money(-1250)
    ('$1,692,963', '$0', '-$1,250')
    """
    whole = round(amount)
    return f"{'-' * (whole < 0)}${abs(whole):,}"


def large_money(amount: float) -> str:
    """Dollars, from a million on in millions.

    >>> large_money(16_529_469), large_money(-2_500_000), large_money(84_210)
    ('$16.53M', '-$2.50M', '$84,210')
    """
    if abs(round(amount)) < _MILLION:
        return money(amount)
    return f"{'-' * (amount < 0)}${abs(amount) / _MILLION:,.2f}M"


def percent(fraction: float) -> str:
    """A fraction as percent.

    >>> percent(0.1024), percent(-0.0001)
    ('10.2%', '0.0%')
    """
    return f"{round(fraction, 3) + 0.0:.1%}"


def day(serial: float) -> str:
    """A serial day.

    >>> day(46346)
    '20 Nov 2026'
    """
    date = date_of(serial)
    return f"{date.day} {date:%b %Y}"


def count(number: int, noun: str) -> str:
    """How many of something.

    >>> count(1, "day"), count(3, "day")
    ('1 day', '3 days')
    """
    return f"{number:,} {noun}{'s' * (number != 1)}"


def listed(names: Sequence[str]) -> str:
    """Names in a sentence.

    >>> listed(["A"]), listed(["A", "B", "C"])
    ('A', 'A, B and C')
    """
    return wanted_words(names, "and")
