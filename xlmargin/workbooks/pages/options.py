"""Single options: symbol, implied volatility, price and Greeks as live formulas on ranges."""

from __future__ import annotations

import math
from typing import Final

from xlmargin.cells.values import AnswerValue
from xlmargin.workbooks.answer_table import AnswerRows
from xlmargin.workbooks.draft import WorkbookBuilder
from xlmargin.workbooks.live_formulas import LEFT_OUT, Call, FormulaArgument, literal
from xlmargin.workbooks.page import Page
from xlmargin.workbooks.pages.option_samples import OptionSample, option_samples
from xlmargin.workbooks.sentences import as_written
from xlmargin.workbooks.template import PageSpec
from xlmargin.workbooks.xlsx_writer import xl_range, xl_rowcol_to_cell

SHEET: Final = "Options"

_FIRST: Final = 5
"""Row of the first option; its headings stand above."""
_SYMBOL, _SPOT, _PRICE, _RATE, _YIELD, _STYLE = range(6)
_UNDERLYING, _EXPIRATION, _RIGHT, _STRIKE = range(6, 10)
_IMPLIED, _GREEKS, _HIGHER = 1, 2, 8
_CONTRACTS: Final = (
    "symbol", "spot", "price", "rate", "dividend yield", "style",
    "underlying", "expiration", "right", "strike",
)  # fmt: skip
_VALUES: Final = (
    "symbol", "implied volatility", "price", "delta", "gamma", "theta (a day)",
    "vega (per 1.00)", "rho (per 1.00)", "price at vol. + 10%",
)  # fmt: skip
_PARITY: Final = (
    "call price", "put price", "spot", "strike", "expiration", "rate", "forward", "dividend yield",
)  # fmt: skip
_PAIR: Final = (24.5, 20.8, 500.0, 500.0, 0.04)
_PAIR_KINDS: Final = ("price", "price", "price", "price", "date", "rate")
"""A textbook's call and put of one strike: prices, spot, strike and rate; and days to run."""
_DAYS: Final = 91
_WIDTHS: Final = (180, 84, 84, 84, 84, 90, 90, 90, 87, 87)
_TEXTS: Final = ("symbol", "style", "underlying", "right")
_UP: Final = 0.10


def write_options_page(draft: WorkbookBuilder) -> None:
    """Options of the book: what is typed in blue and its symbol says, then values and Greeks."""
    page = draft.page(SHEET, "reference")
    page.title(
        SHEET,
        "Symbols, implied volatilities, prices and Greeks of single options.",
        "What is blue was copied from the book when this file was written; overtype it freely.",
    )
    page.columns(_WIDTHS)
    samples = option_samples(draft.book)
    _headings(page, _FIRST - 1, "Options of the book", _CONTRACTS)
    read = [_write_sample(page, _FIRST + i, sample) for i, sample in enumerate(samples)]
    values_row = _FIRST + len(samples) + 3
    _headings(page, values_row - 1, "Values and Greeks", _VALUES)
    for i, sample in enumerate(samples):
        symbol = xl_rowcol_to_cell(_FIRST + i, _SYMBOL)
        page.formula(values_row + i, _SYMBOL, symbol, sample.symbol, "body", "text")
    _write_values(draft, page, values_row, samples, read)
    _write_parity(draft, page, values_row + len(samples) + 3)
    page.finish(len(_WIDTHS), draft.stamp, freeze=(2, 1))


PAGE: Final = PageSpec(write_options_page, (SHEET,))


def _headings(page: Page, row: int, title: str, headings: tuple[str, ...]) -> None:
    """Headings of a table below its title."""
    page.section(row - 1, title, len(headings))
    page.height(row, 30)
    for column, heading in enumerate(headings):
        style = "text_heading" if heading in _TEXTS else "heading"
        page.text(row, column, as_written(heading), style)


def _write_sample(page: Page, row: int, sample: OptionSample) -> list[AnswerValue]:
    """The inputs of one option and what its symbol says."""
    page.typed(row, _SYMBOL, sample.symbol)
    page.typed(row, _SPOT, sample.spot, "price")
    page.typed(row, _PRICE, sample.price, "price")
    page.typed(row, _RATE, sample.rate, "rate")
    page.typed(row, _YIELD, sample.dividend_yield, "rate")
    page.typed(row, _STYLE, sample.style)
    symbol = FormulaArgument(f"{SHEET}!{xl_rowcol_to_cell(row, _SYMBOL)}", sample.symbol)
    kinds = ["text", "date", "text", "price"]
    return page.answer(row, _UNDERLYING, Call("XLM_SYMBOL", (symbol,)), kinds, heading=None)[0]


def _write_values(
    draft: WorkbookBuilder,
    page: Page,
    row: int,
    samples: tuple[OptionSample, ...],
    read: AnswerRows,
) -> None:
    """Implied volatilities, Greeks at these, and prices at a volatility that is higher."""

    def cells(first: int, column: int, values: list[object]) -> FormulaArgument:
        range_ = xl_range(first, column, first + len(samples) - 1, column)
        return FormulaArgument(f"{SHEET}!{range_}", [[value] for value in values])

    contract = (
        cells(_FIRST, _RIGHT, [row[2] for row in read]),
        cells(_FIRST, _SPOT, [s.spot for s in samples]),
        cells(_FIRST, _STRIKE, [row[3] for row in read]),
        cells(_FIRST, _EXPIRATION, [row[1] for row in read]),
        draft.as_of,
    )
    terms = (
        cells(_FIRST, _RATE, [s.rate for s in samples]),
        cells(_FIRST, _YIELD, [s.dividend_yield for s in samples]),
        cells(_FIRST, _STYLE, [s.style for s in samples]),
    )
    price = cells(_FIRST, _PRICE, [s.price for s in samples])
    implied = page.answer(
        row, _IMPLIED, Call("OPT_IV", (*contract, price, *terms)), ["rate"], heading=None
    )
    volatility = cells(row, _IMPLIED, [cells[0] for cells in implied])
    page.answer(
        row, _GREEKS,
        Call("OPT_GREEKS", (*contract, volatility, *terms, LEFT_OUT, literal(False))),
        ["price", "greek"], heading=None,
    )  # fmt: skip
    higher = FormulaArgument(f"{volatility.text}*{1 + _UP:g}", _times(implied, 1 + _UP))
    call = Call("OPT_PRICE", (*contract, higher, *terms))
    page.answer(row, _HIGHER, call, ["price"], heading=None)


def _write_parity(draft: WorkbookBuilder, page: Page, row: int) -> None:
    """A call and a put of one strike as inputs, and the carry that they tell."""
    _headings(page, row - 1, "Forward and dividend yield by parity", _PARITY)
    expires = math.floor(draft.book.market.as_of) + _DAYS
    inputs = (*_PAIR[:-1], expires, _PAIR[-1])
    for column, (value, kind) in enumerate(zip(inputs, _PAIR_KINDS, strict=True)):
        page.typed(row, column, value, kind)
    call, put, spot, strike, expiration, rate = (
        FormulaArgument(f"{SHEET}!{xl_rowcol_to_cell(row, column)}", value)
        for column, value in enumerate(inputs)
    )
    terms = (strike, expiration, draft.as_of, rate)
    forward, yield_ = Call("OPT_FORWARD", (call, put, *terms)), (call, put, spot, *terms)
    page.answer(row, len(inputs), forward, ["price"], heading=None)
    page.answer(row, len(inputs) + 1, Call("OPT_YIELD", yield_), ["rate"], heading=None)


def _times(rows: AnswerRows, factor: float) -> AnswerRows:
    """Numbers times a factor, as the spreadsheet multiplies them; text stays an error."""
    return [
        [cell * factor if isinstance(cell, float) else "#VALUE!" for cell in row] for row in rows
    ]
