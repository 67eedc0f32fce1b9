"""Candidates ranked by the requirement they free, and what one more of each contract changes."""

from __future__ import annotations

from typing import Final

from xlmargin.cells.values import AnswerValue
from xlmargin.workbooks.draft import WorkbookBuilder
from xlmargin.workbooks.figures import COUNTIF, MAX, at_extreme
from xlmargin.workbooks.formulas_sheet import FormulaBlock
from xlmargin.workbooks.growth import MOST
from xlmargin.workbooks.input_tables import InputTables
from xlmargin.workbooks.live_formulas import Call, FormulaArgument
from xlmargin.workbooks.page import SPARE
from xlmargin.workbooks.pages.lists import write_table_page
from xlmargin.workbooks.sentences import Figure, is_number, sentence
from xlmargin.workbooks.template import BY_PORTFOLIO, BY_STRATEGY, PageSpec

HEDGES: Final = "Hedges"
ONE_MORE: Final = "One more"
CANDIDATES: Final = "Candidates"
TARGET: Final = 150_000.0
"""Reduction of the requirement that the page begins with, $."""

_TARGET_CELL: Final = (4, 1)
_TARGET: Final = f"{HEDGES}!$B$5"
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


def write_hedges_page(draft: WorkbookBuilder) -> None:
    """The candidates, and a page with the target and their ranking."""
    candidates = draft.tables.more[CANDIDATES]
    page = draft.page(HEDGES, "output")
    widths = _WIDTHS_OF_SEVERAL if draft.several else _HEDGE_WIDTHS
    page.columns(widths, _HEDGE_KINDS)
    page.text(_TARGET_CELL[0], 0, "Reduction wanted, $", "label")
    page.typed(*_TARGET_CELL, TARGET, "money")
    says = "A reduction of the requirement in dollars, above 0."
    page.accepts(_TARGET_CELL, ">", 0, title="target", says=says)
    page.section(_ROW - 1, "Ranking", len(widths), "$")
    positions, *others = draft.tables.arguments
    target = FormulaArgument(_TARGET, TARGET)
    call = Call("MARGIN_HEDGE", (positions, candidates.argument, *others, target))
    page.title(
        HEDGES, _hedged(draft.formulas.placed(call, _HEDGE_KINDS, "plain")),
        "Candidates by the requirement that each dollar of cost frees. The quantity is the least "
        "that reaches the reduction wanted, or the most that frees anything.",
    )  # fmt: skip
    account = () if draft.several else (_ACCOUNT,)
    headings = _HEADINGS if draft.several else _HEADINGS[:_ACCOUNT]
    rows = page.answer(
        _ROW, 0, call, _HEDGE_KINDS, spare=SPARE, leaving_out=account, headings=headings
    )
    page.text(_ROW, _RESULT, _HEADINGS[_RESULT], "after_heading")
    page.states((_ROW + 1, _RESULT, _ROW + len(rows) + SPARE - 1, _RESULT))
    page.finish(len(widths), draft.stamp, repeat=_ROW, freeze=(_ROW + 1, 1))


HEDGES_PAGE: Final = PageSpec(
    write_hedges_page,
    (HEDGES,),
    calls=(BY_STRATEGY, BY_PORTFOLIO),
    needs=(CANDIDATES,),
    prints=(HEDGES,),
)


def _hedged(ranked: FormulaBlock) -> tuple[str, AnswerValue]:
    """How many candidates reach the target, and what the first of them frees."""
    results = ranked.column_of(_RESULT, MOST)
    return ranked.said(
        COUNTIF(results, _REACHES).of_kind("count"), " of ",
        COUNTIF(results, "?*").of_kind("count"), " candidates free the ",
        Figure(_TARGET, TARGET), " wanted; the first, ",
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


def write_one_more_page(draft: WorkbookBuilder) -> None:
    """What one more of each contract held would change."""
    call = draft.call("MARGIN_ONE_MORE")
    says = _dearest(draft.formulas.placed(call, _ONE_KINDS, "plain"))
    note = "+1 of each contract held long, or of 100 shares; −1 of what is sold short. Dollars."
    write_table_page(draft, ONE_MORE, call, (_ONE_WIDTHS, _ONE_KINDS), says, note)


ONE_MORE_PAGE: Final = PageSpec(
    write_one_more_page, (ONE_MORE,), calls=("MARGIN_ONE_MORE",), refused_for=too_many_for_one_more
)


def _dearest(placed: FormulaBlock) -> tuple[str, AnswerValue]:
    """The position of which one more raises the portfolio margin requirement most."""
    names, amounts = (placed.column_of(j, MOST) for j in (_POSITION, _REQUIRED))
    if not any(map(is_number, amounts.value)):
        return sentence("What one more of each contract held, or of 100 shares, would change.")
    return placed.said(
        "One more of ", at_extreme(names, amounts, MAX),
        " raises portfolio margin most: by ", MAX(amounts), ".",
    )  # fmt: skip
