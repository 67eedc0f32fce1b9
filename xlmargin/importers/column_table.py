"""A range as columns of arrays: what a file of millions of rows is read into.

The same content as rows of plain cells has, without an object for each cell: a column holds numbers
or a few distinct texts.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from typing import Final, TypeAlias

import numpy as np
from numpy.typing import NDArray

from xlmargin.arrays import FloatArray, IntArray

Codes: TypeAlias = NDArray[np.int32]
"""Half as wide as other whole numbers, for a day's columns travel to the workers."""

EMPTY: Final = -1
"""The code of a text that is not there."""


@dataclass(frozen=True, eq=False)
class TextColumn:
    """Texts, each an index into the distinct ones, or EMPTY."""

    codes: Codes
    texts: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.codes)

    def taken(self, indexes: IntArray) -> TextColumn:
        """Some of the texts; those that no row uses any more are left out."""
        codes = self.codes[indexes]
        used = np.zeros(len(self.texts) + 1, dtype=bool)
        used[codes] = True  # EMPTY is the last, which is no text
        kept = np.flatnonzero(used[:-1])
        new = np.full(len(used), EMPTY, dtype=np.int32)
        new[kept] = np.arange(len(kept))
        return TextColumn(new[codes], tuple(self.texts[i] for i in kept.tolist()))


Column = FloatArray | TextColumn
"""Numbers, NaN where empty (dates are serial days), or texts."""


@dataclass(frozen=True, eq=False)
class ColumnTable:
    """The known columns of a range by their headings; `rows` are row numbers, headings in row 1."""

    name: str
    rows: IntArray
    headings: tuple[str, ...]
    columns: tuple[Column, ...]

    def __len__(self) -> int:
        return len(self.rows)

    def column(self, heading: str) -> Column | None:
        """The column under a heading; None where there is none."""
        if heading in self.headings:
            return self.columns[self.headings.index(heading)]
        return None

    def taken(self, indexes: IntArray) -> ColumnTable:
        """The table with some of its rows alone; they keep their row numbers."""
        columns = tuple(
            c.taken(indexes) if isinstance(c, TextColumn) else c[indexes] for c in self.columns
        )
        return ColumnTable(self.name, self.rows[indexes], self.headings, columns)

    def cells(self, heading: str) -> list[float | str | None]:
        """The cells of a column one by one, as a sheet would hold them."""
        column = self.column(heading)
        if column is None:
            return [None] * len(self)
        if isinstance(column, TextColumn):
            texts = (*column.texts, None)  # EMPTY is the last
            return [texts[code] for code in column.codes.tolist()]
        return [cell if cell == cell else None for cell in column.tolist()]


def joined(tables: Sequence[ColumnTable]) -> ColumnTable:
    """Tables of the same headings below one another."""
    if len(tables) == 1:
        return tables[0]
    first = tables[0]
    columns = tuple(
        _joined([table.columns[i] for table in tables]) for i in range(len(first.headings))
    )
    rows = np.concatenate([table.rows for table in tables])
    return ColumnTable(first.name, rows, first.headings, columns)


def _joined(columns: Sequence[Column]) -> Column:
    texts = [column for column in columns if isinstance(column, TextColumn)]
    numbers = [column for column in columns if not isinstance(column, TextColumn)]
    if not texts:
        return np.concatenate(numbers)
    assert not numbers, "a column of a file has one type"
    distinct = {t: i for i, t in enumerate(dict.fromkeys(chain(*(c.texts for c in texts))))}
    codes = [
        np.array([*(distinct[t] for t in column.texts), EMPTY], dtype=np.int32)[column.codes]
        for column in texts
    ]
    return TextColumn(np.concatenate(codes), tuple(distinct))
