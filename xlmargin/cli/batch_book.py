"""One book of a batch: its report is written, and what came of it is told in a row."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from xlmargin.cli.book_files import known_beside, note_of
from xlmargin.cli.book_report import Reported, ReportRequest
from xlmargin.cli.market import with_own
from xlmargin.cli.registered import functions
from xlmargin.computing import time_limit
from xlmargin.defects import full_disk, internal_error
from xlmargin.errors import MarginError, Severity
from xlmargin.importers import read_book_files
from xlmargin.reports.table import TOTAL
from xlmargin.workbooks import Functions
from xlmargin.workbooks.pages.lists import strategies_page

ACCOUNT_VALUE: Final = "account value"
PORTFOLIO: Final = "portfolio requirement"
COMPARED: Final = ("initial", "maintenance", "deposit", PORTFOLIO, "gain $", "gain %")
FIGURES: Final = (ACCOUNT_VALUE, *COMPARED)
"""Figures of a book: $, and the gain on the setting basis also as a fraction."""


@dataclass(frozen=True)
class BookRequest:
    """A report to be made: of which book, with which companions, where, on which day."""

    book: Path
    companions: Mapping[str, Path]
    output: Path
    today: dt.date
    groups: tuple[Path, ...] = ()
    """Reports of the clearing house."""

    def refused(self, why: str) -> BookResult:
        """The row of a book without a report."""
        return BookResult(self.book.name, refused=" ".join(why.split()))


@dataclass(frozen=True)
class BookResult:
    """What came of a book: its figures as far as they are known, or why it was refused."""

    book: str
    report: str = ""
    figures: Mapping[str, float] = field(default_factory=dict)
    warnings: int = 0
    left_out: str = ""
    refused: str = ""


def report_book(request: BookRequest) -> BookResult:
    """Write the report of a book, in whatever process; nothing is raised but an interrupt."""
    try:
        with time_limit(math.inf):
            return _reported(request)
    except Exception as error:
        if (full := full_disk(error)) is not None:
            return request.refused(full)
        known = isinstance(error, MarginError | OSError)
        return request.refused(str(error) if known else internal_error(error))


def _reported(request: BookRequest) -> BookResult:
    companions = dict(request.companions)
    instruments = companions.pop("instruments", None)
    ranges = read_book_files(request.book, **companions)
    folder = companions.get("settings", request.book).parent
    known = known_beside(instruments, request.groups, ranges.settings, folder)
    title, today = f"Margin: {request.book.stem}", ranges.as_of or request.today
    ranges = with_own(ranges, known, today)
    report = ReportRequest(request.output, True, title, today, functions())
    done = report.written(ranges, note=note_of(ranges))
    return BookResult(
        request.book.name,
        request.output.name,
        _figures(done, functions()),
        sum(problem.severity is Severity.WARNING for problem in done.warnings),
        " ".join(dict.fromkeys(done.left_out.values())),
    )


def _figures(done: Reported, answers: Functions) -> dict[str, float]:
    """The figures that are known.

    The regimes cannot be compared where one does not permit it, and there is no account value
    where the cash is not known.
    """
    ranges = done.tables.ranges
    if strategies_page.name in done.left_out:
        return _numbers({PORTFOLIO: answers["PM_REQUIREMENT"](*ranges)})
    headings, *rows = _rows(answers["MARGIN_COMPARE"](*ranges))
    total = dict(zip(headings, next(row for row in rows if row[0] == TOTAL), strict=True))
    stated = {name: total[name] for name in COMPARED}
    return _numbers({ACCOUNT_VALUE: _account_value(answers["MARGIN_ACCOUNT"](*ranges)), **stated})


def _account_value(account: object) -> object:
    """The value over all accounts; None where the function refuses to answer."""
    rows = account if isinstance(account, list) else []
    return next((row[2] for row in rows if row[0] == ACCOUNT_VALUE), None)


def _rows(answer: object) -> list[list[object]]:
    """An answer's rows; a refusal is raised."""
    if not isinstance(answer, list):
        raise MarginError(str(answer))
    return answer


def _numbers(stated: Mapping[str, object]) -> dict[str, float]:
    return {name: value for name, value in stated.items() if isinstance(value, float)}
