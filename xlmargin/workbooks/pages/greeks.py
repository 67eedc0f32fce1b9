"""How the book moves with prices, volatility and time, and the dates ahead that change it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from xlmargin.workbooks.draft import WorkbookBuilder
from xlmargin.workbooks.formulas_sheet import FormulaBlock
from xlmargin.workbooks.growth import MOST
from xlmargin.workbooks.live_formulas import literal
from xlmargin.workbooks.page import Page
from xlmargin.workbooks.pages.holdings import LINE_HEIGHT, mark_lines, total_of
from xlmargin.workbooks.ranking import Filtered
from xlmargin.workbooks.sentences import sentence
from xlmargin.workbooks.template import BY_PORTFOLIO, PageSpec
from xlmargin.workbooks.xlsx_writer import xl_col_to_name, xl_rowcol_to_cell

SHEET: Final = "Greeks and dates"

_HEADINGS_ROW: Final = 5
_WIDTHS: Final = (124, 72, 92, 68, 70, 82, 72, 72, 86, 92, 130)
_HEADINGS: Final = (
    "Underlying", "Price\n$", "Dollar delta\n$", "Of equity", "Delta\nshares", "Gamma, $\nper 1%",
    "Vega, $\na point", "Theta, $\na day", "Worst loss\n$", "Worst move",
)  # fmt: skip
_KINDS: Final = (
    "words", "price", "money", "percent", "quantity", "money", "money", "money", "money", "move",
)  # fmt: skip
_ORDER: Final = (2, 3, 8, 9, 13, 14, 15, 16, 17, 18)
"""Columns of PM_HOLDINGS in the order of the page."""
_EXPOSURE, _VEGA, _THETA = 8, 15, 16
_SPARE: Final = 2
_HELPER: Final = len(_WIDTHS)
_STATE: Final = 9
_KIND: Final = 2
"""Column of MARGIN_CALENDAR that says what falls on a day."""


@dataclass(frozen=True)
class _Dates:
    """A table of the dates of one kind: headings, kinds and columns of MARGIN_CALENDAR."""

    kind: str
    title: str
    note: str
    headings: tuple[str, ...]
    kinds: tuple[str, ...]
    columns: tuple[int, ...]
    rows: int


_EXPIRATIONS: Final = _Dates(
    "expiration",
    "Expirations",
    "written options in the money: what assignment would move, at today’s prices",
    (
        "Date", "Days", "Lines", "Calls\nwritten", "Puts\nwritten", "Calls\nbought",
        "Puts\nbought", "In the\nmoney", "Shares\ncalled away", "Proceeds\n$",
        "If all stock\nputs are put $",
    ),
    ("day", *["quantity"] * 8, "money", "money"),
    (0, 1, 6, 7, 8, 9, 10, 14, 15, 16, 17),
    8,
)  # fmt: skip
_DIVIDENDS: Final = _Dates(
    "ex-dividend",
    "Ex-dividend dates",
    "at risk: shares of written calls in the money whose time value is below the dividend",
    (
        "Underlying", "Days", "Ex-date", "Calls\nwritten", "Shares", "Per share\n$", "Cash\n$",
        "In the\nmoney", "Shares\nat risk",
    ),
    ("text", "quantity", "date", "quantity", "quantity", "price", "money", "quantity", "quantity"),
    (5, 1, 0, 7, 12, 18, 13, 14, 15),
    6,
)  # fmt: skip


def write_greeks_page(draft: WorkbookBuilder) -> None:
    """Greeks by account and underlying, expirations, dividends."""
    page = draft.page(SHEET, "output")
    page.columns(_WIDTHS)
    held = draft.placed("PM_HOLDINGS", literal("underlying"))
    delta = total_of(held, _EXPOSURE, "millions")
    page.title(
        SHEET,
        sentence(
            "By delta the book moves like ", delta, " of stock; a point of volatility brings ",
            total_of(held, _VEGA), ", a day ", total_of(held, _THETA), ".",
        ),
        "Dollar delta: gain for +100%. Gamma: change of dollar delta for +1%. Vega: one point of "
        "volatility. Theta: one calendar day. Worst loss: over the rule’s points.",
    )  # fmt: skip
    page.section(_HEADINGS_ROW - 1, "Greeks by account and underlying", len(_WIDTHS), "$")
    last = _greeks(page, held)
    row = last + 2
    page.breaks_before(row)
    call = draft.call("MARGIN_CALENDAR")
    if not draft.answers.refusal(call):
        calendar = draft.formulas.placed(call, ["date", "plain"], "plain")
        row = _dates(page, calendar, _EXPIRATIONS, row)
        first = row + 3
        row = _dates(page, calendar, _DIVIDENDS, row + 1)
        _risk_of_exercise(page, calendar, first)
    page.finish(_HELPER + 1, draft.stamp, hidden=1, last_row=row - 1, freeze=(3, 1))


PAGE: Final = PageSpec(write_greeks_page, (SHEET,), calls=(BY_PORTFOLIO,), prints=(SHEET,))


def _greeks(page: Page, held: FormulaBlock) -> int:
    """The rows of the holdings, each with a bar of its dollar delta; answers the last row."""
    page.headings(_HEADINGS_ROW, (*_HEADINGS, "Dollar delta"), (*_KINDS, "text"))
    page.text(_HEADINGS_ROW, len(_WIDTHS) - 1, "Dollar delta", "after_heading")
    shown = len(held.rows[:MOST]) + _SPARE
    if len(held.rows) > shown:
        page.grows(held, (_HEADINGS_ROW, 0, len(_WIDTHS) - 1), shown, _HEADINGS_ROW - 1)
    rows = range(1, shown)
    for i in rows:
        for column, (of, kind) in enumerate(zip(_ORDER, _KINDS, strict=True)):
            style = "body" if i < len(held.rows) else "column"
            page.shows(_HEADINGS_ROW + i, column, held, (i, of), style, kind)
        page.hides(_HEADINGS_ROW + i, _HELPER, held, (i, 1))
        page.height(_HEADINGS_ROW + i, LINE_HEIGHT)
    first, last = _HEADINGS_ROW + 1, _HEADINGS_ROW + rows[-1]
    own = [row[_EXPOSURE] if row[1] == "underlying" else "" for row in held.rows[1:]]
    most = max((abs(v) for v in own if isinstance(v, float)), default=1.0)
    only = f'${xl_col_to_name(_HELPER)}{{row}}="underlying"'
    page.bars((first, last), len(_WIDTHS) - 1, 2, own, most, -most, only=only)
    mark_lines(page, first, last, _HELPER)
    return last


def _dates(page: Page, calendar: FormulaBlock, dates: _Dates, row: int) -> int:
    """The dates of one kind; answers the row below them."""
    page.section(row, dates.title, len(_WIDTHS), dates.note)
    page.blank(row + 1, 0, len(_WIDTHS) - 1, "heading")
    page.headings(row + 1, dates.headings, dates.kinds)
    top = row + 2
    found = Filtered(calendar, _KIND, dates.kind, top, _HELPER)
    for k in range(dates.rows):
        page.blank(top + k, 0, len(_WIDTHS) - 1, "body")
        found.finds(page, k)
        for column, (of, kind) in enumerate(zip(dates.columns, dates.kinds, strict=True)):
            page.figure(top + k, column, found.of(k, of), "body", kind)
    return top + dates.rows


def _risk_of_exercise(page: Page, calendar: FormulaBlock, first: int) -> None:
    """Whether calls may be exercised for a dividend."""
    page.text(first - 1, _STATE, "State", "after_heading")
    found = [row for row in calendar.rows[1:] if row[_KIND] == _DIVIDENDS.kind]
    for k in range(_DIVIDENDS.rows):
        row = first + k
        there, risk = (xl_rowcol_to_cell(row, column) for column in (0, 8))
        formula = f'IF({there}="","",IF({risk}>0,"▲ Watch","● OK"))'
        shares = found[k][15] if k < len(found) else ""
        at_risk = isinstance(shares, float) and shares > 0
        value = "" if k >= len(found) else "▲ Watch" if at_risk else "● OK"
        page.formula(row, _STATE, formula, value, "state", "plain")
    page.states((first, _STATE, first + _DIVIDENDS.rows - 1, _STATE))
