"""What is held, account by account: by underlying on one page, and line by line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from xlmargin.workbooks.draft import BY_PORTFOLIO, WorkbookBuilder, page_of
from xlmargin.workbooks.figures import Figure, grouped, is_number
from xlmargin.workbooks.formulas import FormulaBlock, literal
from xlmargin.workbooks.page import Page
from xlmargin.workbooks.xlsx_writer import xl_col_to_name, xl_range_abs

SHEET: Final = "Holdings"
LINES: Final = "Holdings by line"

_HEADINGS_ROW: Final = 4
_SPARE: Final = 8
_MOST: Final = 20_000
_ROW: Final = 1
"""Column of the answer that says what a row is."""
_LINE: Final = "position"
_MOVED: Final = "Lines have moved since this page was written: open its outline whole"
_EQUITY, _EXPOSURE, _SHARE = (4, 5), 8, 9
_MARKS: Final = {
    "inside": "aside", "account": "group", "subtotal": "sub", "offsets": "aside", "total": "total",
    "grand total": "grand",
}  # fmt: skip


@dataclass(frozen=True)
class _Lines:
    """A page of holdings: its columns as headings, kinds and widths; the first names the line."""

    level: str
    headings: tuple[str, ...]
    kinds: tuple[str, ...]
    widths: tuple[int, ...]
    leaving_out: tuple[int, ...] = ()


_UNDERLYINGS: Final = _Lines(
    "underlying",
    (
        "Underlying", "Price\n$", "Stock and\nfunds $", "Options, net\n$", "Weight, of\nequity",
        "Unrealized\ngain $", "Delta-adjusted\nexposure $", "Of equity", "Calls written\nshares",
        "Covered", "Requirement\n$",
    ),
    (
        "words", "price", "money", "money", "percent", "money", "money", "percent", "quantity",
        "share", "money",
    ),
    (104, 70, 92, 80, 66, 86, 92, 66, 84, 62, 84),
    tuple(range(13, 19)),
)  # fmt: skip
_POSITIONS: Final = _Lines(
    "position",
    (
        "Position", "Quantity", "Mark\n$", "Cost\n$", "Market value\n$", "Weight",
        "Unrealized\ngain $", "Delta-adjusted\nexposure $", "Delta", "Share of the\nrequirement $",
    ),
    (
        "words", "quantity", "price", "price", "money", "weight", "money", "money", "delta",
        "money",
    ),
    (206, 70, 74, 74, 96, 66, 90, 104, 66, 114),
)  # fmt: skip
_BAR: Final = 74
LINE_HEIGHT: Final = 13.5
"""Points of a line, so that the holdings of a usual book fit on one page."""


@page_of(SHEET, calls=(BY_PORTFOLIO,), prints=(SHEET,))
def holdings_page(draft: WorkbookBuilder) -> None:
    """By account and underlying, with a bar of the weight."""
    page = draft.page(SHEET, (*_UNDERLYINGS.widths, _BAR))
    placed, last = _lines(draft, page, _UNDERLYINGS)
    page.title(
        SHEET,
        _message(placed),
        "Delta-adjusted exposure: units × delta × price of the underlying. Covered: shares held / "
        "shares under calls written. Offsets: gains of index groups against losses of others.",
    )
    first = _HEADINGS_ROW + 1
    of_lines = [row[6] if row[_ROW] == "underlying" else "" for row in placed.rows[1:]]
    kind = f'${xl_col_to_name(page.columns)}{{row}}="underlying"'
    most, bars = max(filter(is_number, of_lines), default=1.0), page.columns - 1
    page.text(_HEADINGS_ROW, bars, "Weight", "after_heading")
    page.bars((first, last), bars, 4, most, values=of_lines, only=kind)
    cell = f"$J{first + 1}"
    page.marked((first, 9, last, 9), f"=AND(ISNUMBER({cell}),{cell}<0.9995)", "watch")
    page.finish(hidden=1, repeat=_HEADINGS_ROW, freeze=(_HEADINGS_ROW + 1, 1))


@page_of(LINES, calls=(BY_PORTFOLIO,))
def lines_page(draft: WorkbookBuilder) -> None:
    """Every position, in stocks, options written and options bought."""
    page = draft.page(LINES, _POSITIONS.widths)
    _outline(page, *_lines(draft, page, _POSITIONS))
    page.title(
        LINES,
        _message(draft.placed("PM_HOLDINGS", literal("underlying"))),
        "Market value: units × mark. Delta-adjusted exposure: units × delta × price of the "
        "underlying. Weights are shares of equity.",
    )
    # An outline folds and opens on a sheet that is not protected only.
    page.finish(hidden=2, locked=False, repeat=_HEADINGS_ROW, freeze=(_HEADINGS_ROW + 1, 1))


def _outline(page: Page, placed: FormulaBlock, last: int) -> None:
    """An outline that folds lines into their subtotals, and says where it no longer fits.

    Its levels are those of rows, whatever stands in them later: a second hidden column keeps which
    rows had lines when the page was written.
    """
    helper, was, first = page.columns, page.columns + 1, _HEADINGS_ROW + 1
    for row in range(first, last + 1):
        if placed.value(row - _HEADINGS_ROW, _ROW) == _LINE:
            page.folds(row)
            page.sheet.write_string(row, was, _LINE, page.look("note", "text"))
    now, then = (xl_range_abs(first, column, last, column) for column in (helper, was))
    kind = f'=${xl_col_to_name(helper)}{first + 1}="{_LINE}"'
    page.marked((first, 0, last, 0), kind, "indented")
    moved = f'SUMPRODUCT(--(({now}="{_LINE}")<>({then}="{_LINE}")))>0'
    page.figure(_HEADINGS_ROW - 1, 0, Figure(f'IF({moved},"{_MOVED}","")', ""), "refusal")


def _lines(draft: WorkbookBuilder, page: Page, lines: _Lines) -> tuple[FormulaBlock, int]:
    """The answer, its rows marked by what they are, which a hidden column says; the last row."""
    call = draft.call("PM_HOLDINGS", literal(lines.level))
    shown = page.answer(
        _HEADINGS_ROW, 0, call, ["text", "text", *lines.kinds], spare=_SPARE,
        leaving_out=(0, _ROW, *lines.leaving_out), headings=lines.headings,
    )  # fmt: skip
    placed = draft.formulas.placed(call)
    for row in range(shown.first, shown.last + 1):
        page.height(row, LINE_HEIGHT)
    hide_kinds(page, shown.first, shown.last, placed)
    mark_lines(page, shown.first, shown.last)
    return placed, shown.last


def hide_kinds(page: Page, first: int, last: int, placed: FormulaBlock) -> None:
    """What each row of an answer is, in a hidden column behind the page's own."""
    for row in range(first, last + 1):
        page.hides(row, page.columns, placed, (row - first + 1, _ROW))


def mark_lines(page: Page, first: int, last: int) -> None:
    """Headings, subtotals and totals of lines, by the hidden column that says what each is."""
    name = xl_col_to_name(page.columns)
    for kind, mark in _MARKS.items():
        page.marked((first, 0, last, page.columns - 1), f'=${name}{first + 1}="{kind}"', mark)


def total_of(placed: FormulaBlock, column: int, kind: str = "dollars") -> Figure:
    """A figure of the total of all accounts, or of the only one."""
    totals = [row for row in placed.rows if str(row[_ROW]).endswith("total")]
    kinds = placed.cells_below_heading(_ROW, _MOST)
    at = f'IFERROR(MATCH("grand total",{kinds},0),MATCH("total",{kinds},0))'
    cell = f"INDEX({placed.cells_below_heading(column, _MOST)},{at})"
    return placed.or_refusal(Figure(cell, totals[-1][column], kind))


def _message(placed: FormulaBlock) -> Figure:
    """What the whole is worth, and how it moves."""
    stock, option = (total_of(placed, column) for column in _EQUITY)
    equity = grouped(stock + option).of_kind("millions")
    return placed.said(
        "Equity is ", equity, "; by delta the book moves like ",
        total_of(placed, _EXPOSURE, "millions"), " of stock, ",
        total_of(placed, _SHARE, "percent"), " of equity.",
    )  # fmt: skip
