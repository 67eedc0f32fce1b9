"""The shadow analysis: both regimes day by day, as shares of the long market value."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from xlmargin.cells.values import AnswerValue
from xlmargin.workbooks import figures as xl
from xlmargin.workbooks.draft import Series, WorkbookBuilder, axis, page_of
from xlmargin.workbooks.figures import Figure
from xlmargin.workbooks.formulas import FIRST_ROW, Call, FormulaArgument, FormulaBlock, or_none
from xlmargin.workbooks.formulas import SHEET as FORMULAS
from xlmargin.workbooks.page import Page
from xlmargin.workbooks.styles import PM, ST
from xlmargin.workbooks.xlsx_writer import Chart, absolute, xl_rowcol_to_cell

SHEET: Final = "Shadow"
_CHARTED: Final = "Requirement as share of long market value"
POSITIONS: Final = "DatedPositions"
MARKET: Final = "DatedMarket"
NEEDS: Final = (POSITIONS, MARKET)

_SHOWN: Final = (
    ("date", "date"), ("long market value", "money"), ("initial", "money"),
    ("maintenance", "money"), ("deposit", "money"), ("portfolio requirement", "money"),
    ("maintenance share", "percent"), ("portfolio share", "percent"), ("released", "money"),
    ("strategy call", "money"), ("portfolio call", "money"),
)  # fmt: skip
"""Columns of the history that the page shows, for the whole of each day."""
_MAINTENANCE, _PORTFOLIO = 3, 5
_STRATEGY_SHARE, _PORTFOLIO_SHARE, _STRATEGY_CALL = 6, 7, 9
_WIDTHS: Final = (230, 73, 87, *[71] * (len(_SHOWN) - 3))
_SUMMARY_ROW: Final = 5
_SUMMARY_SPARE: Final = 4
_SPARE_DAYS: Final = 20
MOST_ROWS: Final = 20_000
"""Rows among which days are looked for."""
_HELPER: Final = len(_SHOWN)
"""Column with the row of each day's total in the answer."""


def dated_arguments(draft: WorkbookBuilder) -> tuple[FormulaArgument, ...]:
    """The dated ranges with the settings and the dividends."""
    tables = draft.tables
    dated = (tables.more[POSITIONS], tables.more[MARKET], tables.settings, tables.dividends)
    return tuple(table.argument for table in dated)


def history_of(draft: WorkbookBuilder) -> FormulaBlock:
    """Where the history stands: a row a day and account."""
    return _of_history(draft, "MARGIN_HISTORY", ["date", "text", "money"])


def summary_of(draft: WorkbookBuilder) -> FormulaBlock:
    """Where the summary of the history stands."""
    return _of_history(draft, "MARGIN_HISTORY_SUMMARY", ["text", "plain", "date"])


def _of_history(draft: WorkbookBuilder, function: str, kinds: list[str]) -> FormulaBlock:
    return draft.formulas.placed(Call(function, dated_arguments(draft)), kinds, "plain")


def kind_of(figure: AnswerValue) -> str:
    """How a figure of the summary is shown."""
    words = str(figure)
    if "share" in words:
        return "percent"
    amounts = ("value", "released", "requirement")
    return "money" if any(word in words for word in amounts) else "quantity"


@page_of(SHEET, needs=NEEDS, prints=(SHEET,))
def shadow_page(draft: WorkbookBuilder) -> None:
    """The summary, a chart, and the days."""
    page = draft.page(SHEET, _WIDTHS, ["text", *(kind for _, kind in _SHOWN[1:])])
    history, summary = history_of(draft), summary_of(draft)
    page.title(
        SHEET,
        _message(summary),
        "Shares are of the long market value. The inputs are the sheets Dated positions and Dated "
        "market.",
    )
    table = _summary(page, summary) + 2
    days = _days(page, history, table)
    if len(days) > 1:
        chart = share_chart(draft, table, len(days))
        says = "Lines: requirements of both regimes as shares of the long market value"
        page.chart(
            _SUMMARY_ROW - 1, 4, chart, _CHARTED, says, columns=len(_SHOWN) - 4,
            high=20 * (table - 2 - _SUMMARY_ROW), note=f"{len(days)} trading days",
        )  # fmt: skip
    page.finish(columns=_HELPER + 1, last_row=table - 2, freeze=(3, 1))


def _message(summary: FormulaBlock) -> Figure:
    """What both regimes required on average, and what portfolio margin would have released."""

    def average(name: str, kind: str) -> Figure:
        return summary.figure(summary.row_of(name), 1, kind)

    return summary.said(
        "On ", average("days", "count"), " days portfolio margin required ",
        average("average portfolio share", "percent"), " of long market value, maintenance ",
        average("average maintenance share", "percent"),
        ": ", average("average capital released", "millions"), " released on average.",
    )  # fmt: skip


def days_at(draft: WorkbookBuilder) -> tuple[int, int]:
    """The row of the headings of the days, and how many days there are."""
    history = history_of(draft)
    days = len({row[0] for row in history.rows[1:]})
    return _SUMMARY_ROW + len(summary_of(draft).rows) + _SUMMARY_SPARE + 2, days


def requirement_chart(draft: WorkbookBuilder, table: int, days: int, since: float) -> Chart:
    """Both requirements, $, from a day on, over the days of the table below a row of headings."""
    history = history_of(draft)
    every = list(dict.fromkeys(row[0] for row in history.rows[1:]))
    first = table + 1 + next((i for i, day in enumerate(every) if float(day) >= since), 0)
    chart = _lines(draft, (first, table + days), (_MAINTENANCE, _PORTFOLIO))
    chart.set_y_axis(axis("millions", grid=True, min=0))
    chart.set_x_axis(
        axis("date", label_position="low", date_axis=True, major_unit=7, major_unit_type="days")
    )
    return chart


def share_chart(draft: WorkbookBuilder, table: int, days: int) -> Chart:
    """Both regimes' shares over the days of the table whose headings are in a row."""
    chart = _lines(draft, (table + 1, table + days), (_STRATEGY_SHARE, _PORTFOLIO_SHARE))
    chart.set_y_axis(axis("percent", grid=True, min=0))
    chart.set_x_axis(
        axis("month", label_position="low", date_axis=True, major_unit=1, major_unit_type="months")
    )
    return chart


def _lines(draft: WorkbookBuilder, rows: tuple[int, int], columns: tuple[int, int]) -> Chart:
    """A line a regime, whose columns are strategy-based first, over the days in these rows."""
    names = ("Strategy-based, maintenance", "Portfolio margin")
    series = [Series(*each) for each in zip(names, columns, (ST, PM), strict=True)]
    return draft.chart_of_lines(SHEET, rows, series)


def _summary(page: Page, summary: FormulaBlock) -> int:
    """The summary, each figure in its kind; answers the row below it."""
    page.section(_SUMMARY_ROW - 1, "Summary", 3)
    page.headings(_SUMMARY_ROW, ("Figure", "Value", "Date"), ("text", "money"), high=False)
    rows = len(summary.rows) + _SUMMARY_SPARE
    for i in range(1, rows):
        row = _SUMMARY_ROW + i
        kind = kind_of(summary.value(i, 0))
        label, figure = ("label", "right") if i < len(summary.rows) else ("column", "column")
        page.shows(row, 0, summary, (i, 0), label, "words")
        page.shows(row, 1, summary, (i, 1), figure, kind)
        page.shows(row, 2, summary, (i, 2), figure, "date")
    return _SUMMARY_ROW + rows


def _days(page: Page, history: FormulaBlock, table: int) -> list[list[AnswerValue]]:
    """A row a day: its last row in the answer, which is that of all accounts together."""
    headings = [str(heading) for heading in history.rows[0]]
    columns = [headings.index(name) for name, _ in _SHOWN]
    page.section(table - 1, "Days", len(_SHOWN), "all accounts together, $; not printed")
    for column, of in enumerate(columns):
        style = "heading"
        page.shows(table, column, history, (0, of), style, "words")
    page.height(table, 34)
    by_day: dict[AnswerValue, int] = {row[0]: i for i, row in enumerate(history.rows) if i}
    at = list(by_day.values())
    for i in range(len(at) + _SPARE_DAYS):
        row = table + 1 + i
        found = at[i] if i < len(at) else None
        helper = xl_rowcol_to_cell(row, _HELPER, col_abs=True)
        before = xl_rowcol_to_cell(row - 1, _HELPER, col_abs=True) if i else ""
        there = Figure(helper, "" if found is None else float(found))
        page.figure(row, _HELPER, replace(there, formula=_next_day(history, before)), "note")
        for column, (of, (_, kind)) in enumerate(zip(columns, _SHOWN, strict=True)):
            cells = history.cells_below_heading(of, MOST_ROWS)
            value = "" if found is None else history.value(found, of)
            cell = Figure(f"INDEX({cells},{there.formula})", value)
            shown = xl.IF(there.equals(""), "", cell if kind == "date" else or_none(cell))
            style = "body" if found is not None else "column"
            page.figure(row, column, shown, style, kind)
    last = table + len(at) + _SPARE_DAYS
    cell = xl_rowcol_to_cell(table + 1, _STRATEGY_CALL)
    called = (table + 1, _STRATEGY_CALL, last, _STRATEGY_CALL + 1)
    page.marked(called, f"=AND(ISNUMBER({cell}),{cell}>=0.01)", "act")
    page.sheet.set_column(_HELPER, _HELPER, 8, page.look("note"), {"hidden": True})
    page.reaches(table + len(at))
    return [history.rows[i] for i in at]


def _next_day(history: FormulaBlock, before: str) -> str:
    """The last row of the day after that of a row; the rows stand in the order of time."""
    days = history.cells_below_heading(0, MOST_ROWS)
    first = f"{FORMULAS}!{absolute(FIRST_ROW + 1, history.column)}"
    if not before:
        return f'IF({first}="","",MATCH({first},{days},1))'
    day = f"INDEX({days},{before}+1)"
    return f'IF({before}="","",IF({day}="","",MATCH({day},{days},1)))'
