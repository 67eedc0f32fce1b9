"""Who may have a portfolio margin account: a checklist, and the five steps to be tracked."""

from __future__ import annotations

from typing import Final

from xlmargin.cells.values import AnswerValue
from xlmargin.eligibility import ChecklistStep
from xlmargin.workbooks import figures as xl
from xlmargin.workbooks.draft import WorkbookBuilder, page_of
from xlmargin.workbooks.figures import Figure, sentence
from xlmargin.workbooks.formulas import Call, FormulaBlock
from xlmargin.workbooks.page import Page
from xlmargin.workbooks.xlsx_writer import xl_rowcol_to_cell

SHEET: Final = "Eligibility"
FACTS: Final = "Facts"
STEP, MET, ACCOUNT = 0, 4, 8

_KINDS: Final = ["words", "words", "fact", "fact", "signed", "words", "words", "words", "text"]
_WIDTHS: Final = (166, 100, 72, 108, 64, 104, 118, 166, 62)
_STEPS_ROW: Final = 5
_TRACKED: Final = ("Responsible", "Begun", "Done on", "Note")
_VERDICT: Final = "All steps"
_MOST_CHECKS: Final = 1_000
_SPARE: Final = 4


@page_of(SHEET, needs=(FACTS,), prints=(SHEET,))
def eligibility_page(draft: WorkbookBuilder) -> None:
    """The facts as inputs; the five steps of each account; the checklist."""
    page = draft.page(SHEET, _WIDTHS, ["text"])
    call = Call("PM_ELIGIBILITY", (draft.other(FACTS), draft.tables.settings.argument))
    checks = draft.formulas.placed(call, _KINDS, "plain")
    page.title(
        SHEET, _message(checks),
        "Who may have a portfolio margin account, from the facts on the sheet Facts and the house "
        "of the settings.",
    )  # fmt: skip
    accounts = list(dict.fromkeys(row[ACCOUNT] for row in checks.rows[1:]))
    _steps(page, checks, accounts)
    row = _STEPS_ROW + len(ChecklistStep) + 4
    page.section(row - 1, "Checklist", len(_WIDTHS), "dollars and years are numbers")
    shown = page.answer(row, 0, call, _KINDS, style="fine", spare=_SPARE)
    page.states((shown.first, MET, shown.last, MET))
    verdict = (shown.first, 0, shown.last, page.columns - 1)
    page.marked(verdict, f'=$A{row + 2}="{_VERDICT}"', "strong")
    page.finish(repeat=row, freeze=(2, 1))


def _message(checks: FormulaBlock) -> Figure:
    """How many accounts may have one now, and how many single requirements are met."""
    steps, met = (checks.column_of(column, _MOST_CHECKS) for column in (STEP, MET))
    verdicts, singles = (steps, _VERDICT), (steps, "?*", steps, f"<>{_VERDICT}")
    ready, accounts = xl.COUNTIFS(*verdicts, met, "met"), xl.COUNTIF(*verdicts)
    every, are_met = xl.COUNTIFS(*singles), xl.COUNTIFS(*singles, met, "met")
    return checks.said(
        "Ready for portfolio margin: ", ready.of_kind("count"), " of ", accounts.of_kind("count"),
        " accounts; of ", every.of_kind("count"), " requirements ", are_met.of_kind("count"),
        " are met.",
    )  # fmt: skip


def _steps(page: Page, checks: FormulaBlock, accounts: list[AnswerValue]) -> None:
    """A row a step: whether it is done, account by account, and inputs to track it with."""
    page.section(_STEPS_ROW - 1, "Five steps", len(_WIDTHS), "blue cells are yours to track them")
    shown = accounts[: len(_WIDTHS) - 1 - len(_TRACKED)]
    page.text(_STEPS_ROW, 0, "Step", "text_heading")
    first_of = [checks.rows.row_of(account, ACCOUNT) for account in shown]
    for j, at in enumerate(first_of, start=1):
        page.shows(_STEPS_ROW, j, checks, (at, ACCOUNT), "text_heading", "plain")
    first = len(shown) + 1
    for j, heading in enumerate(_TRACKED):
        page.text(_STEPS_ROW, first + j, heading, "text_heading")
    after = first + len(_TRACKED)
    page.blank(_STEPS_ROW, after, len(_WIDTHS) - 1, "text_heading")
    for i, step in enumerate(ChecklistStep, start=1):
        row = _STEPS_ROW + i
        page.text(row, 0, step.value, "label")
        for j, account in enumerate(shown, start=1):
            whose = Figure(xl_rowcol_to_cell(_STEPS_ROW, j), account)
            page.figure(row, j, _step(checks, row, step, whose), "state", "text")
        page.blank(row, after, len(_WIDTHS) - 1, "input")
        for j, heading in enumerate(_TRACKED):
            number = "date" if heading in ("Begun", "Done on") else "text"
            page.typed(row, first + j, None, number)
            if number == "date":
                page.accepts_date(row, first + j)
    if shown:
        page.states((_STEPS_ROW + 1, 1, _STEPS_ROW + len(ChecklistStep), len(shown)))


def _step(checks: FormulaBlock, row: int, step: ChecklistStep, account: Figure) -> Figure:
    """Whether the step in the row's first cell is done for an account, or what is open of it."""
    steps, met, accounts = (
        checks.column_of(column, _MOST_CHECKS) for column in (STEP, MET, ACCOUNT)
    )
    of = (steps, Figure(f"$A{row + 1}", step.value), accounts, account)
    open_ = xl.COUNTIFS(*of) - xl.COUNTIFS(*of, met, "met")
    many = Figure(open_.formula, f"{open_.value:.0f}", "text")
    return checks.or_refusal(xl.IF(open_.equals(0.0), "● Done", sentence("▲ ", many, " open")))
