"""A table as an answer: headings and rows of plain values, ready for a sheet, a page or JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from xlmargin.errors import REFUSED, MarginError

TOTAL: Final = "total"
"""What names a row that adds up others."""

Value = str | float | bool | None
"""What stands in a cell of an answer; None or NaN where there is no value."""


@dataclass(frozen=True)
class Table:
    """Headings and rows of the same width."""

    headings: tuple[Value, ...]
    rows: list[list[Value]]

    def cells(self, headers: bool = True) -> list[list[Value]]:
        """The rows, below the headings if these are wanted."""
        return [list(self.headings), *self.rows] if headers else self.rows


def refused(error: MarginError) -> Value:
    """What stands where a regime refuses its figure: why."""
    return REFUSED + " ".join(str(error).split())


def numbers(row: np.ndarray) -> list[Value]:
    """An array's row as plain numbers."""
    plain: list[Value] = (row + 0.0).tolist()  # no -0.0
    return plain
