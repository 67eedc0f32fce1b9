"""The checks of the first page: figures beside their limits, the broker's, the input."""

from __future__ import annotations

from typing import Final

from xlmargin.reports.account_table import PORTFOLIO_DEFICIENCY
from xlmargin.reports.alerts_table import STRESS_CUSHION, WORST
from xlmargin.workbooks import figures as xl
from xlmargin.workbooks.draft import WorkbookBuilder
from xlmargin.workbooks.figures import NONE, Figure, Operand, constant, sentence
from xlmargin.workbooks.formulas import LEFT_OUT, FormulaBlock
from xlmargin.workbooks.page import Page
from xlmargin.workbooks.pages.lists import CHECK_KINDS
from xlmargin.workbooks.pages.reconciliation import BROKER, Totals, reconciliation
from xlmargin.workbooks.pages.settings import tolerance_share
from xlmargin.workbooks.plain_page import BESIDE
from xlmargin.workbooks.ranking import Filtered
from xlmargin.workbooks.xlsx_writer import xl_rowcol_to_cell

LIMITS: Final = "Limits"
ROWS: Final = 8
"""Rows of checks: figures, the broker's, and the input."""
_FIGURES: Final = ROWS - 2
_ALERT: Final = {"account": 0, "figure": 1, "value": 2, "unit": 3, "warn": 4, "alert": 5,
                 "level": 7, "rule": 12, "worst": 13}  # fmt: skip
"""Columns of MARGIN_ALERTS."""
_NOT_KNOWN: Final = "not known"
_STATES: Final = {0.0: "● OK", 1.0: "▲ Watch", 2.0: "■ Act"}
_MINIMUM: Final = "Least equity: state equity_to_keep"
"""The label of the least equity under portfolio margin where nobody states it."""
_HEADINGS: Final = ("Check", "", "", "Now", "Limit", "State")
_KINDS: Final = ("text", "text", "text", "money", "money", BESIDE)
_NOW, _LIMIT, _STATE = 3, 4, 5


def write_checks(draft: WorkbookBuilder, page: Page, row: int, high: float, helper: int) -> None:
    """A row a figure that has limits, its worst account; then the broker, and the input.

    A label with a long name of an account is made as small as its room, and not cut.
    Below them is room for figures to come. Which rows of the answer are shown stands in the
    column `helper`.
    """
    limits = draft.tables.more.get(LIMITS)
    note = f"limits: page {LIMITS}" if limits else "as rules require; no call under stress"
    page.section(row, "Checks", 6, note)
    page.headings(row + 1, _HEADINGS, _KINDS, high=False)
    call = draft.call("MARGIN_ALERTS", beside=[limits.argument if limits else LEFT_OUT])
    first = row + 2
    for at in range(first, first + ROWS):
        page.height(at, high)
        page.blank(at, 0, _STATE, "body")
        page.sheet.merge_range(at, 0, at, _NOW - 1, "", page.look("fitted"))
    known = 0
    if not draft.answers.refusal(call):
        alerts = draft.formulas.placed(call, ["text"], "plain")
        worst = Filtered(alerts, _ALERT["worst"], WORST, first, helper)
        known = min(len(worst.found), _FIGURES)
        for k in range(_FIGURES):
            worst.finds(page, k)
            at = first + k if k < known else first + k + ROWS - _FIGURES
            there = float(worst.found[k]) if k < len(worst.found) else ""
            here = Figure(xl_rowcol_to_cell(first + k, helper), there)
            _check(page, at, _Alert(alerts, worst, k), here)
    _broker(draft, page, first + known)
    _input(draft, page, first + known + 1)
    page.states((first, _STATE, first + ROWS - 1, _STATE))


class _Alert:
    """The k-th figure that has limits, by the row of its worst account."""

    def __init__(self, alerts: FormulaBlock, worst: Filtered, k: int) -> None:
        self.alerts, self._worst, self.k = alerts, worst, k

    def of(self, name: str) -> Figure:
        """A column of it."""
        return self._worst.of(self.k, _ALERT[name])


def _check(page: Page, row: int, alert: _Alert, helper: Figure) -> None:
    """One figure, its limit and its state; blank where there is none.

    Where the input is refused the first one says so, and is to be acted on.
    """
    level, unit = alert.of("level"), alert.of("unit")
    now = xl.IF(level.equals(-1.0), _NOT_KNOWN, xl.written(alert.of("value"), unit))
    state: Operand = _NOT_KNOWN
    for known, word in reversed(_STATES.items()):
        state = xl.IF(level.equals(known), word, state)
    for column, figure, of_first, style, kind in (
        (0, _label(alert), "The input is refused", "fitted", "plain"),
        (_NOW, now, "", "right", "text"),
        (_LIMIT, _limit(alert, unit), "", "limit", "text"),
        (_STATE, constant(state), "■ Act", "state", "plain"),
    ):
        # Of a blank row nothing else is looked at: without the functions it stays blank.
        shown = xl.IF(helper.equals(""), "", figure)
        if not alert.k:
            shown = alert.alerts.or_refusal(shown, of_first)
        page.figure(row, column, shown, style, kind)


def _label(alert: _Alert) -> Figure:
    """The figure and its account; of the stress what it is, of a minimum to be stated which."""
    account, figure, rule = map(alert.of, ("account", "figure", "rule"))
    whose = xl.IF(account.equals(""), "", sentence(", ", account))
    unstated = xl.AND(figure.equals(PORTFOLIO_DEFICIENCY), alert.of("level").equals(-1.0))
    of = xl.IF(unstated, _MINIMUM, sentence(xl.in_words(figure), whose))
    return xl.IF(figure.equals(STRESS_CUSHION), sentence("Cushion ", rule), of)


def _limit(alert: _Alert, unit: Figure) -> Figure:
    """The warning, else the alert, with the side on which the figure must stay."""
    warn, limit, figure = map(alert.of, ("warn", "alert", "figure"))
    nearer = xl.written(xl.IF(xl.ISNUMBER(warn), warn, limit), unit)
    least = xl.OR(xl.RIGHT(figure, 6).equals("excess"), xl.RIGHT(figure, 7).equals("cushion"))
    return sentence(xl.IF(least, "≥ ", "≤ "), nearer.of_kind("text"))


def _broker(draft: WorkbookBuilder, page: Page, row: int) -> None:
    """The broker's requirement less ours, and the worst state of all its figures."""
    page.text(row, 0, "Broker’s requirement less ours", "fitted")
    if BROKER not in draft.tables.more:
        for column, style in ((_NOW, "right"), (_LIMIT, "limit"), (_STATE, "state")):
            page.text(row, column, NONE, style)
        return
    totals = Totals(reconciliation(draft))
    less = totals.difference.of_kind("dollars")
    signed = sentence(xl.IF(xl.ISNUMBER(less), xl.IF(less > 0, "+", ""), ""), less)
    within = sentence("within ", tolerance_share(draft.book.settings))
    styles = ("right", "limit", "state")
    page.row(row, _NOW, (signed, within, totals.state()), styles, ("text", "text", "plain"))


def _input(draft: WorkbookBuilder, page: Page, row: int) -> None:
    """How many errors and warnings the input has."""
    check = draft.formulas.placed(draft.check, CHECK_KINDS, "plain")
    cells = check.cells(0)
    errors, warnings = (xl.COUNTIF(cells, word) for word in ("error", "warning"))
    count = errors + warnings
    page.text(row, 0, "Problems in the input: page Check", "fitted")
    page.figure(row, _NOW, xl.IF(count.equals(0.0), NONE, count), "right", "quantity")
    page.text(row, _LIMIT, NONE, "limit")
    state = xl.IF(errors > 0, "■ Act", xl.IF(count > 0, "▲ Watch", "● OK"))
    page.figure(row, _STATE, state, "state")
