"""Trades that are thought of: the account before and after them, and whether they may be done."""

from __future__ import annotations

from typing import Final

from xlmargin.workbooks.draft import ACCOUNT_OF_BOTH, WorkbookBuilder, headed, page_of
from xlmargin.workbooks.figures import Figure
from xlmargin.workbooks.formulas import FormulaBlock
from xlmargin.workbooks.page import SPARE, Page
from xlmargin.workbooks.pages.orders import TRADES
from xlmargin.workbooks.styles import PM, PREV

SHEET: Final = "Blotter"

_CHECKS: Final = ("pre-trade check, portfolio margin", "pre-trade check, strategy-based")
_CHARTED: Final = (
    "initial requirement", "deposit", "maintenance requirement", "portfolio requirement",
)  # fmt: skip
_EXCESS: Final = ("strategy excess", "portfolio excess", "buying-power effect", "fees")
_BEFORE, _AFTER, _CHANGE = 1, 2, 3
_WIDTHS: Final = (228, 136, 120, 96, 95, 95, 95, 95)
_VERDICT_ROW: Final = 5
_GLANCE_ROW: Final = 10
_TABLE_ROW: Final = 24
_HEADINGS: Final = ("Figure", "Before", "After", "Change", "Account")
_KINDS: Final = ["words", "verdict", "verdict", "change", "whose"]


@page_of(SHEET, calls=ACCOUNT_OF_BOTH, needs=(TRADES,), prints=(SHEET,))
def blotter_page(draft: WorkbookBuilder) -> None:
    """The blotter, and a page with the verdict, the requirements and the whole answer."""
    page = draft.page(SHEET, _WIDTHS, ["text", "plain"])
    impact = draft.placed("MARGIN_WHATIF", beside=[draft.other(TRADES)], numbers=_KINDS)
    page.title(
        "What-if: all trades", _message(impact),
        "The trades of the sheet Trades, all of them together, under both regimes.",
    )  # fmt: skip
    _verdict(page, impact)
    _glance(draft, page, impact)
    page.section(_TABLE_ROW - 1, "Every figure", 5, "$; all accounts together first, then each")
    shown = page.answer(_TABLE_ROW, 0, impact.call, _KINDS, spare=SPARE, headings=_HEADINGS)
    page.text(_TABLE_ROW, len(_HEADINGS) - 1, _HEADINGS[-1], "after_heading")
    page.states((shown.first, _AFTER, shown.last, _AFTER))
    page.finish(repeat=_TABLE_ROW, freeze=(2, 1))


def _message(impact: FormulaBlock) -> Figure:
    """What the trades change of each requirement, and what they leave."""

    def figure(name: str, column: int, kind: str = "dollars") -> Figure:
        at = impact.row_of(name), column
        return impact.figure(*at, kind)

    return impact.said(
        "All trades together change portfolio margin by ",
        figure("portfolio requirement", _CHANGE), " and strategy-based maintenance by ",
        figure("maintenance requirement", _CHANGE), "; they leave ",
        figure("portfolio excess", _AFTER, "millions"), " of portfolio excess.",
    )  # fmt: skip


def _verdict(page: Page, impact: FormulaBlock) -> None:
    """Whether the trades may be done, under each regime."""
    page.section(_VERDICT_ROW - 1, "Verdict", 4)
    for i, check in enumerate(_CHECKS):
        at, row = impact.row_of(check), _VERDICT_ROW + i
        page.shows(row, 0, impact, (at, 0), "label", "words")
        page.shows(row, 1, impact, (at, _BEFORE), "body", "words")
        page.shows(row, 2, impact, (at, _AFTER), "state", "signed")
    page.states((_VERDICT_ROW, _AFTER, _VERDICT_ROW + 1, _AFTER))


def _glance(draft: WorkbookBuilder, page: Page, impact: FormulaBlock) -> None:
    """Requirements and excess before, after and changed, with a chart of the requirements."""
    page.section(_GLANCE_ROW - 2, "All accounts together", 4)
    page.headings(_GLANCE_ROW - 1, ("$", *_HEADINGS[1:4]), ("text", "money"), high=False)
    for i, figure in enumerate((*_CHARTED, *_EXCESS)):
        at = impact.row_of(figure)
        page.shows(_GLANCE_ROW + i, 0, impact, (at, 0), "label", "words")
        for column, kind in enumerate(("money", "money", "change"), start=1):
            page.shows(_GLANCE_ROW + i, column, impact, (at, column), "right", kind)
    rows = (_GLANCE_ROW, _GLANCE_ROW + len(_CHARTED) - 1)
    series = headed(SHEET, _GLANCE_ROW - 1, {_BEFORE: PREV, _AFTER: PM})
    chart = draft.chart_of_bars("column", SHEET, rows, series)
    says = "Pairs of columns: requirements before and after the trades"
    page.chart(
        _VERDICT_ROW - 1, 4, chart, "Requirements before and after", says, columns=4, high=320,
        note="$ thousands",
    )  # fmt: skip
