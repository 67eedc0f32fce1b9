"""Rows of an answer that ordinary formulas find: its largest, or those of a word.

They stay so as the book changes.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

from xlmargin.cells.values import AnswerValue
from xlmargin.workbooks import figures as xl
from xlmargin.workbooks.figures import Figure, at
from xlmargin.workbooks.formulas import FIRST_ROW, MOST, FormulaBlock
from xlmargin.workbooks.page import Page
from xlmargin.workbooks.xlsx_writer import absolute, xl_rowcol_to_cell

_OUT: Final = "1E+15"
"""What puts the rows behind all others that do not belong to them."""

MOST_FILTERED: Final = 5_000
"""Rows among which those of a word are looked for."""

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

    def _value(self, rank: int, column: int) -> AnswerValue:
        """What stands in a column of the row of a rank, "" where there is none."""
        return self.rows[rank][column] if rank < len(self.rows) else ""

    def amount(self, rank: int) -> Figure:
        """The amount of a rank, counted from 0; blank where there is none."""
        amounts = self._cells(self._amounts)
        ranked = f"{self._where}*{amounts}-(1-{self._where})*{_OUT}"
        largest = f"SUMPRODUCT(LARGE({ranked},{rank + 1}))"
        shown = f'IF(SUMPRODUCT({self._where}*1)<{rank + 1},"",{largest})'
        return self._placed.kept_blank(Figure(shown, self._value(rank, self._amounts)))

    def figure(
        self, rank: int, column: int, shown: Callable[[Figure], Figure] = lambda cell: cell
    ) -> Figure:
        """Another column of the row of a rank, as it is shown."""
        amounts = self._cells(self._amounts)
        first = absolute(self._top, self._column)
        here = at(absolute(self._top + rank, self._column), self.amount(rank))
        most = self._placed.reach(MOST)
        from_below = f"({FIRST_ROW + most + 2}-ROW({amounts}))"
        same = f"{self._where}*({amounts}={here.formula})*{from_below}"
        place = (
            f"{most + 1}-SUMPRODUCT(LARGE({same},COUNTIF({first}:{here.formula},{here.formula})))"
        )
        cell = Figure(f"INDEX({self._cells(column)},{place})", self._value(rank, column))
        found = xl.IF(here.equals(""), "", shown(cell))
        return found if rank < len(self.rows) else self._placed.kept_blank(found)

    def others(self, column: int, than: Figure) -> Figure:
        """How many of its rows have something else in a column than a figure."""
        formula = f"SUMPRODUCT({self._where}*({self._cells(column)}<>{than.formula}))"
        return Figure(formula, float(sum(row[column] != than.value for row in self.rows)), "count")

    def _cells(self, column: int) -> str:
        return self._placed.cells_below_heading(column, MOST)


class Filtered:
    """The rows of an answer whose cell in a column is a word, on a page from a row on.

    Which row of the answer it is stands in a hidden column of the page.
    """

    def __init__(self, placed: FormulaBlock, of: int, word: str, top: int, helper: int) -> None:
        self._placed, self._of, self._word = placed, of, word
        self._top, self._helper = top, helper
        self.found = [i for i, row in enumerate(placed.rows) if i and row[of] == word]

    def finds(self, page: Page, k: int) -> None:
        """Writes where the k-th row stands, counted from 0."""
        cells, row = self._placed.cells_below_heading(self._of, MOST_FILTERED), self._top + k
        if not k:
            formula = f'IFERROR(MATCH("{self._word}",{cells},0),"")'
        else:
            before = xl_rowcol_to_cell(row - 1, self._helper)
            rest = f"INDEX({cells},{before}+1):INDEX({cells},{MOST_FILTERED})"
            place = f'IFERROR({before}+MATCH("{self._word}",{rest},0),"")'
            formula = f'IF({before}="","",{place})'
        value = float(self.found[k]) if k < len(self.found) else ""
        page.figure(row, self._helper, self._placed.kept_blank(Figure(formula, value)), "note")

    def of(self, k: int, column: int, kind: str = "text") -> Figure:
        """A column of the k-th row."""
        here = xl_rowcol_to_cell(self._top + k, self._helper, col_abs=True)
        cells = self._placed.cells_below_heading(column, MOST_FILTERED)
        value = self._placed.value(self.found[k], column) if k < len(self.found) else ""
        return Figure(f'IF({here}="","",INDEX({cells},{here}))', value, kind)


def _meets(value: AnswerValue, condition: Condition) -> bool:
    _, sign, word = condition
    return (value == word) == (sign == "=")
