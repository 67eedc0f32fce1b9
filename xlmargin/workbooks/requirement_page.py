"""The requirement and the groups that make it."""

from __future__ import annotations

from typing import Final

from xlmargin.workbooks.draft import Draft, small_axis
from xlmargin.workbooks.look import NAVY, STEEL
from xlmargin.workbooks.page import SPARE, Page
from xlmargin.workbooks.printed import width_of

SHEET: Final = "Requirement"
GROUPS_ROW: Final = 21
"""Row of the headings of the groups, counted from 0; the chart stands above them."""

CLASS_GROUP: Final = "class group"
LEVEL, GROUP, WORST_POINT, REQUIREMENT = 0, 1, 4, 7

KINDS: Final = ["text"] * 5 + ["money"] * 3 + ["text"] * 2 + ["money"]
_WIDTHS: Final = (13, 21, 21, 10, 11, 12, 10, 13, 11, 36, 12)
_MOST_BARS: Final = 40


def write_requirement_page(draft: Draft) -> None:
    """The total, a bar a class group, and the table of all groups."""
    page = draft.page(SHEET, NAVY)
    page.title("Requirement", "The greatest theoretical loss of each group, or its minimum.")
    page.columns(_WIDTHS, KINDS)
    page.height(3, 22)
    page.text(3, 0, "Requirement", "strong")
    page.answer(3, 1, draft.call("PM_REQUIREMENT"), ["money"], heading=None, style="figure")
    page.text(4, 0, "All accounts, as of the date in the settings.", "note")
    page.section(
        GROUPS_ROW - 1, "Groups", len(_WIDTHS), "one that is part of another counts inside it"
    )
    groups = page.answer(GROUPS_ROW, 0, draft.call("PM_GROUPS"), KINDS, style="lines", spare=SPARE)
    page.fit(GROUPS_ROW + 1, groups[1:], _WIDTHS)
    bars = sum(1 for row in groups if row[LEVEL] == CLASS_GROUP)
    if bars:
        _chart(draft, page, GROUPS_ROW + min(bars, _MOST_BARS))
    last = GROUPS_ROW + len(groups) + SPARE - 1
    data = (GROUPS_ROW + 1, REQUIREMENT, last, REQUIREMENT)
    page.sheet.conditional_format(
        *data, {"type": "data_bar", "bar_color": "#B9C8DB", "bar_solid": True}
    )
    page.sheet.freeze_panes(2, 0)
    page.prints(len(_WIDTHS), draft.stamp)
    page.protect()


def _chart(draft: Draft, page: Page, last: int) -> None:
    """A column for each class group, down to the last row."""
    chart = draft.chart("column")
    chart.add_series(
        {
            "name": "Requirement",
            "categories": [SHEET, GROUPS_ROW + 1, GROUP, last, GROUP],
            "values": [SHEET, GROUPS_ROW + 1, REQUIREMENT, last, REQUIREMENT],
            "fill": {"color": STEEL},
            "gap": 40,
        }
    )
    chart.set_y_axis(small_axis(num_format="$#,##0"))
    chart.set_x_axis(small_axis(major_gridlines={"visible": False}))
    chart.set_size({"width": width_of(_WIDTHS), "height": 230})
    page.chart(
        6, 0, chart, "Requirement by class group, $", "Bars: requirement of each class group"
    )
