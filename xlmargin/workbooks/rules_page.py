"""The rules' numbers in force, with paragraph and remark, and the version of everything."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Final

from xlmargin.workbooks.draft import Draft
from xlmargin.workbooks.live_formulas import Call, Rows, literal
from xlmargin.workbooks.look import STEEL
from xlmargin.workbooks.page import Page

PARAMETERS: Final = (
    "valuation_range_up", "valuation_range_down", "valuation_points_per_side",
    "leveraged_range_factor", "contract_minimum", "long_contract_minimum_cap",
    "short_option_minimum", "product_group_offset", "portfolio_group_offset",
)  # fmt: skip
"""The parameters that a portfolio margin requirement is made with."""

_WIDTHS: Final = (10, 16, 12, 34, 24, 40, 56)
_RULE_KINDS: Final = ["number", "text", "date", "text"]
_RULE_HEADINGS: Final = ("value", "unit", "effective", "paragraph", "for", "states", "remark")
_VERSION_KINDS: Final = ["text", "date", "date", "text"]
_VERSION_HEADINGS: Final = ("name", "version or effective", "checked", "title")
_VERSION_COLUMN: Final = 3
_HEADINGS_ROW: Final = 3
_ROOM: Final = 2
"""Free rows below each rule, for one that a later version has more values of."""
_LINE: Final = 13.5
"""Height of a line of text, in points."""


def write_rules_page(draft: Draft) -> None:
    """A section for every parameter, and one for the versions."""
    page = draft.page("Rules", STEEL)
    page.title("Rules", "The numbers in force on the date of the book.")
    for column, width in enumerate(_WIDTHS):
        page.sheet.set_column(column, column, width, draft.look("column"))
    _headings(page, _HEADINGS_ROW, 0, _RULE_HEADINGS)
    row = _HEADINGS_ROW + 1
    for name in PARAMETERS:
        call = Call("XLM_RULE", (literal(name), draft.as_of))
        page.section(row, name.replace("_", " ").capitalize(), len(_WIDTHS))
        row = _answer(page, row + 1, 0, call, _RULE_KINDS) + _ROOM
    page.section(row, "Version", len(_WIDTHS))
    _headings(page, row + 1, _VERSION_COLUMN, _VERSION_HEADINGS)
    _answer(page, row + 2, _VERSION_COLUMN, Call("XLM_VERSION"), _VERSION_KINDS)
    page.sheet.freeze_panes(_HEADINGS_ROW + 1, 0)
    page.prints(len(_WIDTHS), draft.stamp, repeat=_HEADINGS_ROW)
    page.protect()


def _headings(page: Page, row: int, column: int, headings: Sequence[str]) -> None:
    for i, heading in enumerate(headings):
        page.text(row, column + i, heading, "text_heading")


def _answer(page: Page, row: int, column: int, call: Call, kinds: Sequence[str]) -> int:
    """An answer in rows as high as their text; answers the row below it."""
    rows = page.answer(row, column, call, kinds, heading=None, style="wrapped")
    for i, lines in enumerate(_lines(rows, _WIDTHS[column:])):
        page.sheet.set_row(row + i, lines * _LINE)
    return row + len(rows)


def _lines(rows: Rows, widths: Sequence[float]) -> list[int]:
    """Lines that the longest text of each row takes in its column."""
    return [
        max(
            math.ceil(len(cell) / width) if isinstance(cell, str) and cell else 1
            for cell, width in zip(cells, widths, strict=False)
        )
        for cells in rows
    ]
