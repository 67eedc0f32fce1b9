"""A number of a rule: what it means, what it is divided by, and its values by date.

A later entry changes the keys that it names; the others stand as they were. An entry that is
repealed names no value: it ends the parameter.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from xlmargin.errors import RulebookError

_INDEX: Final = "index"
_STILL: Final = "still"


class UnderlyingClass(StrEnum):
    """Class of an underlying in the margin rules; decides its valuation points and its rates.

    A broker's own words are turned into these at the door. An index itself cannot be held as
    shares. What stands still, moves of the market leave its price alone: it is no equity, and
    outside the risk array.
    """

    is_index: bool
    stands_still: bool

    def __new__(cls, value: str, what: str = "") -> UnderlyingClass:
        """The class of a word, and whether it is an index or stands still."""
        member = str.__new__(cls, value)
        member._value_ = value
        member.is_index, member.stands_still = what == _INDEX, what == _STILL
        return member

    STOCK = "stock"
    ETF_BROAD = "etf_broad"
    """Exchange-traded fund on a broad-based index."""
    ETF_NARROW = "etf_narrow"
    """Exchange-traded fund on anything narrower than a broad-based index."""
    ETN = "etn"
    ETF_EXEMPT = "etf_exempt"
    """Fund of exempted securities: 95% or more in US government or municipal paper."""
    MONEY_MARKET = "money_market", _STILL
    """Money market fund."""
    TREASURY = "treasury", _STILL
    """Treasury bill, note or bond, held by its principal and priced per 100 of it."""
    INDEX_HIGH_CAP = "index_high_cap", _INDEX
    """High-capitalisation broad-based index, such as the S&P 500."""
    INDEX_BROAD = "index_broad", _INDEX
    """Broad-based index that is not high-capitalisation, such as the Russell 2000."""
    INDEX_NARROW = "index_narrow", _INDEX
    VOL_INDEX = "vol_index", _INDEX
    """Index of implied volatility, such as the VIX."""


ONE: Final = ""
"""The key of a parameter that is not divided by anything."""

KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "underlying class": tuple(c.value for c in UnderlyingClass),
    "product": (
        "currency",
        "interest_rate",
        "treasury_bill",
        "treasury_note",
        "treasury_bond",
        "vxst",
    ),
    "step": ("first", "second", "third", "fourth", "fifth", "sixth"),
    "volume band": ("first", "second", "third", "fourth"),
    "ownership band": ("first", "second", "third"),
    "gross band": ("first", "second", "third", "fourth", "fifth"),
    "industry band": ("first", "second"),
    "monitoring": ("full", "partial", "executes_away"),
    "margin call": (
        "maintenance",
        "portfolio",
        "minimum_equity",
        "intraday",
        "intraday_outstanding",
    ),
}
"""What a parameter may be divided `by`, with the keys that then have a value each."""


class Unit(StrEnum):
    """Unit of a parameter's values."""

    FRACTION = "fraction"
    """A share of what `states` names, 0 to 1."""
    DOLLARS_PER_UNIT = "dollars per unit"
    """$ per unit of the multiplier, or per share."""
    DOLLARS = "dollars"
    YEARS = "years"
    DAYS = "days"
    COUNT = "count"
    SWITCH = "switch"
    """1 for yes, 0 for no; true and false in the file."""

    @property
    def is_switch(self) -> bool:
        """Whether the value is yes or no."""
        return self is Unit.SWITCH

    @property
    def wanted(self) -> str:
        """What a value in this unit must be, in words."""
        return _WANTED.get(self, f"{self.value}, 0 or more")

    def allows(self, value: float) -> bool:
        """Whether the value can be one in this unit; NaN never can."""
        match self:
            case Unit.FRACTION:
                return 0 <= value <= 1
            case Unit.DOLLARS_PER_UNIT | Unit.DOLLARS | Unit.YEARS | Unit.DAYS:
                return 0 <= value < math.inf
            case Unit.COUNT:
                return value >= 1 and value.is_integer()
            case Unit.SWITCH:
                return value in (0, 1)


_WANTED: Final[Mapping[Unit, str]] = {
    Unit.FRACTION: "a fraction, 0 to 1",
    Unit.COUNT: "a whole number, 1 or more",
    Unit.SWITCH: "true or false",
}


class Overridable(StrEnum):
    """In which direction a house or a user may move a value: where the requirement rises."""

    NO = ""
    RAISE = "raise"
    """To a greater value."""
    LOWER = "lower"
    """To a smaller value; a switch may be turned off."""
    CHOICE = "choice"
    """To any value: the rule leaves open which reading holds."""


@dataclass(frozen=True)
class ParameterEntry:
    """The values that one day brings into force, and where they are stated."""

    effective: date
    checked: date
    rule: str
    href: str
    source: str
    remark: str
    repealed: bool
    values: Mapping[str, float]

    @property
    def citation(self) -> str:
        """The rule with the document it was read in, as requirements cite it."""
        return f"{self.rule} ({self.source})"


@dataclass(frozen=True)
class Parameter:
    """A number of a rule, by key and by date."""

    name: str
    states: str
    unit: Unit
    by: str
    overridable: Overridable
    since: tuple[ParameterEntry, ...]

    @property
    def keys(self) -> tuple[str, ...]:
        """The keys that have a value each; `ONE` alone where the parameter is not divided."""
        return KEYS[self.by] if self.by else (ONE,)

    def refusal(self, as_of: date, key: str = ONE) -> str:
        """Why the key has no value in force on the date; "" where it has one."""
        entries = self._entries(key)
        begun = [e for e in entries if e.effective <= as_of]
        if begun and not begun[-1].repealed:
            return ""
        nothing = f"{full_name(self.name, key)} has no value on {as_of}"
        if not begun:
            first = entries[0]
            return f"{nothing}: its first is in force from {first.effective} ({first.rule})."
        return f"{nothing}: it was repealed from {begun[-1].effective} ({begun[-1].rule})."

    def in_force(self, as_of: date, key: str = ONE) -> ParameterEntry:
        """The entry whose value for the key is in force on the date; refused without one."""
        refusal = self.refusal(as_of, key)
        if refusal:
            raise RulebookError(refusal)
        return [e for e in self._entries(key) if e.effective <= as_of][-1]

    def _entries(self, key: str) -> list[ParameterEntry]:
        return [e for e in self.since if e.repealed or key in e.values]

    def first(self, key: str = ONE) -> ParameterEntry | None:
        """The earliest entry with a value for the key, or None where no entry names it."""
        return next((e for e in self.since if key in e.values), None)


@dataclass(frozen=True)
class RuleSet:
    """One file: a rule, where it is published, and its parameters."""

    rule: str
    title: str
    href: str
    source: str
    remark: str
    parameters: Mapping[str, Parameter]

    @property
    def citation(self) -> str:
        """The rule with the document it was read in, as requirements cite it."""
        return f"{self.rule} ({self.source})"


def full_name(parameter: str, key: str) -> str:
    """Name of one value of a parameter, as users type it: `valuation_range_up_stock`."""
    return f"{parameter}_{key}" if key else parameter


def spelled(name: str) -> str:
    """A name as the rulebook spells it: spaces, hyphens and underscores alike, any case."""
    return "_".join(name.lower().replace("-", " ").replace("_", " ").split())


def joined(texts: Iterable[str], between: str) -> str:
    """The texts, each once and without the empty ones."""
    return between.join(dict.fromkeys(text for text in texts if text))


def unknown(what: str, name: str, known: Iterable[str]) -> RulebookError:
    """The refusal of a name, with the names that come near it, or else all of them."""
    from difflib import get_close_matches

    all_names = tuple(known)
    near = get_close_matches(spelled(name), all_names) or all_names
    return RulebookError(f"{what}: found {name!r}, wanted {' or '.join(near)}.")
