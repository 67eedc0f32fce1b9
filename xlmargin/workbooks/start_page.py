"""The first page: the answer in a few figures, the largest groups, how to use the workbook."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

import xlmargin
from xlmargin.workbooks import requirement_page as requirement
from xlmargin.workbooks.draft import Draft, axis, labels, no_axis
from xlmargin.workbooks.formulas_sheet import FIRST_ROW, Placed
from xlmargin.workbooks.list_pages import CHECK_KINDS
from xlmargin.workbooks.live_formulas import Call, Value, literal
from xlmargin.workbooks.look import PM
from xlmargin.workbooks.page import Page
from xlmargin.workbooks.rules_page import VERSION_KINDS

SHEET: Final = "Start"
LARGEST: Final = 6
_FIGURES_ROW: Final = 4
_LARGEST_ROW: Final = 18
_USE_ROW: Final = _LARGEST_ROW + LARGEST + 3
_WIDTHS: Final = (190, 130, 110, 26, 126, 126, 126, 126)

_PROBLEMS: Final = "Problems in the input"
_VERSION: Final = "xlmargin version"
_STATUS: Final = "Workbook and add-in"
_AS_BUILT: Final = "of one version"
_FIGURES_BY_STRATEGY: Final = (
    ("Strategy-based initial", "REGT_INITIAL", "money"),
    ("Strategy-based maintenance", "REGT_MAINTENANCE", "money"),
    ("Efficiency gain", "MARGIN_EFFICIENCY", "percent"),
)
_OF_THE_DAY: Final = (
    ("Account value", 1, "money"),
    ("Excess", 3, "money"),
    ("Requirement / account value", 4, "percent"),
)
"""Figures with their columns of PM_PATH."""
_MOST_GROUPS: Final = 5_000
"""Groups among which the largest are looked for."""

_DISCLAIMER: Final = (
    "An estimate of the regulatory minimum, not a broker's number. A broker may ask more, at any "
    "time and without notice. Remarks on the page Rules say which numbers are not yet confirmed "
    "against the rule text. The formulas need the xlmargin add-in to recalculate; without it the "
    "figures shown are those of the day this file was written. No advice."
)


def write_start_page(draft: Draft) -> None:
    """Title, figures, largest class groups with a chart, directions, disclaimer."""
    page = draft.page(SHEET, "output")
    page.columns(_WIDTHS)
    page.title(draft.client, draft.title, draft.note)
    _figures(draft, page)
    if draft.by_portfolio:
        _largest(draft, page)
    _directions(draft, page)
    page.prints(len(_WIDTHS), draft.stamp)
    page.sheet.fit_to_pages(1, 1)
    page.protect()
    page.sheet.activate()


def _figures(draft: Draft, page: Page) -> None:
    """The date, the requirement and what it is measured against, all live."""
    page.section(_FIGURES_ROW - 1, "At a glance", 3)
    by_portfolio = _by_portfolio(draft)
    version = draft.formulas.placed(Call("XLM_VERSION"), VERSION_KINDS)
    problems = draft.formulas.placed(draft.call("XLM_CHECK"), CHECK_KINDS, "plain")
    figures: list[tuple[str, str, Value, str]] = [
        ("As of", "as_of", draft.book.market.as_of, "date"),
        *by_portfolio,
        (_PROBLEMS, *_problems(problems), "text"),
        (_VERSION, version.formula(0, 1), version.value(0, 1), "text"),
        (_STATUS, _status(version), _AS_BUILT, "text"),
    ]
    if draft.by_strategy:
        figures[1 + draft.by_portfolio : 1 + draft.by_portfolio] = [
            (label, placed.formula(0, 0), placed.value(0, 0), number)
            for label, placed, number in (
                (label, draft.formulas.placed(draft.call(function), [number]), number)
                for label, function, number in _FIGURES_BY_STRATEGY[: 2 + draft.by_portfolio]
            )
        ]
    for i, (label, formula, shown, number) in enumerate(figures):
        page.text(_FIGURES_ROW + i, 0, label, "label")
        page.formula(_FIGURES_ROW + i, 1, formula, shown, "figure", number)
    _marks(page, {figure[0]: _FIGURES_ROW + i for i, figure in enumerate(figures)})


def _by_portfolio(draft: Draft) -> list[tuple[str, str, Value, str]]:
    """The portfolio margin requirement and what it leaves; nothing where it refuses the book."""
    if not draft.by_portfolio:
        return []
    day = draft.formulas.placed(
        draft.call("PM_PATH", literal(0.0), literal(False)), ["move", *["money"] * 3, "percent"]
    )
    total = draft.formulas.placed(draft.call("PM_REQUIREMENT"), ["money"])
    return [
        ("Portfolio margin requirement", total.formula(0, 0), total.value(0, 0), "money"),
        *(
            (label, day.unless_refused(day.formula(0, of)), day.value(0, of), number)
            for label, of, number in _OF_THE_DAY
        ),
    ]


def _status(version: Placed) -> str:
    """Whether the add-in has the version that the workbook was built for."""
    built = xlmargin.__version__
    return f'IF({version.formula(0, 1)}="{built}","{_AS_BUILT}","built for {built}")'


def _marks(page: Page, rows: Mapping[str, int]) -> None:
    """Red where errors refuse the answers or the version is another, amber for warnings."""
    problems, status = rows[_PROBLEMS], rows[_STATUS]
    cell = f"$B${problems + 1}"
    for row, criteria, mark in (
        (problems, f'=LEFT({cell},9)<>"0 errors,"', "act"),
        (problems, f'=AND(LEFT({cell},9)="0 errors,",RIGHT({cell},12)<>", 0 warnings")', "watch"),
        (problems, f'={cell}="0 errors, 0 warnings"', "ok"),
        (status, f'=$B${status + 1}="{_AS_BUILT}"', "ok"),
        (status, f'=$B${status + 1}<>"{_AS_BUILT}"', "act"),
    ):
        page.marked((row, 1, row, 1), criteria, mark)


def _problems(check: Placed) -> tuple[str, str]:
    """A formula that counts the problems, and what it finds."""
    severities = [row[0] for row in check.rows]
    cells = check.cells(0)
    formula = f'COUNTIF({cells},"error")&" errors, "&COUNTIF({cells},"warning")&" warnings"'
    return formula, f"{severities.count('error')} errors, {severities.count('warning')} warnings"


def _largest(draft: Draft, page: Page) -> None:
    """The largest class groups, found by ordinary formulas among all groups."""
    page.section(_LARGEST_ROW - 2, "Largest class groups", 3)
    for column, heading in enumerate(("Class group", "Requirement", "Worst point")):
        page.text(_LARGEST_ROW - 1, column, heading, "heading" if column == 1 else "text_heading")
    groups = draft.formulas.placed(draft.call("PM_GROUPS"), requirement.KINDS, "plain")
    classes = [row for row in groups.rows if row[requirement.LEVEL] == requirement.CLASS_GROUP]
    classes.sort(key=lambda row: -float(row[requirement.REQUIREMENT]))
    for i in range(LARGEST):
        at = _LARGEST_ROW + i
        amount, group, worst_point = _largest_formulas(groups, at)
        found = classes[i] if i < len(classes) else [""] * groups.width
        page.formula(at, 0, group, found[requirement.GROUP], "body", "text")
        page.formula(at, 1, amount, found[requirement.REQUIREMENT], "body", "money")
        page.formula(at, 2, worst_point, found[requirement.WORST_POINT], "body", "text")
    if classes:
        _chart(draft, page, min(LARGEST, len(classes)))


def _largest_formulas(groups: Placed, row: int) -> tuple[str, str, str]:
    """Formulas for the requirement, the name and the worst point of the class group in a row.

    Groups are counted from below, so that of those with the same requirement the first in the
    list counts most and is shown first.
    """
    level, group, point, amount = (
        groups.cells_below_heading(column, _MOST_GROUPS)
        for column in (
            requirement.LEVEL, requirement.GROUP, requirement.WORST_POINT, requirement.REQUIREMENT,
        )
    )  # fmt: skip
    first, here = f"$B${_LARGEST_ROW + 1}", f"$B${row + 1}"
    rank = row - _LARGEST_ROW + 1
    largest = f'SUMPRODUCT(LARGE(({level}="{requirement.CLASS_GROUP}")*{amount},{rank}))'
    from_below = f"({FIRST_ROW + _MOST_GROUPS + 2}-ROW({amount}))"
    same = f'({level}="{requirement.CLASS_GROUP}")*({amount}={here})*{from_below}'
    place = f"{_MOST_GROUPS + 1}-SUMPRODUCT(LARGE({same},COUNTIF({first}:{here},{here})))"
    return (
        f'IF(COUNTIF({level},"{requirement.CLASS_GROUP}")<{rank},"",{largest})',
        f'IF({here}="","",INDEX({group},{place}))',
        f'IF({here}="","",INDEX({point},{place}))',
    )


def _chart(draft: Draft, page: Page, bars: int) -> None:
    chart = draft.chart("bar")
    last = _LARGEST_ROW + bars - 1
    chart.add_series(
        {
            "categories": [SHEET, _LARGEST_ROW, 0, last, 0],
            "values": [SHEET, _LARGEST_ROW, 1, last, 1],
            "fill": {"color": PM},
            "gap": 40,
            "data_labels": labels("thousands"),
        }
    )
    chart.set_y_axis(axis(reverse=True))
    chart.set_x_axis(no_axis())
    chart.set_size({"width": page.width(4, 7), "height": 360})
    says = "Bars: the largest class groups"
    page.chart(3, 4, chart, "Largest class groups", says, columns=4, note="$ thousands")


def _directions(draft: Draft, page: Page) -> None:
    """A linked list of the pages, and what the figures are not."""
    page.section(_USE_ROW - 1, "How to use this workbook", len(_WIDTHS))
    shown = draft.directions
    for i, (sheet, what) in enumerate(shown):
        link = page.look("link")
        page.sheet.write_url(_USE_ROW + i, 0, f"internal:'{sheet}'!A1", link, sheet)
        page.text(_USE_ROW + i, 1, what, "note")
    row = _USE_ROW + len(shown) + 1
    page.sheet.merge_range(row, 0, row, len(_WIDTHS) - 1, "", page.look("basis"))
    page.sheet.write_string(row, 0, _DISCLAIMER, page.look("basis"))
    page.height(row, 32)
    page.reaches(row)
