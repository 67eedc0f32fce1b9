"""Risk arrays: gain or loss at the ten valuation points, by account, class group and position."""

from __future__ import annotations

from typing import Final

from xlmargin.workbooks import figures as xl
from xlmargin.workbooks.draft import BY_PORTFOLIO, WorkbookBuilder, axis, line, page_of
from xlmargin.workbooks.figures import Figure
from xlmargin.workbooks.formulas import MOST, literal
from xlmargin.workbooks.page import SPARE, Page
from xlmargin.workbooks.styles import BAR, NAVY, ST

SHEET: Final = "Risk array"
POSITIONS_SHEET: Final = "Risk array by position"
ACCOUNT_ROW: Final = 5
_MORE_ACCOUNTS: Final = 2
"""Spare rows for accounts, above the chart."""
_CHART_ROWS: Final = 17
_MOST_LINES: Final = 6
_POINTS: Final = 10
_WIDTHS: Final = (176, 52, 52, *[68] * _POINTS)
_POSITION_WIDTHS: Final = (186, 70, 52, 52, *[60] * _POINTS)
_KINDS: Final = ["text", "text", "money"]
_LABELS: Final = {"position": ((0, "name", "Position"), (0, "held", "Quantity"))}
"""How the label of a level is shown, where that is not as it is."""
_RANGE: Final = ((1, "down", "Range\ndown"), (1, "up", "Range\nup"))
_WHAT: Final = (
    "Gain or loss in dollars at the ten valuation points, lowest move first. Where ranges differ, "
    "D5 ... D1 are falls and U1 ... U5 rises in fifths of each."
)


@page_of(SHEET, POSITIONS_SHEET, calls=(BY_PORTFOLIO,), prints=(SHEET,))
def risk_array_page(draft: WorkbookBuilder) -> None:
    """One sheet by account and class group with a chart, one by position."""
    _write_groups(draft)
    page = draft.page(POSITIONS_SHEET, _POSITION_WIDTHS)
    page.title("Risk array by position", _message(draft), _WHAT)
    _array(draft, page, 4, "position")
    page.finish(repeat=4, freeze=(5, 1))


def _message(draft: WorkbookBuilder) -> Figure:
    """What all accounts lose at the worst of the ten points, and what is required."""
    placed = draft.formulas.placed(draft.call("PM_RISK_ARRAY", literal("account")), _KINDS, "move")
    points = range(placed.width - _POINTS, placed.width)
    sums = [xl.SUM(placed.column_of(j, MOST)) for j in points]
    required = draft.one("PM_REQUIREMENT").of_kind("millions")
    loss = xl.MAX(0.0, -xl.MIN(*sums))
    return placed.said(
        "At the worst of the ten points all positions together lose ", loss.of_kind("millions"),
        "; portfolio margin requires ", required, ", each group at its own worst.",
    )  # fmt: skip


def _write_groups(draft: WorkbookBuilder) -> None:
    page = draft.page(SHEET, _WIDTHS)
    columns = len(_WIDTHS)
    page.title("Risk array", _message(draft), _WHAT)
    page.section(ACCOUNT_ROW - 1, "By account", columns, "$")
    accounts = _array(draft, page, ACCOUNT_ROW, "account")
    chart = draft.chart("line", legend=True)
    chart_row = ACCOUNT_ROW + accounts + _MORE_ACCOUNTS + 1
    for i in range(1, min(accounts, _MOST_LINES + 1)):
        row = ACCOUNT_ROW + i
        points = (columns - _POINTS, columns - 1)
        x, y = ([SHEET, at, points[0], at, points[1]] for at in (ACCOUNT_ROW, row))
        chart.add_series(line([SHEET, row, 0], x, y, (NAVY, BAR, ST)[(i - 1) % 3]))
    chart.set_y_axis(axis("thousands", grid=True))
    chart.set_x_axis(axis(label_position="low"))
    title, says = "Gain or loss by account", "Line: gain or loss at each of the ten points"
    page.chart(chart_row, 0, chart, title, says, columns=columns, high=285, note="$ thousands")
    page.section(chart_row + _CHART_ROWS - 1, "By class group", columns, "$")
    _array(draft, page, chart_row + _CHART_ROWS, "class")
    page.finish(repeat=chart_row + _CHART_ROWS, freeze=(2, 1))


def _array(draft: WorkbookBuilder, page: Page, row: int, level: str) -> int:
    """The array of one level as a heat map; answers how many rows it has with its headings."""
    call = draft.call("PM_RISK_ARRAY", literal(level))
    spare = _MORE_ACCOUNTS if level == "account" else SPARE
    labels = _LABELS.get(level, ((0, "text", level.capitalize()),))
    points = draft.formulas.placed(call, _KINDS, "move").width - _POINTS
    named = (*labels, *_RANGE)
    shown = [*((j, kind) for j, kind, _ in named),
             *((j, "money") for j in range(points, points + _POINTS))]  # fmt: skip
    headings = [*(heading for _, _, heading in named), *[""] * _POINTS]
    array = page.answer(
        row, 0, call, _KINDS, heading="move", spare=spare, showing=shown, headings=headings
    )
    first = len(named)
    values = [each[first:] for each in array.rows[1:]]
    page.heat(array.first, first, array.last, page.columns - 1, values)
    return len(array.rows)
