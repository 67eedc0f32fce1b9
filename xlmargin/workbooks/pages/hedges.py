"""Candidates ranked by the requirement they free, and what one more of each contract changes."""

from __future__ import annotations

from typing import Final

from xlmargin.workbooks.draft import Draft
from xlmargin.workbooks.growth import MOST
from xlmargin.workbooks.input_tables import InputTables
from xlmargin.workbooks.live_formulas import Argument, Call
from xlmargin.workbooks.page import SPARE, Page
from xlmargin.workbooks.template import BY_PORTFOLIO, BY_STRATEGY, PageSpec

HEDGES: Final = "Hedges"
ONE_MORE: Final = "One more"
CANDIDATES: Final = "Candidates"
TARGET: Final = 150_000.0
"""Reduction of the requirement that the page begins with, $."""

_TARGET_CELL: Final = (3, 1)
_ROW: Final = 6
_HEDGE_KINDS: Final = [
    "text", "text", "quantity", *["money"] * 4, "ratio", "money", "words", "text",
]  # fmt: skip
_HEADINGS: Final = (
    "Symbol", "Candidate", "Quantity", "Requirement\nafter", "Freed", "Target", "Cost",
    "Freed per\ndollar", "Excess\nchange", "Result", "Account",
)  # fmt: skip
_HEDGE_WIDTHS: Final = (140, 176, 56, 76, 76, 70, 66, 62, 76, 162)
_WIDTHS_OF_SEVERAL: Final = (124, 160, 50, 72, 72, 66, 62, 58, 72, 144, 80)
_RESULT, _ACCOUNT = 9, 10
"""Column that says little where all is one account."""
_ONE_KINDS: Final = ["text", "text", "quantity", "quantity", "quantity", *["money"] * 5, "text"]
_ONE_WIDTHS: Final = (158, 176, 60, 60, 52, 76, 80, 76, 80, 62, 80)


def write_hedges_page(draft: Draft) -> None:
    """The candidates, and a page with the target and their ranking."""
    candidates = draft.tables.more[CANDIDATES]
    page = draft.page(HEDGES, "output")
    page.title(
        HEDGES,
        "The candidates, ranked by the requirement that they free for each dollar they cost.",
        "The quantity is the least that reaches the target.",
    )
    widths = _WIDTHS_OF_SEVERAL if draft.several else _HEDGE_WIDTHS
    page.columns(widths, _HEDGE_KINDS)
    page.text(_TARGET_CELL[0], 0, "Reduction wanted, $", "label")
    page.sheet.write_number(*_TARGET_CELL, TARGET, page.look("input", "money"))
    page.sheet.data_validation(
        *_TARGET_CELL, *_TARGET_CELL,
        {
            "validate": "decimal", "criteria": ">", "value": 0, "error_title": "target",
            "error_message": "A reduction of the requirement in dollars, above 0.",
        },
    )  # fmt: skip
    page.section(_ROW - 1, "Ranking", len(widths), "$")
    positions, *others = draft.tables.arguments
    target = Argument(f"{HEDGES}!$B$4", TARGET)
    call = Call("MARGIN_HEDGE", (positions, candidates.argument, *others, target))
    account = () if draft.several else (_ACCOUNT,)
    headings = _HEADINGS if draft.several else _HEADINGS[:_ACCOUNT]
    rows = page.answer(
        _ROW, 0, call, _HEDGE_KINDS, spare=SPARE, leaving_out=account, headings=headings
    )
    page.text(_ROW, _RESULT, _HEADINGS[_RESULT], "after_heading")
    _marks(page, _ROW + 1, _ROW + len(rows) + SPARE - 1)
    page.sheet.freeze_panes(_ROW + 1, 1)
    page.prints(len(widths), draft.stamp, repeat=_ROW)
    page.protect()


HEDGES_PAGE: Final = PageSpec(
    write_hedges_page,
    (HEDGES,),
    asks=(BY_STRATEGY, BY_PORTFOLIO),
    needs=(CANDIDATES,),
    prints=(HEDGES,),
)


def _marks(page: Page, first: int, last: int) -> None:
    """Where the target is reached, and where nothing is freed."""
    page.states(
        (first, _RESULT, last, _RESULT), {"reaches the target": "ok", "frees nothing": "watch"}
    )


def too_many_for_one_more(tables: InputTables) -> str:
    """Why the page on one more of each contract is left out, "" where it is not."""
    if (count := len(tables.positions.rows) - 1) <= MOST:
        return ""
    return (
        f"MARGIN_ONE_MORE: positions: found {count:,} rows, wanted {MOST:,} or fewer: one account "
        "after the other."
    )


def write_one_more_page(draft: Draft) -> None:
    """What one more of each contract held would change."""
    page = draft.page(ONE_MORE, "output")
    page.title(
        ONE_MORE,
        "What one more of each contract held, or of 100 shares, would change.",
        "+1 of what is held long, −1 of what is sold short. Dollars.",
    )
    page.columns(_ONE_WIDTHS, _ONE_KINDS)
    page.answer(3, 0, draft.call("MARGIN_ONE_MORE"), _ONE_KINDS, spare=SPARE)
    page.sheet.freeze_panes(4, 1)
    page.prints(len(_ONE_WIDTHS), draft.stamp, repeat=3)
    page.protect()


ONE_MORE_PAGE: Final = PageSpec(
    write_one_more_page, (ONE_MORE,), asks=("MARGIN_ONE_MORE",), refused_for=too_many_for_one_more
)
