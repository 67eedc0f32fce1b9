"""What was found wrong while reading, collected so that one look shows all of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

import numpy as np

from xlmargin.arrays import BoolArray
from xlmargin.errors import Problem, Severity
from xlmargin.excel.plain_cells import PlainCell, shown

MOST_LISTED: Final = 1_000
"""Rows listed for one and the same problem; of the rest only their number is told."""


class Table(Protocol):
    """A range whose cells can be named: its name, its row numbers, and a cell of it."""

    @property
    def name(self) -> str:
        """The range's name."""

    @property
    def rows(self) -> Sequence[int]:
        """The number of each row within the range."""

    def cell(self, heading: str, index: int) -> PlainCell:
        """One cell, by its heading and the index of its row."""


@dataclass
class Findings:
    """Problems in the order in which they were found; a cell is reported as an error once."""

    problems: list[Problem] = field(default_factory=list)
    _refused: set[tuple[str, int, str]] = field(default_factory=set)

    def error(self, range_: str, row: int, column: str, found: str, wanted: str) -> None:
        """Something that refuses the answer."""
        place = (range_, row, column)
        if row and place in self._refused:
            return
        self._refused.add(place)
        self.problems.append(Problem(range_, row, column, found, wanted))

    def warning(self, range_: str, row: int, column: str, found: str, wanted: str) -> None:
        """Something that deserves a look."""
        self.problems.append(Problem(range_, row, column, found, wanted, Severity.WARNING))

    def errors_where(
        self,
        where: BoolArray,
        table: Table,
        column: str,
        wanted: str,
        show: Callable[[PlainCell], str] = shown,
    ) -> None:
        """The same error in each of these rows of a table."""
        if where.any():
            self._each(self.error, np.flatnonzero(where), table, column, wanted, show)

    def warnings_where(
        self,
        where: BoolArray,
        table: Table,
        column: str,
        wanted: str,
        show: Callable[[PlainCell], str] = shown,
    ) -> None:
        """The same warning in each of these rows of a table."""
        if where.any():
            self._each(self.warning, np.flatnonzero(where), table, column, wanted, show)

    def _each(
        self,
        report: Callable[[str, int, str, str, str], None],
        rows: Sequence[int] | np.ndarray,
        table: Table,
        column: str,
        wanted: str,
        show: Callable[[PlainCell], str],
    ) -> None:
        for i in rows[:MOST_LISTED]:
            report(table.name, table.rows[i], column, show(table.cell(column, i)), wanted)
        if len(rows) > MOST_LISTED:
            row, more = table.rows[rows[MOST_LISTED]], len(rows) - MOST_LISTED
            report(table.name, row, column, f"the same in {more} more rows, from here on", wanted)

    @property
    def errors(self) -> list[Problem]:
        """The problems that refuse the answer."""
        return [p for p in self.problems if p.severity is Severity.ERROR]
