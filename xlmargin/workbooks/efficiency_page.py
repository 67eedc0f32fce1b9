"""What portfolio margin frees, by underlying, strategy and account, on three bases."""

from __future__ import annotations

from typing import Final

from xlmargin.workbooks.draft import Draft, small_axis
from xlmargin.workbooks.live_formulas import literal
from xlmargin.workbooks.look import GREY, NAVY, STEEL
from xlmargin.workbooks.page import Page
from xlmargin.workbooks.printed import width_of

SHEET: Final = "Efficiency"
KINDS: Final = ["text", "text", *["money"] * 4, *["money", "percent"] * 3, "money"]
NAME: Final = 0

_WIDTHS: Final = (22, 12, *[12.5] * 11)
_BASES: Final = ((7, "deposit", NAVY), (9, "initial", STEEL), (11, "maintenance", GREY))
"""Columns of the gains as fractions, each with its basis and colour."""
_CHART_ROWS: Final = 18
_SPARE: Final = 6
_MOST_BARS: Final = 30


def write_efficiency_page(draft: Draft) -> None:
    """A chart and a table for each level; the last row of a table is the total."""
    page = draft.page(SHEET, NAVY)
    page.title(
        SHEET,
        "Gain: strategy-based figure less portfolio margin requirement, on deposit (initial less "
        "proceeds), initial and maintenance.",
        "Capital released is the gain on the basis of the settings. n/a: nothing is asked by "
        "strategy, so that there is no share of it.",
    )
    page.columns(_WIDTHS, KINDS)
    levels = ["underlying", "strategy", *(["account"] if draft.several else [])]
    row = 4
    for level in levels:
        if level == "strategy":
            page.breaks_before(row)
        row = _level(draft, page, row, level)
    page.sheet.freeze_panes(3, 1)
    page.prints(len(_WIDTHS), draft.stamp)
    page.protect()


def _level(draft: Draft, page: Page, row: int, level: str) -> int:
    """One level from this row on; answers the first row of the next."""
    page.section(row, f"By {level}", len(_WIDTHS))
    table = row + (1 if level == "account" else _CHART_ROWS)
    call = draft.call("MARGIN_GAINS", literal(level))
    rows = page.answer(table, 0, call, KINDS, spare=_SPARE, told=row)
    bars = min(len(rows) - 2, _MOST_BARS)
    if table > row + 1 and bars > 0:
        _chart(draft, page, row + 1, (table + 1, table + bars), level)
    last = table + len(rows) + _SPARE - 1
    total = {
        "type": "formula", "criteria": f'=$A{table + 2}="total"',
        "format": page.look.mark(bold=True, top=1),
    }  # fmt: skip
    page.sheet.conditional_format(table + 1, 0, last, len(_WIDTHS) - 1, total)
    return last + 2


def _chart(draft: Draft, page: Page, row: int, rows: tuple[int, int], level: str) -> None:
    """Gains as fractions: a column a basis for each row of the table but the total."""
    chart = draft.chart("column")
    first, last = rows
    for column, basis, color in _BASES:
        chart.add_series(
            {
                "name": basis,
                "categories": [SHEET, first, NAME, last, NAME],
                "values": [SHEET, first, column, last, column],
                "fill": {"color": color},
                "gap": 60,
                "overlap": 0,
            }
        )
    chart.set_y_axis(small_axis(num_format="0%", max=1))
    chart.set_x_axis(small_axis(label_position="low", major_gridlines={"visible": False}))
    chart.set_legend({"position": "bottom", "font": {"name": "Arial", "size": 9}})
    chart.set_size({"width": width_of(_WIDTHS), "height": 290})
    says = f"Columns: efficiency gain of each {level} on deposit, initial and maintenance"
    page.chart(row, 0, chart, f"Efficiency gain by {level}, on three bases", says)
