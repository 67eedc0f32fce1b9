"""Both regimes side by side: totals, underlyings, and what portfolio margin frees."""

from __future__ import annotations

from typing import Final

from xlmargin.reports.table import TOTAL
from xlmargin.settings import Basis
from xlmargin.workbooks.draft import Draft
from xlmargin.workbooks.formulas_sheet import Placed
from xlmargin.workbooks.page import SPARE, Page

SHEET: Final = "Comparison"

_FIGURES: Final = (
    ("Strategy-based, initial", "REGT_INITIAL", "money"),
    ("Strategy-based, maintenance", "REGT_MAINTENANCE", "money"),
    ("Portfolio margin", "PM_REQUIREMENT", "money"),
    ("Efficiency gain", "MARGIN_EFFICIENCY", "percent"),
)
_FIGURES_COLUMNS: Final = (0, 4)
"""Columns of the labels; the figures stand two columns further."""
_FIGURES_ROW: Final = 4
_CHART_ROW: Final = 7
_TABLE_ROW: Final = 22
_KINDS: Final = ["words", *["money"] * 5, "percent", "money"]
_WIDTHS: Final = (150, 82, 82, 82, 84, 84, 64, 78, 84, 84, 84)
_COLUMN_OF: Final = {Basis.INITIAL: 1, Basis.MAINTENANCE: 2, Basis.DEPOSIT: 3}
"""Column of the strategy-based figure that the setting `basis` compares with."""
_PORTFOLIO = 4
_ABOVE_ALL: Final = (
    "A gain above 100% is no error: the portfolio requirement of that underlying is negative, for "
    "within its product group its gains offset losses of others."
)
_HEIGHT: Final = 245
_MOST_UNDERLYINGS: Final = 30


def write_comparison_page(draft: Draft) -> None:
    """The totals, a chart of the underlyings, and the table of both regimes."""
    page = draft.page(SHEET, "output")
    basis = draft.book.settings.basis
    page.title(
        "Comparison",
        f"Strategy-based margin against portfolio margin, on the basis {basis.value}.",
        _ABOVE_ALL,
    )
    page.columns(_WIDTHS, _KINDS)
    for i, (label, function, number) in enumerate(_FIGURES):
        row, column = _FIGURES_ROW + i % 2, _FIGURES_COLUMNS[i // 2]
        page.text(row, column, label, "label")
        page.text(row, column + 1, "", "label")
        call = draft.call(function)
        page.answer(row, column + 2, call, [number], heading=None, style="figure")
    page.section(_TABLE_ROW - 1, "By underlying", len(_WIDTHS))
    call = draft.call("MARGIN_COMPARE")
    rows = page.answer(_TABLE_ROW, 0, call, _KINDS, spare=SPARE)
    if draft.several:
        first = _TABLE_ROW + len(rows) + SPARE + 1
        _by_account(draft, page, draft.formulas.placed(call), first)
        bars = len(draft.book.positions.accounts)
    else:
        first, bars = _TABLE_ROW, min(len(rows) - 2, _MOST_UNDERLYINGS)
    if bars:
        _chart(draft, page, (first + 1, first + bars), _COLUMN_OF[basis])
    _marks(page, len(rows))
    page.sheet.freeze_panes(2, 1)
    page.prints(len(_WIDTHS), draft.stamp)
    page.protect()


def _by_account(draft: Draft, page: Page, compared: Placed, row: int) -> None:
    """The total of each account, found by its label: what the chart is drawn from."""
    page.section(row - 1, "By account", len(_WIDTHS))
    for column in range(compared.width):
        style = "heading" if column else "text_heading"
        page.shows(row, column, compared, (0, column), style, "words")
    for i, account in enumerate(draft.book.positions.accounts, start=1):
        label = f"{account}: {TOTAL}"
        at = next(j for j, cells in enumerate(compared.rows) if cells[0] == label)
        for column in range(compared.width):
            formula, kind = compared.formula(at, column), _KINDS[min(column, len(_KINDS) - 1)]
            page.formula(row + i, column, formula, compared.value(at, column), "body", kind)


def _chart(draft: Draft, page: Page, rows: tuple[int, int], figure: int) -> None:
    """A pair of columns for each row: strategy-based, and portfolio margin."""
    chart = draft.chart_of_pairs(SHEET, _TABLE_ROW, rows, (figure, _PORTFOLIO))
    chart.set_size({"width": page.width(0, len(_WIDTHS) - 1), "height": _HEIGHT})
    each = "account" if draft.several else "underlying"
    says = f"Pairs of columns: requirement of each {each} under both regimes"
    page.chart(
        _CHART_ROW,
        0,
        chart,
        f"Both regimes by {each}",
        says,
        columns=len(_WIDTHS),
        note="$ thousands",
    )


def _marks(page: Page, rows: int) -> None:
    """The total in bold."""
    first, last = _TABLE_ROW + 1, _TABLE_ROW + rows + SPARE - 1
    page.totals(first, last, len(_WIDTHS))
