"""Trading within a day: the level after each transaction, and what a deficit asks for."""

from __future__ import annotations

from itertools import takewhile
from typing import Final

from xlmargin.workbooks.draft import Series, WorkbookBuilder
from xlmargin.workbooks.figures import COUNT, COUNTIF, IF, MAX, MIN, Function
from xlmargin.workbooks.formulas_sheet import FormulaBlock
from xlmargin.workbooks.live_formulas import Call
from xlmargin.workbooks.look import LOSS, PM
from xlmargin.workbooks.page import SPARE, Page
from xlmargin.workbooks.sentences import Cells, Figure
from xlmargin.workbooks.template import BY_PORTFOLIO, BY_STRATEGY, PageSpec

SHEET: Final = "Intraday"
ACTIVITY: Final = "Activity"
KIND, DEFICIT, UNTIL = 2, 7, 8
LARGEST: Final = "largest deficit"
SATISFIED: Final = "satisfied by"
NONE: Final = "none"

_LEVEL: Final = 5
_KINDS: Final = [
    "text", "time", "words", "words", "money", "money", "words", "money", "date", "words",
]  # fmt: skip
_WIDTHS: Final = (76, 112, 84, 236, 80, 84, 56, 66, 76, 90)
_GLANCE_ROW: Final = 5
_TABLE_ROW: Final = 23
_MOST_ROWS: Final = 5_000
_TRANSACTIONS: Final = ("opening", "transaction")


def intraday_call(draft: WorkbookBuilder) -> Call:
    """The activity on its sheet, from the positions at the opening."""
    activity = draft.tables.more[ACTIVITY].argument
    return Call("MARGIN_INTRADAY", (activity, *draft.tables.arguments))


def write_intraday_page(draft: WorkbookBuilder) -> None:
    """The activity as inputs; the deficit, the levels as a chart, and the whole path."""
    page = draft.page(SHEET, "output")
    page.title(
        SHEET,
        "The intraday margin level, equity less requirement, after each transaction.",
        "FINRA 4210(d)(2), (g)(1)(K), by the account type. Transactions of one time, or of none, "
        "are judged by their worst order.",
    )
    page.columns(_WIDTHS, _KINDS)
    path = draft.formulas.placed(intraday_call(draft), _KINDS, "plain")
    _glance(page, path)
    steps = _steps(path)
    table = _TABLE_ROW if steps > 1 else _GLANCE_ROW + 5
    page.section(table - 1, "Path", len(_WIDTHS))
    rows = page.answer(table, 0, path.call, _KINDS, style="lines", spare=SPARE)
    page.fit(table + 1, rows[1:], _WIDTHS)
    if steps > 1:
        _chart(draft, page, path, steps)
    _marks(page, table + 1, table + len(rows) + SPARE - 1)
    page.finish(len(_WIDTHS), draft.stamp, freeze=(3, 0))


PAGE: Final = PageSpec(
    write_intraday_page,
    (SHEET,),
    calls=("MARGIN_ACCOUNT", BY_STRATEGY, BY_PORTFOLIO),
    needs=(ACTIVITY,),
)


def _glance(page: Page, path: FormulaBlock) -> None:
    """The largest deficit, until when it is to be satisfied, and the lowest level."""
    page.section(_GLANCE_ROW - 1, "At a glance", 4)
    kinds, deficits, days, levels = (
        path.column_of(column, _MOST_ROWS) for column in (KIND, DEFICIT, UNTIL, _LEVEL)
    )
    until = f'INDEX({days.formula},MATCH("{SATISFIED}",{kinds.formula},0))'
    day = dict(zip(reversed(kinds.value), reversed(days.value), strict=True)).get(SATISFIED, NONE)
    is_none = COUNTIF(kinds, SATISFIED).equals(0.0)
    figures = (
        ("Largest deficit", _extreme(deficits, MAX), "money"),
        ("To be satisfied by", IF(is_none, NONE, Figure(until, day)), "date"),
        ("Lowest level", _extreme(levels, MIN), "money"),
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
    return IF(COUNT(cells).equals(0.0), NONE, of(cells))


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
