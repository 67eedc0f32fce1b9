"""Risk arrays: gain or loss at the ten valuation points, by account, class group and position."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from xlmargin.workbooks.draft import Draft, axis
from xlmargin.workbooks.live_formulas import literal
from xlmargin.workbooks.look import BAR, NAVY, ST
from xlmargin.workbooks.page import SPARE, Page
from xlmargin.workbooks.template import BY_PORTFOLIO, PageSpec

SHEET: Final = "Risk array"
POSITIONS_SHEET: Final = "Risk array by position"
ACCOUNT_ROW: Final = 4
_MORE_ACCOUNTS: Final = 2
"""Spare rows for accounts, above the chart."""
_CHART_ROWS: Final = 17
_MOST_LINES: Final = 6
_FIRST_POINT, _POINTS = 2, 10
_WIDTHS: Final = (166, 74, *[72] * _POINTS)
_POSITION_WIDTHS: Final = (226, 74, *[66] * _POINTS)
_COLUMNS: Final = _FIRST_POINT + _POINTS
_KINDS: Final = ["text", "text", "money"]
_MESSAGE: Final = "Gain or loss in dollars at the ten valuation points, lowest move first."
_WHAT: Final = (
    "Where groups move by different ranges, D5 ... D1 are falls and U1 ... U5 rises in fifths of "
    "each range."
)


def write_risk_array_pages(draft: Draft) -> None:
    """One sheet by account and class group with a chart, one by position."""
    _write_groups(draft)
    page = draft.page(POSITIONS_SHEET, "output")
    page.title("Risk array by position", _MESSAGE, _WHAT)
    _array(draft, page, 3, "position", _POSITION_WIDTHS)
    page.sheet.freeze_panes(4, 1)
    page.prints(_COLUMNS, draft.stamp, repeat=3)
    page.protect()


PAGE: Final = PageSpec(
    write_risk_array_pages, (SHEET, POSITIONS_SHEET), asks=(BY_PORTFOLIO,), prints=(SHEET,)
)


def _write_groups(draft: Draft) -> None:
    page = draft.page(SHEET, "output")
    page.title("Risk array", _MESSAGE, _WHAT)
    page.section(ACCOUNT_ROW - 1, "By account", _COLUMNS)
    accounts = _array(draft, page, ACCOUNT_ROW, "account", _WIDTHS)
    chart = draft.chart("line", legend=True)
    chart_row = ACCOUNT_ROW + accounts + _MORE_ACCOUNTS + 1
    for i in range(1, min(accounts, _MOST_LINES + 1)):
        row = ACCOUNT_ROW + i
        points = (_FIRST_POINT, row, _FIRST_POINT + _POINTS - 1)
        chart.add_series(
            {
                "name": [SHEET, row, 0],
                "categories": [SHEET, ACCOUNT_ROW, points[0], ACCOUNT_ROW, points[2]],
                "values": [SHEET, row, points[0], row, points[2]],
                "line": {"color": (NAVY, BAR, ST)[(i - 1) % 3], "width": 2.25},
            }
        )
    chart.set_y_axis(axis("thousands", grid=True))
    chart.set_x_axis(axis(label_position="low"))
    chart.set_size({"width": page.width(0, _COLUMNS - 1), "height": 285})
    title, says = "Gain or loss by account", "Line: gain or loss at each of the ten points"
    page.chart(chart_row, 0, chart, title, says, columns=_COLUMNS, note="$ thousands")
    page.section(chart_row + _CHART_ROWS - 1, "By class group", _COLUMNS)
    _array(draft, page, chart_row + _CHART_ROWS, "class", _WIDTHS)
    page.sheet.freeze_panes(2, 1)
    page.prints(_COLUMNS, draft.stamp, repeat=chart_row + _CHART_ROWS)
    page.protect()


def _array(draft: Draft, page: Page, row: int, level: str, widths: Sequence[int]) -> int:
    """The array of one level as a heat map; answers how many rows it has with its headings."""
    page.columns(widths, _KINDS)
    call = draft.call("PM_RISK_ARRAY", literal(level))
    spare = _MORE_ACCOUNTS if level == "account" else SPARE
    rows = page.answer(row, 0, call, _KINDS, heading="move", spare=spare)
    page.heat(
        row + 1,
        _FIRST_POINT,
        row + len(rows) + spare - 1,
        _COLUMNS - 1,
        [row[_FIRST_POINT:] for row in rows[1:]],
    )
    return len(rows)
