"""One page to print and sign each month: the account, both regimes, calls, capital released."""

from __future__ import annotations

from typing import Final

from xlmargin.workbooks import allocation_page as allocation
from xlmargin.workbooks.account_page import shows_figure
from xlmargin.workbooks.draft import Draft
from xlmargin.workbooks.eligibility_page import ACCOUNT, FACTS, MET, STEP, eligibility_call
from xlmargin.workbooks.live_formulas import literal
from xlmargin.workbooks.page import Page
from xlmargin.workbooks.sentences import as_written, first_letter
from xlmargin.workbooks.shadow_page import NEEDS, kind_of, summary_of

SHEET: Final = "Monthly report"

_WIDTHS: Final = (300, 140, 140, 140)
_REGIMES: Final = (
    ("Equity", "strategy equity", "portfolio equity"),
    ("Requirement", "strategy requirement", "portfolio requirement"),
    ("Excess", "strategy excess", "portfolio excess"),
    ("Cushion: excess / account value", "strategy cushion", "portfolio cushion"),
    ("Margin call", "strategy margin call", "portfolio margin call"),
    ("Due", "strategy call due", "portfolio call due"),
)
_VALUES: Final = (
    "account value", "cash", "long market value", "short market value", "option value", "leverage",
)  # fmt: skip
_GAINS: Final = (("deposit", 4, 6, 7), ("initial", 2, 8, 9), ("maintenance", 3, 10, 11))
"""Each basis with the columns of MARGIN_GAINS that hold its figure, and its gain twice."""
_HISTORY: Final = (
    "days", "average long market value", "average maintenance share", "average portfolio share",
    "average capital released", "least capital released", "strategy-based margin calls",
    "portfolio margin calls",
)  # fmt: skip
_FOUND: Final = 2
"""Column of the checklist with the steps that are done."""
_SIGNED: Final = ("Prepared by", "Reviewed by", "Date")


def write_monthly_report_page(draft: Draft) -> None:
    """Sections one below the other; each figure is a formula of the answer it comes from."""
    page = draft.page(SHEET, "output")
    page.title(SHEET, draft.title)
    page.columns(_WIDTHS, ["text", "money"])
    page.text(2, 0, "As of", "label")
    page.formula(2, 1, "as_of", draft.book.market.as_of, "figure", "date")
    row = _account(draft, page, 4)
    row = _gains(draft, page, row + 1)
    page.breaks_before(row + 1)
    if set(NEEDS) <= draft.tables.more.keys():
        row = _history(draft, page, row + 1)
        row = _allocation(draft, page, row + 1)
    if FACTS in draft.tables.more:
        row = _eligibility(draft, page, row + 1)
    row = _signatures(page, row + 1)
    page.reaches(row)
    page.prints(len(_WIDTHS), draft.stamp, portrait=True)
    page.protect()


def _headings(page: Page, row: int, *headings: str) -> None:
    for column, heading in enumerate(headings):
        page.text(row, column, heading, "heading" if column else "text_heading")


def _account(draft: Draft, page: Page, row: int) -> int:
    """Values of the account, and both regimes beside each other."""
    state = draft.placed("MARGIN_ACCOUNT")
    page.section(row, "Account", len(_WIDTHS), "all accounts together")
    for figure in _VALUES:
        row += 1
        page.text(row, 0, figure[0].upper() + figure[1:], "label")
        shows_figure(page, row, 1, state, figure, "right")
    row += 2
    _headings(page, row, "Regimes", "Strategy-based", "Portfolio margin")
    for label, *figures in _REGIMES:
        row += 1
        page.text(row, 0, label, "label")
        for column, figure in enumerate(figures, start=1):
            shows_figure(page, row, column, state, figure, "right")
    return row + 1


def _gains(draft: Draft, page: Page, row: int) -> int:
    """The efficiency gain of the whole on three bases."""
    gains = draft.formulas.placed(draft.call("MARGIN_GAINS", literal("underlying")))
    names = gains.cells_below_heading(0, 2_000)
    total = gains.rows[-1]
    page.section(row, "Efficiency", len(_WIDTHS), "portfolio margin against each figure")
    row += 1
    _headings(page, row, "Basis", "Strategy-based", "Gain, $", "Gain")
    for basis, *columns in _GAINS:
        row += 1
        page.text(row, 0, basis.capitalize(), "label")
        for column, of in enumerate(columns, start=1):
            cells = gains.cells_below_heading(of, 2_000)
            kind = "percent" if column == len(columns) else "money"
            formula = gains.unless_refused(f'INDEX({cells},MATCH("total",{names},0))')
            page.formula(row, column, formula, total[of], "right", kind)
    return row + 1


def _history(draft: Draft, page: Page, row: int) -> int:
    """The shadow analysis in a few figures."""
    summary = summary_of(draft)
    page.section(row, "Shadow analysis", len(_WIDTHS))
    for figure in _HISTORY:
        row += 1
        at = next(i for i, cells in enumerate(summary.rows) if cells[0] == figure)
        page.shows(row, 0, summary, (at, 0), "label", "words")
        page.shows(row, 1, summary, (at, 1), "right", kind_of(figure))
        page.shows(row, 2, summary, (at, 2), "right", "date")
    return row + 1


def _allocation(draft: Draft, page: Page, row: int) -> int:
    """What each use receives by the shadow analysis, from the page Allocation."""
    page.section(row, "Allocation of the capital released", len(_WIDTHS))
    for i, (use, amount) in enumerate(allocation.own_amounts(summary_of(draft)).items()):
        row += 1
        there = allocation.USES_ROW + i + 1
        cell = f"{allocation.SHEET}!A{there}"
        page.formula(row, 0, first_letter(cell), as_written(use), "label", "plain")
        page.formula(row, 1, f"{allocation.SHEET}!B{there}", amount, "right", "money")
    return row + 1


def _eligibility(draft: Draft, page: Page, row: int) -> int:
    """The verdict on every account that there are facts about."""
    checks = draft.formulas.placed(eligibility_call(draft))
    page.section(row, "Portfolio margin accounts", len(_WIDTHS), "all requirements met or not")
    for i, cells in enumerate(checks.rows):
        if cells[STEP] == "All steps":
            row += 1
            page.shows(row, 0, checks, (i, ACCOUNT), "label", "plain")
            page.shows(row, 1, checks, (i, MET), "right", "words")
            page.shows(row, 2, checks, (i, _FOUND), "column", "words")
    return row + 1


def _signatures(page: Page, row: int) -> int:
    """Places for names, as inputs."""
    page.section(row, "Signed", len(_WIDTHS))
    for label in _SIGNED:
        row += 1
        page.text(row, 0, label, "label")
        page.sheet.write_blank(row, 1, None, page.look("input", "text"))
    return row
