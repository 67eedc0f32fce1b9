"""Pages that are one long table: contributions, the explanation, the check."""

from __future__ import annotations

from typing import Final

from xlmargin.workbooks.draft import Draft
from xlmargin.workbooks.look import AMBER, GAIN, LOSS, NAVY, STEEL
from xlmargin.workbooks.page import LAST_ROW, ROOM

CHECK_SHEET: Final = "Check"
_FIRST: Final = 3
"""Row of the headings on these pages, counted from 0."""

SEVERITIES: Final = f"{CHECK_SHEET}!$A:$A"
"""The column in which the check says how bad each problem is."""


def write_contribution_page(draft: Draft) -> None:
    """What each position adds to the requirement."""
    page = draft.page("Contribution", STEEL)
    page.title(
        "Contribution",
        "Standalone: the position by itself. Marginal: the requirement with it less without it. "
        "Share: its part at the worst point; shares add up to the requirement.",
    )
    kinds = ["text", "money"]
    page.columns((40, 18, 18, 18), kinds)
    rows = page.answer(_FIRST, 0, draft.call("PM_CONTRIBUTION"), kinds)
    for column in (2, 3):
        bars = {
            "type": "data_bar", "data_bar_2010": True, "bar_color": LOSS, "bar_solid": True,
            "bar_negative_color": GAIN, "bar_border_color": LOSS, "bar_axis_position": "middle",
            "bar_negative_border_color": GAIN,
        }  # fmt: skip
        last = _FIRST + max(len(rows), ROOM)
        page.sheet.conditional_format(_FIRST + 1, column, last, column, bars)
    page.sheet.freeze_panes(_FIRST + 1, 1)
    page.prints(4, draft.stamp, repeat=_FIRST, portrait=True)
    page.protect()


def write_explain_page(draft: Draft) -> None:
    """The requirement as a tree, from the total down to each position and paragraph."""
    page = draft.page("Explain", STEEL)
    page.title(
        "Explain",
        "Every amount with what it is made of and the paragraph that asks for it. "
        "Inside a sum a negative amount is a gain.",
    )
    kinds = ["text", "money", "text", "text"]
    page.columns((62, 16, 14, 60), kinds)
    page.answer(_FIRST, 0, draft.call("XLM_EXPLAIN"), kinds)
    group = {"type": "formula", "criteria": '=AND(LEFT($A5,4)="    ",LEFT($A5,5)<>"     ")',
             "format": page.look.mark(bold=True, font_color=NAVY)}  # fmt: skip
    page.sheet.conditional_format(_FIRST + 1, 0, _FIRST + 10 * ROOM, 3, group)
    page.sheet.freeze_panes(_FIRST + 1, 1)
    page.prints(4, draft.stamp, repeat=_FIRST)
    page.protect()


def write_check_page(draft: Draft) -> None:
    """Every problem of the input by range and row; red refuses the answers."""
    page = draft.page(CHECK_SHEET, STEEL)
    page.title("Check", "Rows are counted from the heading of each range, which is row 1.")
    kinds = ["text", "text", "plain", "text", "text", "text"]
    page.columns((14, 14, 8, 16, 46, 62), kinds)
    page.answer(_FIRST, 0, draft.call("XLM_CHECK"), kinds)
    for word, color in (("error", LOSS), ("warning", AMBER), ("no problems", GAIN)):
        marked = {"type": "formula", "criteria": f'=$A{_FIRST + 2}="{word}"',
                  "format": page.look.mark(bg_color=color)}  # fmt: skip
        page.sheet.conditional_format(_FIRST + 1, 0, min(_FIRST + ROOM, LAST_ROW), 5, marked)
    page.sheet.freeze_panes(_FIRST + 1, 0)
    page.prints(6, draft.stamp, repeat=_FIRST)
    page.protect()
