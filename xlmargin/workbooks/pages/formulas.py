"""The last sheet: every call of the add-in's functions, once, as a formula that spills."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from typing import Final

from xlmargin.workbooks.draft import WorkbookBuilder, page_of
from xlmargin.workbooks.formulas import FIRST_ROW, SHEET, FormulaBlock
from xlmargin.workbooks.page import Page
from xlmargin.workbooks.styles import LANDSCAPE

_MESSAGE: Final = "The functions of the add-in are called here and nowhere else, each once."
_NOTE: Final = "The pages show these cells; copy a formula from the text above it."
_MORE: Final = (
    "Each answer has the rows below its formula to itself, and grows with your tables.",
    "Without the add-in a program may show #NAME? here; pages keep the answers of the day the file "
    "was written.",
)
_NAME_ROW: Final = FIRST_ROW - 2
_TEXT_ROW: Final = FIRST_ROW - 1
_TEXT_HEIGHT: Final = 58
_LEAST, _MOST, _ALONE, _LETTER = 90, 280, 216, 7
"""Widths of columns: the least, the most, that of one alone, and that of a letter."""
_GAP: Final = 24


@page_of(SHEET)
def formulas_page(draft: WorkbookBuilder) -> None:
    """A note, and the calls side by side with a column between them."""
    page = draft.page(SHEET, of="reference")
    page.title(SHEET, _MESSAGE, _NOTE)
    for i, line in enumerate(_MORE, start=3):
        page.text(i, 0, line, "note")
    page.height(_TEXT_ROW, _TEXT_HEIGHT)
    widths: list[int] = []
    for placed in draft.formulas:
        widths += [*_write(page, placed), _GAP]
    page.finish(columns=_columns_of_note(widths), last_row=2 + len(_MORE), freeze=(FIRST_ROW, 0))


def _write(page: Page, placed: FormulaBlock) -> list[int]:
    """A call below its name and its text; answers how wide its columns are."""
    column, last = placed.column, placed.column + placed.width - 1
    widths = [_width(placed, j) for j in range(placed.width)]
    for j, width in enumerate(widths):
        shown = page.look("column", placed.number(j))
        page.sheet.set_column_pixels(column + j, column + j, width, shown)
        page.sheet.write_blank(_NAME_ROW, column + j, None, page.look("section"))
    page.text(_NAME_ROW, column, placed.call.function, "section")
    if last > column:
        page.sheet.merge_range(_TEXT_ROW, column, _TEXT_ROW, last, "", page.look("formula"))
    page.text(_TEXT_ROW, column, f"={placed.call.formula}", "formula")
    page.spill(FIRST_ROW, placed)
    return widths


def _width(placed: FormulaBlock, column: int) -> int:
    """Width of a column for its longest text."""
    if placed.width == 1:
        return _ALONE
    longest = max(map(len, placed.rows.texts(column)), default=0)
    return min(max(_LETTER * (longest + 2), _LEAST), _MOST)


def _columns_of_note(widths: Sequence[int]) -> int:
    """How many columns the notes are printed over: those that a page has room for."""
    return max(bisect_right([*accumulate(widths)], LANDSCAPE), 1)
