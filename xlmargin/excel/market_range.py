"""The market range: a row an underlying."""

from __future__ import annotations

from typing import Final

import numpy as np

from xlmargin.arrays import BoolArray, FloatArray
from xlmargin.excel.columns import (
    GREATEST_PRICE,
    names,
    numbers,
    refuse_beyond,
    wanted_words,
    words,
)
from xlmargin.excel.findings import Findings
from xlmargin.excel.headings import squeezed
from xlmargin.excel.plain_cells import text_of
from xlmargin.excel.ranges import RangeTable
from xlmargin.excel.settings_range import GREATEST_RATE, RATE
from xlmargin.excel.tickers import TICKER, ticker
from xlmargin.instruments import UnderlyingClass
from xlmargin.market import Underlying

PRICE: Final = "a price above 0"
GREATEST_VOLATILITY: Final = 5.0
"""A volatility above 500% a year is taken for a percentage typed as a number."""
VOLATILITY: Final = "a fraction a year above 0 and at most 5, such as 0.25 for 25%"
GREATEST_LEVERAGE: Final = 10.0

_CLASSES: Final = tuple(UnderlyingClass)
_CLASS_CODES: Final = {squeezed(c.value): i for i, c in enumerate(_CLASSES)}
_YES_NO: Final = {"true": 1, "yes": 1, "y": 1, "1": 1, "false": 0, "no": 0, "n": 0, "0": 0}


def read_market(table: RangeTable, findings: Findings) -> dict[str, Underlying]:
    """The underlyings of a market range by symbol; a price that cannot be read is NaN."""
    symbols = tickers(table, findings)
    spot = numbers(table, "price", findings)
    findings.errors_where(~(spot > 0) & table.has("price"), table, "price", PRICE)
    refuse_beyond(GREATEST_PRICE, spot, table, "price", findings)
    wanted = wanted_words([c.value for c in _CLASSES])
    classes = words(table, "class", _CLASS_CODES, wanted, findings)
    rows = zip(
        symbols,
        spot.tolist(),
        [_CLASSES[max(code, 0)] for code in classes.tolist()],
        _leverage(table, findings).tolist(),
        np.nan_to_num(rates(table, "dividend_yield", findings)).tolist(),
        rates(table, "rate", findings).tolist(),
        volatilities(table, findings).tolist(),
        names(table, "class_group", findings),
        names(table, "product_group", findings),
        names(table, "portfolio_group", findings),
        _index_scale(table, findings).tolist(),
        (words(table, "marginable", _YES_NO, "TRUE or FALSE", findings) != 0).tolist(),
        _above_zero(table, "adv", findings).tolist(),
        _above_zero(table, "shares_outstanding", findings).tolist(),
        [()] * len(table),
        table.rows,
        strict=True,
    )
    return _by_symbol([Underlying(*row) for row in rows], table, findings)


def _by_symbol(
    underlyings: list[Underlying], table: RangeTable, findings: Findings
) -> dict[str, Underlying]:
    """The underlyings by symbol; a symbol that comes twice is a problem."""
    by_symbol: dict[str, Underlying] = {}
    for underlying in underlyings:
        symbol = underlying.symbol
        if symbol and by_symbol.setdefault(symbol, underlying) is not underlying:
            wanted = f"one row for {symbol}, as row {by_symbol[symbol].row}"
            findings.error(table.name, underlying.row, "symbol", repr(symbol), wanted)
    return by_symbol


def tickers(table: RangeTable, findings: Findings) -> list[str]:
    """The tickers of a symbol column, in capitals; "" where reported as a problem."""
    cells = table.column("symbol")
    read = {cell: ticker(text_of(cell)) for cell in set(cells)}
    symbols = [read[cell] for cell in cells]
    if table.has("symbol"):
        missing = np.array([not symbol for symbol in symbols], dtype=bool)
        findings.errors_where(missing, table, "symbol", TICKER)
    return symbols


def rates(table: RangeTable, column: str, findings: Findings) -> FloatArray:
    """Rates or yields, fractions a year; NaN where not given."""
    values = numbers(table, column, findings)
    findings.errors_where(np.abs(values) > GREATEST_RATE, table, column, RATE)
    return values


def volatilities(
    table: RangeTable, findings: Findings, where: BoolArray | bool = True
) -> FloatArray:
    """Annual volatilities, fractions; NaN where not given. Only those `where` count are checked."""
    values = numbers(table, "volatility", findings)
    wrong = where & ((values <= 0) | (values > GREATEST_VOLATILITY))
    findings.errors_where(wrong, table, "volatility", VOLATILITY)
    return values


def _leverage(table: RangeTable, findings: Findings) -> FloatArray:
    values = numbers(table, "leverage", findings)
    wrong = (values == 0) | (np.abs(values) > GREATEST_LEVERAGE)
    wanted = f"a factor such as 2 or -3, not 0, at most {GREATEST_LEVERAGE:g}"
    findings.errors_where(wrong, table, "leverage", wanted)
    return np.where(np.isnan(values), 1.0, values)


def _index_scale(table: RangeTable, findings: Findings) -> FloatArray:
    values = _above_zero(table, "index_scale", findings)
    return np.where(values > 0, values, 1.0)


def _above_zero(table: RangeTable, column: str, findings: Findings) -> FloatArray:
    values = numbers(table, column, findings)
    findings.errors_where(values <= 0, table, column, "a number above 0")
    return values
