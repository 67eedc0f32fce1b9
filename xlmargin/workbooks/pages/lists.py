"""Pages that are one long table: contracts, contributions, strategies, explanations, the check."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final

from xlmargin.workbooks import figures as xl
from xlmargin.workbooks.draft import BY_PORTFOLIO, BY_STRATEGY, WorkbookBuilder, page_of
from xlmargin.workbooks.figures import Figure, sentence
from xlmargin.workbooks.formulas import MOST, Call, FormulaBlock, literal
from xlmargin.workbooks.page import SPARE, Page, ShownAnswer
from xlmargin.workbooks.page_setup import ROW

_FIRST: Final = 4
"""Row of the headings on these pages, counted from 0."""
CHECK_KINDS: Final = ("words", "words", "plain", "words", "text", "text")

_ACCOUNT, _CLASS = 9, 10
"""Columns of the strategies that say little where all is one account."""
_STRATEGY_WIDTHS: Final = (44, 104, 160, 64, 84, 92, 84, 178, 150)
_WIDTHS_OF_SEVERAL: Final = (40, 96, 146, 60, 78, 86, 78, 146, 92, 78, 60)
_STRATEGY_KINDS: Final = ("plain", "words", "text", "quantity", *["money"] * 3, "words")
_CONTRIBUTION_WIDTHS: Final = (270, 70, 96, 96, 96, 92)
_SHARE: Final = 3
_CONTRACTS: Final = (
    (52, 36, 62, 78, 52, 58, 58, 56, 54, 50, 56, 64, 50, 56, 56, 62, 60),
    ("text", "words", "price", "date", "quantity", "price", "price", "rate", "words", "rate",
     "rate", "price", "greek"),
)  # fmt: skip
_GREEKS: Final = ((240, *[120] * 6), ("text", "money", "money", "percent", *["money"] * 3))
"""Widths and kinds of their columns."""


def write_table(
    draft: WorkbookBuilder,
    name: str,
    shown: tuple[Sequence[int], Sequence[str]],
    call: Call,
    says: str | Callable[[FormulaBlock], Figure],
    note: str,
    *,
    first: int = _FIRST,
    of: str = "output",
    **how: Any,
) -> tuple[Page, ShownAnswer]:
    """A page of one answer, still to be finished.

    `shown` are the widths of its columns and their kinds, `says` is what the answer comes to;
    `first` is the row of the headings, `how` as in `Page.answer`.
    """
    widths, kinds = shown
    page = draft.page(name, widths, kinds, of=of)
    said = says if isinstance(says, str) else says(draft.formulas.placed(call, kinds, "plain"))
    page.title(name, said, note)
    return page, page.answer(first, 0, call, kinds, spare=SPARE, **how)


def finish_table(page: Page, first: int = _FIRST, **how: Any) -> None:
    """The end of a page of one answer: its headings stay in sight and are repeated on paper."""
    page.finish(**{"repeat": first, "freeze": (first + 1, 1), **how})


@page_of("Contracts", "Exposure", calls=(BY_PORTFOLIO,))
def contracts_page(draft: WorkbookBuilder) -> None:
    """Contracts with what they are valued by, and Greeks by underlying."""
    page, _ = write_table(
        draft, "Contracts", _CONTRACTS, draft.call("PM_CONTRACTS"),
        "What each contract is valued by: its volatility, where that is from, and its carry.",
        "Greeks are per unit: vega for 1.00 of volatility, theta for a day.", first=3,
    )  # fmt: skip
    finish_table(page, 3)
    page, _ = write_table(
        draft, "Exposure", _GREEKS, draft.call("PM_GREEKS"),
        "Dollars by underlying: exposure is units × delta × price of the underlying.",
        "Cash has no row, and counts in the equity.", first=3,
    )  # fmt: skip
    finish_table(page, 3)


@page_of("Contribution", calls=(BY_PORTFOLIO,), prints=("Contribution",))
def contribution_page(draft: WorkbookBuilder) -> None:
    """What each position adds to the requirement."""
    total = draft.one("PM_REQUIREMENT")
    columns = [(0, "name"), (0, "held"), *((j, "money") for j in range(1, _SHARE + 1))]
    page, shown = write_table(
        draft, "Contribution", (_CONTRIBUTION_WIDTHS, ("text", "money")),
        draft.call("PM_CONTRIBUTION"),
        lambda _: sentence(
            "What each position adds to the requirement: shares add up to ", total, "."
        ),
        "Standalone: by itself. Marginal: with it less without it. Share: its part at the worst "
        "point.",
        style="lines", showing=columns,
        headings=("Position", "Quantity", "Standalone\n$", "Marginal\n$", "Share\n$"),
    )  # fmt: skip
    shares, bars = [row[-1] for row in shown.rows[1:]], len(columns)
    most = max((abs(v) for v in shares if isinstance(v, float)), default=1.0)
    page.text(_FIRST, bars, "Share", "after_heading")
    page.bars((shown.first, shown.last), bars, bars - 1, most, -most, values=shares)
    finish_table(page, portrait=True)


@page_of("Explain", calls=(BY_PORTFOLIO,))
def explain_page(draft: WorkbookBuilder) -> None:
    """The requirement as a tree, from the total down to each position and paragraph."""
    _explain(draft, "Explain", draft.call("XLM_EXPLAIN"))


@page_of("Explain by strategy", calls=(BY_STRATEGY,))
def explain_strategies_page(draft: WorkbookBuilder) -> None:
    """The strategy-based maintenance requirement as a tree."""
    _explain(draft, "Explain by strategy", draft.call("XLM_EXPLAIN", literal("maintenance")))


def _explain(draft: WorkbookBuilder, title: str, call: Call) -> None:
    page, shown = write_table(
        draft, title, ((390, 100, 80, 390), ("words", "money", "words", "words")), call,
        lambda placed: sentence(
            "Required: ", placed.figure(1, 1),
            ", every amount with what it is made of and the paragraph that requires it.",
        ),
        "Inside a sum a negative amount is a gain.", style="lines",
    )  # fmt: skip
    cell = f"$A{shown.first + 1}"
    is_group = f'=AND(LEFT({cell},4)="    ",LEFT({cell},5)<>"     ")'
    page.marked((shown.first, 0, shown.last, 3), is_group, "strong")
    finish_table(page)


@page_of("Strategies", calls=(BY_STRATEGY,))
def strategies_page(draft: WorkbookBuilder) -> None:
    """The pairing that makes the strategy-based requirement least, leg by leg."""
    call = draft.call("REGT_STRATEGIES")
    accounts = {row[_ACCOUNT] for row in draft.answers.rows(call)[1:]}
    leaving_out = (_ACCOUNT, _CLASS) if len(accounts) < 2 else ()
    page, shown = write_table(
        draft, "Strategies",
        (_STRATEGY_WIDTHS if leaving_out else _WIDTHS_OF_SEVERAL, _STRATEGY_KINDS), call,
        lambda placed: sentence(
            "The pairing that makes the requirement least has ",
            xl.MAX(placed.column_of(0, MOST)).of_kind("count"), " strategies.",
        ),
        "A row a leg used; lines count the strategies.", style="lines", leaving_out=leaving_out,
    )  # fmt: skip
    for row in range(shown.last + 1 - SPARE, shown.last + 1):
        page.height(row, 2 * ROW)
    area = (shown.first, 0, shown.last, page.columns - 1)
    page.marked(area, f"=ISODD($A{shown.first + 1})", "shaded")
    finish_table(page, freeze=(_FIRST + 1, 3))


@page_of("Check")
def check_page(draft: WorkbookBuilder) -> None:
    """Every problem of the input by range and row; red refuses the answers."""
    page, shown = write_table(
        draft, "Check", ((104, 96, 96, 124, 300, 240), CHECK_KINDS), draft.check, _found_by_check,
        "Errors refuse the answers, warnings deserve a look, notes say what was read or added. "
        "Rows are counted from the heading of each range, which is row 1.",
        style="lines", of="reference",
    )  # fmt: skip
    for word, mark in (("error", "act"), ("warning", "watch"), ("no problems", "ok")):
        page.marked((shown.first, 0, shown.last, 0), f'=$A{shown.first + 1}="{word}"', mark)
    finish_table(page, freeze=(_FIRST + 1, 0))


def _found_by_check(found: FormulaBlock) -> Figure:
    """How many problems of each severity there are."""
    cells = found.column_of(0, MOST)
    errors, warnings, notes = (
        xl.COUNTIF(cells, word).of_kind("count") for word in ("error", "warning", "note")
    )
    return sentence("Errors: ", errors, ", warnings: ", warnings, ", notes: ", notes, ".")
