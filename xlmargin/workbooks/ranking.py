"""The largest of an answer, found by ordinary formulas: they stay so as the book changes."""

from __future__ import annotations

from typing import Final

from xlmargin.workbooks.formulas_sheet import FIRST_ROW, Placed
from xlmargin.workbooks.live_formulas import Value
from xlmargin.workbooks.xlsx_writer import xl_rowcol_to_cell

MOST: Final = 5_000
"""Rows among which the largest are looked for."""


class Ranking:
    """The rows of an answer of one kind, the largest first, shown from a row of a page on.

    `kinds` and `amounts` are columns of the answer; the amounts stand on the page in `column`.
    Rows are counted from below, so that of those with the same amount the first in the answer
    counts most and is shown first.
    """

    def __init__(
        self, placed: Placed, kinds: tuple[int, str], amounts: int, top: int, column: int
    ) -> None:
        self._placed, self._kinds, self._amounts = placed, kinds, amounts
        self._top, self._column = top, column
        of, kind = kinds
        rows = [row for row in placed.rows[1:] if row[of] == kind]
        known = [row for row in rows if isinstance(row[amounts], float)]
        self.rows = sorted(known, key=lambda row: -float(row[amounts]))

    def value(self, rank: int, column: int) -> Value:
        """What stands in a column of the row of a rank, counted from 0; "" where there is none."""
        return self.rows[rank][column] if rank < len(self.rows) else ""

    def amount(self, rank: int) -> str:
        """A formula for the amount of a rank."""
        of, kind = self._kinds
        cells, amounts = (self._cells(c) for c in (of, self._amounts))
        largest = f'SUMPRODUCT(LARGE(({cells}="{kind}")*{amounts},{rank + 1}))'
        return f'IF(COUNTIF({cells},"{kind}")<{rank + 1},"",{largest})'

    def of(self, rank: int, column: int, shown: str = "{cell}") -> str:
        """A formula for another column of the row of a rank, whose cell is shown as is told."""
        kind_cells, amounts = (self._cells(c) for c in (self._kinds[0], self._amounts))
        first = xl_rowcol_to_cell(self._top, self._column, row_abs=True, col_abs=True)
        here = xl_rowcol_to_cell(self._top + rank, self._column, row_abs=True, col_abs=True)
        from_below = f"({FIRST_ROW + MOST + 2}-ROW({amounts}))"
        same = f'({kind_cells}="{self._kinds[1]}")*({amounts}={here})*{from_below}'
        place = f"{MOST + 1}-SUMPRODUCT(LARGE({same},COUNTIF({first}:{here},{here})))"
        cell = f"INDEX({self._cells(column)},{place})"
        return f'IF({here}="","",{shown.format(cell=cell)})'

    def _cells(self, column: int) -> str:
        return self._placed.cells_below_heading(column, MOST)
