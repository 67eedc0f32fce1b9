"""What is held: symbol, type, strike and expiration of each position.

An option symbol says all four; what is typed beside it may be left out, but not contradict it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from xlmargin.arrays import BoolArray, FloatArray, IntArray
from xlmargin.excel.columns import (
    DATE,
    GREATEST_PRICE,
    dates,
    numbers,
    refuse_beyond,
    wanted_words,
    words,
)
from xlmargin.excel.findings import Findings
from xlmargin.excel.plain_cells import shown, shown_date, text_of
from xlmargin.excel.ranges import RangeTable, need
from xlmargin.excel.tickers import NOT_AN_OPTION, TICKER, SymbolRead, read_symbol
from xlmargin.instruments import InstrumentKind

_STOCK, _CALL, _PUT, _CASH = InstrumentKind

TYPE: Final = wanted_words([kind.word for kind in InstrumentKind])
CASH_SYMBOL: Final = "CASH"
"""Symbol of cash that has none of its own."""

_SPELLINGS: Final = {
    _STOCK: "stock stocks stk share shares equity eq etf fund etn adr",
    _CALL: "call calls c",
    _PUT: "put puts p",
    _CASH: "cash",
}
_UNSAID: Final = -1
_KIND_CODES: Final = {
    **{word: int(kind) for kind, words_ in _SPELLINGS.items() for word in words_.split()},
    **dict.fromkeys(("option", "options", "opt", "equityoption", "indexoption"), _UNSAID),
}
"""The kind that each word means; "option" leaves it to the option symbol."""

_OTHER_CURRENCIES: Final = frozenset(
    [
        "EUR",
        "GBP",
        "CHF",
        "JPY",
        "CAD",
        "AUD",
        "NZD",
        "CNY",
        "CNH",
        "HKD",
        "SGD",
        "SEK",
        "NOK",
        "DKK",
        "MXN",
    ]
)
_SAME_STRIKE: Final = 0.0005


@dataclass(frozen=True)
class ContractColumns:
    """What each position is; `kind` is negative, numbers NaN where they could not be read."""

    symbol: list[str]
    kind: IntArray
    strike: FloatArray
    expiration: FloatArray

    @cached_property
    def is_option(self) -> BoolArray:
        """Which are calls or puts."""
        return np.isin(self.kind, (_CALL, _PUT))

    @cached_property
    def is_stock(self) -> BoolArray:
        """Which are shares."""
        return np.equal(self.kind, _STOCK)

    @cached_property
    def is_cash(self) -> BoolArray:
        """Which are cash."""
        return np.equal(self.kind, _CASH)


def read_contracts(table: RangeTable, findings: Findings) -> ContractColumns:
    """Symbol, type, strike and expiration of each row; what contradicts itself is a problem."""
    cells = table.column("symbol")
    read = {cell: read_symbol(text_of(cell)) for cell in set(cells)}
    symbols = [read[cell] for cell in cells]
    by_symbol = _by_symbol(symbols)
    kind = _kinds(table, by_symbol.kind, findings)
    contracts = ContractColumns(
        by_symbol.symbol,
        kind,
        _agreed(table, "strike", by_symbol.strike, findings),
        _agreed(table, "expiration", by_symbol.expiration, findings),
    )
    _check_symbols(table, contracts, findings)
    _check_terms(table, contracts, findings)
    return contracts


def _by_symbol(symbols: list[SymbolRead]) -> ContractColumns:
    """What the symbols say by themselves."""
    return ContractColumns(
        [s.name for s in symbols],
        np.array([s.kind for s in symbols], dtype=np.int64),
        np.array([s.strike for s in symbols], dtype=np.float64),
        np.array([s.expiration for s in symbols], dtype=np.float64),
    )


def _kinds(table: RangeTable, by_symbol: IntArray, findings: Findings) -> IntArray:
    """The kind of each row: as typed, or else as the symbol says."""
    typed = words(table, "type", _KIND_CODES, TYPE, findings)
    option = by_symbol != NOT_AN_OPTION
    unsaid = typed == _UNSAID
    need(unsaid & ~option, table, "type", f"{TYPE}, or an option symbol", findings)
    differs = option & (typed >= 0) & (typed != by_symbol)
    for kind in (_CALL, _PUT):
        where = differs & (by_symbol == kind)
        findings.errors_where(where, table, "type", f"{kind.word}, as the symbol says")
    return np.where(unsaid, by_symbol, typed)


def _agreed(
    table: RangeTable, column: str, by_symbol: FloatArray, findings: Findings
) -> FloatArray:
    """Strikes or expirations: as typed, or else as the symbol says."""
    is_date = column == "expiration"
    typed = (dates if is_date else numbers)(table, column, findings)
    near = 1.0 if is_date else _SAME_STRIKE
    findings.errors_where(
        np.abs(typed - by_symbol) >= near,
        table,
        column,
        f"the {column} of the option symbol",
        shown_date if is_date else shown,
    )
    return np.where(np.isnan(typed), by_symbol, typed)


def _check_symbols(table: RangeTable, contracts: ContractColumns, findings: Findings) -> None:
    """Every position but cash has a symbol, and cash is in dollars."""
    unread = np.array([not symbol for symbol in contracts.symbol], dtype=bool)
    if unread.any():
        cash_without = contracts.is_cash & table.empty("symbol")
        if table.has("symbol"):
            findings.errors_where(unread & ~cash_without, table, "symbol", TICKER)
        for i in np.flatnonzero(cash_without):
            contracts.symbol[i] = CASH_SYMBOL
    foreign = np.array([symbol in _OTHER_CURRENCIES for symbol in contracts.symbol], dtype=bool)
    findings.errors_where(foreign & contracts.is_cash, table, "symbol", "cash in US dollars")


def _check_terms(table: RangeTable, contracts: ContractColumns, findings: Findings) -> None:
    """Options have a strike and an expiration, anything else has neither."""
    option, strike, expiration = contracts.is_option, contracts.strike, contracts.expiration
    need(option & ~(strike > 0), table, "strike", "a strike above 0", findings)
    refuse_beyond(GREATEST_PRICE, strike, table, "strike", findings)
    need(option & np.isnan(expiration), table, "expiration", DATE, findings)
    other = contracts.is_stock | contracts.is_cash
    wanted = "nothing: shares and cash have none"
    findings.errors_where(other & (np.nan_to_num(strike) != 0), table, "strike", wanted)
    findings.errors_where(other & ~np.isnan(expiration), table, "expiration", wanted, shown_date)
