"""Options to show the option functions on: a few of the book's own."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import numpy as np

from xlmargin.book import Book
from xlmargin.cells.values import AnswerValue
from xlmargin.contracts import InstrumentKind, Style, days_to_end
from xlmargin.dates import DAYS_PER_YEAR, date_of
from xlmargin.option_symbols import OptionSymbol
from xlmargin.pricing import OptionTerms, implied_volatility
from xlmargin.workbooks.answer_table import AnswerRows
from xlmargin.workbooks.draft import WorkbookBuilder, page_of
from xlmargin.workbooks.figures import Figure, as_written
from xlmargin.workbooks.formulas import LEFT_OUT, Call, FormulaArgument, literal
from xlmargin.workbooks.page import Page
from xlmargin.workbooks.xlsx_writer import xl_range, xl_rowcol_to_cell

MOST: Final = 12


@dataclass(frozen=True)
class OptionSample:
    """What the option functions ask for, with the market's own rate; prices in $ per unit."""

    symbol: str
    spot: float
    price: float
    rate: float
    dividend_yield: float
    style: str


def option_samples(book: Book) -> tuple[OptionSample, ...]:
    """Options of the book whose price has a volatility, no cash dividends, one an underlying.

    Where the book has none, one option of the textbook's XYZ.
    """
    found: dict[int, OptionSample] = {}
    for i, key in _candidates(book):
        if len(found) < MOST and key not in found and _has_volatility(book, i):
            found[key] = _sample(book, i)
    if found:
        return tuple(found.values())
    expiration = date_of(book.market.as_of) + dt.timedelta(days=91)
    symbol = OptionSymbol("XYZ", expiration, InstrumentKind.CALL, 510.0)
    return (OptionSample(str(symbol), 500.0, 24.5, 0.04, 0.01, Style.AMERICAN.value),)


def _candidates(book: Book) -> Iterator[tuple[int, int]]:
    positions, market = book.positions, book.market
    live = positions.is_option & ~np.isnan(positions.mark)
    live &= positions.expiration > market.as_of
    for i in np.flatnonzero(live):
        if not market.underlyings[positions.underlying[i]].dividends:
            yield int(i), int(positions.underlying[i])


def _has_volatility(book: Book, i: int) -> bool:
    """Whether a volatility gives the price of an option as its sample states it."""
    positions, sample = book.positions, _sample(book, i)
    contract = OptionTerms(
        call=np.array([positions.kind[i] == InstrumentKind.CALL]),
        american=positions.american[i : i + 1],
        strike=positions.strike[i : i + 1],
        years=days_to_end(book.market.as_of, np.floor(positions.expiration[i : i + 1]))
        / DAYS_PER_YEAR,
        rate=np.array([sample.rate]),
        dividend_yield=np.array([sample.dividend_yield]),
        dividend_years=np.zeros((1, 0)),
        dividend_amounts=np.zeros((1, 0)),
    )
    found = implied_volatility(contract, np.array([sample.spot]), np.array([sample.price]))
    return bool(np.isfinite(found.volatility[0]))


def _sample(book: Book, i: int) -> OptionSample:
    positions, market = book.positions, book.market
    of = positions.underlying[i]
    years = positions.contracts.days_left(market.as_of)[i : i + 1] / DAYS_PER_YEAR
    symbol = OptionSymbol(
        positions.symbol[i].split()[0].upper(),
        date_of(float(positions.expiration[i])),
        InstrumentKind(int(positions.kind[i])),
        float(positions.strike[i]),
    )
    return OptionSample(
        symbol=str(symbol),
        spot=float(market.spot[of]),
        price=float(positions.mark[i]),
        rate=round(float(market.rate(np.array([of]), years)[0]), 6),
        dividend_yield=round(float(market.yield_over(np.array([of]), years)[0]), 6),
        style=(Style.AMERICAN if positions.american[i] else Style.EUROPEAN).value,
    )


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


@page_of(SHEET)
def options_page(draft: WorkbookBuilder) -> None:
    """Options of the book: what is typed in blue and its symbol says, then values and Greeks."""
    page = draft.page(SHEET, _WIDTHS, of="reference")
    page.title(
        SHEET,
        "Symbols, implied volatilities, prices and Greeks of single options.",
        "What is blue was copied from the book when this file was written; overtype it freely.",
    )
    samples = option_samples(draft.book)
    _headings(page, _FIRST - 1, "Options of the book", _CONTRACTS)
    read = [_write_sample(page, _FIRST + i, sample) for i, sample in enumerate(samples)]
    values_row = _FIRST + len(samples) + 3
    _headings(page, values_row - 1, "Values and Greeks", _VALUES)
    for i, sample in enumerate(samples):
        symbol = Figure(xl_rowcol_to_cell(_FIRST + i, _SYMBOL), sample.symbol)
        page.figure(values_row + i, _SYMBOL, symbol, "body", "text")
    _write_values(draft, page, values_row, samples, read)
    _write_parity(draft, page, values_row + len(samples) + 3)
    page.finish(freeze=(2, 1))


def _headings(page: Page, row: int, title: str, headings: tuple[str, ...]) -> None:
    """Headings of a table below its title."""
    page.section(row - 1, title, len(headings))
    page.height(row, 30)
    for column, heading in enumerate(headings):
        style = "text_heading" if heading in _TEXTS else "heading"
        page.text(row, column, as_written(heading), style)


def _write_sample(page: Page, row: int, sample: OptionSample) -> list[AnswerValue]:
    """The inputs of one option and what its symbol says."""
    for column, (value, kind) in enumerate(
        (
            (sample.symbol, "text"), (sample.spot, "price"), (sample.price, "price"),
            (sample.rate, "rate"), (sample.dividend_yield, "rate"), (sample.style, "text"),
        )
    ):  # fmt: skip
        page.typed(row, column, value, kind)
    symbol = FormulaArgument(f"{SHEET}!{xl_rowcol_to_cell(row, _SYMBOL)}", sample.symbol)
    call, kinds = Call("XLM_SYMBOL", (symbol,)), ["text", "date", "text", "price"]
    return page.answer(row, _UNDERLYING, call, kinds, heading=None).rows[0]


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
    call = Call("OPT_IV", (*contract, price, *terms))
    implied = page.answer(row, _IMPLIED, call, ["rate"], heading=None).rows
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
