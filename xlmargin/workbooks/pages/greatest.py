"""How many shares of each underlying an account may still buy or sell, for an order system."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from xlmargin.cells.values import AnswerValue
from xlmargin.workbooks import figures as xl
from xlmargin.workbooks.blocks import write_range
from xlmargin.workbooks.draft import ACCOUNT_OF_BOTH, WorkbookBuilder, page_of
from xlmargin.workbooks.figures import NONE, Cells, Figure, sentence
from xlmargin.workbooks.formulas import Call, FormulaArgument, FormulaBlock
from xlmargin.workbooks.page import Page
from xlmargin.workbooks.pages.orders import TRADES, choice_of_account
from xlmargin.workbooks.pages.position_rows import MARKET, price_of
from xlmargin.workbooks.xlsx_writer import absolute, xl_rowcol_to_cell

SHEET: Final = "Greatest quantity"
_WIDTHS: Final = (96, 74, *(92, 106, 92, 105) * 2)
_ACCOUNT_ROW: Final = 5
_HEADINGS_ROW: Final = 8
_FIRST: Final = _HEADINGS_ROW + 1
_SPARE: Final = 6
"""Underlyings that the market may grow by."""
_SIDES: Final = ("buy", "sell")
_KINDS: Final = ("quantity", "money", "quantity", "text") * len(_SIDES)
_RANGE: Final = ("symbol", "type", "side", "account")
_SHARES, _MONEY, _BY_STRATEGY, _BINDS_FIRST = range(4)
"""Columns of a side."""
_GREATEST, _STRATEGY, _BINDS = 4, 6, 7
"""Columns of MARGIN_CAPACITY: the greatest quantity, that by strategy, what binds first."""
_LEFT_OUT: Final = (
    "None by strategy: set Capacity regimes to both on the page Settings to have it; "
    "each change then takes seconds longer."
)


@page_of(SHEET, calls=ACCOUNT_OF_BOTH, needs=(TRADES,), prints=(SHEET,))
def greatest_page(draft: WorkbookBuilder) -> None:
    """A row an underlying: the greatest quantity to buy and to sell, its value, what binds."""
    page = draft.page(SHEET, _WIDTHS, ["text", "price", *_KINDS])
    page.section(_ACCOUNT_ROW - 1, "Orders of", 2)
    account = choice_of_account(page, _ACCOUNT_ROW, 1, draft.book.positions.accounts)
    market = draft.tables.market
    count = len(market.rows) - 1 + _SPARE
    page.section(_FIRST + count + 1, "What the functions are asked", len(_WIDTHS), "not printed")
    ranges = [_range(draft, page, count, k, account) for k in range(len(_SIDES))]
    positions, *others = draft.tables.arguments
    kinds = ["text", "text", *["quantity"] * 5]
    found = [
        draft.formulas.placed(
            Call("MARGIN_CAPACITY", (positions, orders, *others)), kinds, "plain"
        )
        for orders in ranges
    ]  # fmt: skip
    note = "most that is accepted of each alone, all other things equal"
    page.section(_HEADINGS_ROW - 1, "Shares that still fit", len(_WIDTHS), note)
    page.headings(
        _HEADINGS_ROW,
        ("Underlying", "Price\n$", "Buy\nshares", "Buy\n$", "By strategy\nshares", "Binds first",
         "Sell\nshares", "Sell\n$", "By strategy\nshares", "Binds first"),
        ("text", "price", *_KINDS),
    )  # fmt: skip
    for side in range(len(_SIDES)):
        page.text(_HEADINGS_ROW, _column(side, _BINDS_FIRST), "Binds first", "after_heading")
    rows = len(found[0].rows) - 1
    shown = [_row(draft, page, k, found) for k in range(rows + _SPARE)]
    last = _FIRST + rows + _SPARE - 1
    page.marked((_FIRST, 0, last, len(_WIDTHS) - 1), f'=$A{_FIRST + 1}<>""', "used")
    page.title(
        SHEET, _message(shown),
        "Each by itself, under the regime of the account, with no limit of one’s own; indexes are "
        "not traded. A million shares at most are looked at.",
    )  # fmt: skip
    columns = [_column(side, _BY_STRATEGY) for side in range(len(_SIDES))]
    found_any = "+".join(f"COUNT({absolute(_FIRST, c)}:{absolute(last, c)})" for c in columns)
    known = any(isinstance(row[_STRATEGY], float) for placed in found for row in placed.rows)
    remark = "" if known else _LEFT_OUT
    page.figure(_ACCOUNT_ROW + 1, 0, Figure(f'IF({found_any}=0,"{_LEFT_OUT}","")', remark), "note")
    page.finish(repeat=_HEADINGS_ROW, last_row=last, freeze=(_FIRST, 1))


def _column(side: int, of: int) -> int:
    """A column of a side."""
    return 2 + len(_KINDS) // len(_SIDES) * side + of


def _symbol(draft: WorkbookBuilder, k: int) -> Figure:
    """The symbol of a row of the market that stands for shares, blank for an index."""
    market = draft.tables.market
    row = market.rows[k + 1] if k + 1 < len(market.rows) else None

    def cell(name: str) -> Figure:
        column = market.columns.index(name)
        value = None if row is None else row[column]
        return Figure(
            f"INDEX({MARKET},{k + 2},{column + 1})", value if isinstance(value, float | str) else ""
        )

    symbol = cell("symbol")
    tests = [symbol.equals(""), xl.NOT(xl.ISNUMBER(cell("price")))]
    if "class" in market.columns:
        tests.append(xl.ISNUMBER(xl.SEARCH("index", cell("class"))))
    known = xl.IF(xl.OR(*tests), "", symbol)
    return Figure(f'IF({k + 2}>ROWS({MARKET}),"",{known.formula})', known.value, "text")


def _range(
    draft: WorkbookBuilder, page: Page, count: int, side: int, account: Figure
) -> FormulaArgument:
    """An order of every underlying, without a quantity, below what is printed."""
    left, first = side * len(_RANGE), _FIRST + count + 3
    stated, rows = xl.IF(account.equals(""), "", account), []
    for k in range(count):
        symbol = _symbol(draft, k)
        here = xl.at(xl_rowcol_to_cell(first + k, left, col_abs=True), symbol)
        others = ("stock", _SIDES[side], stated)
        rows.append([symbol, *(xl.IF(here.equals(""), "", each) for each in others)])
    return write_range(page, first - 1, left, _RANGE, rows, ["text"] * len(_RANGE))


def _row(
    draft: WorkbookBuilder, page: Page, k: int, found: Sequence[FormulaBlock]
) -> tuple[AnswerValue, AnswerValue]:
    """An underlying with what fits of it; answers its symbol and what can be bought of it, $."""
    row, name = _FIRST + k, found[0].figure(k + 1, 0, "text")
    symbol = xl.at(absolute(row, 0), name)
    price = xl.IF(symbol.equals(""), "", price_of(draft.tables, symbol))
    page.figure(row, 0, name, "column", "text")
    page.figure(row, 1, price, "column", "price")
    bought: AnswerValue = ""
    for side, placed in enumerate(found):
        column = _column(side, _SHARES)
        shares, other, binds = (placed.figure(k + 1, j) for j in (_GREATEST, _STRATEGY, _BINDS))
        page.figure(row, column, shares, "column", "quantity")
        amount = xl.IFERROR(
            xl.at(absolute(row, column), shares) * xl.at(absolute(row, 1), price), NONE
        )
        for beside, figure, kind in (
            (_MONEY, amount, "money"), (_BY_STRATEGY, xl.number_or_none(other), "quantity"),
        ):  # fmt: skip
            shown = xl.IF(symbol.equals(""), "", figure)
            page.figure(row, column + beside, shown, "column", kind)
            bought = shown.value if (side, beside) == (0, _MONEY) else bought
        page.figure(row, column + _BINDS_FIRST, xl.in_words(binds), "verdict_below")
    return name.value, bought


def _message(rows: Sequence[tuple[AnswerValue, AnswerValue]]) -> Figure:
    """Of which underlying least can be bought, in dollars."""
    last = _FIRST + len(rows) - 1
    names, money = (
        Cells(f"{absolute(_FIRST, column)}:{absolute(last, column)}", values)
        for column, values in zip((0, 3), zip(*rows, strict=True), strict=True)
    )
    return sentence(
        xl.COUNT(money).of_kind("count"), " underlyings can be traded; least of ",
        xl.IFERROR(xl.at_extreme(names, money, xl.MIN), NONE).of_kind("text"),
        ": ", xl.MIN(money).of_kind("millions"), " to buy.",
    )  # fmt: skip
