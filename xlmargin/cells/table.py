"""The one table between cells or files and a book: columns that know where they come from.

A column is an array of numbers, or a few distinct cells and the index of each row's. An Excel
range, a sheet, a text file and a batch of a Parquet file make the same table.
"""

from __future__ import annotations

import datetime as dt
import marshal
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import sha256
from itertools import chain, count
from typing import Any, Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from xlmargin.arrays import BoolArray, FloatArray, IntArray
from xlmargin.cells.numbers import NumberStyle
from xlmargin.cells.values import (
    ERROR_OF_CODE,
    Cell,
    CellRows,
    Cells,
    CellValue,
    Day,
    is_error,
    rows_of,
    text_of,
    to_value,
)
from xlmargin.computing import ContentCache

EMPTY: Final = -1
"""The code of an empty cell."""

Codes: TypeAlias = NDArray[np.int32]
_FLOATS: Final = frozenset([float, int, type(None)])

_UNEQUAL: Final = frozenset([float, Day, str, type(None)])
"""Types of cells of which none is equal to one of another type."""

_ERROR_CODES: Final = np.array(list(ERROR_OF_CODE), dtype=np.float64)


@dataclass(frozen=True, eq=False)
class CodedCells:
    """Cells of any content: each row's is `distinct[code]`, or empty where the code is EMPTY.

    The distinct cells are in the order in which they appear.
    """

    codes: Codes
    distinct: tuple[CellValue, ...]

    def __len__(self) -> int:
        return len(self.codes)

    def read(self, each: Callable[[CellValue], float]) -> FloatArray:
        """A number for each row from what is read of its cell; NaN where it is empty."""
        return self.spread([each(cell) for cell in self.distinct])

    def spread(
        self, of_distinct: Sequence[float] | FloatArray, empty: float = np.nan
    ) -> FloatArray:
        """A number for each row from one for each distinct cell; `empty` where it is empty."""
        return np.append(np.asarray(of_distinct, dtype=np.float64), empty)[self.codes]

    def indexes(self, of_distinct: Sequence[int], empty: int = EMPTY) -> IntArray:
        """A whole number for each row from one for each distinct cell."""
        return np.array([*of_distinct, empty], dtype=np.int64)[self.codes]

    def where(self, test: Callable[[CellValue], bool]) -> BoolArray:
        """Which rows have a cell that passes a test; an empty one does not."""
        passes = [test(cell) for cell in self.distinct]
        if not any(passes):
            return np.zeros(len(self), dtype=bool)
        return np.array([*passes, False], dtype=bool)[self.codes]

    def take(self, index: np.ndarray) -> CodedCells:
        """Some of the cells; distinct ones that no row uses any more are left out."""
        codes = self.codes[index]
        used = np.zeros(len(self.distinct) + 1, dtype=bool)
        used[codes] = True  # EMPTY is the last, which is no cell
        kept = np.flatnonzero(used[:-1])
        if len(kept) == len(self.distinct):
            return CodedCells(codes, self.distinct)
        new = np.full(len(used), EMPTY, dtype=np.int32)
        new[kept] = np.arange(len(kept))
        return CodedCells(new[codes], tuple(self.distinct[i] for i in kept.tolist()))


Column: TypeAlias = FloatArray | CodedCells
"""Numbers, NaN where empty (dates are serial days), or cells of any content."""


def filled_cells(column: Column) -> BoolArray:
    """Which rows of a column have something in them."""
    return column.codes != EMPTY if isinstance(column, CodedCells) else ~np.isnan(column)


def column_of(cells: Sequence[Cell]) -> Column:
    """The cells of a column as hosts hand them over; numbers alone become an array."""
    kinds = set(map(type, cells))
    if kinds <= _FLOATS and kinds - {type(None)}:
        try:
            numbers = np.array(cells, dtype=np.float64)
        except OverflowError:
            return coded([to_value(cell) for cell in cells])
        if int not in kinds or not np.isin(numbers, _ERROR_CODES).any():
            return numbers
    if not kinds <= _UNEQUAL:
        return coded([to_value(cell) for cell in cells])
    return coded(cells)


def coded(cells: Sequence[Cell]) -> CodedCells:
    """Texts, or values, as a few distinct ones."""
    raw: dict[Any, int] = defaultdict(count().__next__)
    index = [raw[cell] for cell in cells]
    values = [to_value(cell) for cell in raw]
    number = {v: i for i, v in enumerate(dict.fromkeys(v for v in values if v is not None))}
    of_raw = np.array([EMPTY if v is None else number[v] for v in values], dtype=np.int32)
    codes: Codes = np.take(of_raw, np.asarray(index, dtype=np.int64))
    return CodedCells(codes, tuple(number))


def _joined(columns: Sequence[Column]) -> Column:
    numbers = [column for column in columns if not isinstance(column, CodedCells)]
    if len(numbers) == len(columns):
        return np.concatenate(numbers)
    cells = [column if isinstance(column, CodedCells) else _as_coded(column) for column in columns]
    distinct = {c: i for i, c in enumerate(dict.fromkeys(chain(*(c.distinct for c in cells))))}
    codes = [
        np.array([*(distinct[c] for c in column.distinct), EMPTY], dtype=np.int32)[column.codes]
        for column in cells
    ]
    return CodedCells(np.concatenate(codes), tuple(distinct))


def _as_coded(numbers: FloatArray) -> CodedCells:
    distinct, codes = np.unique(numbers, return_inverse=True)
    real = int(np.count_nonzero(~np.isnan(distinct)))
    narrow: Codes = np.asarray(np.where(codes < real, codes, EMPTY), dtype=np.int32)
    return CodedCells(narrow, tuple(distinct[:real].tolist()))


class SourceRows(list[Any]):
    """The rows of a file's table, which know their place in it: a range like any other.

    `source` names the file, and the sheet where it has several; `numbers` are the rows' own.
    `first_column` is the index of the sheet's column that the first cells stand in, None where the
    columns are not those of a sheet. `style` and `month_first` are what the file, or its format,
    says of numbers and dates; None where it says nothing.
    """

    def __init__(
        self,
        rows: Iterable[Sequence[Cell]],
        source: str = "",
        numbers: Sequence[int] | None = None,
        *,
        first_column: int | None = 0,
        style: NumberStyle | None = None,
        month_first: bool | None = None,
    ) -> None:
        super().__init__(rows)
        self.source = source
        self.numbers = range(1, len(self) + 1) if numbers is None else numbers
        self.first_column = first_column
        self.style = style
        self.month_first = month_first

    @property
    def place(self) -> dict[str, Any]:
        """What the rows know beside their cells, by name."""
        names = ("source", "numbers", "first_column", "style", "month_first")
        return {name: getattr(self, name) for name in names}

    def below(self, start: int) -> SourceRows:
        """The rows from one on, the first 0."""
        return SourceRows(self[start:], **{**self.place, "numbers": self.numbers[start:]})


@dataclass(frozen=True, eq=False)
class RangeTable:
    """The known columns of a range, by heading, without blank rows, totals and footnotes.

    `rows` are row numbers as the user sees them: the file's, else within the range, 1 for its
    first. `unknown` are the columns that no heading is known for, by what stands there. A table
    with the same content under the same headings as they stand is equal, and hashes so.
    """

    name: str
    rows: IntArray
    columns: Mapping[str, Column]
    unknown: Mapping[str, Column] = field(default_factory=dict)
    letters: Mapping[str, str] = field(default_factory=dict)
    typed: Mapping[str, str] = field(default_factory=dict)
    """Each heading as it stands in the range."""
    heading_row: int = 1
    given: bool = True
    style: NumberStyle | None = None
    month_first: bool | None = None

    def __len__(self) -> int:
        return len(self.rows)

    def has(self, heading: str) -> bool:
        """Whether the range has this column."""
        return heading in self.columns

    def letter(self, heading: str) -> str:
        """The sheet's letter of a column, "" where it is not known."""
        return self.letters.get(heading, "")

    def cell(self, heading: str, index: int) -> CellValue:
        """One cell, by its heading, or the text of an unknown one, and the index of its row."""
        column = self.columns.get(heading, self.unknown.get(heading))
        if column is None:
            return None
        if isinstance(column, CodedCells):
            code = int(column.codes[index])
            return None if code == EMPTY else column.distinct[code]
        value = float(column[index])
        return None if np.isnan(value) else value

    def different(self, heading: str, index: IntArray) -> IntArray:
        """Of these rows the first of each different cell, by the heading; in their order."""
        column = self.columns.get(heading, self.unknown.get(heading))
        if column is None:
            return index[:1]
        cells = column.codes[index] if isinstance(column, CodedCells) else column[index]
        return index[np.sort(np.unique(cells, return_index=True)[1])]

    def cells(self, heading: str) -> list[CellValue]:
        """The cells of a column one by one; all empty where there is no such column."""
        return [self.cell(heading, i) for i in range(len(self))]

    def texts(self, heading: str) -> CodedCells:
        """A column as distinct texts, such as names; a number without its decimals is a text."""
        column = self.columns.get(heading)
        if column is None:
            return CodedCells(np.full(len(self), EMPTY, dtype=np.int32), ())
        cells = column if isinstance(column, CodedCells) else _as_coded(column)
        if {*map(type, cells.distinct)} <= {str}:
            return cells
        return CodedCells(
            coded([text_of(cell) for cell in (*cells.distinct, None)]).codes[cells.codes],
            tuple(dict.fromkeys(map(text_of, cells.distinct))),
        )

    def empty(self, heading: str) -> BoolArray:
        """Which rows have nothing under a heading."""
        column = self.columns.get(heading)
        return np.full(len(self), True) if column is None else ~filled_cells(column)

    def errors(self, heading: str) -> BoolArray:
        """Which rows have an error of the spreadsheet under a heading."""
        column = self.columns.get(heading)
        if not isinstance(column, CodedCells):
            return np.zeros(len(self), dtype=bool)
        return column.where(is_error)

    @property
    def size(self) -> int:
        """Number of cells held."""
        return len(self) * max(1, len(self.columns))

    def take(self, rows: IntArray | Sequence[int] | BoolArray) -> RangeTable:
        """The table with some of its rows alone; they keep their row numbers."""
        index = np.asarray(rows, dtype=None if len(rows) else np.int64)
        return replace(
            self,
            rows=self.rows[index],
            columns={name: _taken(column, index) for name, column in self.columns.items()},
            unknown={name: _taken(column, index) for name, column in self.unknown.items()},
        )

    def with_column(self, heading: str, column: Column) -> RangeTable:
        """The table with another column under a heading."""
        return replace(self, columns={**self.columns, heading: column})

    def without(self, heading: str) -> RangeTable:
        """The table without a column."""
        kept = {name: column for name, column in self.columns.items() if name != heading}
        return replace(self, columns=kept)

    def __hash__(self) -> int:
        return self._hash

    @cached_property
    def _content(self) -> tuple[object, ...]:
        columns = [(h, *_bytes(c)) for h, c in (*self.columns.items(), *self.unknown.items())]
        rest = (self.name, self.heading_row, self.given, self.style, self.month_first)
        headings = tuple(self.typed.items()), tuple(self.unknown)
        return (*rest, self.rows.tobytes(), *headings, *columns)

    @cached_property
    def _hash(self) -> int:
        return hash(self._content)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, RangeTable):
            return NotImplemented
        return self is other or (self._hash == other._hash and self._content == other._content)


def _taken(column: Column, index: np.ndarray) -> Column:
    if isinstance(column, CodedCells):
        return column.take(index)
    return np.asarray(column[index], dtype=np.float64)


def _bytes(column: Column) -> tuple[object, ...]:
    if isinstance(column, CodedCells):
        return column.codes.tobytes(), column.distinct
    return (column.tobytes(),)


def joined(tables: Sequence[RangeTable]) -> RangeTable:
    """Tables of one source and the same headings, below one another."""
    if len(tables) == 1:
        return tables[0]
    first = tables[0]
    return replace(
        first,
        rows=np.concatenate([table.rows for table in tables]),
        columns={h: _joined([table.columns[h] for table in tables]) for h in first.columns},
        unknown={h: _joined([table.unknown[h] for table in tables]) for h in first.unknown},
    )


def transposed(rows: CellRows, width: int) -> list[tuple[Cell, ...]]:
    """The columns of rows, each of this width; short rows are filled with empty cells."""
    if any(len(row) != width for row in rows):
        rows = [[*row[:width], *[None] * (width - len(row))] for row in rows]
    return list(zip(*rows, strict=True)) if rows else [()] * width


_SIMPLE: Final = frozenset({float, int, bool, str, type(None)})
"""Types whose equal cells are alike, byte by byte."""


class KnownCells(SourceRows):
    """The rows of a range, simple cells, with a digest of them: equal where all cells are.

    Of the rows of a file it is equal where their place in it, and its style, are too.
    """

    def __init__(self, rows: CellRows, of_file: SourceRows | None = None) -> None:
        digest = _digest_as_written(rows)
        if digest is None or not _ARE_SIMPLE.get(digest, lambda _: _has_simple_cells(rows)):
            rows = _simple_rows(rows)
            digest = digest_of(rows)
        if of_file is None:
            super().__init__(rows, first_column=None)
        else:
            super().__init__(rows, **of_file.place)
            digest = sha256(digest + repr(of_file.place).encode()).digest()
        self.digest = digest


_ARE_SIMPLE: Final = ContentCache[bytes, bool](most=64, most_size=64, size=lambda *_: 1)
"""Whether content that was seen before has simple cells alone, by its digest."""


def simple_cells(cells: Cells) -> Cells:
    """A range of no other cells than values, TRUE and FALSE, with its digest; a lone cell alone.

    Dates become a `Day`, and what other packages and hosts have of their own their values: all that
    an answer may depend on, and nothing that another could change. Rows of a file keep their place.
    """
    if type(cells) in _SIMPLE:
        return cells
    rows = rows_of(cells)
    if len(rows) == 1 and len(rows[0]) == 1 and not isinstance(cells, list | tuple):
        return rows[0][0] if type(rows[0][0]) in _SIMPLE else to_value(rows[0][0])
    return KnownCells(rows, cells if isinstance(cells, SourceRows) else None)


def _has_simple_cells(rows: CellRows) -> bool:
    return _SIMPLE.issuperset(map(type, chain.from_iterable(rows)))


def _simple_rows(rows: CellRows) -> CellRows:
    """Rows of simple cells alone."""
    days: dict[dt.date, CellValue] = {}

    def value(cell: Cell) -> CellValue:
        if not isinstance(cell, dt.date):
            return to_value(cell)
        if cell not in days:
            days[cell] = to_value(cell)
        return days[cell]

    return [[c if type(c) in _SIMPLE else value(c) for c in row] for row in rows]


def digest_of(cells: Any) -> bytes:
    """A digest of simple cells: the same for equal cells, and for no others."""
    if isinstance(cells, KnownCells):
        return cells.digest
    digest = _digest_as_written(cells)
    if digest is None:  # there are dates among them
        digest = sha256(marshal.dumps(_days_apart(cells), 2)).digest()
    return digest


def _digest_as_written(cells: Any) -> bytes | None:
    """A digest of cells of types that are written; None where there are others among them."""
    try:
        # Version 2 writes equal cells alike, whether they are one object or several.
        return sha256(marshal.dumps(cells, 2)).digest()
    except ValueError:
        return None


def _days_apart(cells: Any) -> Any:
    """Simple cells without a `Day`: how long the rows are, all cells, and which of them are dates.

    A lone cell that is no date stays as it is.
    """
    if type(cells) is not list:
        return ([], [float(cells)], [0]) if type(cells) is Day else cells
    flat = list(chain.from_iterable(cells))
    days = [i for i, cell in enumerate(flat) if type(cell) is Day]
    for i in days:
        flat[i] = float(flat[i])
    return list(map(len, cells)), flat, days
