"""What was found while reading: errors, warnings and notes, placed, grouped and counted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Final, Generic, TypeVar

import numpy as np

from xlmargin.arrays import BoolArray
from xlmargin.cells.table import RangeTable
from xlmargin.cells.values import LONGEST_TEXT, CellValue, is_error, shown
from xlmargin.computing import ContentCache
from xlmargin.dates import date_of
from xlmargin.defects import internal_error
from xlmargin.errors import REFUSED, InputError, MarginError, Problem, Severity

_LONGEST_FOUND: Final = 120
"""Characters of the cells that one message shows, together."""

_MOST_SHOWN: Final = 3
"""Different cells that one message shows; of the rest only that there are more."""


_Key = tuple[Severity, str, str, str, str]

Refused = tuple[tuple[str, tuple[int, ...]], ...]
"""Columns of a range, and the rows that are refused there."""


@dataclass
class _Group:
    rows: dict[int, None] = field(default_factory=dict)
    found: dict[str, None] = field(default_factory=dict)

    def add(self, rows: Iterable[int], found: Iterable[str]) -> None:
        self.rows.update(dict.fromkeys(rows))
        self.found.update(dict.fromkeys(found))


@dataclass
class ProblemLog:
    """Problems in the order in which they were found.

    Problems that differ only in their row are one, with all its rows. A cell is reported as an
    error once; a row that has an error already can be passed over (`after`), for what follows from
    an error is no error of its own.
    """

    _groups: dict[_Key, _Group] = field(default_factory=dict)
    _refused: dict[tuple[str, str], set[int]] = field(default_factory=dict)

    def error(self, range_: str, row: int, column: str, found: str, wanted: str) -> None:
        """Something that refuses the answer; row 0 where the whole range is meant."""
        self._add(Severity.ERROR, range_, column, wanted, [row], [found])

    def warning(self, range_: str, row: int, column: str, found: str, wanted: str) -> None:
        """Something that is right as it stands but looks unlikely."""
        self._add(Severity.WARNING, range_, column, wanted, [row], [found])

    def note(self, range_: str, row: int, column: str, text: str) -> None:
        """How something was read, or what was left out."""
        self._add(Severity.NOTE, range_, column, "", [row], [text])

    def add(self, problems: Iterable[Problem]) -> None:
        """Problems that were found elsewhere."""
        for p in problems:
            self._add(
                p.severity, p.range, p.column, p.wanted, p.rows or [p.row], [p.found], p.letter
            )

    def refused(self, range_: str) -> Refused:
        """The cells of a range that have an error, by column: what hides problems found later."""
        found = ((column, rows) for (name, column), rows in self._refused.items() if name == range_)
        return tuple((column, tuple(sorted(rows))) for column, rows in found)

    @classmethod
    def after(cls, range_: str, refused: Refused) -> ProblemLog:
        """A log of its own for what is found in a range where these cells are refused already."""
        return cls({}, {(range_, column): set(rows) for column, rows in refused})

    def join(self, other: ProblemLog) -> None:
        """Problems that a log of its own found."""
        for key, group in other._groups.items():
            if key in self._groups:
                self._groups[key].add(group.rows, group.found)
            else:
                self._groups[key] = _Group(dict(group.rows), dict(group.found))
        for place, rows in other._refused.items():
            self._refused.setdefault(place, set()).update(rows)

    def errors_where(
        self,
        where: BoolArray,
        table: RangeTable,
        column: str,
        wanted: str,
        show: Callable[[CellValue], str] = shown,
        after: Sequence[str] = (),
    ) -> None:
        """The same error in each of these rows of a table.

        Rows are passed over that have an error in one of the columns `after` already.
        """
        if not np.count_nonzero(where):
            return
        known = [self._refused[place] for c in after if (place := (table.name, c)) in self._refused]
        if known:
            where = where & ~np.isin(table.rows, sorted(set().union(*known)))
        self._where(Severity.ERROR, where, table, column, wanted, show)

    def warnings_where(self, where: BoolArray, table: RangeTable, column: str, wanted: str) -> None:
        """The same warning in each of these rows of a table."""
        self._where(Severity.WARNING, where, table, column, wanted, shown)

    def notes_where(self, where: BoolArray, table: RangeTable, column: str, text: str) -> None:
        """The same note on each of these rows of a table."""
        self._where(Severity.NOTE, where, table, column, "", lambda _: text)

    def _where(
        self,
        severity: Severity,
        where: BoolArray,
        table: RangeTable,
        column: str,
        wanted: str,
        show: Callable[[CellValue], str],
    ) -> None:
        if np.count_nonzero(where):
            at = np.flatnonzero(where)
            different = table.different(column, at)[: _MOST_SHOWN + 1]
            found = [show(table.cell(column, int(i))) for i in different]
            rows = table.rows[at].tolist()
            self._add(severity, table.name, column, wanted, rows, found, table.letter(column))

    def _add(
        self,
        severity: Severity,
        range_: str,
        column: str,
        wanted: str,
        rows: Iterable[int],
        found: Iterable[str],
        letter: str = "",
    ) -> None:
        if severity is Severity.ERROR:
            refused = self._refused.setdefault((range_, column), set())
            rows = [row for row in rows if not row or row not in refused]
            if not rows:
                return
            refused.update(row for row in rows if row)
        found = list(found)
        what = found[0] if severity is Severity.NOTE or 0 in rows else ""
        key = (severity, range_, column, wanted, what + "\0" + letter)
        self._groups.setdefault(key, _Group()).add(rows, found)

    @property
    def problems(self) -> list[Problem]:
        """Everything found, problems alike in one, in the order in which they were found."""
        return [_problem(key, group) for key, group in self._groups.items()]

    @property
    def errors(self) -> list[Problem]:
        """The problems that refuse the answer."""
        errors = (item for item in self._groups.items() if item[0][0] is Severity.ERROR)
        return [_problem(key, group) for key, group in errors]

    def refuse(self) -> None:
        """Refuse the answer with every error found, where there is any."""
        if errors := self.errors:
            raise InputError(errors)


_K = TypeVar("_K", bound=Hashable)
_V = TypeVar("_V")


class ReadOnce(Generic[_K, _V]):
    """What is read of some content of a range, remembered with the problems found on the way."""

    def __init__(self, most: int, most_size: int, size: Callable[[_V], int]) -> None:
        self._read = ContentCache[tuple[_K, str, Refused], tuple[_V, ProblemLog]](
            most, most_size, lambda _, found: size(found[0])
        )

    def get(self, key: _K, range_: str, log: ProblemLog, read: Callable[[ProblemLog], _V]) -> _V:
        """What `read` answers, again without reading; its problems are added to the log."""

        def apart(_: object) -> tuple[_V, ProblemLog]:
            own = ProblemLog.after(range_, refused)
            return read(own), own

        refused = log.refused(range_)
        found, own = self._read.get((key, range_, refused), apart)
        log.join(own)
        return found


def _problem(key: _Key, group: _Group) -> Problem:
    severity, range_, column, wanted, extra = key
    rows = tuple(sorted(filter(None, group.rows)))
    shown_ = list(group.found)[:_MOST_SHOWN]
    found = ", ".join(shown_) + (", ..." if len(group.found) > _MOST_SHOWN else "")
    if len(shown_) > 1 and len(found) > _LONGEST_FOUND:
        found = f"{found[:_LONGEST_FOUND]}..."
    first, letter = (rows[0] if rows else 0), extra.partition("\0")[2]
    several = rows if len(rows) > 1 else ()
    return Problem(range_, first, column, found, wanted, severity, several, letter)


def some_of(names: Sequence[str], most: int) -> str:
    """Names as a message lists them: a few of them, and how many more there are."""
    more = f" and {len(names) - most:,} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more


def account_wanted(accounts: Sequence[str], otherwise: str = "", most: int = 5) -> str:
    """What is wanted where an account is none of the positions', or something otherwise."""
    listed = ", ".join(name or "(none)" for name in accounts[:most])
    return f"an account of the positions{otherwise}: {listed}{', ...' * (len(accounts) > most)}"


def counted(problems: Iterable[Problem]) -> str:
    """How many there are of each kind: "3 errors, 2 warnings, 4 notes"; "no problems" if none."""
    number = Counter(p.severity for p in problems)
    parts = [f"{number[s]} {s}{'s' * (number[s] != 1)}" for s in Severity if number[s]]
    return ", ".join(parts) or "no problems"


def shown_text(cell: CellValue) -> str:
    """A cell as a message shows it where a number or date was wanted: the text '12,5'."""
    if isinstance(cell, str) and not is_error(cell) and cell not in ("TRUE", "FALSE"):
        return f"the text {shown(cell)}"
    return cell if isinstance(cell, str) and not is_error(cell) else shown(cell)


def shown_date(cell: CellValue) -> str:
    """A cell as a message shows it where a date was found: 2026-12-18."""
    if isinstance(cell, float) and 1 <= cell < 2_000_000:
        return date_of(cell).isoformat()
    return shown(cell)


def refusal(error: Exception) -> str:
    """An error as one line for a cell; what was not foreseen is logged as an internal error."""
    message = str(error) if isinstance(error, MarginError) else internal_error(error)
    return (REFUSED + " ".join(message.split()))[:LONGEST_TEXT]
