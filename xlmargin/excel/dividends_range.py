"""The dividends range: a row a cash dividend."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Final

import numpy as np

from xlmargin.excel.columns import (
    DATE,
    GREATEST_PRICE,
    NUMBER,
    dates,
    numbers,
    refuse_beyond,
)
from xlmargin.excel.findings import Findings
from xlmargin.excel.market_range import tickers
from xlmargin.excel.plain_cells import shown_date
from xlmargin.excel.ranges import RangeTable
from xlmargin.market import Dividend, Underlying

MOST_DIVIDENDS: Final = 200
"""Dividends of one symbol: four a year for half a century; each makes its options slower."""

Dividends = dict[str, tuple[Dividend, ...]]


def read_dividends(table: RangeTable, findings: Findings) -> Dividends:
    """The dividends of each symbol, by ex-dividend date."""
    ex_date = dates(table, "ex_date", findings)
    amount = numbers(table, "amount", findings)
    for column, values, wanted in (("ex_date", ex_date, DATE), ("amount", amount, NUMBER)):
        if table.has(column):
            findings.errors_where(np.isnan(values), table, column, wanted)
    findings.errors_where(amount < 0, table, "amount", "dollars per share, 0 or more")
    refuse_beyond(GREATEST_PRICE, amount, table, "amount", findings)
    by_symbol: dict[str, list[Dividend]] = {}
    columns = (tickers(table, findings), ex_date.tolist(), amount.tolist())
    for symbol, day, dollars in zip(*columns, strict=True):
        by_symbol.setdefault(symbol, []).append(Dividend(day, dollars))
    _check_repeated(by_symbol, table, findings)
    return {s: tuple(sorted(d, key=lambda each: each.ex_date)) for s, d in by_symbol.items()}


def _check_repeated(
    by_symbol: dict[str, list[Dividend]], table: RangeTable, findings: Findings
) -> None:
    """A warning where one dividend stands twice; a problem where there are too many to value."""
    for symbol, paid in by_symbol.items():
        if len(paid) > MOST_DIVIDENDS:
            found = f"{len(paid)} dividends of {symbol}"
            findings.error(table.name, 0, "", found, f"at most {MOST_DIVIDENDS} of one symbol")
        if repeated := [d for d, times in Counter(paid).items() if times > 1 and d.amount > 0]:
            found = f"{repeated[0].amount:.10g} of {symbol} on {shown_date(repeated[0].ex_date)}"
            wanted = "one row for it; both count"
            findings.warning(table.name, 0, "amount", f"{found} more than once", wanted)


def with_dividends(
    underlyings: dict[str, Underlying], dividends: Dividends, table: RangeTable, findings: Findings
) -> dict[str, Underlying]:
    """The underlyings, each with its dividends; dividends of an unknown symbol are a warning."""
    if not dividends:
        return underlyings
    for symbol, paid in dividends.items():
        spot = underlyings[symbol].spot if symbol in underlyings else 0.0
        if (most := max(d.amount for d in paid)) >= spot > 0:
            wanted = f"less than the price of {symbol}, {spot:.10g}"
            findings.error(table.name, 0, "amount", f"{most:.10g} per share", wanted)
    seen = {"", *underlyings}
    for row, symbol in zip(table.rows, tickers(table, Findings()), strict=True):
        if symbol not in seen:
            seen.add(symbol)
            wanted = "a symbol of the market; these dividends are ignored"
            findings.warning(table.name, row, "symbol", repr(symbol), wanted)
    return {
        symbol: replace(underlying, dividends=dividends[symbol])
        if symbol in dividends
        else underlying
        for symbol, underlying in underlyings.items()
    }
