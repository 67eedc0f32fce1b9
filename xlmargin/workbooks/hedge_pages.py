"""Candidates ranked by the requirement they free, and what one more of each contract changes."""

from __future__ import annotations

from typing import Final

from xlmargin.workbooks.draft import Draft
from xlmargin.workbooks.input_pages import write_input_page
from xlmargin.workbooks.live_formulas import Argument, Call
from xlmargin.workbooks.look import GAIN, LOSS, NAVY, STEEL
from xlmargin.workbooks.page import SPARE, Page

HEDGES: Final = "Hedges"
ONE_MORE: Final = "One more"
CANDIDATES: Final = "Candidates"
TARGET: Final = 150_000.0
"""Reduction of the requirement that the page begins with, $."""

_TARGET_CELL: Final = (3, 1)
_ROW: Final = 6
_HEDGE_KINDS: Final = [
    "text", "text", "quantity", *["money"] * 4, "ratio", "money", "text", "text",
]  # fmt: skip
_HEDGE_WIDTHS: Final = (24, 31, 11, 16, 14, 14, 14, 13, 14, 38, 14)
_ONE_KINDS: Final = ["text", "text", "quantity", "quantity", "quantity", *["money"] * 5, "text"]
_ONE_WIDTHS: Final = (28, 32, 11, 10, 9, 13, 13, 13, 14, 14, 13)
_CHANGES: Final = (5, 8)
"""First and last column of what one more changes."""


def write_hedges_page(draft: Draft) -> None:
    """The candidates, and a page with the target and their ranking."""
    candidates = draft.tables.more[CANDIDATES]
    write_input_page(draft, candidates)
    page = draft.page(HEDGES, NAVY)
    page.title(
        HEDGES,
        "The candidates, ranked by the requirement that they free for each dollar they cost, with "
        "the least quantity that reaches the target.",
    )
    page.columns(_HEDGE_WIDTHS, _HEDGE_KINDS)
    page.text(_TARGET_CELL[0], 0, "Reduction wanted, $", "label")
    page.sheet.write_number(*_TARGET_CELL, TARGET, page.look("input", "money"))
    page.sheet.data_validation(
        *_TARGET_CELL, *_TARGET_CELL,
        {
            "validate": "decimal", "criteria": ">", "value": 0, "error_title": "target",
            "error_message": "A reduction of the requirement in dollars, above 0.",
        },
    )  # fmt: skip
    page.section(_ROW - 1, "Ranking", len(_HEDGE_WIDTHS))
    positions, *others = draft.tables.arguments
    target = Argument(f"{HEDGES}!$B$4", TARGET)
    call = Call("MARGIN_HEDGE", (positions, candidates.argument, *others, target))
    rows = page.answer(_ROW, 0, call, _HEDGE_KINDS, spare=SPARE)
    _marks(page, _ROW + 1, _ROW + len(rows) + SPARE - 1)
    page.sheet.freeze_panes(_ROW + 1, 1)
    page.prints(len(_HEDGE_WIDTHS), draft.stamp, repeat=_ROW)
    page.protect()


def _marks(page: Page, first: int, last: int) -> None:
    """Green where the target is reached, red where nothing is freed; bars in what is freed."""
    for word, color in (("reaches the target", GAIN), ("frees nothing", LOSS)):
        marked = {
            "type": "text", "criteria": "begins with", "value": word,
            "format": page.look.mark(bg_color=color),
        }  # fmt: skip
        page.sheet.conditional_format(first, 9, last, 9, marked)
    bars = {"type": "data_bar", "bar_color": "#B9C8DB", "bar_solid": True}
    page.sheet.conditional_format(first, 4, last, 4, bars)


def write_one_more_page(draft: Draft) -> None:
    """What one more of each contract held would change."""
    page = draft.page(ONE_MORE, STEEL)
    page.title(
        ONE_MORE,
        "What one more of each contract held, or of 100 shares, would change: +1 of what is held "
        "long, -1 of what is sold short.",
    )
    page.columns(_ONE_WIDTHS, _ONE_KINDS)
    rows = page.answer(3, 0, draft.call("MARGIN_ONE_MORE"), _ONE_KINDS, spare=SPARE)
    for column in range(_CHANGES[0], _CHANGES[1] + 1):
        bars = {
            "type": "data_bar", "data_bar_2010": True, "bar_color": LOSS, "bar_solid": True,
            "bar_negative_color": GAIN, "bar_axis_position": "middle",
        }  # fmt: skip
        page.sheet.conditional_format(4, column, 3 + len(rows) + SPARE - 1, column, bars)
    page.sheet.freeze_panes(4, 1)
    page.prints(len(_ONE_WIDTHS), draft.stamp, repeat=3)
    page.protect()
