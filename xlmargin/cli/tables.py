"""The ranges of a book as the tables of a workbook, and those of further pages."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from xlmargin.cells.values import TableRows
from xlmargin.cli.book_files import with_date
from xlmargin.errors import Problem, Severity
from xlmargin.excel.range_checks import problems_of
from xlmargin.excel.ranges import Ranges
from xlmargin.importers import BookRanges
from xlmargin.importers.files import WORKBOOK_SUFFIXES
from xlmargin.importers.workbook_files import read_named_ranges
from xlmargin.workbooks import MORE, InputTables, input_tables


def tables_of(
    ranges: BookRanges, today: dt.date, more: Mapping[str, TableRows] | None = None
) -> InputTables:
    """The ranges as tables; where the settings give no date it is today, and they say so.

    `more` are the tables that some pages need beside those of the book, by name.
    """
    return input_tables(*with_date(ranges, today).cells, more)


def problems(tables: InputTables, today: dt.date) -> list[Problem]:
    """Every problem of the tables, errors and warnings."""
    return problems_of(Ranges(*tables.ranges, today=today))


def tables_beside(path: Path) -> dict[str, TableRows]:
    """The tables for further pages that a workbook holds under their names, but for empty ones."""
    if path.suffix.lower() not in WORKBOOK_SUFFIXES:
        return {}
    return tables_named(read_named_ranges(path, names_beside()))


def names_beside() -> tuple[str, ...]:
    """The names to look for, positions first: those of the sheets of dated tables are two words."""
    return ("positions", *_SPELLED)


def tables_named(found: Mapping[str, TableRows]) -> dict[str, TableRows]:
    """The tables for further pages among those found by name, but for empty ones."""
    return {
        _SPELLED[spelled]: rows
        for spelled, rows in found.items()
        if spelled in _SPELLED and any(cell is not None for row in rows[1:] for cell in row)
    }


_SPELLED: Final = {spelled: n for n in MORE for spelled in (n, n.replace("Dated", "Dated "))}


def errors(found: list[Problem]) -> list[Problem]:
    """The problems that refuse an answer."""
    return [problem for problem in found if problem.severity is Severity.ERROR]
