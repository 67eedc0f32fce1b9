"""Answers that grow: what a page says once it shows, or prints, no longer all rows of one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from xlmargin.workbooks.formulas_sheet import FormulaBlock

MOST: Final = 2_000
"""Rows of an answer that a page shows, and looks among; all stand on the formulas' sheet."""


@dataclass(frozen=True)
class AnswerArea:
    """An answer on a page: its first cell, its last column, how many rows it may fill there."""

    placed: FormulaBlock
    row: int
    column: int
    last_column: int
    rows: int
    overflow: int
    """The row that says so once the answer has grown out of them."""


def said_of_growth(shown: AnswerArea, last_row: int, otherwise: str = "") -> tuple[str, str]:
    """How many rows of an answer are not shown, or not printed: a formula, and what it says now.

    Where all of them are, it says what else it is told to. `last_row` is the last row that the page
    prints.
    """
    rows, printed = f"COUNTA({shown.placed.cells(0)})", last_row - shown.row + 1
    now = len(shown.placed.rows)
    words = f" more rows: {shown.placed.below(shown.rows)}"
    quoted = otherwise.replace('"', '""')
    beyond = f'IF({rows}>{shown.rows},{rows}-{shown.rows}&"{words}","{quoted}")'
    said = f"{now - shown.rows}{words}" if now > shown.rows else otherwise
    if printed >= shown.rows:
        return beyond, said
    words = " rows are not printed: below the print area. "
    unprinted = f"MIN({rows},{shown.rows})-{printed}"
    if now > printed:
        said = f"{min(now, shown.rows) - printed}{words}{said}"
    return f'IF({rows}>{printed},{unprinted}&"{words}","")&{beyond}', said
