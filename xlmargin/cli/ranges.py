"""The ranges of a book as the commands hand them on, with a date, and what is wrong with them."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from xlmargin.cells.problems import ProblemLog
from xlmargin.cells.values import TableCell, TableRows, normalized, text_of, to_value
from xlmargin.errors import Problem, Severity
from xlmargin.excel.settings_reader import stated_settings
from xlmargin.importers import BookRanges


def with_date(ranges: BookRanges, today: dt.date) -> BookRanges:
    """The ranges; where the settings give no date it is today, and they say so."""
    return replace(ranges, settings=_with_date(ranges.settings, today))


def errors(found: list[Problem]) -> list[Problem]:
    """The problems that refuse an answer."""
    return [problem for problem in found if problem.severity is Severity.ERROR]


def _with_date(settings: TableRows | None, today: dt.date) -> TableRows:
    """The settings, with a row for the date below them where they give none."""
    rows: TableRows = settings or [["name", "value"]]
    if "as_of" in dict(stated_settings(rows, ProblemLog()).of_all):
        return rows
    headings = [normalized(text_of(to_value(cell))) for cell in rows[0]]
    value = headings.index("value") if "value" in headings else 1
    width = max(len(headings), 2)
    date: list[TableCell] = [
        "as_of" if i == 0 else today.isoformat() if i == value else None for i in range(width)
    ]
    return [*rows, date]
