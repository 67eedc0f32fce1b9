"""The requirement and the groups that make it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from xlmargin.cells.values import AnswerValue
from xlmargin.workbooks.draft import Series, WorkbookBuilder, axis
from xlmargin.workbooks.figures import in_cents
from xlmargin.workbooks.growth import MOST
from xlmargin.workbooks.look import PM
from xlmargin.workbooks.page import SPARE, Page
from xlmargin.workbooks.sentences import Figure, first_letter, rounded, sentence, text_of_parts
from xlmargin.workbooks.template import BY_PORTFOLIO, PageSpec
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


def write_requirement_page(draft: WorkbookBuilder) -> None:
    """The total, a bar a class group, and the table of all groups."""
    page = draft.page(SHEET, "output")
    total = draft.one("PM_REQUIREMENT")
    page.title(
        "Requirement",
        sentence("Portfolio margin requires ", total, ": the greatest loss of each group."),
        "The greatest theoretical loss of each group at the rule's valuation points, or its "
        "minimum. Class groups count in full; what those inside one group offset has its own line.",
    )
    page.columns(_WIDTHS, KINDS)
    page.section(GROUPS_ROW - 1, "Groups", len(_WIDTHS), "$")
    of_groups = draft.call("PM_GROUPS")
    rows = len(draft.formulas.placed(of_groups, KINDS, "plain").rows[:MOST])
    page.totals(GROUPS_ROW + 1, GROUPS_ROW + rows + SPARE - 1, len(_WIDTHS))
    groups = page.answer(
        GROUPS_ROW, 0, of_groups, KINDS, style="fine", spare=SPARE, headings=_HEADINGS
    )
    page.fit(GROUPS_ROW + 1, groups[1:], _WIDTHS, fine=True)
    page.text(GROUPS_ROW, _BINDS, _HEADINGS[_BINDS], "after_heading")
    _counted(draft, page, total)
    bars = sum(1 for row in groups if row[LEVEL] == CLASS_GROUP)
    if bars:
        _chart(draft, page, GROUPS_ROW + min(bars, _MOST_BARS))
    last, hidden = GROUPS_ROW + len(groups) + 1, int(draft.several)
    page.finish(
        len(_WIDTHS) + hidden, draft.stamp, hidden=hidden, repeat=GROUPS_ROW, last_row=last,
        freeze=(2, 0),
    )  # fmt: skip


PAGE: Final = PageSpec(write_requirement_page, (SHEET,), calls=(BY_PORTFOLIO,), prints=(SHEET,))


def _counted(draft: WorkbookBuilder, page: Page, total: Figure) -> None:
    """What each row counts: of class groups all, then what groups of them offset, then the total.

    The last two stand below the last group, wherever that comes to stand; all in whole cents.
    """
    groups = draft.formulas.placed(draft.call("PM_GROUPS"), KINDS, "plain")
    rows, whole = len(groups.rows[:MOST]), in_cents(total)
    counts = [_amount(groups.rows[i]) for i in range(1, rows)]
    known = sum(each for each in counts if isinstance(each, float))
    offsets = rounded(float(total.value) - known, 2)
    for i in range(1, rows + SPARE):
        row, level = GROUPS_ROW + i, groups.formula(i, LEVEL)
        required = groups.formula(i, REQUIREMENT)
        own = f'IF(OR({level}="{CLASS_GROUP}",{level}="{_OUTSIDE}"),ROUND({required},2),"")'
        if i < rows:
            shown = own if counts[i - 1] != "" else groups.kept_blank(own)
            page.formula(row, COUNTS, shown, counts[i - 1], "fine", "money")
            continue
        ended = [f'{groups.formula(i - back, LEVEL)}=""' for back in range(3)]
        is_offsets = f"AND({ended[0]},NOT({ended[1]}))"
        is_total = f"AND({ended[0]},{ended[1]},NOT({ended[2]}))" if i > 1 else "FALSE"
        above = xl_range_abs(GROUPS_ROW + 1, COUNTS, row - 1, COUNTS)
        of_offsets = f"IFERROR(ROUND({whole.formula}-SUM({above}),2),{whole.formula})"
        labels = (f'"{_OFFSETS}"', '"Total"', first_letter(level), (_OFFSETS, "Total"))
        amounts = (of_offsets, whole.formula, own, (offsets, whole.value))
        for column, (first, second, rest, values), kind in (
            (LEVEL, labels, "text"), (COUNTS, amounts, "money"),
        ):  # fmt: skip
            formula = f"IF({is_offsets},{first},IF({is_total},{second},{rest}))"
            value = values[i - rows] if i - rows < len(values) else ""
            formula = formula if value != "" else groups.kept_blank(formula)
            page.formula(row, column, formula, value, "paragraph", kind)


def _amount(row: Sequence[AnswerValue]) -> AnswerValue:
    """What a group counts in the sum of its page, to the cent; nothing where others make it."""
    counts = row[LEVEL] in (CLASS_GROUP, _OUTSIDE)
    return rounded(float(row[REQUIREMENT]), 2) if counts else ""


def _chart(draft: WorkbookBuilder, page: Page, last: int) -> None:
    """A column for each class group, down to the last row; of several accounts each by its own."""
    rows, series = (GROUPS_ROW + 1, last), [Series("Requirement", REQUIREMENT, PM)]
    names = GROUP
    if draft.several:
        names = len(_WIDTHS)
        groups = draft.formulas.placed(draft.call("PM_GROUPS"), KINDS, "plain")
        for i in range(1, last - GROUPS_ROW + 1):
            name, account = (groups.figure(i, column, "text") for column in (GROUP, ACCOUNT))
            named = text_of_parts(name, ", ", account)
            page.figure(GROUPS_ROW + i, names, named, "note", "text")
    chart = draft.chart_of_bars("column", SHEET, rows, series, names=names, gap=40)
    chart.set_x_axis(axis())
    says = "Bars: requirement of each class group"
    title = "Requirement by class group"
    page.chart(4, 0, chart, title, says, columns=len(_WIDTHS), high=270, note="$ thousands")
