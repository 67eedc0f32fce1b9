"""Ranges of names and values - settings, facts -, of all accounts or of each.

A name that is not known is refused, not ignored: a mistyped `house` would otherwise answer with the
number of another house.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from math import isnan, nan
from typing import Final, Generic, TypeVar

from xlmargin.cells.columns import GREATEST_CASH, NAME, date_serial, number_in_style, number_of
from xlmargin.cells.problems import ProblemLog, shown_text
from xlmargin.cells.table import SourceRows
from xlmargin.cells.values import (
    Cells,
    CellValue,
    Words,
    is_error,
    label,
    normalized,
    rows_of,
    shown,
    text_of,
    to_value,
    wanted_words,
)
from xlmargin.cells.words import DAYS, FRACTIONS, TEXTS
from xlmargin.dates import DATE
from xlmargin.errors import RowRef

MOST_ROWS: Final = 2_000
MOST_COLUMNS: Final = 1_000
_SIGNS: Final = ("=", "+", "-", "@")
_VALUES: Final = ("value", "values")
_T = TypeVar("_T")
_E = TypeVar("_E", bound=Enum)


@dataclass(frozen=True)
class NamedCell:
    """A value: its range, or file, and row there, its name as typed, and what stands there."""

    range: str
    row: int
    text: str
    value: CellValue


Stated = Mapping[str, NamedCell]
"""What one account states, by the names' own spelling."""


@dataclass(frozen=True)
class RangeNames:
    """The names a range may have: how each text is read, what was probably meant, headings."""

    range: str
    name_of: Callable[[str], str]
    nearest: Callable[[str], str]
    headings: tuple[str, ...]
    one: str
    all: tuple[str, ...] = ()


@dataclass(frozen=True)
class Field(Generic[_T]):
    """How a value is read: None where it cannot be; what is wanted then, and what stands for it."""

    read: Callable[[CellValue], _T | None]
    wanted: str
    default: _T

    def of(self, name: str, stated: Stated, log: ProblemLog) -> _T:
        """The value stated, the default where none is; a problem where it cannot be read."""
        if name not in stated:
            return self.default
        value = self.read(stated[name].value)
        if value is None:
            refuse(stated[name], self.wanted, log)
            return self.default
        return value


_MOST_DAYS: Final = 10_000.0


def number(least: float, most: float, wanted: str, default: float = nan) -> Field[float]:
    """A number from the least to the most, in no percent."""
    return Field(lambda cell: _number(cell, least, most), wanted, default)


def dollars() -> Field[float]:
    """Dollars, of either sign; NaN where not stated."""
    wanted = f"dollars, a number of at most {GREATEST_CASH:,.0f}"
    return number(-GREATEST_CASH, GREATEST_CASH, wanted)


def share(default: float = nan) -> Field[float]:
    """A share of 1, such as 0.005."""
    return number(0.0, 1.0, "a fraction from 0 to 1", default)


def days(default: float) -> Field[float]:
    """A number of days, 0 or more."""
    return number(0.0, _MOST_DAYS, f"days, a number from 0 to {_MOST_DAYS:,.0f}", default)


def move(least: float, most: float, default: float) -> Field[float]:
    """A move as a fraction from the least to the most, such as -0.2."""
    return number(least, most, f"a fraction from {least:g} to {most:g}, such as -0.2", default)


def day() -> Field[float]:
    """A serial day; NaN where not stated."""
    return Field(lambda cell: None if isnan(at := date_serial(cell)) else at, DATE, nan)


def word(words: Words[_E], default: _E, wanted: str = "") -> Field[_E]:
    """What a word stands for."""
    return Field(words.read, wanted or words.wanted, default)


def _number(cell: CellValue, least: float, most: float) -> float | None:
    found = number_of(cell)
    percent = isinstance(cell, str) and "%" in cell
    return found if least <= found <= most and not percent else None


def refuse(cell: NamedCell, wanted: str, log: ProblemLog) -> None:
    """A problem with one value."""
    log.error(cell.range, cell.row, label(cell.text), shown_text(cell.value), wanted)


def read_named_values(cells: Cells, names: RangeNames, log: ProblemLog) -> dict[str, Stated]:
    """What each account states, by its name: what is stated for all is that of "".

    Several accounts are distinguished by a first row of headings: `name`, and each account's own;
    or `name`, `value` and `account`, a row for what one of them states. Numbers of a file are read
    in its style, and its problems name it.
    """
    rows, place = _rows(cells, names, log)
    start, columns = _columns(rows, place, names, log)
    whose = _column_of_accounts(rows, start)
    stated: dict[str, dict[str, NamedCell]] = {account: {} for account in columns.values()}
    found: dict[tuple[str, str], int] = {}
    for i, row in enumerate(rows[start:], start=start):
        of_row = "" if whose is None else label(text_of(row[whose]))
        values = [row[column] for column in columns if row[column] is not None]
        if row[0] is None or not values:
            if values:
                wanted = f"the name of the {names.one} {shown(values[0])}"
                log.error(*place[i], "name", "nothing", wanted)
            continue
        name = names.name_of(text_of(row[0]))
        if not name:
            near = names.nearest(text_of(row[0]))
            known = f"a known {names.one}" + (f" (perhaps {near}?)" if near else "")
            wanted = wanted_words(list(names.all)) if names.all and not near else known
            log.error(*place[i], "name", shown(row[0]), wanted)
        elif (name, of_row) in found:
            wanted = f"one row for it: already given in row {place[found[name, of_row]].row}"
            log.error(*place[i], "name", shown(row[0]), wanted)
        elif of_row.startswith(_SIGNS):
            log.error(*place[i], "account", shown(of_row), NAME)
        else:
            found[name, of_row] = i
            for column, of_column in columns.items():
                account = of_row or of_column
                if row[column] is not None:
                    text = text_of(row[0]) + (f" of {account}" if account else "")
                    own = stated.setdefault(account, {})
                    own[name] = NamedCell(*place[i], text, value_in_style(row[column], name, cells))
    return {**stated}


def rows_in_place(cells: Cells, range_: str) -> list[RowRef]:
    """The place of each row of cells: in their file, else in the range of this name."""
    rows = cells if isinstance(cells, SourceRows) else SourceRows(rows_of(cells))
    return [RowRef(rows.source or range_, number) for number in rows.numbers]


def value_in_style(value: CellValue, name: str, cells: Cells) -> CellValue:
    """The value of a name as the style of the file says, where the cells are of one.

    Percent of what is no fraction stay a text, with a point, and are refused where it is read.
    """
    style = cells.style if isinstance(cells, SourceRows) else None
    if style is None or not isinstance(value, str) or name in DAYS or name in TEXTS:
        return value
    if isnan(found := number_in_style(value, style)):
        return value
    if "%" in value and name not in FRACTIONS:
        texts = (value, f"{100.0 * found:.10g}%", f"{100.0 * found:.10f}%")
        return next((text for text in texts if number_of(text) == found), texts[-1])
    return found


def _column_of_accounts(rows: list[list[CellValue]], start: int) -> int | None:
    """The column that says whose a value is, beside the one of values; None where there is none."""
    headings = [normalized(text_of(cell)) for cell in rows[start - 1]] if start else []
    if not any(text in _VALUES for text in headings):
        return None
    return next((i for i, text in enumerate(headings) if i and text == "account"), None)


def _rows(
    cells: Cells, names: RangeNames, log: ProblemLog
) -> tuple[list[list[CellValue]], list[RowRef]]:
    """The rows down to the last with anything in it, all of one width; none where left out.

    Beside them the place of each.
    """
    given = list(rows_of(cells))
    place = rows_in_place(cells, names.range)
    while given and all(to_value(cell) is None for cell in given[-1]):
        given.pop()
    width = max(map(len, given), default=0)
    if len(given) > MOST_ROWS or width > MOST_COLUMNS:
        found = f"{len(given):,} rows of {width:,}"
        log.error(place[0].range, 0, "", found, f"at most {MOST_ROWS:,} rows of {MOST_COLUMNS:,}")
        return [], place
    rows = [[to_value(cell) for cell in row] + [None] * (width - len(row)) for row in given]
    if all(cell in (None, 0.0) for row in rows for cell in row):
        return [], place
    if width < 2:
        log.error(place[0].range, 0, "", "one column", "two columns, name and value")
        return [], place
    for i, row in enumerate(rows):
        for cell in filter(is_error, row):
            log.error(*place[i], label(text_of(row[0])), shown(cell), "a value")
    return rows, place


def _columns(
    rows: list[list[CellValue]], place: list[RowRef], names: RangeNames, log: ProblemLog
) -> tuple[int, dict[int, str]]:
    """Index of the first row below the headings, and the account of each column of values."""
    start = next((i for i, row in enumerate(rows) if any(cell is not None for cell in row)), 0)
    headings = [text_of(cell) for cell in rows[start]] if rows else []
    if not headings or normalized(headings[0]) not in names.headings:
        filled = {i for row in rows for i, cell in enumerate(row) if cell is not None} - {0}
        if len(filled) > 1:
            wanted = "a first row with name, and value or the name of each account"
            log.error(place[0].range, 0, "", f"{len(filled)} columns of values", wanted)
        return start, {1: ""} if rows else {}
    values = [i for i, text in enumerate(headings) if normalized(text) in _VALUES]
    if values:
        return start + 1, {values[0]: ""}
    accounts: dict[int, str] = {}
    for column, text in enumerate(headings[1:], start=1):
        account = label(text)
        if account.startswith(_SIGNS):
            log.error(*place[start], "", shown(account), NAME)
        elif account in accounts.values():
            wanted = "each account in one column"
            log.error(*place[start], account, "account named twice", wanted)
        elif account:
            accounts[column] = account
        elif any(row[column] is not None for row in rows):
            found = f"no heading over column {column + 1}"
            log.error(*place[start], "", found, "the name of its account")
    return start + 1, accounts or {1: ""}
