"""What portfolio margin frees, by underlying, strategy and account, on three bases."""

from __future__ import annotations

from typing import Final

from xlmargin.workbooks.draft import Draft, axis
from xlmargin.workbooks.live_formulas import literal
from xlmargin.workbooks.look import BAR, NAVY, ST
from xlmargin.workbooks.page import Page

SHEET: Final = "Efficiency"
KINDS: Final = ["words", "text", *["money"] * 4, *["money", "percent"] * 3, "money"]
NAME: Final = 0

_WIDTHS: Final = (136, 70, *[68] * 11)
_BASES: Final = ((7, "deposit", NAVY), (9, "initial", BAR), (11, "maintenance", ST))
"""Columns of the gains as fractions, each with its basis and colour."""
_CHART_ROWS: Final = 18
_SPARE: Final = 6
_MOST_BARS: Final = 30


def write_efficiency_page(draft: Draft) -> None:
    """A chart and a table for each level; the last row of a table is the total."""
    page = draft.page(SHEET, "output")
    page.title(
        SHEET,
        "Gain: strategy-based figure less portfolio margin requirement, on three bases.",
        "Capital released is the gain on the basis of the settings. None: nothing is required by "
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
    if level == "account":
        page.section(row, f"By {level}", len(_WIDTHS))
    table = row + (1 if level == "account" else _CHART_ROWS)
    call = draft.call("MARGIN_GAINS", literal(level))
    rows = page.answer(table, 0, call, KINDS, spare=_SPARE, told=row)
    bars = min(len(rows) - 2, _MOST_BARS)
    if table > row + 1 and bars > 0:
        _chart(draft, page, row + 1, (table + 1, table + bars), level)
    last = table + len(rows) + _SPARE - 1
    page.totals(table + 1, last, len(_WIDTHS))
    return last + 2


def _chart(draft: Draft, page: Page, row: int, rows: tuple[int, int], level: str) -> None:
    """Gains as fractions: a column a basis for each row of the table but the total."""
    chart = draft.chart("column", legend=True)
    first, last = rows
    for column, basis, color in _BASES:
        chart.add_series(
            {
                "name": basis.capitalize(),
                "categories": [SHEET, first, NAME, last, NAME],
                "values": [SHEET, first, column, last, column],
                "fill": {"color": color},
                "gap": 60,
                "overlap": 0,
            }
        )
    chart.set_y_axis(axis("percent", grid=True, max=1))
    chart.set_x_axis(axis(label_position="low"))
    chart.set_size({"width": page.width(0, len(_WIDTHS) - 1), "height": 290})
    says = f"Columns: efficiency gain of each {level} on deposit, initial and maintenance"
    page.chart(row - 1, 0, chart, f"By {level}", says, columns=len(_WIDTHS), note="gain")
