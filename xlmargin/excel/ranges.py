"""A range with headings, read into columns of plain cells."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from xlmargin.arrays import BoolArray
from xlmargin.excel.findings import Findings
from xlmargin.excel.headings import Headings, nearest
from xlmargin.excel.plain_cells import (
    Cell,
    Cells,
    PlainCell,
    Rows,
    label,
    plain,
    plain_column,
    rows_of,
    shown,
    text_of,
)

MOST_ROWS: Final = 200_000
MOST_COLUMNS: Final = 200


@dataclass(frozen=True)
class RangeTable:
    """The known columns of a range, without its blank rows.

    `rows` are row numbers within the range, which starts with row 1, the headings. `unknown` are
    headings that no column was read for. Two tables with the same content are equal, and hash so.
    """

    name: str
    rows: Sequence[int]
    headings: tuple[str, ...]
    cells: tuple[tuple[PlainCell, ...], ...]
    unknown: tuple[str, ...] = ()
    heading_row: int = 1
    given: bool = True

    def __len__(self) -> int:
        return len(self.rows)

    def has(self, heading: str) -> bool:
        """Whether the range has this column."""
        return heading in self.headings

    def column(self, heading: str) -> tuple[PlainCell, ...]:
        """The cells under a heading; all empty where there is no such column."""
        if heading in self.headings:
            return self.cells[self.headings.index(heading)]
        return (None,) * len(self.rows)

    def cell(self, heading: str, index: int) -> PlainCell:
        """One cell, by its heading and the index of its row."""
        if heading in self.headings:
            return self.cells[self.headings.index(heading)][index]
        return None

    def empty(self, heading: str) -> BoolArray:
        """Which rows have nothing under a heading."""
        return np.array([cell is None for cell in self.column(heading)], dtype=bool)

    @property
    def size(self) -> int:
        """Number of cells held."""
        return len(self.rows) * len(self.headings)

    def taken(self, indexes: Sequence[int]) -> RangeTable:
        """The table with some of its rows alone; they keep their row numbers."""
        return RangeTable(
            self.name,
            tuple(self.rows[i] for i in indexes),
            self.headings,
            tuple(tuple(column[i] for i in indexes) for column in self.cells),
            self.unknown,
            self.heading_row,
        )


def read_range(cells: Cells, name: str, headings: Headings, findings: Findings) -> RangeTable:
    """The table in a range; problems of its shape and headings are added to the findings.

    A range that is left out, or that is one cell with nothing or 0 in it (as hosts send an empty
    cell), is a table that is not `given`.
    """
    rows = _without_blank_end(rows_of(cells))
    if not rows or _is_left_out(rows):
        return RangeTable(name, (), (), (), given=False)
    if problem := _wrong_shape(rows):
        findings.error(name, 0, "", *problem)
        return RangeTable(name, (), (), ())
    start = next(i for i, row in enumerate(rows) if not _is_blank(row))
    table = _table(rows, start, name, headings, findings)
    _missing_headings(table, headings, findings)
    return table


def _is_blank(row: Sequence[Cell]) -> bool:
    return row.count(None) == len(row) or all(plain(cell) is None for cell in row)


def _without_blank_end(rows: Rows) -> Rows:
    end = len(rows)
    while end and _is_blank(rows[end - 1]):
        end -= 1
    return rows[:end]


def _is_left_out(rows: Rows) -> bool:
    return len(rows) == 1 and len(rows[0]) == 1 and plain(rows[0][0]) == 0.0


def _wrong_shape(rows: Rows) -> tuple[str, str] | None:
    """What was found and what is wanted, where the range cannot hold a table."""
    width = max(map(len, rows))
    if len(rows) - 1 > MOST_ROWS or width > MOST_COLUMNS:
        return (
            f"{len(rows)} rows, {width} columns",
            f"at most {MOST_ROWS} rows, {MOST_COLUMNS} columns",
        )
    if len(rows) == 1 and width == 1:
        return shown(plain(rows[0][0])), "a range with headings in its first row"
    return None


def _table(rows: Rows, start: int, name: str, headings: Headings, findings: Findings) -> RangeTable:
    texts = [text_of(plain(cell)) for cell in rows[start]]
    names = [headings.name_of(text) for text in texts]
    repeated = _repeated(texts, names, name, start + 1, findings)
    columns = _columns(rows[start + 1 :], len(texts))
    known = [i for i, n in enumerate(names) if n and i not in repeated]
    read = [plain_column(columns[i]) if columns else () for i in known]
    first_row = start + 2
    filled = _filled(read)
    if filled is not None:
        read = [tuple([column[i] for i in filled]) for column in read]
    count = len(read[0]) if read else 0
    unknown = tuple(text for text, n in zip(texts, names, strict=True) if text and not n)
    return RangeTable(
        name,
        range(first_row, first_row + count)
        if filled is None
        else tuple([first_row + i for i in filled]),
        tuple(names[i] for i in known),
        tuple(read),
        unknown,
        start + 1,
    )


def _repeated(
    texts: list[str], names: list[str], range_: str, row: int, findings: Findings
) -> set[int]:
    """Indexes of the columns whose heading an earlier column has already."""
    first: dict[str, int] = {}
    repeated = set()
    for i, name in enumerate(names):
        if name and first.setdefault(name, i) != i:
            repeated.add(i)
            both = f"{shown(texts[first[name]])} and {shown(texts[i])}"
            findings.error(range_, row, name, both, f"one column of {name}")
    return repeated


def _columns(rows: Rows, width: int) -> list[tuple[Cell, ...]]:
    if any(len(row) != width for row in rows):
        rows = [[*row[:width], *[None] * (width - len(row))] for row in rows]
    return list(zip(*rows, strict=True))


def _filled(columns: list[tuple[PlainCell, ...]]) -> list[int] | None:
    """Indexes of the rows that are not blank; None where no row is."""
    if not columns or not all(None in column for column in columns):
        return None
    blank = {i for i, cell in enumerate(columns[0]) if cell is None}
    for column in columns[1:]:
        blank = {i for i in blank if column[i] is None}
    return [i for i in range(len(columns[0])) if i not in blank] if blank else None


def _missing_headings(table: RangeTable, headings: Headings, findings: Findings) -> None:
    for name in headings.needed:
        if not table.has(name):
            missing_heading(table, name, findings)


def missing_heading(table: RangeTable, name: str, findings: Findings) -> None:
    """A problem for a heading that is needed, with the unknown one that was probably meant."""
    near = nearest(name, table.unknown)
    found = f"no such heading, but {shown(near)}" if near else "no such heading"
    findings.error(table.name, table.heading_row, name, found, f"a column of {name}")


def need(where: BoolArray, table: RangeTable, column: str, wanted: str, findings: Findings) -> None:
    """A problem for each row that needs something in a column, or for the column itself."""
    if table.has(column):
        findings.errors_where(where, table, column, wanted)
    elif where.any():
        missing_heading(table, column, findings)


def unknown_headings(table: RangeTable, headings: Headings, findings: Findings) -> None:
    """A warning for each column that is ignored, with the heading that was probably meant."""
    free = [name for name in headings.synonyms if not table.has(name)]
    for text in table.unknown:
        near = nearest(text, free)
        wanted = f"a known heading (perhaps {near}?)" if near else "a known heading"
        findings.warning(
            table.name, table.heading_row, label(text), "an unknown column, ignored", wanted
        )
