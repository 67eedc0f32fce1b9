"""Single options: symbol, implied volatility, price and Greeks as live formulas on ranges."""

from __future__ import annotations

from typing import Final

from xlmargin.workbooks.draft import Draft
from xlmargin.workbooks.live_formulas import LEFT_OUT, Argument, Call, Rows, literal
from xlmargin.workbooks.look import STEEL
from xlmargin.workbooks.option_samples import OptionSample, option_samples
from xlmargin.workbooks.page import Page
from xlmargin.workbooks.xlsx_writer import xl_range, xl_rowcol_to_cell

_FIRST: Final = 5
_SYMBOL, _SPOT, _PRICE, _RATE, _YIELD, _STYLE = range(6)
_UNDERLYING, _EXPIRATION, _RIGHT, _STRIKE = range(6, 10)
_IMPLIED, _GREEKS = 10, 11
_HEADINGS: Final = (
    "symbol", "spot", "price", "rate", "dividend yield", "style",
    "underlying", "expiration", "right", "strike", "implied volatility",
    "price", "delta", "gamma", "theta (a day)", "vega (per 1.00)", "rho (per 1.00)",
    "OPT_PRICE at vol. + 10%",
)  # fmt: skip
_WIDTHS: Final = (23, 9.5, 9, 8, 9, 10.5, 11, 11.5, 7, 10.5, 9, 9, 9, 9, 9, 10.5, 10.5, 11)
_TEXTS: Final = ("symbol", "style", "underlying", "right")
_UP: Final = 0.10


def write_options_page(draft: Draft) -> None:
    """A row an option of the book: what is typed in blue, what is calculated in black."""
    page = draft.page("Options", STEEL)
    page.title(
        "Options",
        "Symbol, spot, price, rate, yield and style were copied from the book when this file was "
        "written; overtype them freely.",
    )
    samples = option_samples(draft.book)
    for column, (width, heading) in enumerate(zip(_WIDTHS, _HEADINGS, strict=True)):
        page.sheet.set_column(column, column, width, draft.look("column"))
        page.text(_FIRST - 1, column, heading, "text_heading" if heading in _TEXTS else "heading")
    page.sheet.set_row(_FIRST - 1, 30)
    page.section(_FIRST - 2, "Options of the book", len(_WIDTHS))
    read = [_write_sample(page, _FIRST + i, sample) for i, sample in enumerate(samples)]
    _write_answers(draft, page, samples, read)
    page.sheet.freeze_panes(_FIRST, 1)
    page.prints(len(_WIDTHS), draft.stamp)
    page.protect()


def _write_sample(page: Page, row: int, sample: OptionSample) -> list[str | float | bool]:
    """The inputs of one option and what its symbol says."""
    page.sheet.write_string(row, _SYMBOL, sample.symbol, page.look("input", "text"))
    page.sheet.write_number(row, _SPOT, sample.spot, page.look("input", "price"))
    page.sheet.write_number(row, _PRICE, sample.price, page.look("input", "price"))
    page.sheet.write_number(row, _RATE, sample.rate, page.look("input", "rate"))
    page.sheet.write_number(row, _YIELD, sample.dividend_yield, page.look("input", "rate"))
    page.sheet.write_string(row, _STYLE, sample.style, page.look("input", "text"))
    symbol = Argument(xl_rowcol_to_cell(row, _SYMBOL), sample.symbol)
    kinds = ["text", "date", "text", "price"]
    return page.answer(row, _UNDERLYING, Call("XLM_SYMBOL", (symbol,)), kinds, heading=None)[0]


def _write_answers(
    draft: Draft,
    page: Page,
    samples: tuple[OptionSample, ...],
    read: list[list[str | float | bool]],
) -> None:
    """Implied volatilities, Greeks at these, and prices at a volatility that is higher."""
    last = _FIRST + len(samples) - 1

    def cells(column: int, values: list[object]) -> Argument:
        return Argument(xl_range(_FIRST, column, last, column), [[value] for value in values])

    contract = (
        cells(_RIGHT, [row[2] for row in read]),
        cells(_SPOT, [s.spot for s in samples]),
        cells(_STRIKE, [row[3] for row in read]),
        cells(_EXPIRATION, [row[1] for row in read]),
        draft.as_of,
    )
    terms = (
        cells(_RATE, [s.rate for s in samples]),
        cells(_YIELD, [s.dividend_yield for s in samples]),
        cells(_STYLE, [s.style for s in samples]),
    )
    price = cells(_PRICE, [s.price for s in samples])
    implied = page.answer(
        _FIRST, _IMPLIED, Call("OPT_IV", (*contract, price, *terms)), ["rate"], heading=None
    )
    volatility = cells(_IMPLIED, [row[0] for row in implied])
    page.answer(
        _FIRST, _GREEKS,
        Call("OPT_GREEKS", (*contract, volatility, *terms, LEFT_OUT, literal(False))),
        ["price", "greek"], heading=None,
    )  # fmt: skip
    higher = Argument(f"{volatility.text}*{1 + _UP:g}", _times(implied, 1 + _UP))
    page.answer(
        _FIRST, len(_WIDTHS) - 1, Call("OPT_PRICE", (*contract, higher, *terms)), ["price"],
        heading=None,
    )  # fmt: skip


def _times(rows: Rows, factor: float) -> Rows:
    """Numbers times a factor, as the spreadsheet multiplies them; text stays an error."""
    return [
        [cell * factor if isinstance(cell, float) else "#VALUE!" for cell in row] for row in rows
    ]
