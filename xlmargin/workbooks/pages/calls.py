"""Margin calls: the account's own, and the last day to meet each kind from any day."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from xlmargin.margin_calls import CallKind
from xlmargin.workbooks.draft import WorkbookBuilder
from xlmargin.workbooks.live_formulas import Call, FormulaArgument, literal
from xlmargin.workbooks.page import Page
from xlmargin.workbooks.pages.account import shows_figure
from xlmargin.workbooks.pages.rules import RULE_KINDS
from xlmargin.workbooks.template import PageSpec

SHEET: Final = "Calls"

_WIDTHS: Final = (300, 110, 110, 90, 350)
_OWN_ROW: Final = 5
_OWN: Final = (
    ("Maintenance, strategy-based", "strategy margin call", "strategy call due"),
    ("Portfolio margin", "portfolio margin call", "portfolio call due"),
    (
        "Least equity under portfolio margin",
        "portfolio minimum equity deficiency",
        "portfolio minimum equity due",
    ),
)
_RULE: Final = 3
_DUE_ROW: Final = _OWN_ROW + len(_OWN) + 4
_PARAGRAPH: Final = 3
"""Column of XLM_RULE with the paragraph."""
_KINDS: Final[Mapping[CallKind, tuple[str, str]]] = {
    CallKind.REGT: ("Initial margin (Reg T)", "payment_days_after_settlement"),
    CallKind.MAINTENANCE: ("Maintenance, strategy-based", "days_to_meet_maintenance"),
    CallKind.PORTFOLIO: ("Portfolio margin", "days_to_meet_portfolio"),
    CallKind.MINIMUM_EQUITY: ("Least equity, portfolio margin", "days_to_meet_minimum_equity"),
    CallKind.INTRADAY: ("Intraday deficit", "days_to_meet_intraday"),
}


def write_calls_page(draft: WorkbookBuilder) -> None:
    """What is called now, and until when each kind of call is to be met."""
    page = draft.page(SHEET, "output")
    page.title(SHEET, "Calls on the account as of the settings' date, and days to meet any call.")
    page.columns(_WIDTHS, ["text", "plain"])
    _own(draft, page)
    _due(draft, page)
    page.finish(len(_WIDTHS), draft.stamp, freeze=(2, 0))


PAGE: Final = PageSpec(write_calls_page, (SHEET,), calls=("MARGIN_ACCOUNT",))


def _own(draft: WorkbookBuilder, page: Page) -> None:
    """The account's calls and when they are due; "none" where there is no call."""
    state = draft.placed("MARGIN_ACCOUNT")
    page.section(_OWN_ROW - 1, "The account's calls", len(_WIDTHS), "all accounts together")
    kinds = ("text", "money", "date", "text")
    page.headings(_OWN_ROW, ("Kind", "Call, $", "Due", "", "Rule"), kinds, high=False)
    for i, (label, call, due) in enumerate(_OWN, start=1):
        row = _OWN_ROW + i
        page.text(row, 0, label, "label")
        shows_figure(page, row, 1, state, call, "figure")
        shows_figure(page, row, 2, state, due, "right")
        page.text(row, 3, "")
        page.shows(row, 4, state, (state.row_of(call), _RULE), "body", "cited")
    first = f"B{_OWN_ROW + 2}"
    called = (_OWN_ROW + 1, 1, _OWN_ROW + len(_OWN), 1)
    page.marked(called, f"=AND(ISNUMBER({first}),{first}>0)", "act")


def _due(draft: WorkbookBuilder, page: Page) -> None:
    """The last day to meet each kind of call from the day in the blue cell.

    A kind that no rule makes on the date of the book is left out.
    """
    day = draft.book.market.as_of
    page.section(
        _DUE_ROW - 1,
        "Last day to meet a call",
        len(_WIDTHS),
        "business days of the exchange; a house may ask sooner",
    )
    page.text(_DUE_ROW, 0, "Day of the trade, or on which the deficiency arose", "label")
    page.typed(_DUE_ROW, 1, day, "date")
    page.accepts_date(_DUE_ROW, 1)
    headings, kinds = ("Kind", "Last day", "Weekday", "Days on", "Rule"), ("date",) * 3
    page.headings(_DUE_ROW + 2, headings, ("text", *kinds, "text"), high=False)
    cell = f"{SHEET}!$B${_DUE_ROW + 1}"
    row = _DUE_ROW + 2
    for kind, (label, parameter) in _KINDS.items():
        rule = Call("XLM_RULE", (literal(parameter), draft.as_of))
        if draft.answers.refusal(rule):
            continue
        row += 1
        arguments = (
            FormulaArgument(cell, day),
            literal(kind.value),
            draft.tables.settings.argument,
        )
        due = draft.formulas.placed(Call("MARGIN_CALL_DUE", arguments), ["date"])
        found = due.value(0, 0)
        page.text(row, 0, label, "label")
        page.shows(row, 1, due, (0, 0), "figure", "date")
        page.formula(row, 2, f"B{row + 1}", found, "right", "weekday")
        days: float | str = found - day if isinstance(found, float) else ""
        page.formula(row, 3, f'IFERROR(B{row + 1}-{cell},"")', days, "right", "quantity")
        stated = draft.formulas.placed(rule, RULE_KINDS)
        page.shows(row, 4, stated, (0, _PARAGRAPH), "body", "text")
