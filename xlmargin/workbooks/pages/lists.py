"""Pages that are one long table: contracts, contributions, strategies, explanations, the check."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from xlmargin.cells.values import AnswerValue
from xlmargin.workbooks.draft import WorkbookBuilder
from xlmargin.workbooks.figures import COUNTIF, MAX
from xlmargin.workbooks.growth import MOST
from xlmargin.workbooks.live_formulas import Call, literal
from xlmargin.workbooks.page import SPARE
from xlmargin.workbooks.page_setup import ROW
from xlmargin.workbooks.sentences import sentence
from xlmargin.workbooks.template import BY_PORTFOLIO, BY_STRATEGY, PageSpec

_FIRST: Final = 4
"""Row of the headings on these pages, counted from 0."""
CHECK_KINDS: Final = ("words", "words", "plain", "words", "text", "text")

_ACCOUNT, _CLASS = 9, 10
"""Columns of the strategies that say little where all is one account."""
_STRATEGY_WIDTHS: Final = (44, 104, 160, 64, 84, 92, 84, 178, 150)
_WIDTHS_OF_SEVERAL: Final = (40, 96, 146, 60, 78, 86, 78, 146, 92, 78, 60)
_CONTRIBUTION_WIDTHS: Final = (270, 70, 96, 96, 96, 92)
_SHARE: Final = 3
_CONTRACTS: Final = (
    (52, 36, 62, 78, 52, 58, 58, 56, 54, 50, 56, 64, 50, 56, 56, 62, 60),
    ("text", "words", "price", "date", "quantity", "price", "price", "rate", "words", "rate",
     "rate", "price", "greek"),
)  # fmt: skip
_GREEKS: Final = ((240, *[120] * 6), ("text", "money", "money", "percent", *["money"] * 3))
"""Widths and kinds of their columns."""


def write_table_page(
    draft: WorkbookBuilder,
    name: str,
    call: Call,
    shown: tuple[Sequence[int], Sequence[str]],
    message: str | tuple[str, AnswerValue],
    note: str,
    *,
    first: int = _FIRST,
) -> None:
    """A page of one answer: widths of its columns and kinds of quantities, and what it says."""
    widths, kinds = shown
    page = draft.page(name, "output")
    page.title(name, message, note)
    page.columns(widths, kinds)
    page.answer(first, 0, call, kinds, spare=SPARE)
    page.finish(len(widths), draft.stamp, repeat=first, freeze=(first + 1, 1))


def write_contracts_page(draft: WorkbookBuilder) -> None:
    """Contracts with what they are valued by, and Greeks by underlying."""
    write_table_page(
        draft, "Contracts", draft.call("PM_CONTRACTS"), _CONTRACTS,
        "What each contract is valued by: its volatility, where that is from, and its carry.",
        "Greeks are per unit: vega for 1.00 of volatility, theta for a day.", first=3,
    )  # fmt: skip
    write_table_page(
        draft, "Exposure", draft.call("PM_GREEKS"), _GREEKS,
        "Dollars by underlying: exposure is units × delta × price of the underlying.",
        "Cash has no row, and counts in the equity.", first=3,
    )  # fmt: skip


CONTRACTS_PAGE: Final = PageSpec(
    write_contracts_page, ("Contracts", "Exposure"), calls=(BY_PORTFOLIO,)
)


def write_contribution_page(draft: WorkbookBuilder) -> None:
    """What each position adds to the requirement."""
    page = draft.page("Contribution", "output")
    total = draft.one("PM_REQUIREMENT")
    page.title(
        "Contribution",
        sentence("What each position adds to the requirement: shares add up to ", total, "."),
        "Standalone: by itself. Marginal: with it less without it. Share: its part at the worst "
        "point.",
    )
    page.columns(_CONTRIBUTION_WIDTHS)
    headings = ("Position", "Quantity", "Standalone\n$", "Marginal\n$", "Share\n$")
    call = draft.call("PM_CONTRIBUTION")
    shown = [(0, "name"), (0, "held"), *((j, "money") for j in range(1, _SHARE + 1))]
    rows = page.answer(
        _FIRST, 0, call, ["text", "money"], style="lines", spare=SPARE, showing=shown,
        headings=headings,
    )  # fmt: skip
    page.fit(_FIRST + 1, [row[:1] for row in rows[1:]], _CONTRIBUTION_WIDTHS)
    shares, bars = [row[-1] for row in rows[1:]], len(shown)
    most = max((abs(v) for v in shares if isinstance(v, float)), default=1.0)
    last = _FIRST + len(rows) + SPARE - 1
    page.text(_FIRST, bars, "Share", "after_heading")
    page.bars((_FIRST + 1, last), bars, bars - 1, shares, most, -most)
    page.finish(
        len(_CONTRIBUTION_WIDTHS), draft.stamp, repeat=_FIRST, portrait=True, freeze=(_FIRST + 1, 1)
    )


CONTRIBUTION_PAGE: Final = PageSpec(
    write_contribution_page, ("Contribution",), calls=(BY_PORTFOLIO,), prints=("Contribution",)
)


def write_explain_page(draft: WorkbookBuilder) -> None:
    """The requirement as a tree, from the total down to each position and paragraph."""
    _explain(draft, "Explain", draft.call("XLM_EXPLAIN"))


EXPLAIN_PAGE: Final = PageSpec(write_explain_page, ("Explain",), calls=(BY_PORTFOLIO,))


def write_explain_strategies_page(draft: WorkbookBuilder) -> None:
    """The strategy-based maintenance requirement as a tree."""
    call = draft.call("XLM_EXPLAIN", literal("maintenance"))
    _explain(draft, "Explain by strategy", call)


EXPLAIN_STRATEGIES_PAGE: Final = PageSpec(
    write_explain_strategies_page, ("Explain by strategy",), calls=(BY_STRATEGY,)
)


def _explain(draft: WorkbookBuilder, title: str, call: Call) -> None:
    page = draft.page(title, "output")
    kinds = ["words", "money", "words", "words"]
    placed = draft.formulas.placed(call, kinds, "plain")
    page.title(
        title,
        sentence(
            "Required: ", placed.figure(1, 1),
            ", every amount with what it is made of and the paragraph that requires it.",
        ),
        "Inside a sum a negative amount is a gain.",
    )  # fmt: skip
    widths = (390, 100, 80, 390)
    page.columns(widths, kinds)
    rows = page.answer(_FIRST, 0, call, kinds, style="lines", spare=SPARE)
    page.fit(_FIRST + 1, rows[1:], widths)
    last = _FIRST + len(rows) + SPARE - 1
    cell = f"$A{_FIRST + 2}"
    is_group = f'=AND(LEFT({cell},4)="    ",LEFT({cell},5)<>"     ")'
    page.marked((_FIRST + 1, 0, last, 3), is_group, "strong")
    page.finish(4, draft.stamp, repeat=_FIRST, freeze=(_FIRST + 1, 1))


def write_strategies_page(draft: WorkbookBuilder) -> None:
    """The pairing that makes the strategy-based requirement least, leg by leg."""
    page = draft.page("Strategies", "output")
    kinds = ["plain", "words", "text", "quantity", *["money"] * 3, "words"]
    call = draft.call("REGT_STRATEGIES")
    placed = draft.formulas.placed(call, kinds, "plain")
    count = MAX(placed.column_of(0, MOST)).of_kind("count")
    page.title(
        "Strategies",
        sentence("The pairing that makes the requirement least has ", count, " strategies."),
        "A row a leg used; lines count the strategies.",
    )
    accounts = {row[_ACCOUNT] for row in draft.answers.rows(call)[1:]}
    leaving_out = (_ACCOUNT, _CLASS) if len(accounts) < 2 else ()
    widths = _STRATEGY_WIDTHS if leaving_out else _WIDTHS_OF_SEVERAL
    page.columns(widths, kinds)
    rows = page.answer(_FIRST, 0, call, kinds, style="lines", spare=SPARE, leaving_out=leaving_out)
    page.fit(_FIRST + 1, rows[1:], widths)
    for row in range(_FIRST + len(rows), _FIRST + len(rows) + SPARE):
        page.height(row, 2 * ROW)
    last = _FIRST + len(rows) + SPARE - 1
    page.marked((_FIRST + 1, 0, last, len(widths) - 1), f"=ISODD($A{_FIRST + 2})", "shaded")
    page.finish(len(widths), draft.stamp, repeat=_FIRST, freeze=(_FIRST + 1, 3))


STRATEGIES_PAGE: Final = PageSpec(write_strategies_page, ("Strategies",), calls=(BY_STRATEGY,))


def write_check_page(draft: WorkbookBuilder) -> None:
    """Every problem of the input by range and row; red refuses the answers."""
    page = draft.page("Check", "reference")
    page.title(
        "Check", _found_by_check(draft),
        "Errors refuse the answers, warnings deserve a look, notes say what was read or added. "
        "Rows are counted from the heading of each range, which is row 1.",
    )  # fmt: skip
    widths = (104, 96, 96, 124, 300, 240)
    page.columns(widths, CHECK_KINDS)
    rows = page.answer(_FIRST, 0, draft.check, CHECK_KINDS, style="lines", spare=SPARE)
    page.fit(_FIRST + 1, rows[1:], widths)
    last = _FIRST + len(rows) + SPARE - 1
    for word, mark in (("error", "act"), ("warning", "watch"), ("no problems", "ok")):
        page.marked((_FIRST + 1, 0, last, 0), f'=$A{_FIRST + 2}="{word}"', mark)
    page.finish(6, draft.stamp, repeat=_FIRST, freeze=(_FIRST + 1, 0))


CHECK_PAGE: Final = PageSpec(write_check_page, ("Check",))


def _found_by_check(draft: WorkbookBuilder) -> tuple[str, AnswerValue]:
    """How many problems of each severity there are."""
    found = draft.formulas.placed(draft.check, CHECK_KINDS, "plain")
    cells = found.column_of(0, MOST)
    errors, warnings, notes = (
        COUNTIF(cells, word).of_kind("count") for word in ("error", "warning", "note")
    )
    return sentence("Errors: ", errors, ", warnings: ", warnings, ", notes: ", notes, ".")
