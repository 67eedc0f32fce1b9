"""What is held, account by account: by underlying on one page, and line by line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from xlmargin.cells.values import AnswerValue
from xlmargin.workbooks.draft import WorkbookBuilder
from xlmargin.workbooks.figures import grouped
from xlmargin.workbooks.formulas_sheet import FormulaBlock
from xlmargin.workbooks.live_formulas import literal
from xlmargin.workbooks.page import Page
from xlmargin.workbooks.sentences import Figure
from xlmargin.workbooks.template import BY_PORTFOLIO, PageSpec
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


def write_holdings_page(draft: WorkbookBuilder) -> None:
    """By account and underlying, with a bar of the weight."""
    page = draft.page(SHEET, "output")
    widths = (*_UNDERLYINGS.widths, _BAR)
    page.columns(widths)
    placed, last = _lines(draft, page, _UNDERLYINGS, len(widths))
    page.title(
        SHEET,
        _message(placed),
        "Delta-adjusted exposure: units × delta × price of the underlying. Covered: shares held / "
        "shares under calls written. Offsets: gains of index groups against losses of others.",
    )
    first = _HEADINGS_ROW + 1
    of_lines = [row[6] if row[_ROW] == "underlying" else "" for row in placed.rows[1:]]
    kind = f'${xl_col_to_name(len(widths))}{{row}}="underlying"'
    most = max((v for v in of_lines if isinstance(v, float)), default=1.0)
    page.text(_HEADINGS_ROW, len(widths) - 1, "Weight", "after_heading")
    page.bars((first, last), len(widths) - 1, 4, of_lines, most, only=kind)
    cell = f"$J{first + 1}"
    page.marked((first, 9, last, 9), f"=AND(ISNUMBER({cell}),{cell}<0.9995)", "watch")
    _finish(draft, page, len(widths))


PAGE: Final = PageSpec(write_holdings_page, (SHEET,), calls=(BY_PORTFOLIO,), prints=(SHEET,))


def write_lines_page(draft: WorkbookBuilder) -> None:
    """Every position, in stocks, options written and options bought."""
    page = draft.page(LINES, "output")
    page.columns(_POSITIONS.widths)
    helper = len(_POSITIONS.widths)
    _outline(page, *_lines(draft, page, _POSITIONS, helper), helper)
    page.title(
        LINES,
        _message(draft.placed("PM_HOLDINGS", literal("underlying"))),
        "Market value: units × mark. Delta-adjusted exposure: units × delta × price of the "
        "underlying. Weights are shares of equity.",
    )
    _finish(draft, page, helper, hidden=2, locked=False)


LINES_PAGE: Final = PageSpec(write_lines_page, (LINES,), calls=(BY_PORTFOLIO,))
# An outline folds and opens on a sheet that is not protected only.


def _outline(page: Page, placed: FormulaBlock, last: int, helper: int) -> None:
    """An outline that folds lines into their subtotals, and says where it no longer fits.

    Its levels are those of rows, whatever stands in them later: a second hidden column keeps which
    rows had lines when the page was written.
    """
    was, first = helper + 1, _HEADINGS_ROW + 1
    for row in range(first, last + 1):
        if placed.value(row - _HEADINGS_ROW, _ROW) == _LINE:
            page.folds(row)
            page.sheet.write_string(row, was, _LINE, page.look("note", "text"))
    now, then = (xl_range_abs(first, column, last, column) for column in (helper, was))
    kind = f'=${xl_col_to_name(helper)}{first + 1}="{_LINE}"'
    page.marked((first, 0, last, 0), kind, "indented")
    moved = f'SUMPRODUCT(--(({now}="{_LINE}")<>({then}="{_LINE}")))>0'
    page.formula(_HEADINGS_ROW - 1, 0, f'IF({moved},"{_MOVED}","")', "", "refusal", "plain")


def _finish(
    draft: WorkbookBuilder, page: Page, helper: int, *, hidden: int = 1, locked: bool = True
) -> None:
    """So many hidden columns, from the one on that says what each row is."""
    page.finish(
        helper + hidden, draft.stamp, hidden=hidden, locked=locked, repeat=_HEADINGS_ROW,
        freeze=(_HEADINGS_ROW + 1, 1),
    )  # fmt: skip


def _lines(
    draft: WorkbookBuilder, page: Page, lines: _Lines, helper: int
) -> tuple[FormulaBlock, int]:
    """The answer, its rows marked by what they are, which a hidden column says; the last row."""
    call = draft.call("PM_HOLDINGS", literal(lines.level))
    kinds = ["text", "text", *lines.kinds]
    rows = page.answer(
        _HEADINGS_ROW, 0, call, kinds, spare=_SPARE, leaving_out=(0, _ROW, *lines.leaving_out),
        headings=lines.headings,
    )  # fmt: skip
    placed = draft.formulas.placed(call)
    first, last = _HEADINGS_ROW + 1, _HEADINGS_ROW + len(rows) - 1 + _SPARE
    for i in range(1, len(rows) + _SPARE):
        page.hides(_HEADINGS_ROW + i, helper, placed, (i, _ROW))
        page.height(_HEADINGS_ROW + i, LINE_HEIGHT)
    mark_lines(page, first, last, helper)
    return placed, last


def mark_lines(page: Page, first: int, last: int, helper: int) -> None:
    """Headings, subtotals and totals of lines, by the hidden column that says what each is."""
    name = xl_col_to_name(helper)
    for kind, mark in _MARKS.items():
        page.marked((first, 0, last, helper - 1), f'=${name}{first + 1}="{kind}"', mark)


def total_of(placed: FormulaBlock, column: int, kind: str = "dollars") -> Figure:
    """A figure of the total of all accounts, or of the only one."""
    totals = [row for row in placed.rows if str(row[_ROW]).endswith("total")]
    kinds = placed.cells_below_heading(_ROW, _MOST)
    at = f'IFERROR(MATCH("grand total",{kinds},0),MATCH("total",{kinds},0))'
    cell = f"INDEX({placed.cells_below_heading(column, _MOST)},{at})"
    return Figure(placed.unless_refused(cell), totals[-1][column], kind)


def _message(placed: FormulaBlock) -> tuple[str, AnswerValue]:
    """What the whole is worth, and how it moves."""
    stock, option = (total_of(placed, column) for column in _EQUITY)
    equity = grouped(stock + option).of_kind("millions")
    return placed.said(
        "Equity is ", equity, "; by delta the book moves like ",
        total_of(placed, _EXPOSURE, "millions"), " of stock, ",
        total_of(placed, _SHARE, "percent"), " of equity.",
    )  # fmt: skip
