"""The requirement and the groups that make it."""

from __future__ import annotations

from typing import Final

from xlmargin.cells.values import AnswerValue
from xlmargin.workbooks import figures as xl
from xlmargin.workbooks.draft import BY_PORTFOLIO, Series, WorkbookBuilder, axis, page_of
from xlmargin.workbooks.figures import Cells, Figure, sentence
from xlmargin.workbooks.formulas import MOST, FormulaBlock
from xlmargin.workbooks.page import SPARE, Page
from xlmargin.workbooks.styles import PM
from xlmargin.workbooks.xlsx_writer import xl_range_abs

SHEET: Final = "Requirement"
GROUPS_ROW: Final = 21
"""Row of the headings of the groups, counted from 0; the chart stands above them."""

CLASS_GROUP: Final = "class group"
_OUTSIDE: Final = "not eligible"
_OFFSETS: Final = "Offsets"
LEVEL, GROUP, ACCOUNT, WORST_POINT, REQUIREMENT, _BINDS, COUNTS = 0, 1, 3, 4, 7, 8, 10

KINDS: Final = [
    "words", "words", "words", "text", "point", *["money"] * 3, "behind", "words", "money",
]  # fmt: skip
_HEADINGS: Final = (
    "Level", "Group", "Part of", "Account", "Worst\npoint", "Worst loss\n$", "Minimum\n$",
    "Requirement\n$", "Binds", "Rule", "Counts toward\nthe account $",
)  # fmt: skip
_WIDTHS: Final = (76, 122, 122, 62, 46, 76, 56, 80, 72, 156, 92)
_MOST_BARS: Final = 40


@page_of(SHEET, calls=(BY_PORTFOLIO,), prints=(SHEET,))
def requirement_page(draft: WorkbookBuilder) -> None:
    """The total, a bar a class group, and the table of all groups."""
    page = draft.page(SHEET, _WIDTHS, KINDS)
    total = draft.one("PM_REQUIREMENT")
    page.title(
        "Requirement",
        sentence("Portfolio margin requires ", total, ": the greatest loss of each group."),
        "The greatest theoretical loss of each group at the rule's valuation points, or its "
        "minimum. Class groups count in full; what those inside one group offset has its own line.",
    )
    page.section(GROUPS_ROW - 1, "Groups", page.columns, "$")
    groups = groups_of(draft)
    last = GROUPS_ROW + len(groups.rows[:MOST])
    page.totals(GROUPS_ROW + 1, last + SPARE - 1)
    page.answer(GROUPS_ROW, 0, groups.call, KINDS, style="fine", spare=SPARE, headings=_HEADINGS)
    _counted(page, groups, total)
    bars = sum(1 for row in groups.rows[:MOST] if row[LEVEL] == CLASS_GROUP)
    if bars:
        _chart(draft, page, groups, GROUPS_ROW + min(bars, _MOST_BARS))
    page.finish(hidden=int(draft.several), repeat=GROUPS_ROW, last_row=last + 1, freeze=(2, 0))


def groups_of(draft: WorkbookBuilder) -> FormulaBlock:
    """The groups that make the requirement."""
    return draft.placed("PM_GROUPS", numbers=KINDS)


def _counted(page: Page, groups: FormulaBlock, total: Figure) -> None:
    """What each row counts: of class groups all, then what groups of them offset, then the total.

    The last two stand below the last group, wherever that comes to stand; all in whole cents.
    """
    rows, whole = len(groups.rows[:MOST]), xl.rounded_to(total, 2)
    counts: list[AnswerValue] = []
    for i in range(1, rows + SPARE):
        row, level = GROUPS_ROW + i, groups.figure(i, LEVEL)
        is_counted = xl.OR(level.equals(CLASS_GROUP), level.equals(_OUTSIDE))
        own = xl.IF(is_counted, xl.ROUND(groups.figure(i, REQUIREMENT), 2), "")
        if i < rows:
            page.figure(row, COUNTS, groups.kept_blank(own), "fine", "money")
            counts.append(own.value)
            continue
        ended = [groups.figure(i - back, LEVEL).equals("") for back in range(3)]
        is_offsets = xl.AND(ended[0], xl.NOT(ended[1]))
        is_total = xl.AND(ended[0], ended[1], xl.NOT(ended[2])) if i > 1 else xl.FALSE
        above = Cells(xl_range_abs(GROUPS_ROW + 1, COUNTS, row - 1, COUNTS), tuple(counts))
        offsets = xl.IFERROR(xl.ROUND(whole - xl.SUM(above), 2), whole)
        for column, (first, second, rest), kind in (
            (LEVEL, (_OFFSETS, "Total", xl.in_words(level)), "text"),
            (COUNTS, (offsets, whole, own), "money"),
        ):
            shown = groups.kept_blank(xl.IF(is_offsets, first, xl.IF(is_total, second, rest)))
            page.figure(row, column, shown, "paragraph", kind)
        counts.append(shown.value)


def _chart(draft: WorkbookBuilder, page: Page, groups: FormulaBlock, last: int) -> None:
    """A column for each class group, down to the last row; of several accounts each by its own."""
    rows, series = (GROUPS_ROW + 1, last), [Series("Requirement", REQUIREMENT, PM)]
    names = GROUP
    if draft.several:
        names = page.columns
        for i in range(1, last - GROUPS_ROW + 1):
            name, account = (groups.figure(i, column, "text") for column in (GROUP, ACCOUNT))
            named = sentence(name, ", ", account)
            page.figure(GROUPS_ROW + i, names, named, "note", "text")
    chart = draft.chart_of_bars("column", SHEET, rows, series, names=names, gap=40)
    chart.set_x_axis(axis())
    says = "Bars: requirement of each class group"
    title = "Requirement by class group"
    page.chart(4, 0, chart, title, says, columns=len(_WIDTHS), high=270, note="$ thousands")
