"""The largest of an answer, found by ordinary formulas: they stay so as the book changes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from xlmargin.cells.values import AnswerValue
from xlmargin.workbooks.formulas_sheet import FIRST_ROW, FormulaBlock
from xlmargin.workbooks.growth import MOST
from xlmargin.workbooks.xlsx_writer import absolute

_OUT: Final = "1E+15"
"""What puts the rows behind all others that do not belong to them."""

Condition = tuple[int, str, str]
"""A column, = or <>, and a word."""


class Ranking:
    """The rows of an answer that meet conditions, the largest first, shown from a row of a page on.

    `amounts` is a column of numbers of the answer, shown on the page in `column`. Rows are counted
    from below, so that of those with the same amount the first in the answer counts most and is
    shown first.
    """

    def __init__(
        self,
        placed: FormulaBlock,
        conditions: Sequence[Condition],
        amounts: int,
        top: int,
        column: int,
    ) -> None:
        self._placed, self._amounts = placed, amounts
        self._top, self._column = top, column
        cells = ((self._cells(c), sign, word) for c, sign, word in conditions)
        self._where = "*".join(f'({c}{sign}"{word}")' for c, sign, word in cells)
        rows = [row for row in placed.rows[1:] if all(_meets(row[c[0]], c) for c in conditions)]
        known = [row for row in rows if isinstance(row[amounts], float)]
        self.rows = sorted(known, key=lambda row: -float(row[amounts]))

    def value(self, rank: int, column: int) -> AnswerValue:
        """What stands in a column of the row of a rank, counted from 0; "" where there is none."""
        return self.rows[rank][column] if rank < len(self.rows) else ""

    def amount(self, rank: int) -> str:
        """A formula for the amount of a rank."""
        amounts = self._cells(self._amounts)
        ranked = f"{self._where}*{amounts}-(1-{self._where})*{_OUT}"
        largest = f"SUMPRODUCT(LARGE({ranked},{rank + 1}))"
        return self._kept(rank, f'IF(SUMPRODUCT({self._where}*1)<{rank + 1},"",{largest})')

    def of(self, rank: int, column: int, shown: str = "{cell}") -> str:
        """A formula for another column of the row of a rank, whose cell is shown as is told."""
        amounts = self._cells(self._amounts)
        first = absolute(self._top, self._column)
        here = absolute(self._top + rank, self._column)
        most = self._placed.reach(MOST)
        from_below = f"({FIRST_ROW + most + 2}-ROW({amounts}))"
        same = f"{self._where}*({amounts}={here})*{from_below}"
        place = f"{most + 1}-SUMPRODUCT(LARGE({same},COUNTIF({first}:{here},{here})))"
        cell = f"INDEX({self._cells(column)},{place})"
        return self._kept(rank, f'IF({here}="","",{shown.format(cell=cell)})')

    def _kept(self, rank: int, formula: str) -> str:
        return formula if rank < len(self.rows) else self._placed.kept_blank(formula)

    def _cells(self, column: int) -> str:
        return self._placed.cells_below_heading(column, MOST)


def _meets(value: AnswerValue, condition: Condition) -> bool:
    _, sign, word = condition
    return (value == word) == (sign == "=")
