"""Answers that grow: what a page says once it shows, or prints, no longer all rows of one."""

from __future__ import annotations

from dataclasses import dataclass

from xlmargin.workbooks.formulas_sheet import Placed


@dataclass(frozen=True)
class Shown:
    """An answer on a page: its first cell, its last column, how many rows it may fill there."""

    placed: Placed
    row: int
    column: int
    last_column: int
    rows: int
    told: int
    """The row that says so once the answer has grown out of them."""


def said_of_growth(shown: Shown, last_row: int, otherwise: str = "") -> str:
    """A formula that says how many rows of an answer are not shown, or not printed.

    Where all of them are, it says what else it is told to.

    `last_row` is the last row that the page prints.
    """
    rows, printed = f"COUNTA({shown.placed.cells(0)})", last_row - shown.row + 1
    words = f" more rows: {shown.placed.below(shown.rows)}"
    quoted = otherwise.replace('"', '""')
    beyond = f'IF({rows}>{shown.rows},{rows}-{shown.rows}&"{words}","{quoted}")'
    if printed >= shown.rows:
        return beyond
    words = " rows are not printed: below the print area. "
    unprinted = f"MIN({rows},{shown.rows})-{printed}"
    return f'IF({rows}>{printed},{unprinted}&"{words}","")&{beyond}'
