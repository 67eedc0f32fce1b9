"""What moved the requirement since the earlier day, and both requirements day by day."""

from __future__ import annotations

from functools import reduce
from operator import add
from typing import Final

from xlmargin.workbooks.draft import Series, WorkbookBuilder, axis
from xlmargin.workbooks.figures import IFERROR, ROUND
from xlmargin.workbooks.formulas_sheet import FormulaBlock
from xlmargin.workbooks.live_formulas import Call
from xlmargin.workbooks.look import PM, ST
from xlmargin.workbooks.page import Page
from xlmargin.workbooks.pages import shadow
from xlmargin.workbooks.pages.earlier_day import EarlierDay, since
from xlmargin.workbooks.pages.key_figures import HIGH
from xlmargin.workbooks.section import Column, Section
from xlmargin.workbooks.sentences import Figure

_PARTS: Final = (
    ("Positions: trades, expirations", "Positions"),
    ("Prices, time and dividends", "Prices"),
    ("Volatility", "Volatility"),
    ("Rounding of marks", "Marks"),
    ("Rules and house", "Rules"),
)
"""How the parts of MARGIN_CHANGE are printed, in their order, and in short beside their bars."""
_DAY, _PORTFOLIO, _STRATEGY = 2, 3, 4
"""Columns of MARGIN_CHANGE."""
_BARS, _LINES = 156, 132
"""Heights of the charts, in pixels."""
_ROWS_OF_LINES: Final = 7


def write_change(
    draft: WorkbookBuilder, page: Page, row: int, earlier: EarlierDay, helper: int
) -> int:
    """What moved both requirements, with bars; answers the row below.

    The short names of the parts stand in the column `helper`.
    """
    columns = [
        Column("", "text"), Column("Portfolio\nmargin $"), Column("Strategy-\nbased $"),
    ]  # fmt: skip
    section = Section(page, row, "What moved the requirement", columns, high=HIGH)
    stated = since(draft)
    if earlier.state is None or stated is None:
        page.text(section.row, 0, "No earlier report: nothing to compare with.", "body")
        return section.row + 1
    call = Call("MARGIN_CHANGE", (*shadow.dated_arguments(draft), stated, draft.as_of))
    change = draft.formulas.placed(call, ["text", "text", "date", "money"], "plain")
    closing = len(_PARTS) + 1
    for k in range(closing + 1):
        is_part = 0 < k < closing
        figures = [_printed(change, k, of, is_part=is_part) for of in (_PORTFOLIO, _STRATEGY)]
        kind, style = "change" if is_part else "money", "total" if k == closing else ""
        if is_part:
            label, short = _PARTS[k - 1]
            page.text(section.row, helper, short, "note")
            section.add(label, figures, style, kind=kind, label_style="part")
        else:
            day = change.figure(1 + k, _DAY, "day")
            section.add(day, figures, style, kind=kind, label_style="label")
    _causes(draft, page, row, section.first + 1, helper)
    return section.row


def _printed(change: FormulaBlock, k: int, column: int, *, is_part: bool) -> Figure:
    """A part in whole dollars, so that parts add up as printed: what they come to, less before."""
    if not is_part:
        formula = change.unless_refused(change.formula(1 + k, column))
        return Figure(formula, change.value(1 + k, column))
    *cells, last = (change.figure(1 + i, column) for i in range(k + 1))
    before = reduce(add, cells)
    return IFERROR(ROUND(before + last, 0) - ROUND(before, 0), last)


def _causes(draft: WorkbookBuilder, page: Page, row: int, first: int, helper: int) -> None:
    """Bars of the changes under both regimes, a pair a cause."""
    series = [Series("Strategy-based", 2, ST), Series("Portfolio margin", 1, PM)]
    rows = (first, first + len(_PARTS) - 1)
    chart = draft.chart_of_bars(
        "bar", page.sheet.get_name(), rows, series, names=helper, gap=50, number="change"
    )
    chart.set_y_axis(axis(reverse=True, label_position="low"))
    says = "Bars: change of the requirement by cause under both regimes"
    page.chart(row, 3, chart, "Change by cause", says, columns=4, high=_BARS, note="$ thousands")


def write_period(draft: WorkbookBuilder, page: Page, row: int, earlier: EarlierDay) -> int:
    """Both requirements day by day since the earlier report; answers the row below."""
    if earlier.state is None:
        return row - 1
    table, days = shadow.days_at(draft)
    chart = shadow.requirement_chart(draft, table, days, earlier.since)
    says = "Lines: both requirements day by day"
    title = "Both regimes over the period"
    page.chart(row, 0, chart, title, says, columns=7, high=_LINES, note="requirement, $ millions")
    return row + 1 + _ROWS_OF_LINES
