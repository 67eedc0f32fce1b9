"""The requirement and the groups that make it."""

from __future__ import annotations

from typing import Final

from xlmargin.workbooks.draft import Draft, axis, labels, no_axis
from xlmargin.workbooks.growth import MOST
from xlmargin.workbooks.look import PM
from xlmargin.workbooks.page import SPARE, Page
from xlmargin.workbooks.sentences import Figure, first_letter, sentence

SHEET: Final = "Requirement"
GROUPS_ROW: Final = 21
"""Row of the headings of the groups, counted from 0; the chart stands above them."""

CLASS_GROUP: Final = "class group"
LEVEL, GROUP, WORST_POINT, REQUIREMENT, COUNTS = 0, 1, 4, 7, 10

KINDS: Final = [
    "words", "words", "words", "text", "words", *["money"] * 3, "words", "words", "money",
]  # fmt: skip
_HEADINGS: Final = (
    "Level", "Group", "Part of", "Account", "Worst\npoint", "Worst loss\n$", "Minimum\n$",
    "Requirement\n$", "Binds", "Rule", "Counts toward\nthe account $",
)  # fmt: skip
_WIDTHS: Final = (88, 94, 100, 70, 60, 86, 74, 90, 78, 124, 96)
_MOST_BARS: Final = 40


def write_requirement_page(draft: Draft) -> None:
    """The total, a bar a class group, and the table of all groups."""
    page = draft.page(SHEET, "output")
    placed = draft.formulas.placed(draft.call("PM_REQUIREMENT"), ["money"])
    total = Figure(placed.formula(0, 0), placed.value(0, 0))
    page.title(
        "Requirement",
        sentence("Portfolio margin requires ", total, ": the greatest loss of each group."),
        "The greatest theoretical loss of each group at the rule's valuation points, or its "
        "minimum; a group that is part of another counts inside it.",
    )
    page.columns(_WIDTHS, KINDS)
    page.section(GROUPS_ROW - 1, "Groups", len(_WIDTHS), "$")
    asked = draft.call("PM_GROUPS")
    rows = len(draft.formulas.placed(asked, KINDS, "plain").rows[:MOST])
    page.totals(GROUPS_ROW + 1, GROUPS_ROW + rows + SPARE - 1, len(_WIDTHS))
    groups = page.answer(
        GROUPS_ROW,
        0,
        asked,
        KINDS,
        style="fine",
        spare=SPARE,
        headings=_HEADINGS,
    )
    page.fit(GROUPS_ROW + 1, groups[1:], _WIDTHS, 4.8)
    _total(draft, page, total)
    bars = sum(1 for row in groups if row[LEVEL] == CLASS_GROUP)
    if bars:
        _chart(draft, page, GROUPS_ROW + min(bars, _MOST_BARS))
    page.sheet.freeze_panes(2, 0)
    page.prints(len(_WIDTHS), draft.stamp, last_row=GROUPS_ROW + len(groups))
    page.protect()


def _total(draft: Draft, page: Page, total: Figure) -> None:
    """The total in the row below the last group, wherever that comes to stand."""
    groups = draft.formulas.placed(draft.call("PM_GROUPS"), KINDS, "plain")
    rows = len(groups.rows[:MOST])
    for i in range(rows, rows + SPARE):
        row, is_next = GROUPS_ROW + i, i == rows
        is_total = f'AND({groups.formula(i, LEVEL)}="",{groups.formula(i - 1, LEVEL)}<>"")'
        for column, figure, kind in ((LEVEL, Figure('"Total"', "Total"), "text"),
                                     (COUNTS, total, "money")):  # fmt: skip
            own = groups.formula(i, column)
            own = first_letter(own) if column == LEVEL else own
            formula = f"IF({is_total},{figure.formula},{own})"
            value = figure.value if is_next else ""
            page.formula(row, column, formula if is_next else groups.kept_blank(formula),
                         value, "paragraph", kind)  # fmt: skip


def _chart(draft: Draft, page: Page, last: int) -> None:
    """A column for each class group, down to the last row."""
    chart = draft.chart("column")
    chart.add_series(
        {
            "name": "Requirement",
            "categories": [SHEET, GROUPS_ROW + 1, GROUP, last, GROUP],
            "values": [SHEET, GROUPS_ROW + 1, REQUIREMENT, last, REQUIREMENT],
            "fill": {"color": PM},
            "gap": 40,
            "data_labels": labels("thousands"),
        }
    )
    chart.set_y_axis(no_axis())
    chart.set_x_axis(axis())
    chart.set_size({"width": page.width(0, len(_WIDTHS) - 1), "height": 270})
    says = "Bars: requirement of each class group"
    title = "Requirement by class group"
    page.chart(4, 0, chart, title, says, columns=len(_WIDTHS), note="$ thousands")
