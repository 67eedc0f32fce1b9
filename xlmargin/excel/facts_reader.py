"""The facts of eligibility: names and values, a column of values an account."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from enum import Enum
from math import isnan, nan
from typing import Final, TypeVar

from xlmargin.cells.columns import date_serial, number_of
from xlmargin.cells.named_values import (
    Field,
    RangeNames,
    Stated,
    dollars,
    read_named_values,
    refuse,
)
from xlmargin.cells.problems import ProblemLog
from xlmargin.cells.values import (
    Cells,
    CellValue,
    Headings,
    Words,
    nearest,
    normalized,
    text_of,
)
from xlmargin.cells.words import stated_columns, stated_words
from xlmargin.dates import date_of
from xlmargin.eligibility import AccountStatus, EligibilityFacts, Monitoring, Registration, YesNo
from xlmargin.errors import InputError, Problem
from xlmargin.packaged import packaged_toml
from xlmargin.settings import Settings

RANGE: Final = "facts"
_LISTED: Final = packaged_toml("xlmargin.excel", "words.toml")
_WORDS: Final = _LISTED["words"]
FACTS: Final = Headings(stated_columns(_LISTED["facts"]))
"""A row a fact."""

_E = TypeVar("_E", bound=Enum)


def _word(words: Words[_E], default: _E, wanted: str = "") -> Field[_E]:
    """What a word stands for; a number keeps its sign and point: level -2 is none."""

    def read(cell: CellValue) -> _E | None:
        text = text_of(cell)
        is_plain = isnan(number_of(text)) or normalized(text) == text
        return words.read(cell) if is_plain else None

    return Field(read, wanted or words.wanted, default)


ANSWERS: Final = stated_words(YesNo, _WORDS["answers"])
STATUSES: Final = stated_words(AccountStatus, _WORDS["status"])
REGISTRATIONS: Final = stated_words(Registration, _WORDS["registration"])
MONITORINGS: Final = stated_words(Monitoring, _WORDS["monitoring"])
OPTION_LEVELS: Final = stated_words(YesNo, _WORDS["option_level"])
"""Approved to write uncovered options, or not. Firms' level 3 is either, and refused."""

_LEVELS: Final = "uncovered or less (a firm's level 3 may be either)"
_SIGNED: Final = ("disclosure", "agreement", "review")
_MOST_YEARS: Final = 100
_LONGEST_WORD: Final = 40
_STATUS: Final = _word(STATUSES, AccountStatus.NOT_STATED)
_MONITORING: Final = _word(MONITORINGS, Monitoring.NOT_STATED)
_REGISTRATION: Final = _word(REGISTRATIONS, Registration.NOT_STATED)
_UNLISTED: Final = _word(ANSWERS, YesNo.NOT_STATED)
_LEVEL: Final = _word(OPTION_LEVELS, YesNo.NOT_STATED, _LEVELS)


def nearest_fact(text: str) -> str:
    """The fact that was probably meant, "" where none is near."""
    words = [each for name, others in FACTS.synonyms.items() for each in (name, *others)]
    return FACTS.name_of(nearest(text, words))


NAMES: Final = RangeNames(
    RANGE,
    FACTS.name_of,
    nearest_fact,
    ("name", "fact", "facts", "account", "requirement"),
    "fact",
    tuple(FACTS.synonyms),
)


def read_facts(cells: Cells, as_of: dt.date) -> tuple[EligibilityFacts, ...]:
    """The facts of each account; refused with every problem found.

    What is signed on a day after `as_of` is not signed yet.
    """
    log = ProblemLog()
    facts = facts_of_accounts(cells, as_of, log)
    log.refuse()
    return facts


def facts_of_accounts(
    cells: Cells, as_of: dt.date, log: ProblemLog
) -> tuple[EligibilityFacts, ...]:
    """The facts of each account; each that cannot be read is a problem."""
    stated = read_named_values(cells, NAMES, log) or {"": {}}
    of_all = stated.get("", {})
    return tuple(
        _of_account(account, {**of_all, **own}, as_of, log)
        for account, own in stated.items()
        if account or len(stated) == 1
    )


def settings_of(facts: Sequence[EligibilityFacts], settings: Settings) -> list[Settings]:
    """The settings of the account of each; refused where some are of an account without facts."""
    accounts = [each.account for each in facts]
    wanted = f"an account of the facts: {', '.join(name or '(none)' for name in accounts)}"
    strangers = [name for name in settings.of_accounts if name not in accounts]
    if strangers:
        raise InputError([Problem("settings", 0, "account", repr(n), wanted) for n in strangers])
    return [settings.of(account) for account in accounts]


def _of_account(account: str, stated: Stated, as_of: dt.date, log: ProblemLog) -> EligibilityFacts:
    def of(field: Field[_E], name: str) -> _E:
        return field.of(name, stated, log)

    signed = _word(ANSWERS, YesNo.NOT_STATED, "yes, no, or the date")
    answers = {name: _since(stated, name, as_of) or of(signed, name) for name in _SIGNED}
    equity = dollars().of("equity", stated, log)
    experience, years = _experience(stated, log)
    return EligibilityFacts(
        account=account,
        status=of(_STATUS, "status"),
        equity=equity,
        aggregate_equity=_aggregate(equity, stated, log),
        monitoring=of(_MONITORING, "monitoring"),
        unlisted_derivatives=of(_UNLISTED, "unlisted_derivatives"),
        registration=of(_REGISTRATION, "registration"),
        experience=experience,
        experience_years=years,
        uncovered_options=of(_LEVEL, "option_level"),
        **answers,
        as_stated={name: _as_stated(name, cell.value) for name, cell in stated.items()},
    )


def _since(stated: Stated, name: str, as_of: dt.date) -> YesNo | None:
    """Yes where a day is stated that has come, no where it is still to come; None without one."""
    day = date_serial(stated[name].value) if name in stated else nan
    if isnan(day):
        return None
    return YesNo.YES if date_of(day) <= as_of else YesNo.NO


def _experience(stated: Stated, log: ProblemLog) -> tuple[YesNo, float]:
    """Whether there is any, and how many years; NaN where only yes or no is stated."""
    years = number_of(stated["experience"].value) if "experience" in stated else nan
    if 0 <= years <= _MOST_YEARS:
        return (YesNo.YES if years else YesNo.NO), years
    wanted = f"years, 0 to {_MOST_YEARS}, or yes or no"
    return _word(ANSWERS, YesNo.NOT_STATED, wanted).of("experience", stated, log), nan


def _aggregate(equity: float, stated: Stated, log: ProblemLog) -> float:
    """Equity of all accounts of the owner, $; no less than that of the account among them."""
    aggregate = dollars().of("aggregate_equity", stated, log)
    if aggregate < equity:
        wanted = f"at least the equity of the account, {equity:,.0f}"
        refuse(stated["aggregate_equity"], wanted, log)
    return aggregate


def _as_stated(name: str, value: CellValue) -> str | float:
    """What the user wrote: a number of dollars or years, a day as text, or a word."""
    if name in _SIGNED and not isnan(day := date_serial(value)):
        return date_of(day).isoformat()
    number = number_of(value)
    return text_of(value)[:_LONGEST_WORD] if isnan(number) else number
