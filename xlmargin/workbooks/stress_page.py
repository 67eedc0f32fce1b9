"""The user's own stress of spot and volatility, and the requirement along a path of the market."""

from __future__ import annotations

from typing import Final

from xlmargin.reports import SPOT_MOVES, VOLATILITY_MOVES
from xlmargin.workbooks.draft import Draft, axis
from xlmargin.workbooks.live_formulas import Argument
from xlmargin.workbooks.look import BAR, NAVY, PM, ST
from xlmargin.workbooks.page import Page
from xlmargin.workbooks.xlsx_writer import xl_range_abs

SHEET: Final = "Stress"

_SPOT_ROW: Final = 3
_VOLATILITY_ROW: Final = 4
_GRID_ROW: Final = 7
_PATH_ROW: Final = _GRID_ROW + len(SPOT_MOVES) + 5
_TOTAL_ROWS: Final = 1 + len(SPOT_MOVES)
_TOGETHER: Final = "; all accounts together"
_COLUMNS: Final = 1 + len(SPOT_MOVES)
_WIDTHS: Final = (124, *[76] * (_COLUMNS - 1))
_GRID_CHART_COLUMN: Final = len(VOLATILITY_MOVES) + 1
_PATH_CHART_COLUMN: Final = 5
_HEIGHT: Final = 275


def write_stress_page(draft: Draft) -> None:
    """Moves as inputs, a grid of gains and losses, and the path, each with a chart.

    Several accounts are shown together: the rows of each follow the total's, which stand first.
    """
    page = draft.page(SHEET, "output")
    page.title("Stress", "Moves in blue are yours to change. Gains and losses are in dollars.")
    page.columns(_WIDTHS, ["move", "money"])
    spots = _moves(page, _SPOT_ROW, "Moves of spot", SPOT_MOVES)
    volatilities = _moves(page, _VOLATILITY_ROW, "Moves of volatility", VOLATILITY_MOVES)
    together = _TOGETHER if len(draft.book.positions.accounts) > 1 else ""
    note = f"prices down, volatility across{together}"
    page.section(_GRID_ROW - 1, "Gain or loss", _GRID_CHART_COLUMN, note)
    kinds = ["move", "money"]
    call = draft.call("PM_STRESS", spots, volatilities)
    account = [len(VOLATILITY_MOVES) + 1] if together else []
    grid = page.answer(
        _GRID_ROW, 0, call, kinds, heading="move", leaving_out=account, most=_TOTAL_ROWS
    )
    page.heat(
        _GRID_ROW + 1, 1, _GRID_ROW + len(grid) - 1, len(grid[0]) - 1, [row[1:] for row in grid[1:]]
    )
    _grid_chart(draft, page, _GRID_ROW + len(grid) - 1)
    note = f"the requirement of the day after{together}"
    page.section(_PATH_ROW - 1, "Path", _PATH_CHART_COLUMN, note)
    kinds = ["move", "money", "money", "money", "percent"]
    account = [len(kinds)] if together else []
    call = draft.call("PM_PATH", spots)
    path = page.answer(_PATH_ROW, 0, call, kinds, leaving_out=account, most=_TOTAL_ROWS)
    _path_chart(draft, page, _PATH_ROW + len(path) - 1)
    page.sheet.freeze_panes(2, 1)
    page.prints(_COLUMNS, draft.stamp)
    page.protect()


def _moves(page: Page, row: int, label: str, moves: tuple[float, ...]) -> Argument:
    """Moves as inputs in one row, and these cells as an argument."""
    page.text(row, 0, label, "label")
    for i, move in enumerate(moves):
        page.sheet.write_number(row, 1 + i, move, page.look("input", "move"))
    return Argument(f"{SHEET}!{xl_range_abs(row, 1, row, len(moves))}", [list(moves)])


def _grid_chart(draft: Draft, page: Page, last: int) -> None:
    """Gain or loss over the moves of spot, at the lowest, a middle and the highest volatility."""
    chart = draft.chart("line", legend=True)
    across = len(VOLATILITY_MOVES)
    for column, color in ((1, BAR), (VOLATILITY_MOVES.index(0.0) + 1, NAVY), (across, ST)):
        chart.add_series(
            {
                "name": [SHEET, _GRID_ROW, column],
                "categories": [SHEET, _GRID_ROW + 1, 0, last, 0],
                "values": [SHEET, _GRID_ROW + 1, column, last, column],
                "line": {"color": color, "width": 2.25},
            }
        )
    chart.set_y_axis(axis("thousands", grid=True))
    chart.set_x_axis(_moves_axis())
    chart.set_size({"width": page.width(_GRID_CHART_COLUMN, _COLUMNS - 1), "height": _HEIGHT})
    says = "Lines: gain or loss over moves of spot, for three moves of volatility"
    title = "Gain or loss at three moves of volatility"
    columns = _COLUMNS - _GRID_CHART_COLUMN
    page.chart(
        _GRID_ROW - 1, _GRID_CHART_COLUMN, chart, title, says, columns=columns, note="$ thousands"
    )


def _path_chart(draft: Draft, page: Page, last: int) -> None:
    """The requirement along the path."""
    chart = draft.chart("column")
    chart.add_series(
        {
            "name": [SHEET, _PATH_ROW, 2],
            "categories": [SHEET, _PATH_ROW + 1, 0, last, 0],
            "values": [SHEET, _PATH_ROW + 1, 2, last, 2],
            "fill": {"color": PM},
            "gap": 40,
        }
    )
    chart.set_y_axis(axis("thousands", grid=True))
    chart.set_x_axis(_moves_axis())
    chart.set_size({"width": page.width(_PATH_CHART_COLUMN, _COLUMNS - 1), "height": _HEIGHT})
    says = "Bars: requirement after each move of the market"
    title = "Requirement after a move of every underlying"
    columns = _COLUMNS - _PATH_CHART_COLUMN
    page.chart(
        _PATH_ROW - 1, _PATH_CHART_COLUMN, chart, title, says, columns=columns, note="$ thousands"
    )


def _moves_axis() -> dict[str, object]:
    return axis("move", label_position="low")
