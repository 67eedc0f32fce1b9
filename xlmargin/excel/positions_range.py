"""The positions range: a row a position, read into columns before the market is looked at."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from xlmargin.arrays import FloatArray, IntArray
from xlmargin.errors import InputError
from xlmargin.excel.columns import (
    GREATEST_CASH,
    GREATEST_MULTIPLIER,
    GREATEST_PRICE,
    GREATEST_QUANTITY,
    NUMBER,
    names,
    numbers,
    refuse_beyond,
    words,
)
from xlmargin.excel.contract_columns import ContractColumns, read_contracts
from xlmargin.excel.findings import Findings
from xlmargin.excel.headings import POSITIONS
from xlmargin.excel.market_range import PRICE, volatilities
from xlmargin.excel.plain_cells import Cells, shown_date, text_of
from xlmargin.excel.ranges import RangeTable, read_range
from xlmargin.excel.tickers import TICKER, ticker
from xlmargin.known_instruments import KNOWN

DEFAULT_STYLE: Final = -1
_STYLE_CODES: Final = {"european": 0, "euro": 0, "e": 0, "american": 1, "amer": 1, "a": 1}
_SIGN_CODES: Final = {
    **dict.fromkeys(("long", "l", "buy", "b", "bought", "buytoopen", "bto"), 1),
    **dict.fromkeys(("short", "s", "sell", "sold", "sellshort", "selltoopen", "sto"), 0),
}
_SETTLEMENT_CODES: Final = {"pm": 0, "close": 0, "am": 1, "open": 1}
_OPTION_MULTIPLIER: Final = 100.0
_LEAST_USUAL_MULTIPLIER: Final = 10.0
_NEARLY: Final = 1e-9
"""How far from a whole number a computed number of contracts may be and be whole."""


@dataclass(frozen=True)
class PositionRows:
    """The columns of a positions range, an entry a row; numbers are NaN where not given.

    `underlying` is a ticker, "" for cash. `style` is 0 for European, 1 for American, negative
    where the class of the underlying decides; `settlement` 0 for the close, 1 for the open,
    negative where the hour of the expiration or the root decides.
    """

    table: RangeTable
    contracts: ContractColumns
    underlying: list[str]
    quantity: FloatArray
    multiplier: FloatArray
    style: IntArray
    settlement: IntArray
    deliverable: list[str]
    price: FloatArray
    cost: FloatArray
    volatility: FloatArray
    account: list[str]
    group: list[str]

    def __len__(self) -> int:
        return len(self.table)


def underlyings_of(positions: Cells) -> dict[str, float | None]:
    """The underlyings of a positions range, in the order of its rows, before there is a market.

    Each with the price, $, of its stock row, None where it has none. Refused where a row cannot be
    read.
    """
    findings = Findings()
    rows = read_positions(read_range(positions, "positions", POSITIONS, findings), findings)
    if findings.errors:
        raise InputError(findings.errors)
    prices: dict[str, float | None] = {}
    for i, symbol in enumerate(rows.underlying):
        root = None if rows.contracts.is_stock[i] else KNOWN.root(symbol)
        name = root.underlying if root else symbol
        if name and prices.get(name) is None:
            is_priced = rows.contracts.is_stock[i] and rows.price[i] > 0
            prices[name] = float(rows.price[i]) if is_priced else None
    return prices


def read_positions(table: RangeTable, findings: Findings) -> PositionRows:
    """The columns of a positions range; what is wrong with a row by itself goes to the findings."""
    if table.headings and not len(table):
        findings.error(table.name, 0, "", "no positions", "at least one row below the headings")
    contracts = read_contracts(table, findings)
    return PositionRows(
        table=table,
        contracts=contracts,
        underlying=_underlyings(table, contracts, findings),
        quantity=_quantities(table, contracts, findings),
        multiplier=_multipliers(table, contracts, findings),
        style=words(table, "style", _STYLE_CODES, "american or european", findings),
        settlement=words(table, "settlement", _SETTLEMENT_CODES, "am or pm", findings),
        deliverable=names(table, "deliverable", findings),
        price=_prices(table, contracts, findings),
        cost=_costs(table, findings),
        volatility=volatilities(table, findings, contracts.is_option),
        account=names(table, "account", findings),
        group=names(table, "group", findings),
    )


def check_expirations(rows: PositionRows, as_of: float, findings: Findings) -> None:
    """An option that expired before the day of the snapshot is a problem; the same day is not."""
    day, expiration = np.floor(as_of), np.floor(rows.contracts.expiration)
    option = rows.contracts.is_option
    wanted = f"{shown_date(as_of)} or later: the option has expired"
    typed = ~rows.table.empty("expiration")
    expired = option & (expiration < day)
    findings.errors_where(expired & typed, rows.table, "expiration", wanted, shown_date)
    findings.errors_where(expired & ~typed, rows.table, "symbol", wanted)
    saturday_or_sunday = option & (expiration % 7 < 2)
    findings.warnings_where(
        saturday_or_sunday, rows.table, "expiration", "an expiration on a weekday", shown_date
    )


def _underlyings(table: RangeTable, contracts: ContractColumns, findings: Findings) -> list[str]:
    """Ticker of each row's underlying: as typed, or else the symbol's root; "" for cash."""
    typed = table.column("underlying")
    read = {cell: ticker(text_of(cell)) for cell in set(typed)}
    tickers = [read[cell] for cell in typed]
    unread = np.array([cell is not None and not read[cell] for cell in typed], dtype=bool)
    findings.errors_where(unread, table, "underlying", TICKER)
    own = zip(tickers, contracts.symbol, strict=True)
    other = np.array([bool(t) and t != s for t, s in own], dtype=bool)
    wanted = "the symbol itself or nothing: shares are their own underlying"
    findings.errors_where(other & contracts.is_stock, table, "underlying", wanted)
    return [
        "" if cash else typed_ticker or symbol
        for cash, typed_ticker, symbol in zip(
            contracts.is_cash.tolist(), tickers, contracts.symbol, strict=True
        )
    ]


def _quantities(table: RangeTable, contracts: ContractColumns, findings: Findings) -> FloatArray:
    quantity = numbers(table, "quantity", findings)
    if table.has("quantity"):
        findings.errors_where(np.isnan(quantity), table, "quantity", NUMBER)
    whole = np.round(quantity)
    nearly = contracts.is_option & (np.abs(quantity - whole) <= _NEARLY)
    quantity = np.where(nearly, whole, quantity)
    greatest = np.where(contracts.is_cash, GREATEST_CASH, GREATEST_QUANTITY)
    refuse_beyond(greatest, quantity, table, "quantity", findings)
    fractional = contracts.is_option & (quantity != whole) & ~np.isnan(quantity)
    findings.errors_where(fractional, table, "quantity", "a whole number of contracts")
    findings.warnings_where(quantity == 0, table, "quantity", "a quantity other than 0")
    _check_signs(table, quantity, findings)
    return quantity


def _check_signs(table: RangeTable, quantity: FloatArray, findings: Findings) -> None:
    """A `side` is not needed, for short quantities are negative; but it must not say otherwise."""
    side = words(table, "side", _SIGN_CODES, "", Findings())
    unknown = (side < -1) & (quantity > 0)
    wanted = "long or short, else the sign of the quantity alone counts"
    findings.warnings_where(unknown, table, "side", wanted)
    wanted = "a negative quantity, for the side is short"
    findings.errors_where((side == 0) & (quantity > 0), table, "quantity", wanted)
    wanted = "a positive quantity, for the side is long"
    findings.errors_where((side == 1) & (quantity < 0), table, "quantity", wanted)


def _multipliers(table: RangeTable, contracts: ContractColumns, findings: Findings) -> FloatArray:
    multiplier = numbers(table, "multiplier", findings)
    findings.errors_where(multiplier <= 0, table, "multiplier", "a number above 0")
    refuse_beyond(GREATEST_MULTIPLIER, multiplier, table, "multiplier", findings)
    odd = contracts.is_stock & (multiplier > 0) & (multiplier != 1)
    findings.warnings_where(odd, table, "multiplier", "1 or nothing for shares")
    odd = contracts.is_option & (multiplier > 0) & (multiplier < _LEAST_USUAL_MULTIPLIER)
    findings.warnings_where(odd, table, "multiplier", "100, or what the contract delivers")
    default = np.where(contracts.is_option, _OPTION_MULTIPLIER, 1.0)
    multiplier = np.where(np.isnan(multiplier), default, multiplier)
    cash = contracts.is_cash & (multiplier != 1)
    findings.errors_where(cash, table, "multiplier", "1 or nothing for cash")
    return multiplier


def _prices(table: RangeTable, contracts: ContractColumns, findings: Findings) -> FloatArray:
    price = numbers(table, "price", findings)
    wanted = f"{PRICE}; leave it empty where the volatility is given"
    findings.errors_where((price <= 0) & contracts.is_option, table, "price", wanted)
    findings.errors_where((price <= 0) & contracts.is_stock, table, "price", PRICE)
    cash = contracts.is_cash & ~np.isnan(price) & (price != 1)
    findings.errors_where(cash, table, "price", "1 or nothing for cash")
    refuse_beyond(GREATEST_PRICE, price, table, "price", findings)
    return price


def _costs(table: RangeTable, findings: Findings) -> FloatArray:
    cost = numbers(table, "cost", findings)
    findings.errors_where(cost < 0, table, "cost", "a trade price of 0 or more")
    refuse_beyond(GREATEST_PRICE, cost, table, "cost", findings)
    return cost
