"""Names of the settings, in whatever case and signs they are typed."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import Final

from xlmargin.dates import DAYS_PER_YEAR
from xlmargin.excel.headings import nearest, squeezed
from xlmargin.rulebook import house_names, overridable_names

SYNONYMS: Final[Mapping[str, tuple[str, ...]]] = {
    "as_of": ("as of date", "valuation date", "date"),
    "rate": ("interest rate", "risk free rate"),
    "house": ("house profile", "profile"),
    "account_type": (),
    "cash": ("cash balance",),
    "sma": ("special memorandum account",),
    "basis": (),
    "smile": (),
    "base_value": (),
    "day_trading_regime": ("day trading",),
}
SWITCH: Final = {"true": 1.0, "yes": 1.0, "false": 0.0, "no": 0.0}

_TENOR: Final = re.compile(
    r"rate[\s_-]*(\d{1,5})[\s_-]*(d|day|w|week|m|month|y|year)s?", re.IGNORECASE | re.ASCII
)
_YEARS: Final = {"d": 1 / DAYS_PER_YEAR, "w": 7 / DAYS_PER_YEAR, "m": 1 / 12, "y": 1.0}


@cache
def _name_of() -> dict[str, str]:
    own = {squeezed(word): n for n, others in SYNONYMS.items() for word in (n, *others)}
    return {squeezed(n): n for n in overridable_names()} | own


def setting_name(text: str) -> str:
    """The setting's own name, "" where the text names no setting.

    A point of the rate curve has the name `rate`, a blank and its time, such as "rate 30d".
    """
    if match := _TENOR.fullmatch(text):
        return f"rate {int(match[1])}{match[2][0].lower()}"
    return _name_of().get(squeezed(text), "")


def nearest_setting(text: str) -> str:
    """The setting that was probably meant, "" where none is near."""
    return nearest(text, _name_of().values())


def curve_years(name: str) -> float:
    """Time of a point of the rate curve, years: "rate 30d" is 30 / 365; 0 for `rate` itself."""
    _, _, tenor = name.partition(" ")
    return int(tenor[:-1]) * _YEARS[tenor[-1]] if tenor else 0.0


def house_of(text: str) -> str:
    """The house as the rulebook spells it, "" where there is no such house."""
    return next((h for h in house_names() if squeezed(h) == squeezed(text)), "")
