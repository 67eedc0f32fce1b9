"""How the book moves with prices, volatility and time, and the dates ahead that change it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from xlmargin.workbooks import figures as xl
from xlmargin.workbooks.draft import BY_PORTFOLIO, WorkbookBuilder, page_of
from xlmargin.workbooks.figures import Figure, at, is_number, sentence
from xlmargin.workbooks.formulas import MOST, FormulaBlock, literal
from xlmargin.workbooks.page import Page
from xlmargin.workbooks.pages.holdings import LINE_HEIGHT, hide_kinds, mark_lines, total_of
from xlmargin.workbooks.ranking import Filtered
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


@page_of(SHEET, calls=(BY_PORTFOLIO,), prints=(SHEET,))
def greeks_page(draft: WorkbookBuilder) -> None:
    """Greeks by account and underlying, expirations, dividends."""
    page = draft.page(SHEET, _WIDTHS)
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
    page.section(_HEADINGS_ROW - 1, "Greeks by account and underlying", page.columns, "$")
    row = _greeks(page, held) + 2
    page.breaks_before(row)
    if (calendar := draft.calendar) is not None:
        row, _ = _dates(page, calendar, _EXPIRATIONS, row)
        first = row + 3
        row, at_risk = _dates(page, calendar, _DIVIDENDS, row + 1)
        _risk_of_exercise(page, first, at_risk)
    page.finish(hidden=1, last_row=row - 1, freeze=(3, 1))


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
        page.height(_HEADINGS_ROW + i, LINE_HEIGHT)
    first, last = _HEADINGS_ROW + 1, _HEADINGS_ROW + rows[-1]
    hide_kinds(page, first, last, held)
    own = [row[_EXPOSURE] if row[1] == "underlying" else "" for row in held.rows[1:]]
    most = max(map(abs, filter(is_number, own)), default=1.0)
    only = f'${xl_col_to_name(_HELPER)}{{row}}="underlying"'
    page.bars((first, last), len(_WIDTHS) - 1, 2, most, -most, values=own, only=only)
    mark_lines(page, first, last)
    return last


def _dates(
    page: Page, calendar: FormulaBlock, dates: _Dates, row: int
) -> tuple[int, list[list[Figure]]]:
    """The dates of one kind; answers the row below them, and their cells."""
    page.section(row, dates.title, len(_WIDTHS), dates.note)
    page.blank(row + 1, 0, len(_WIDTHS) - 1, "heading")
    page.headings(row + 1, dates.headings, dates.kinds)
    top = row + 2
    found = Filtered(calendar, _KIND, dates.kind, top, _HELPER)
    cells = []
    for k in range(dates.rows):
        page.blank(top + k, 0, page.columns - 1, "body")
        found.finds(page, k)
        figures = [found.of(k, of) for of in dates.columns]
        page.row(top + k, 0, figures, ["body"], dates.kinds)
        cells.append([at(xl_rowcol_to_cell(top + k, j), each) for j, each in enumerate(figures)])
    return top + dates.rows, cells


def _risk_of_exercise(page: Page, first: int, dividends: Sequence[Sequence[Figure]]) -> None:
    """Whether calls may be exercised for a dividend."""
    page.text(first - 1, _STATE, "State", "after_heading")
    for row, (there, *_, risk) in enumerate(dividends, start=first):
        state = xl.IF(there.equals(""), "", xl.IF(risk > 0, "▲ Watch", "● OK"))
        page.figure(row, _STATE, state, "state")
    page.states((first, _STATE, first + len(dividends) - 1, _STATE))
