"""The checks of the first page: figures beside their limits, the broker's, the input."""

from __future__ import annotations

from typing import Final

from xlmargin.cells.values import AnswerValue
from xlmargin.reports.account_table import PORTFOLIO_DEFICIENCY
from xlmargin.reports.alerts_table import STRESS_CUSHION, WORST
from xlmargin.workbooks.draft import WorkbookBuilder
from xlmargin.workbooks.formulas_sheet import NONE, FormulaBlock
from xlmargin.workbooks.live_formulas import LEFT_OUT, Call
from xlmargin.workbooks.page import Page
from xlmargin.workbooks.pages.broker_settings import tolerance_share
from xlmargin.workbooks.pages.lists import CHECK_KINDS
from xlmargin.workbooks.pages.reconciliation import BROKER, Totals, reconciliation
from xlmargin.workbooks.ranking import Filtered
from xlmargin.workbooks.sentences import Figure, as_written, first_letter, sentence, written
from xlmargin.workbooks.xlsx_writer import xl_rowcol_to_cell

LIMITS: Final = "Limits"
ROWS: Final = 8
"""Rows of checks: figures, the broker's, and the input."""
_FIGURES: Final = ROWS - 2
_ALERT: Final = {"account": 0, "figure": 1, "value": 2, "unit": 3, "warn": 4, "alert": 5,
                 "level": 7, "rule": 12, "worst": 13}  # fmt: skip
"""Columns of MARGIN_ALERTS."""
_NOT_KNOWN: Final = "not known"
_STATES: Final = {0.0: "● OK", 1.0: "▲ Watch", 2.0: "■ Act", -1.0: _NOT_KNOWN}
_MINIMUM: Final = "Least equity: state equity_to_keep"
"""The label of the least equity under portfolio margin where nobody states it."""
_HEADINGS: Final = (
    (0, "Check", "text_heading"), (1, "", "text_heading"), (2, "", "text_heading"),
    (3, "Now", "heading"), (4, "Limit", "heading"), (5, "State", "after_heading"),
)  # fmt: skip
_NOW, _LIMIT, _STATE = 3, 4, 5


def write_checks(draft: WorkbookBuilder, page: Page, row: int, high: float, helper: int) -> None:
    """A row a figure that has limits, its worst account; then the broker, and the input.

    Below them is room for figures to come. Which rows of the answer are shown stands in the
    column `helper`.
    """
    limits = draft.tables.more.get(LIMITS)
    page.section(
        row,
        "Checks",
        6,
        f"limits: page {LIMITS}" if limits else "as rules require; no call under stress",
    )
    for column, heading, style in _HEADINGS:
        page.text(row + 1, column, heading, style)
    positions, *others = draft.tables.arguments
    call = Call("MARGIN_ALERTS", (positions, limits.argument if limits else LEFT_OUT, *others))
    first = row + 2
    for at in range(first, first + ROWS):
        page.height(at, high)
        page.blank(at, 0, _STATE, "body")
    known = 0
    if not draft.answers.refusal(call):
        alerts = draft.formulas.placed(call, ["text"], "plain")
        worst = Filtered(alerts, _ALERT["worst"], WORST, first, helper)
        known = min(len(worst.found), _FIGURES)
        for k in range(_FIGURES):
            worst.finds(page, k)
            at = first + k if k < known else first + k + ROWS - _FIGURES
            _check(page, at, _Alert(alerts, worst, k), xl_rowcol_to_cell(first + k, helper))
    _broker(draft, page, first + known)
    _input(draft, page, first + known + 1)
    page.states((first, _STATE, first + ROWS - 1, _STATE))


class _Alert:
    """The k-th figure that has limits, by the row of its worst account."""

    def __init__(self, alerts: FormulaBlock, worst: Filtered, k: int) -> None:
        self.alerts, self._worst, self.k = alerts, worst, k

    def of(self, name: str) -> tuple[str, AnswerValue]:
        """A formula for a column of it, and what it finds."""
        return self._worst.of(self.k, _ALERT[name])

    @property
    def there(self) -> bool:
        """Whether there is such a figure now."""
        return self.k < len(self._worst.found)


def _check(page: Page, row: int, alert: _Alert, helper: str) -> None:
    """One figure, its limit and its state; blank where there is none.

    Where the input is refused the first one says so, and is to be acted on.
    """

    def guarded(formula: str, of_first: str = "") -> str:
        """Of a blank row nothing else is looked at: without the functions it stays blank."""
        if not alert.k:
            return alert.alerts.unless_refused(f'IF({helper}="","",{formula})', of_first)
        return f'IF({helper}="","",{formula})'

    label, said = _label(alert)
    page.formula(row, 0, guarded(label, "The input is refused"), said, "body", "plain")
    (value, now), (unit, in_unit) = alert.of("value"), alert.of("unit")
    formula, shown = written(value, now, unit, in_unit)
    level, of_level = alert.of("level")
    if alert.there and of_level == -1.0:
        shown = _NOT_KNOWN
    known = f'IF({level}=-1,"{_NOT_KNOWN}",{formula})'
    page.formula(row, _NOW, guarded(known), shown, "right", "text")
    limit, bound = _limit(alert, unit, in_unit)
    page.formula(row, _LIMIT, guarded(limit), bound, "limit", "text")
    state = f'IF({level}=0,"● OK",IF({level}=1,"▲ Watch",IF({level}=2,"■ Act","{_NOT_KNOWN}")))'
    found = _STATES[float(of_level)] if alert.there else ""
    page.formula(row, _STATE, guarded(state, "■ Act"), found, "state", "plain")


def _label(alert: _Alert) -> tuple[str, str]:
    """The figure and its account; of the stress what it is, of a minimum to be stated which."""
    (account, named), (figure, name), (rule, of_rule) = map(alert.of, ("account", "figure", "rule"))
    of = f'{first_letter(figure)}&IF({account}="","",", "&{account})'
    level, of_level = alert.of("level")
    unstated = f'AND({figure}="{PORTFOLIO_DEFICIENCY}",{level}=-1)'
    formula = f'IF({figure}="{STRESS_CUSHION}","Cushion "&{rule},IF({unstated},"{_MINIMUM}",{of}))'
    if not alert.there:
        return formula, ""
    if name == STRESS_CUSHION:
        return formula, f"Cushion {of_rule}"
    if name == PORTFOLIO_DEFICIENCY and of_level == -1.0:
        return formula, _MINIMUM
    return formula, f"{as_written(str(name))}{f', {named}' if named else ''}"


def _limit(alert: _Alert, unit: str, in_unit: AnswerValue) -> tuple[str, str]:
    """The warning, else the alert, with the side on which the figure must stay."""
    (warn, warning), (limit, alerting) = alert.of("warn"), alert.of("alert")
    nearer = f"IF(ISNUMBER({warn}),{warn},{limit})"
    shown = written(nearer, warning if isinstance(warning, float) else alerting, unit, in_unit)
    figure, name = alert.of("figure")
    least = f'OR(RIGHT({figure},6)="excess",RIGHT({figure},7)="cushion")'
    sign = "≥" if str(name).endswith(("excess", "cushion")) else "≤"
    return f'IF({least},"≥ ","≤ ")&{shown[0]}', f"{sign} {shown[1]}" if alert.there else ""


def _broker(draft: WorkbookBuilder, page: Page, row: int) -> None:
    """The broker's requirement less ours, and the worst state of all its figures."""
    page.text(row, 0, "Broker’s requirement less ours", "body")
    if BROKER not in draft.tables.more:
        for column, style in ((_NOW, "right"), (_LIMIT, "limit"), (_STATE, "state")):
            page.text(row, column, NONE, style)
        return
    totals = Totals(reconciliation(draft))
    less = totals.difference
    formula, value = sentence(Figure(less.formula, less.value))
    signed = f'IF(ISNUMBER({less.formula}),IF({less.formula}>0,"+",""),"")&{formula}'
    plus = "+" if isinstance(less.value, float) and less.value > 0 else ""
    page.formula(row, _NOW, signed, f"{plus}{value}", "right", "text")
    within = sentence("within ", tolerance_share(draft.book.settings))
    page.formula(row, _LIMIT, *within, "limit", "text")
    state = totals.state()
    page.figure(row, _STATE, state, "state", "plain")


def _input(draft: WorkbookBuilder, page: Page, row: int) -> None:
    """How many errors and warnings the input has."""
    check = draft.formulas.placed(draft.check, CHECK_KINDS, "plain")
    cells = check.cells(0)
    count = f'COUNTIF({cells},"error")+COUNTIF({cells},"warning")'
    found = sum(1 for cells in check.rows if cells[0] in ("error", "warning"))
    state = f'IF(COUNTIF({cells},"error")>0,"■ Act",IF({count}>0,"▲ Watch","● OK"))'
    page.text(row, 0, "Problems in the input: page Check", "body")
    now = f'IF({count}=0,"{NONE}",{count})'
    page.formula(row, _NOW, now, float(found) or NONE, "right", "quantity")
    page.text(row, _LIMIT, NONE, "limit")
    page.formula(row, _STATE, state, "▲ Watch" if found else "● OK", "state", "plain")
