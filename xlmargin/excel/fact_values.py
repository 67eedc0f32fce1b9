"""The facts of one account, read from its cells."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import isnan, nan
from typing import Final, TypeVar

from xlmargin.dates import date_of
from xlmargin.eligibility import Answer, Facts, Monitoring, Registration, Status
from xlmargin.excel.columns import GREATEST_CASH, date_serial, number_of, wanted_words
from xlmargin.excel.fact_names import (
    ANSWERS,
    MONITORINGS,
    OPTION_LEVELS,
    REGISTRATIONS,
    STATUSES,
    word_of,
)
from xlmargin.excel.findings import Findings
from xlmargin.excel.plain_cells import PlainCell, shown_text, text_of

RANGE: Final = "facts"
_SIGNED: Final = ("disclosure", "agreement", "review")
_LEVELS: Final = "uncovered or less (a firm's level 3 may be either)"
_MOST_YEARS: Final = 100
_LONGEST_WORD: Final = 40
_E = TypeVar("_E", bound=StrEnum)


@dataclass(frozen=True)
class FactCell:
    """A cell of the range: its row number, what a message calls it, and its value."""

    row: int
    name: str
    value: PlainCell


@dataclass(frozen=True)
class _Reader:
    """The cells of one account by fact; what cannot be read is a problem, and not stated."""

    cells: Mapping[str, FactCell]
    as_of: dt.date
    findings: Findings

    def dollars(self, name: str) -> float:
        """Dollars, NaN where not stated."""
        if name not in self.cells:
            return nan
        value = number_of(self.cells[name].value)
        if abs(value) <= GREATEST_CASH:
            return value
        self.refuse(name, f"dollars, a number of at most {GREATEST_CASH:,.0f}")
        return nan

    def word(
        self, name: str, words: Mapping[_E, tuple[str, ...]], default: _E, wanted: str = ""
    ) -> _E:
        """What the word stands for."""
        if name not in self.cells:
            return default
        meant = word_of(self.text(name), words)
        if meant is None:
            self.refuse(name, wanted or wanted_words([word.value for word in words]))
        return meant or default

    def signed(self, name: str) -> Answer:
        """Yes or no, or the day since when: a day still to come is a no."""
        if name in self.cells and not isnan(day := date_serial(self.cells[name].value)):
            return Answer.YES if date_of(day) <= self.as_of else Answer.NO
        return self.word(name, ANSWERS, Answer.NOT_STATED, "yes, no, or the date")

    def experience(self) -> tuple[Answer, float]:
        """Whether there is any, and how many years; NaN where only yes or no is stated."""
        if "experience" not in self.cells:
            return Answer.NOT_STATED, nan
        years = number_of(self.cells["experience"].value)
        if 0 <= years <= _MOST_YEARS:
            return (Answer.YES if years else Answer.NO), years
        wanted = f"years, 0 to {_MOST_YEARS}, or yes or no"
        return self.word("experience", ANSWERS, Answer.NOT_STATED, wanted), nan

    def text(self, name: str) -> str:
        """The cell as text."""
        return text_of(self.cells[name].value)

    def as_stated(self, name: str) -> str | float:
        """What the user wrote: a number of dollars or years, a day as text, or a word."""
        value = self.cells[name].value
        if name in _SIGNED and not isnan(day := date_serial(value)):
            return date_of(day).isoformat()
        number = number_of(value)
        return self.text(name)[:_LONGEST_WORD] if isnan(number) else number

    def refuse(self, name: str, wanted: str) -> None:
        """Report a cell that is not what was wanted."""
        cell = self.cells[name]
        self.findings.error(RANGE, cell.row, cell.name, shown_text(cell.value), wanted)


def read_facts_of(
    account: str, cells: Mapping[str, FactCell], as_of: dt.date, findings: Findings
) -> Facts:
    """The facts of an account; each that cannot be read is a problem."""
    read = _Reader(cells, as_of, findings)
    equity, (experience, years) = read.dollars("equity"), read.experience()
    return Facts(
        account=account,
        status=read.word("status", STATUSES, Status.NOT_STATED),
        equity=equity,
        aggregate_equity=_aggregate(equity, read),
        monitoring=read.word("monitoring", MONITORINGS, Monitoring.NOT_STATED),
        unlisted_derivatives=read.word("unlisted_derivatives", ANSWERS, Answer.NOT_STATED),
        registration=read.word("registration", REGISTRATIONS, Registration.NOT_STATED),
        experience=experience,
        experience_years=years,
        uncovered_options=read.word("option_level", OPTION_LEVELS, Answer.NOT_STATED, _LEVELS),
        disclosure=read.signed("disclosure"),
        agreement=read.signed("agreement"),
        review=read.signed("review"),
        as_stated={name: read.as_stated(name) for name in cells},
    )


def _aggregate(equity: float, read: _Reader) -> float:
    """Equity of all accounts of the owner, $; no less than that of the account among them."""
    aggregate = read.dollars("aggregate_equity")
    if aggregate < equity:
        read.refuse("aggregate_equity", f"at least the equity of the account, {equity:,.0f}")
    return aggregate
