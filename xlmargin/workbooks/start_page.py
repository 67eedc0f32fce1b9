"""The first page: the answer in a few figures, the largest groups, how to use the workbook."""

from __future__ import annotations

from typing import Final

from xlmargin.workbooks import requirement_page as requirement
from xlmargin.workbooks.draft import Draft, small_axis
from xlmargin.workbooks.list_pages import SEVERITIES
from xlmargin.workbooks.live_formulas import Call, Value, literal
from xlmargin.workbooks.look import NAVY, STEEL
from xlmargin.workbooks.page import ROOM, Page
from xlmargin.workbooks.xlsx_writer import xl_range_abs

SHEET: Final = "Start"
LARGEST: Final = 6
_FIGURES_ROW: Final = 4
_LARGEST_ROW: Final = 17
_USE_ROW: Final = _LARGEST_ROW + LARGEST + 3
_WIDTHS: Final = (30, 20, 17, 3, 20, 20, 20, 20)

_VERSION: Final = "xlmargin version"
_PROBLEMS: Final = (
    f'COUNTIF({SEVERITIES},"error")&" errors, "&COUNTIF({SEVERITIES},"warning")&" warnings"'
)

_HOW: Final = (
    ("Positions", "Replace the blue rows with your own; the table grows with what you add."),
    ("Market", "Price, class and groups of every underlying."),
    ("Dividends", "Cash dividends that go ex before your options expire."),
    ("Settings", "Date, rates, house profile, and parameters you want stricter than the rule."),
    ("Check", "Look here first: errors refuse the answers, warnings deserve a look."),
    ("Requirement", "Requirement of every class, product and portfolio group."),
    ("Risk array", "Gains and losses at the ten valuation points."),
    ("Stress", "Your own moves of price and volatility, and the requirement after a move."),
    ("Contribution", "What each position adds to the requirement."),
    ("Comparison", "The same book under strategy-based margin, and what portfolio margin frees."),
    ("Strategies", "The pairing that makes the strategy-based requirement least."),
    ("Explain", "The whole calculation, down to position and paragraph."),
    ("Explain by strategy", "The same for the strategy-based maintenance requirement."),
    ("Rules", "The numbers of the rules, their dates and sources."),
    ("Rules by strategy", "The same for strategy-based margin."),
    ("Options", "Implied volatility, price and Greeks of single options."),
)
_BY_STRATEGY: Final = ("Comparison", "Strategies", "Explain by strategy", "Rules by strategy")
_DISCLAIMER: Final = (
    "An estimate of the regulatory minimum, not a broker's number. A broker may ask more, at any "
    "time and without notice. Remarks on the page Rules say which numbers are not yet confirmed "
    "against the rule text. The formulas need the xlmargin add-in to recalculate; without it the "
    "figures shown are those of the day this file was written. No advice."
)


def write_start_page(draft: Draft) -> None:
    """Title, figures, largest class groups with a chart, directions, disclaimer."""
    page = draft.page(SHEET, NAVY)
    for column, width in enumerate(_WIDTHS):
        page.sheet.set_column(column, column, width, draft.look("column"))
    page.title(draft.title, draft.note)
    _figures(draft, page)
    _largest(draft, page)
    _directions(draft, page)
    page.prints(len(_WIDTHS), draft.stamp)
    page.protect()
    page.sheet.activate()


def _figures(draft: Draft, page: Page) -> None:
    """The date, the requirement and what it is measured against, all live."""
    page.section(_FIGURES_ROW - 1, "At a glance", 3)
    day = draft.call("PM_PATH", literal(0.0), literal(False))
    _, value, _, excess, ratio = draft.answers.rows(day)[0]
    total = draft.answers.value(draft.call("PM_REQUIREMENT"))
    version = Call("XLM_VERSION")
    figures: list[tuple[str, str, Value, str]] = [
        ("As of", "as_of", draft.book.market.as_of, "date"),
        ("Portfolio margin requirement", requirement.REQUIREMENT_CELL, total, "money"),
        ("Account value", f"INDEX({day.formula},1,2)", value, "money"),
        ("Excess", f"INDEX({day.formula},1,4)", excess, "money"),
        ("Requirement / account value", f"INDEX({day.formula},1,5)", ratio, "percent"),
        ("Problems in the input", _PROBLEMS, _problems(draft), "text"),
        (_VERSION, f"INDEX({version.formula},1,2)", draft.answers.rows(version)[0][1], "text"),
    ]
    if draft.by_strategy:
        figures[2:2] = [
            (label, call.formula, draft.answers.value(call), number)
            for label, call, number in (
                ("Strategy-based initial", draft.call("REGT_INITIAL"), "money"),
                ("Strategy-based maintenance", draft.call("REGT_MAINTENANCE"), "money"),
                ("Efficiency gain", draft.call("MARGIN_EFFICIENCY"), "percent"),
            )
        ]
    for i, (label, formula, shown, number) in enumerate(figures):
        page.text(_FIGURES_ROW + i, 0, label, "label")
        page.formula(_FIGURES_ROW + i, 1, formula, shown, "figure_small", number)


def _problems(draft: Draft) -> str:
    """What the formula that counts problems finds."""
    severities = [row[0] for row in draft.answers.rows(draft.call("XLM_CHECK"))]
    return f"{severities.count('error')} errors, {severities.count('warning')} warnings"


def _largest(draft: Draft, page: Page) -> None:
    """The largest class groups, found by ordinary formulas on the page of the requirement."""
    page.section(_LARGEST_ROW - 2, "Largest class groups", 3)
    for column, heading in enumerate(("class group", "requirement", "worst point")):
        page.text(_LARGEST_ROW - 1, column, heading, "heading" if column == 1 else "text_heading")
    groups = draft.answers.rows(draft.call("PM_GROUPS"))[1:]
    classes = [row for row in groups if row[requirement.LEVEL] == requirement.CLASS_GROUP]
    first = requirement.GROUPS_ROW + 1
    last = first + max(ROOM, 2 * len(groups))

    def cells(column: int) -> str:
        return f"{requirement.SHEET}!{xl_range_abs(first, column, last, column)}"

    amounts = cells(requirement.REQUIREMENT)
    of_class = f'({cells(requirement.LEVEL)}="{requirement.CLASS_GROUP}")'
    largest = sorted((row[requirement.REQUIREMENT] for row in classes), key=float, reverse=True)
    for i, amount in enumerate(largest[:LARGEST]):
        row = _LARGEST_ROW + i
        page.formula(row, 1, f"LARGE(IF({of_class},{amounts}),{i + 1})", amount, "body", "money")
        group = next(row for row in classes if row[requirement.REQUIREMENT] == amount)
        match = f"MATCH(1,{of_class}*({amounts}=$B${row + 1}),0)"
        for column, what in ((0, requirement.GROUP), (2, requirement.WORST_POINT)):
            page.formula(row, column, f"INDEX({cells(what)},{match})", group[what], "body", "text")
    if largest:
        _chart(draft, page, min(LARGEST, len(largest)))


def _chart(draft: Draft, page: Page, bars: int) -> None:
    chart = draft.chart("bar")
    last = _LARGEST_ROW + bars - 1
    chart.add_series(
        {
            "categories": [SHEET, _LARGEST_ROW, 0, last, 0],
            "values": [SHEET, _LARGEST_ROW, 1, last, 1],
            "fill": {"color": STEEL},
            "gap": 40,
        }
    )
    chart.set_y_axis(small_axis(reverse=True, crossing="max", major_gridlines={"visible": False}))
    chart.set_x_axis(small_axis(num_format="$#,##0,K"))
    chart.set_size({"width": 585, "height": 390})
    page.chart(3, 4, chart, "Largest class groups, $ thousands", "Bars: the largest class groups")


def _directions(draft: Draft, page: Page) -> None:
    """A linked list of the pages, and what the figures are not."""
    page.section(_USE_ROW - 1, "How to use this workbook", len(_WIDTHS))
    shown = [how for how in _HOW if draft.by_strategy or how[0] not in _BY_STRATEGY]
    for i, (sheet, what) in enumerate(shown):
        link = page.look("link")
        page.sheet.write_url(_USE_ROW + i, 0, f"internal:'{sheet}'!A1", link, sheet)
        page.text(_USE_ROW + i, 1, what, "column")
    row = _USE_ROW + len(shown) + 1
    page.sheet.merge_range(row, 0, row, len(_WIDTHS) - 1, "", page.look("notice"))
    page.sheet.write_string(row, 0, _DISCLAIMER, page.look("notice"))
    page.sheet.set_row(row, 46)
