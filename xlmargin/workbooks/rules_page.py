"""The rules' numbers in force, with paragraph and remark, and the version of everything."""

from __future__ import annotations

from typing import Final

from xlmargin.rulebook import parameter_names
from xlmargin.workbooks.draft import Draft
from xlmargin.workbooks.live_formulas import Call, literal
from xlmargin.workbooks.look import STEEL
from xlmargin.workbooks.page import Page

_WIDTHS: Final = (11, 16, 12, 34, 30, 42, 62)
_RULE_KINDS: Final = ["number", "text", "date", "text", "text", "text", "text"]
_RULE_HEADINGS: Final = ("value", "unit", "effective", "paragraph", "for", "states", "remark")
_VERSION_HEADINGS: Final = ("version", "checked", "name", "title")
_VERSION_KINDS: Final = ["text", "date", "date", "text"]
_ROOM: Final = 2
"""Free rows below each rule, for one that a later version has more values of."""


def write_rules_page(draft: Draft) -> None:
    """A section for the versions, and one for every parameter of the rulebook."""
    page = draft.page("Rules", STEEL)
    page.title("Rules", "The numbers in force on the date of the book, as the rulebook states them.")
    for column, width in enumerate(_WIDTHS):
        page.sheet.set_column(column, column, width, draft.look("wrapped"))
    row = _section(page, 3, "Version", ("name", "effective", "checked", "title"))
    row += len(_answer(page, row, Call("XLM_VERSION"), _VERSION_KINDS)) + _ROOM
    for name in parameter_names():
        row = _section(page, row, name.replace("_", " "), _RULE_HEADINGS)
        call = Call("XLM_RULE", (literal(name), draft.as_of))
        row += len(_answer(page, row, call, _RULE_KINDS)) + _ROOM
    page.sheet.freeze_panes(2, 0)
    page.prints(len(_WIDTHS), draft.stamp)
    page.protect()


def _section(page: Page, row: int, title: str, headings: tuple[str, ...]) -> int:
    """A title and headings of a section; answers the row below them."""
    page.section(row, title.capitalize(), len(_WIDTHS))
    for column, heading in enumerate(headings):
        page.text(row + 1, column, heading, "first_heading")
    return row + 2


def _answer(page: Page, row: int, call: Call, kinds: list[str]) -> list[list[str | float | bool]]:
    return page.answer(row, 0, call, kinds, heading=None, style="wrapped")
