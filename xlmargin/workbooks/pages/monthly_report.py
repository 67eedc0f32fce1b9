"""The report that is signed each month: two pages of figures, of what changed, and of what may."""

from __future__ import annotations

import textwrap
from typing import Final

from xlmargin.excel.settings_fields import PREPARED_ON
from xlmargin.workbooks import figures as xl
from xlmargin.workbooks.blocks import write_band
from xlmargin.workbooks.draft import BY_PORTFOLIO, BY_STRATEGY, WorkbookBuilder, page_of
from xlmargin.workbooks.figures import Figure, sentence, written_day
from xlmargin.workbooks.page import Page
from xlmargin.workbooks.pages import report_checks, report_figures
from xlmargin.workbooks.pages.reconciliation import write_reconciled

SHEET: Final = "Monthly report"

_WIDTHS: Final = (206, 86, 86, 86, 86, 86, 84)
_COLUMNS: Final = len(_WIDTHS)
_LAST: Final = _COLUMNS - 1
_HELPER: Final = _COLUMNS
"""A hidden column: short names for a chart."""
_LOGO: Final = (2, 62)
"""Where a logo stands on the band: column, and pixels from its left."""
_GAP: Final = 6.0
_MESSAGES: Final = (("level",), ("change",), ("calls", "stress"), ("broker",))
"""The sentences that stand in one line each."""
_LETTER: Final = 5.0
"""Pixels that a letter of these sentences takes, about."""
_COMMENT: Final = 3
_BASIS: Final = (
    "Requirements are our estimate of the regulatory minimum: FINRA 4210(g) with the clearing "
    "house’s groups and offsets; FINRA 4210(f)",
    "and Regulation T for the strategy-based figures, each the least over all permitted pairings. "
    "A broker may ask more, at any time;",
    "its figure is the one that binds. Volatilities are solved from marks and held at the strike "
    "when prices move. Released capital is",
    "margin no longer required, not cash. Not audited. No advice.",
)
_BASIS_LINE: Final = 132
"""Letters of a line of the basis."""
_TO_DATE: Final = "…" * 10
"""Where the day is written by hand, as long as no setting states it."""
_SIGNED: Final = ((0, 0, "Prepared by"), (2, 3, "Reviewed by"), (5, 6, "Received for the client"))


@page_of(SHEET, calls=("MARGIN_ACCOUNT", BY_STRATEGY, BY_PORTFOLIO, "PM_PATH"), prints=(SHEET,))
def monthly_report_page(draft: WorkbookBuilder) -> None:
    """Sections one below the other; each figure is a formula of the answer it comes from."""
    page = draft.page(SHEET, _WIDTHS)
    write_band(draft, page, "Margin report", _LOGO)
    earlier = report_figures.earlier_day(draft)
    _compared(page, earlier)
    page.height(2, 6)
    row = _messages(draft, page, 3)
    page.height(row, _GAP)
    row = report_figures.write_key_figures(draft, page, row + 1, earlier)
    page.height(row, _GAP)
    row = report_figures.write_change(draft, page, row + 1, earlier, _HELPER)
    for write in (report_figures.write_period, report_figures.write_by_account):
        page.height(row, _GAP)
        row = write(draft, page, row + 1, earlier)
    page.breaks_before(row + 1)
    for write in (
        report_checks.write_concentration,
        report_checks.write_stress,
        report_checks.write_deadlines,
    ):
        row = write(draft, page, row + 1, earlier)
    row = write_reconciled(draft, page, row + 1)
    row = _words(draft, page, row + 1)
    page.finish(hidden=1, portrait=True, last_row=row)


def _compared(page: Page, earlier: report_figures.EarlierDay) -> None:
    """The earlier day on the band."""
    if earlier.state is not None:
        page.across(1, _LAST - 2, _LAST, earlier.day, "band_below_right", "compared")


def _messages(draft: WorkbookBuilder, page: Page, row: int) -> int:
    """The sentences of the report, each after a dot; answers the row below them."""
    for names in _MESSAGES:
        figures = [draft.said(name) for name in names]
        if all(figure.value == "none" for figure in figures):
            continue
        parts: list[str | Figure] = ["• "]
        for figure in figures:
            parts += [figure, " "] if figure is not figures[-1] else [figure]
        said = sentence(*parts)
        page.across(row, 0, _LAST, said, "bullet")
        lines = -(-len(str(said.value)) * _LETTER // page.width(0, _LAST))
        page.height(row, 1.5 + 11.5 * lines)
        row += 1
    return row


def _words(draft: WorkbookBuilder, page: Page, row: int) -> int:
    """A comment to type, the basis, and places to sign; answers the last row."""
    page.section(row, "Comment", _COLUMNS, "the reviewer’s own words: type here")
    for i in range(1, _COMMENT + 1):
        page.blank(row + i, 0, _LAST, "typed")
    row += _COMMENT + 2
    page.section(row, "Basis and assumptions", _COLUMNS, draft.sample_mark)
    read = [] if draft.sample_mark else textwrap.wrap(draft.note, _BASIS_LINE)
    for i, line in enumerate((*_BASIS, *read), start=1):
        page.height(row + i, 13)
        page.text(row + i, 0, line, "basis_line")
    row += len(_BASIS) + len(read) + 2
    page.section(row, "Signed", _COLUMNS)
    prepared = draft.tables.value_of_setting(PREPARED_ON)
    day = written_day(Figure(PREPARED_ON, prepared if isinstance(prepared, float) else ""))
    dated = xl.IF(day.equals(""), _TO_DATE, day)
    page.text(row, _LAST, sentence("prepared on ", dated), "section_note")
    page.height(row + 1, 34)
    for first, last, who in _SIGNED:
        page.blank(row + 2, first, last, "signature")
        page.text(row + 2, first, who, "signature")
        page.text(row + 3, first, "Name, title, date", "note")
    name = draft.tables.text_of_setting("prepared_by")
    if name:
        page.figure(row + 1, 0, Figure("prepared_by", name), "column", "text")
    return row + 3
