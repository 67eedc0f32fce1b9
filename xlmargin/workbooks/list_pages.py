"""Pages that are one long table: contributions, strategies, explanations, the check."""

from __future__ import annotations

from typing import Final

from xlmargin.workbooks.draft import Draft
from xlmargin.workbooks.live_formulas import Call, literal
from xlmargin.workbooks.look import AMBER, GAIN, LOSS, MIST, NAVY, STEEL
from xlmargin.workbooks.page import SPARE
from xlmargin.workbooks.printed import ROW

_FIRST: Final = 3
"""Row of the headings on these pages, counted from 0."""
CHECK_KINDS: Final = ("text", "text", "plain", "text", "text", "text")

_ACCOUNT, _CLASS = 9, 10
"""Columns of the strategies that say little where all is one account."""
_STRATEGY_WIDTHS: Final = (5, 16, 27, 9, 11, 13, 11, 32, 31, 11, 9)


def write_contribution_page(draft: Draft) -> None:
    """What each position adds to the requirement."""
    page = draft.page("Contribution", STEEL)
    page.title(
        "Contribution",
        "Standalone: the position by itself. Marginal: the requirement with it less without it.",
        "Share: its part at the worst point; shares add up.",
    )
    kinds = ["text", "money"]
    page.columns((40, 18, 18, 18), kinds)
    rows = page.answer(_FIRST, 0, draft.call("PM_CONTRIBUTION"), kinds, spare=SPARE)
    for column in (2, 3):
        bars = {
            "type": "data_bar", "data_bar_2010": True, "bar_color": LOSS, "bar_solid": True,
            "bar_negative_color": GAIN, "bar_border_color": LOSS, "bar_axis_position": "middle",
            "bar_negative_border_color": GAIN,
        }  # fmt: skip
        last = _FIRST + len(rows) + SPARE - 1
        page.sheet.conditional_format(_FIRST + 1, column, last, column, bars)
    page.sheet.freeze_panes(_FIRST + 1, 1)
    page.prints(4, draft.stamp, repeat=_FIRST, portrait=True)
    page.protect()


def write_explain_page(draft: Draft) -> None:
    """The requirement as a tree, from the total down to each position and paragraph."""
    _explain(draft, "Explain", draft.call("XLM_EXPLAIN"))


def write_explain_strategies_page(draft: Draft) -> None:
    """The strategy-based maintenance requirement as a tree."""
    call = draft.call("XLM_EXPLAIN", literal("maintenance"))
    _explain(draft, "Explain by strategy", call)


def _explain(draft: Draft, title: str, call: Call) -> None:
    page = draft.page(title, STEEL)
    page.title(
        title,
        "Every amount with what it is made of and the paragraph that asks for it. "
        "Inside a sum a negative amount is a gain.",
    )
    kinds = ["text", "money", "text", "text"]
    page.columns((66, 17, 15, 60), kinds)
    rows = page.answer(_FIRST, 0, call, kinds, spare=SPARE)
    group = {"type": "formula", "criteria": '=AND(LEFT($A5,4)="    ",LEFT($A5,5)<>"     ")',
             "format": page.look.mark(bold=True, font_color=NAVY)}  # fmt: skip
    last = _FIRST + len(rows) + SPARE - 1
    page.sheet.conditional_format(_FIRST + 1, 0, last, 3, group)
    page.sheet.freeze_panes(_FIRST + 1, 1)
    page.prints(4, draft.stamp, repeat=_FIRST)
    page.protect()


def write_strategies_page(draft: Draft) -> None:
    """The pairing that makes the strategy-based requirement least, leg by leg."""
    page = draft.page("Strategies", STEEL)
    page.title(
        "Strategies",
        "The pairing that makes the strategy-based requirement least: a row a leg used, "
        "lines count the strategies.",
    )
    kinds = ["plain", "text", "text", "quantity", *["money"] * 3, "text"]
    call = draft.call("REGT_STRATEGIES")
    accounts = {row[_ACCOUNT] for row in draft.answers.rows(call)[1:]}
    leaving_out = (_ACCOUNT, _CLASS) if len(accounts) < 2 else ()
    widths = _STRATEGY_WIDTHS[: len(_STRATEGY_WIDTHS) - len(leaving_out)]
    page.columns(widths, kinds)
    rows = page.answer(_FIRST, 0, call, kinds, style="lines", spare=SPARE, leaving_out=leaving_out)
    page.fit(_FIRST + 1, rows[1:], widths)
    for row in range(_FIRST + len(rows), _FIRST + len(rows) + SPARE):
        page.height(row, 2 * ROW)
    other_line = {"type": "formula", "criteria": "=ISODD($A5)",
                  "format": page.look.mark(bg_color=MIST)}  # fmt: skip
    last = _FIRST + len(rows) + SPARE - 1
    page.sheet.conditional_format(_FIRST + 1, 0, last, len(widths) - 1, other_line)
    page.sheet.freeze_panes(_FIRST + 1, 3)
    page.prints(len(widths), draft.stamp, repeat=_FIRST)
    page.protect()


def write_check_page(draft: Draft) -> None:
    """Every problem of the input by range and row; red refuses the answers."""
    page = draft.page("Check", STEEL)
    page.title("Check", "Rows are counted from the heading of each range, which is row 1.")
    widths = (20, 14, 14, 16, 44, 36)
    page.columns(widths, CHECK_KINDS)
    rows = page.answer(_FIRST, 0, draft.call("XLM_CHECK"), CHECK_KINDS, style="lines", spare=SPARE)
    page.fit(_FIRST + 1, rows[1:], widths)
    last = _FIRST + len(rows) + SPARE - 1
    for word, color in (("error", LOSS), ("warning", AMBER), ("no problems", GAIN)):
        marked = {"type": "formula", "criteria": f'=$A{_FIRST + 2}="{word}"',
                  "format": page.look.mark(bg_color=color)}  # fmt: skip
        page.sheet.conditional_format(_FIRST + 1, 0, last, 5, marked)
    page.sheet.freeze_panes(_FIRST + 1, 0)
    page.prints(6, draft.stamp, repeat=_FIRST)
    page.protect()
