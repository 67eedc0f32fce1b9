"""The last sheet: every call of the add-in's functions, once, as a formula that spills."""

from __future__ import annotations

from typing import Final

from xlmargin.workbooks.draft import Draft
from xlmargin.workbooks.formulas_sheet import FIRST_ROW, SHEET, Placed
from xlmargin.workbooks.look import STEEL
from xlmargin.workbooks.page import Page

_NOTE: Final = (
    "The functions of the xlmargin add-in are called on this sheet and nowhere else, each once; "
    "the pages show its cells.",
    "Copy a formula from here into a workbook of your own: its text stands above it.",
    "Each answer has the rows below its formula to itself, and grows with your tables.",
    "Without the add-in a program may show #NAME? on this sheet; the pages keep the answers of "
    "the day the file was written.",
)
_NAME_ROW: Final = FIRST_ROW - 2
_TEXT_ROW: Final = FIRST_ROW - 1
_TEXT_HEIGHT: Final = 58
_LEAST, _MOST, _ALONE = 12.0, 40.0, 30.0
"""Widths of columns: the least, the most, and that of one beside which there is no other."""
_NOTE_WIDTH: Final = 125.0


def write_formulas_page(draft: Draft) -> None:
    """A note, and the calls side by side with a column between them."""
    page = draft.page(SHEET, STEEL)
    page.title(SHEET)
    for i, line in enumerate(_NOTE):
        page.text(1 + i, 0, line, "column")
    page.height(_TEXT_ROW, _TEXT_HEIGHT)
    widths: list[float] = []
    for placed in draft.formulas:
        widths += [*_write(page, placed), 3.0]
    page.sheet.freeze_panes(FIRST_ROW, 0)
    page.prints(_columns_of_note(widths), draft.stamp, last_row=len(_NOTE))
    page.protect()


def _write(page: Page, placed: Placed) -> list[float]:
    """A call below its name and its text; answers how wide its columns are."""
    column, last = placed.column, placed.column + placed.width - 1
    widths = [_width(placed, j) for j in range(placed.width)]
    for j, width in enumerate(widths):
        shown = page.look("column", placed.number(j))
        page.sheet.set_column(column + j, column + j, width, shown)
        page.sheet.write_blank(_NAME_ROW, column + j, None, page.look("section"))
    page.text(_NAME_ROW, column, placed.call.function, "section")
    if last > column:
        page.sheet.merge_range(_TEXT_ROW, column, _TEXT_ROW, last, "", page.look("formula"))
    page.text(_TEXT_ROW, column, f"={placed.call.formula}", "formula")
    page.spill(FIRST_ROW, placed)
    return widths


def _width(placed: Placed, column: int) -> float:
    """Width of a column for its longest text."""
    if placed.width == 1:
        return _ALONE
    texts = [row[column] for row in placed.rows]
    longest = max(len(text) if isinstance(text, str) else 0 for text in texts)
    return min(max(longest + 2.0, _LEAST), _MOST)


def _columns_of_note(widths: list[float]) -> int:
    """How many columns the note needs: it alone is printed."""
    columns, wide = 0, 0.0
    while wide < _NOTE_WIDTH:
        wide += widths[columns] if columns < len(widths) else _LEAST
        columns += 1
    return columns
