"""The user's own stress of spot and volatility, and the requirement along a path of the market."""

from __future__ import annotations

from typing import Final

from xlsxwriter.utility import xl_range_abs

from xlmargin.reports import SPOT_MOVES, VOLATILITY_MOVES
from xlmargin.workbooks.draft import Draft, small_axis
from xlmargin.workbooks.live_formulas import Argument
from xlmargin.workbooks.look import NAVY, STEEL
from xlmargin.workbooks.page import Page

SHEET: Final = "Stress"

_SPOT_ROW: Final = 3
_VOLATILITY_ROW: Final = 4
_GRID_ROW: Final = 7
_PATH_ROW: Final = _GRID_ROW + len(SPOT_MOVES) + 3
_COLUMNS: Final = 1 + len(SPOT_MOVES)
_CHART_COLUMN: Final = 5


def write_stress_page(draft: Draft) -> None:
    """Moves as inputs, a grid of gains and losses, and the path with a chart."""
    page = draft.page(SHEET, NAVY)
    page.title("Stress", "Moves in blue are yours to change. Gains and losses are in dollars.")
    page.columns((24, *[12.5] * (_COLUMNS - 1)), ["move", "money"])
    spots = _moves(page, _SPOT_ROW, "Moves of spot", SPOT_MOVES)
    volatilities = _moves(page, _VOLATILITY_ROW, "Moves of volatility", VOLATILITY_MOVES)
    note = "moves of spot down, relative moves of volatility across"
    page.section(_GRID_ROW - 1, "Gain or loss", _COLUMNS, note)
    grid = page.answer(
        _GRID_ROW, 0, draft.call("PM_STRESS", spots, volatilities), ["move", "money"],
        heading="move",
    )  # fmt: skip
    page.heat(_GRID_ROW + 1, 1, _GRID_ROW + len(grid) - 1, len(grid[0]) - 1)
    note = "every underlying moves, and the requirement is that of the day after"
    page.section(_PATH_ROW - 1, "Path", _COLUMNS, note)
    kinds = ["move", "money", "money", "money", "percent"]
    path = page.answer(_PATH_ROW, 0, draft.call("PM_PATH", spots), kinds)
    _chart(draft, page, _PATH_ROW + len(path) - 1)
    page.sheet.freeze_panes(2, 1)
    page.prints(_COLUMNS, draft.stamp)
    page.protect()


def _moves(page: Page, row: int, label: str, moves: tuple[float, ...]) -> Argument:
    """Moves as inputs in one row, and these cells as an argument."""
    page.text(row, 0, label)
    for i, move in enumerate(moves):
        page.sheet.write_number(row, 1 + i, move, page.look("input", "move"))
    return Argument(xl_range_abs(row, 1, row, len(moves)), [list(moves)])


def _chart(draft: Draft, page: Page, last: int) -> None:
    """Excess against requirement along the path."""
    chart = draft.chart("line")
    for column, color in ((2, NAVY), (3, STEEL)):
        chart.add_series(
            {
                "name": [SHEET, _PATH_ROW, column],
                "categories": [SHEET, _PATH_ROW + 1, 0, last, 0],
                "values": [SHEET, _PATH_ROW + 1, column, last, column],
                "line": {"color": color, "width": 2},
            }
        )
    chart.set_y_axis(small_axis(num_format="$#,##0"))
    chart.set_x_axis(
        small_axis(num_format="+0%;-0%;0%", label_position="low", major_gridlines={"visible": False})
    )
    chart.set_legend({"position": "bottom", "font": {"name": "Arial", "size": 9}})
    chart.set_size({"width": 640, "height": 290})
    says = "Lines: requirement and excess after each move of the market"
    page.chart(_PATH_ROW, _CHART_COLUMN, chart, "Requirement and excess after a move, $", says)
