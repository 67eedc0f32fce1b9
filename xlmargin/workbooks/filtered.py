"""Rows of one kind of an answer, found by ordinary formulas as the answer changes."""

from __future__ import annotations

from typing import Final

from xlmargin.cells.values import AnswerValue
from xlmargin.workbooks.formulas_sheet import FormulaBlock
from xlmargin.workbooks.page import Page
from xlmargin.workbooks.xlsx_writer import xl_rowcol_to_cell

MOST: Final = 5_000
"""Rows among which they are looked for."""


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
        cells, row = self._placed.cells_below_heading(self._of, MOST), self._top + k
        if not k:
            formula = f'IFERROR(MATCH("{self._word}",{cells},0),"")'
        else:
            before = xl_rowcol_to_cell(row - 1, self._helper)
            rest = f"INDEX({cells},{before}+1):INDEX({cells},{MOST})"
            place = f'IFERROR({before}+MATCH("{self._word}",{rest},0),"")'
            formula = f'IF({before}="","",{place})'
        value: AnswerValue = ""
        if k < len(self.found):
            value = float(self.found[k])
        else:
            formula = self._placed.kept_blank(formula)
        page.formula(row, self._helper, formula, value, "note", "plain")

    def of(self, k: int, column: int) -> tuple[str, AnswerValue]:
        """A formula for a column of the k-th row, and what it finds."""
        here = xl_rowcol_to_cell(self._top + k, self._helper, col_abs=True)
        cells = self._placed.cells_below_heading(column, MOST)
        value = self._placed.value(self.found[k], column) if k < len(self.found) else ""
        return f'IF({here}="","",INDEX({cells},{here}))', value
