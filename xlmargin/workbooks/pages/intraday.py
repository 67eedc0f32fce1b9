"""Trading within a day: the level after each transaction, and what a deficit asks for."""

from __future__ import annotations

from itertools import takewhile
from typing import Final

from xlmargin.workbooks import figures as xl
from xlmargin.workbooks.draft import ACCOUNT_OF_BOTH, Series, WorkbookBuilder, page_of
from xlmargin.workbooks.figures import NONE, Cells, Figure, Function, look_up
from xlmargin.workbooks.formulas import Call, FormulaBlock
from xlmargin.workbooks.page import SPARE, Page
from xlmargin.workbooks.styles import LOSS, PM

SHEET: Final = "Intraday"
ACTIVITY: Final = "Activity"
KIND, DEFICIT, UNTIL = 2, 7, 8
LARGEST: Final = "largest deficit"
SATISFIED: Final = "satisfied by"

_LEVEL: Final = 5
_KINDS: Final = [
    "text", "time", "words", "words", "money", "money", "words", "money", "date", "words",
]  # fmt: skip
_WIDTHS: Final = (76, 112, 84, 236, 80, 84, 56, 66, 76, 90)
_GLANCE_ROW: Final = 5
_TABLE_ROW: Final = 23
_MOST_ROWS: Final = 5_000
_TRANSACTIONS: Final = ("opening", "transaction")


@page_of(SHEET, calls=ACCOUNT_OF_BOTH, needs=(ACTIVITY,))
def intraday_page(draft: WorkbookBuilder) -> None:
    """The activity as inputs; the deficit, the levels as a chart, and the whole path."""
    page = draft.page(SHEET, _WIDTHS, _KINDS)
    page.title(
        SHEET,
        "The intraday margin level, equity less requirement, after each transaction.",
        "FINRA 4210(d)(2), (g)(1)(K), by the account type. Transactions of one time, or of none, "
        "are judged by their worst order.",
    )
    arguments = (draft.other(ACTIVITY), *draft.tables.arguments)
    path = draft.formulas.placed(Call("MARGIN_INTRADAY", arguments), _KINDS, "plain")
    _glance(page, path)
    steps = _steps(path)
    table = _TABLE_ROW if steps > 1 else _GLANCE_ROW + 5
    page.section(table - 1, "Path", page.columns)
    shown = page.answer(table, 0, path.call, _KINDS, style="lines", spare=SPARE)
    if steps > 1:
        _chart(draft, page, path, steps)
    _marks(page, shown.first, shown.last)
    page.finish(freeze=(3, 0))


def _glance(page: Page, path: FormulaBlock) -> None:
    """The largest deficit, until when it is to be satisfied, and the lowest level."""
    page.section(_GLANCE_ROW - 1, "At a glance", 4)
    kinds, deficits, days, levels = (
        path.column_of(column, _MOST_ROWS) for column in (KIND, DEFICIT, UNTIL, _LEVEL)
    )
    is_none = xl.COUNTIF(kinds, SATISFIED).equals(0.0)
    figures = (
        ("Largest deficit", _extreme(deficits, xl.MAX), "money"),
        ("To be satisfied by", xl.IF(is_none, NONE, look_up(SATISFIED, kinds, days)), "date"),
        ("Lowest level", _extreme(levels, xl.MIN), "money"),
    )
    for i, (label, figure, number) in enumerate(figures):
        page.text(_GLANCE_ROW + i, 0, label, "label")
        for column in (1, 2):
            page.text(_GLANCE_ROW + i, column, "", "label")
        page.figure(_GLANCE_ROW + i, 3, path.or_refusal(figure), "figure", number)
    cell = f"$D${_GLANCE_ROW + 1}"
    short = (_GLANCE_ROW, 3, _GLANCE_ROW, 3)
    page.marked(short, f"=AND(ISNUMBER({cell}),{cell}>0)", "act")


def _extreme(cells: Cells, of: Function) -> Figure:
    """The greatest or least number of some cells, none where there is none."""
    return xl.IF(xl.COUNT(cells).equals(0.0), NONE, of(cells))


def _steps(path: FormulaBlock) -> int:
    """Rows of levels, from the opening on, of the first account and day."""
    of_first = (row[KIND] in _TRANSACTIONS and row[:2] == path.rows[1][:2] for row in path.rows[1:])
    return sum(1 for _ in takewhile(bool, of_first))


def _chart(draft: WorkbookBuilder, page: Page, path: FormulaBlock, steps: int) -> None:
    """The level from the opening on, for the first account and day."""
    first, last = _TABLE_ROW + 1, _TABLE_ROW + steps
    options = {"invert_if_negative": True, "invert_if_negative_color": LOSS}
    chart = draft.chart_of_bars(
        "column", SHEET, (first, last), [Series(None, _LEVEL, PM)],
        names=1, gap=40, options=options,
    )  # fmt: skip
    says = "Columns: intraday margin level at the opening and after each transaction"
    title = f"Level, {path.value(1, 0) or 'the account'}"
    page.chart(
        _GLANCE_ROW - 1, 4, chart, title, says, columns=len(_WIDTHS) - 4, high=330,
        note="$ thousands",
    )  # fmt: skip


def _marks(page: Page, first: int, last: int) -> None:
    """The largest deficit in red, what follows in amber, each day's opening in grey."""
    width = len(_WIDTHS) - 1
    for criteria, mark in (
        (f'=AND($C{first + 1}="{LARGEST}",ISNUMBER($H{first + 1}),$H{first + 1}>0)', "act"),
        (f'=OR($C{first + 1}="{SATISFIED}",$C{first + 1}="freeze")', "watch"),
        (f'=$C{first + 1}="opening"', "shaded"),
    ):
        page.marked((first, 0, last, width), criteria, mark)
