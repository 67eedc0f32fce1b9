"""Candidates ranked by the requirement they free, and what one more of each contract changes."""

from __future__ import annotations

from typing import Final

from xlmargin.workbooks import figures as xl
from xlmargin.workbooks.draft import BOTH_REGIMES, WorkbookBuilder, page_of
from xlmargin.workbooks.figures import Figure, at_extreme, is_number, sentence
from xlmargin.workbooks.formulas import MOST, FormulaBlock, argument
from xlmargin.workbooks.input_tables import InputTables
from xlmargin.workbooks.page import SPARE
from xlmargin.workbooks.pages.lists import finish_table, write_table

HEDGES: Final = "Hedges"
ONE_MORE: Final = "One more"
CANDIDATES: Final = "Candidates"
TARGET: Final = 150_000.0
"""Reduction of the requirement that the page begins with, $."""

_TARGET_CELL: Final = (4, 1)
_TARGET: Final = Figure(f"{HEDGES}!$B$5", TARGET)
_ROW: Final = 7
_HEDGE_KINDS: Final = [
    "text", "text", "quantity", *["money"] * 4, "ratio", "money", "signed", "text",
]  # fmt: skip
_HEADINGS: Final = (
    "Symbol", "Candidate", "Quantity", "Requirement\nafter", "Freed", "Target", "Cost",
    "Freed per\ndollar", "Excess\nchange", "Result", "Account",
)  # fmt: skip
_HEDGE_WIDTHS: Final = (140, 176, 56, 76, 76, 70, 66, 62, 76, 162)
_WIDTHS_OF_SEVERAL: Final = (124, 160, 50, 72, 72, 66, 62, 58, 72, 144, 80)
_CANDIDATE, _FREED, _RESULT, _ACCOUNT = 1, 4, 9, 10
"""Columns of MARGIN_HEDGE; that of accounts says little where all is one."""
_REACHES: Final = "reaches the target"
_POSITION, _REQUIRED = 1, 8
"""Columns of MARGIN_ONE_MORE: what there is one more of, and its portfolio requirement."""
_ONE_KINDS: Final = ["text", "text", "quantity", "quantity", "quantity", *["money"] * 5, "text"]
_ONE_WIDTHS: Final = (158, 176, 60, 60, 52, 76, 80, 76, 80, 62, 80)


@page_of(HEDGES, calls=BOTH_REGIMES, needs=(CANDIDATES,), prints=(HEDGES,))
def hedges_page(draft: WorkbookBuilder) -> None:
    """The candidates, and a page with the target and their ranking."""
    widths = _WIDTHS_OF_SEVERAL if draft.several else _HEDGE_WIDTHS
    page = draft.page(HEDGES, widths, _HEDGE_KINDS)
    page.text(_TARGET_CELL[0], 0, "Reduction wanted, $", "label")
    page.typed(*_TARGET_CELL, TARGET, "money")
    says = "A reduction of the requirement in dollars, above 0."
    page.accepts(_TARGET_CELL, ">", 0, title="target", says=says)
    page.section(_ROW - 1, "Ranking", len(widths), "$")
    candidates, target = draft.other(CANDIDATES), argument(_TARGET)
    call = draft.call("MARGIN_HEDGE", target, beside=[candidates])
    page.title(
        HEDGES, _hedged(draft.formulas.placed(call, _HEDGE_KINDS, "plain")),
        "Candidates by the requirement that each dollar of cost frees. The quantity is the least "
        "that reaches the reduction wanted, or the most that frees anything.",
    )  # fmt: skip
    account = () if draft.several else (_ACCOUNT,)
    headings = _HEADINGS if draft.several else _HEADINGS[:_ACCOUNT]
    shown = page.answer(
        _ROW, 0, call, _HEDGE_KINDS, spare=SPARE, leaving_out=account, headings=headings
    )
    page.states((shown.first, _RESULT, shown.last, _RESULT))
    finish_table(page, _ROW)


def _hedged(ranked: FormulaBlock) -> Figure:
    """How many candidates reach the target, and what the first of them frees."""
    results = ranked.column_of(_RESULT, MOST)
    return ranked.said(
        xl.COUNTIF(results, _REACHES).of_kind("count"), " of ",
        xl.COUNTIF(results, "?*").of_kind("count"), " candidates free the ",
        _TARGET, " wanted; the first, ",
        ranked.figure(1, _CANDIDATE, "text"), ", frees ",
        ranked.figure(1, _FREED), ".",
    )  # fmt: skip


def too_many_for_one_more(tables: InputTables) -> str:
    """Why the page on one more of each contract is left out, "" where it is not."""
    if (count := len(tables.positions.rows) - 1) <= MOST:
        return ""
    return (
        f"MARGIN_ONE_MORE: positions: found {count:,} rows, wanted {MOST:,} or fewer: one account "
        "after the other."
    )


@page_of(ONE_MORE, calls=("MARGIN_ONE_MORE",), refused_for=too_many_for_one_more)
def one_more_page(draft: WorkbookBuilder) -> None:
    """What one more of each contract held would change."""
    note = "+1 of each contract held long, or of 100 shares; −1 of what is sold short. Dollars."
    shown, call = (_ONE_WIDTHS, _ONE_KINDS), draft.call("MARGIN_ONE_MORE")
    page, _ = write_table(draft, ONE_MORE, shown, call, _dearest, note)
    finish_table(page)


def _dearest(placed: FormulaBlock) -> Figure:
    """The position of which one more raises the portfolio margin requirement most."""
    names, amounts = (placed.column_of(j, MOST) for j in (_POSITION, _REQUIRED))
    if not any(map(is_number, amounts.value)):
        return sentence("What one more of each contract held, or of 100 shares, would change.")
    return placed.said(
        "One more of ", at_extreme(names, amounts, xl.MAX),
        " raises portfolio margin most: by ", xl.MAX(amounts), ".",
    )  # fmt: skip
