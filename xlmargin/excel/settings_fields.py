"""Which settings there are, what each may be called, and how its value is read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from xlmargin.cells.columns import GREATEST_CASH
from xlmargin.cells.named_values import (
    Field,
    NamedCell,
    day,
    days,
    dollars,
    move,
    number,
    share,
    word,
)
from xlmargin.cells.problems import ProblemLog
from xlmargin.cells.values import (
    CellValue,
    normalized,
    one_of,
    text_of,
    wanted_words,
)
from xlmargin.cells.words import stated_columns
from xlmargin.packaged import packaged_toml
from xlmargin.rulebook import house_names
from xlmargin.settings import (
    AccountType,
    BaseValue,
    Basis,
    CapacityRegimes,
    DayTradingRegime,
    KnownUnderlyings,
    Settings,
    Smile,
    UnsolvedPrice,
)

SETTINGS: Final = "settings"

GROUPS: Final = "groups"
"""The setting that names files of reports on groups, which the commands read."""

SYNONYMS: Final = stated_columns(packaged_toml("xlmargin.excel", "words.toml")["settings"])
"""What each setting may be called beside its own name."""

UNDATED: Final = ("as_of", "time_zone")
"""Settings of the day itself, which have no date of their own."""

COMPARED_WITH: Final = "compared_with"
PREPARED_ON: Final = "prepared_on"

TEXTS: Final = ("client", "logo", "prepared_by", PREPARED_ON, "paper", COMPARED_WITH)
"""Settings for the texts and days of a report, which no requirement depends on."""

_GREATEST_STRESS: Final = 10.0
"""Moves of a stress are fractions; a greater one is taken for percent."""

FIELDS: Final[Mapping[str, Field[Any]]] = {
    "account_type": word(one_of(AccountType), Settings.account_type),
    "cash": dollars(),
    "sma": dollars(),
    "basis": word(one_of(Basis), Settings.basis),
    "smile": word(one_of(Smile), Settings.smile),
    "base_value": word(one_of(BaseValue), Settings.base_value),
    "unsolved_price": word(one_of(UnsolvedPrice), Settings.unsolved_price),
    "parity_tolerance": share(),
    "day_trading_regime": word(one_of(DayTradingRegime), Settings.day_trading_regime),
    "known_underlyings": word(one_of(KnownUnderlyings), Settings.known_underlyings),
    "capacity_regimes": word(one_of(CapacityRegimes), Settings.capacity_regimes),
    "tolerance_share": share(Settings.tolerance_share),
    "overdue_days": days(Settings.overdue_days),
    "tolerance_dollars": number(
        0.0, GREATEST_CASH, "dollars, 0 or more", Settings.tolerance_dollars
    ),
    "stress_move": move(-1.0, _GREATEST_STRESS, Settings.stress_move),
    "stress_volatility": move(-1.0, _GREATEST_STRESS, Settings.stress_volatility),
}

STATED_BY_NAME: Final = frozenset((*FIELDS, "house"))


def house_of(text: str) -> str:
    """The house as the rulebook spells it, "" where there is no such house."""
    return next((h for h in house_names() if normalized(h) == normalized(text)), "")


BY_ACCOUNT: Final = ("house", "cash", "sma", "day_trading_regime")
"""What each account may state for itself, beside the rules' numbers that settings may move."""


def one_for_all(name: str) -> str:
    """What is wanted of a setting that no account states for itself."""
    if name == "account_type":
        return (
            "one value for all accounts: accounts under other rules are a book of their own. "
            "Put the positions of each account_type into a file or sheet of their own, settings too"
        )
    return (
        f"one value for all accounts: by account may be {', '.join(BY_ACCOUNT)} and rules' numbers"
    )


OWN_COLUMN: Final = "the account in a column account, or a column an account and none of value"
"""What is wanted of a value that stands beside another one."""

REMARKS: Final = (
    "comment", "comments", "default", "description", "meaning", "note", "notes", "remark",
    "remarks", "source", "sources", "states", "unit", "units",
)  # fmt: skip
"""Headings of columns beside the values that settings do not count."""


def _zone(cell: CellValue) -> ZoneInfo | None:
    try:
        return ZoneInfo(text_of(cell).strip())
    except (ValueError, OSError, ZoneInfoNotFoundError):
        return None


TIME_ZONE: Final = Field(
    _zone, "the name of a time zone, such as America/New_York or Europe/London", None
)

HOUSE: Final = Field(
    lambda cell: house_of(text_of(cell)) or None, wanted_words(list(house_names())), Settings.house
)


def compared_with(cell: NamedCell) -> float:
    """The serial day that the setting compared_with names; refused where it names none."""
    log = ProblemLog()
    found = day().of(COMPARED_WITH, {COMPARED_WITH: cell}, log)
    log.refuse()
    return found
