"""The dividends range: a row a cash dividend."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from xlmargin.excel.columns import DATE, NUMBER, dates, numbers
from xlmargin.excel.findings import Findings
from xlmargin.excel.market_range import tickers
from xlmargin.excel.ranges import RangeTable
from xlmargin.market import Dividend, Underlying

Dividends = dict[str, tuple[Dividend, ...]]


def read_dividends(table: RangeTable, findings: Findings) -> Dividends:
    """The dividends of each symbol, by ex-dividend date."""
    ex_date = dates(table, "ex_date", findings)
    amount = numbers(table, "amount", findings)
    for column, values, wanted in (("ex_date", ex_date, DATE), ("amount", amount, NUMBER)):
        if table.has(column):
            findings.errors_where(np.isnan(values), table, column, wanted)
    findings.errors_where(amount < 0, table, "amount", "dollars per share, 0 or more")
    by_symbol: dict[str, list[Dividend]] = {}
    columns = (tickers(table, findings), ex_date.tolist(), amount.tolist())
    for symbol, day, dollars in zip(*columns, strict=True):
        by_symbol.setdefault(symbol, []).append(Dividend(day, dollars))
    return {s: tuple(sorted(d, key=lambda each: each.ex_date)) for s, d in by_symbol.items()}


def with_dividends(
    underlyings: dict[str, Underlying], dividends: Dividends, table: RangeTable, findings: Findings
) -> dict[str, Underlying]:
    """The underlyings, each with its dividends; dividends of an unknown symbol are a warning."""
    if not dividends:
        return underlyings
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
