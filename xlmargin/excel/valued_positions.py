"""Positions beside the market: each finds its underlying, and what it takes from it."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from xlmargin.arrays import BoolArray, FloatArray, IntArray
from xlmargin.contracts import NO_UNDERLYING, Contracts
from xlmargin.excel.findings import MOST_LISTED, Findings
from xlmargin.excel.positions_range import PositionRows
from xlmargin.market import Market, Underlying
from xlmargin.option_symbols import SETTLED_AT_OPEN, adjusted_root, underlying_of
from xlmargin.positions import Positions, codes

AMERICAN_INDEX_OPTIONS: Final = frozenset({"OEX"})
"""Roots of index options that are American, the exception among index options."""

MOST_APART: Final = 0.01
"""Share of the spot by which a stock row's price may differ from it before that is worth a look."""

TOO_FAR_APART: Final = 2.0

_NOON: Final = 0.5
"""An option that ends earlier in the day settles at its open."""


def with_stock_rows(
    underlyings: dict[str, Underlying], rows: PositionRows
) -> dict[str, Underlying]:
    """The underlyings, and those that only a stock row of the positions gives a price for."""
    priced = rows.contracts.is_stock & (rows.price > 0)
    added = dict(underlyings)
    for i in np.flatnonzero(priced):
        symbol = rows.contracts.symbol[i]
        if symbol and symbol not in added:
            added[symbol] = Underlying(symbol, float(rows.price[i]))
    return added


def with_adjusted_roots(
    underlyings: dict[str, Underlying], rows: PositionRows
) -> dict[str, Underlying]:
    """The underlyings, and one for each adjusted root: its options stand beside nothing else.

    They are valued at the price of the underlying, but deliver something else than it.
    """
    added = dict(underlyings)
    for root, name, of in zip(rows.contracts.symbol, rows.underlying, _adjusted(rows), strict=True):
        on = underlyings.get(name) or underlyings.get(of)
        if of and root not in underlyings and on is not None:
            added[root] = replace(
                on, symbol=root, class_group="", product_group="", portfolio_group=""
            )
    return added


def _adjusted(rows: PositionRows) -> list[str]:
    """The plain root of each option on an adjusted one that does not say what it delivers."""
    columns = zip(
        rows.contracts.symbol, rows.contracts.is_option.tolist(), rows.deliverable, strict=True
    )
    return [adjusted_root(root) if option and not said else "" for root, option, said in columns]


def valued_positions(rows: PositionRows, market: Market, findings: Findings) -> Positions:
    """The positions as the engine holds them; what the market lacks for them is a problem."""
    adjusted = _adjusted(rows)
    underlying = _underlyings(rows, adjusted, market, findings)
    of_market = np.where(underlying == NO_UNDERLYING, 0, underlying)
    _check_shares_of_indexes(rows, market, underlying, findings)
    _check_unvalued(rows, _from_market(market.volatility, of_market), findings)
    spot = _from_market(market.spot, of_market)
    _check_other_prices(rows, market, of_market, findings)
    mark = np.where(rows.contracts.is_stock & np.isnan(rows.price), spot, rows.price)
    mark = np.where(rows.contracts.is_cash, 1.0, mark)
    account, accounts = codes(rows.account)
    group, groups = _groups(rows.group)
    contracts = Contracts(
        root=tuple(rows.contracts.symbol),
        kind=rows.contracts.kind,
        underlying=underlying,
        strike=np.where(rows.contracts.is_option, rows.contracts.strike, np.nan),
        expiration=rows.contracts.expiration,
        at_open=_at_open(rows),
        american=_american(rows, market, of_market),
        multiplier=rows.multiplier,
        deliverable=tuple("not stated" if each else "" for each in adjusted),
    )
    return Positions(
        contracts,
        quantity=rows.quantity,
        mark=mark,
        cost=np.where(np.isnan(rows.cost), mark, rows.cost),
        volatility=rows.volatility,
        account=account,
        accounts=accounts,
        group=group,
        groups=groups,
        row=np.array(rows.table.rows, dtype=np.int64),
        origin=np.zeros(len(rows), dtype=np.int64),
        origins=(rows.table.name,),
    )


def _from_market(column: FloatArray, underlying: IntArray) -> FloatArray:
    """Each position's value of a column of the market, NaN where the market is empty."""
    return column[underlying] if len(column) else np.full(len(underlying), np.nan)


def _underlyings(
    rows: PositionRows, adjusted: list[str], market: Market, findings: Findings
) -> IntArray:
    """Index of each row's underlying in the market; one problem for each that is not there."""
    index = {"": NO_UNDERLYING}
    missing = np.zeros(len(rows), dtype=bool)
    own = [
        root if plain and root in market.index_of else name
        for root, plain, name in zip(rows.contracts.symbol, adjusted, rows.underlying, strict=True)
    ]
    for i, name in enumerate(own):
        if name not in index:
            of_root = underlying_of(name, shares=market.index_of)
            found = market.index_of.get(name, market.index_of.get(of_root))
            missing[i] = found is None
            index[name] = NO_UNDERLYING if found is None else found
    _report_missing(missing, rows, findings)
    _warn_of_adjusted(adjusted, rows, findings)
    return np.array([index[name] for name in own], dtype=np.int64)


def _warn_of_adjusted(adjusted: list[str], rows: PositionRows, findings: Findings) -> None:
    """A warning where nothing says what an adjusted contract delivers."""
    wanted = "what it delivers in a column of deliverable; adjusted, it is margined by itself"
    where = np.array([bool(plain) for plain in adjusted], dtype=bool)
    findings.warnings_where(where, rows.table, "symbol", wanted)


def _report_missing(missing: BoolArray, rows: PositionRows, findings: Findings) -> None:
    """A problem for each underlying whose price is nowhere, in the first row that needs it."""
    wanted = "its price in the market range, or in the price column of a stock row"
    for i in np.flatnonzero(missing)[:MOST_LISTED]:
        column = "underlying" if rows.table.cell("underlying", i) else "symbol"
        found = repr(rows.underlying[i])
        findings.error(rows.table.name, rows.table.rows[i], column, found, wanted)
    if (more := int(missing.sum()) - MOST_LISTED) > 0:
        findings.error(rows.table.name, 0, "underlying", f"{more} more without", wanted)


def _check_shares_of_indexes(
    rows: PositionRows, market: Market, underlying: IntArray, findings: Findings
) -> None:
    """An index cannot be held as shares: what is held is a fund, which has another class."""
    is_index = _is_index(market, np.maximum(underlying, 0)) & (underlying != NO_UNDERLYING)
    where = is_index & rows.contracts.is_stock
    wanted = "a stock or fund: the market range gives it the class of an index"
    findings.errors_where(where, rows.table, "symbol", wanted)


def _is_index(market: Market, underlying: IntArray) -> BoolArray:
    if not market.underlyings:
        return np.zeros(len(underlying), dtype=bool)
    is_index = np.array([u.underlying_class.is_index for u in market.underlyings], dtype=bool)
    return is_index[underlying]


def _at_open(rows: PositionRows) -> BoolArray:
    """Which options settle at the open: as stated, by the hour they expire at, or by their root."""
    expiration = rows.contracts.expiration
    hour = expiration - np.floor(expiration)
    by_root = np.array([root in SETTLED_AT_OPEN for root in rows.contracts.symbol], dtype=bool)
    unstated = np.where(hour > 0, hour < _NOON, by_root)
    return rows.contracts.is_option & np.where(rows.settlement < 0, unstated, rows.settlement == 1)


def _american(rows: PositionRows, market: Market, underlying: IntArray) -> BoolArray:
    """Which options are American: as stated, or else all but those on an index."""
    european = _is_index(market, underlying)
    if european.any():
        european &= np.array([s not in AMERICAN_INDEX_OPTIONS for s in rows.contracts.symbol])
    return np.where(rows.style < 0, ~european, rows.style == 1)


def _check_unvalued(rows: PositionRows, market_volatility: FloatArray, findings: Findings) -> None:
    """An option needs a price, or a volatility of its own or of its underlying."""
    unvalued = np.isnan(rows.price) & np.isnan(rows.volatility) & np.isnan(market_volatility)
    wanted = "a price, or a volatility here or in the market range"
    findings.errors_where(unvalued & rows.contracts.is_option, rows.table, "price", wanted)


def _check_other_prices(
    rows: PositionRows, market: Market, underlying: IntArray, findings: Findings
) -> None:
    """A stock row's price far from the market's is a warning; from another stock row's, an error.

    Without a market range nothing says which of two prices the options are to be valued with. A
    price twice or half the market's is an error too: one of them is in cents, or before a split.
    """
    spot = _from_market(market.spot, underlying)
    apart = np.abs(rows.price - spot) > MOST_APART * spot
    for i in np.flatnonzero(apart & rows.contracts.is_stock)[:MOST_LISTED]:
        in_market = market.underlyings[underlying[i]].row
        says = "as the market says" if in_market else "as another row says, or a market range"
        near = spot[i] <= TOO_FAR_APART * rows.price[i] <= TOO_FAR_APART**2 * spot[i]
        report = findings.warning if in_market and (near or spot[i] <= 0) else findings.error
        found, wanted = f"{rows.price[i]:.10g}", f"about {spot[i]:.10g}, {says}"
        report(rows.table.name, rows.table.rows[i], "price", found, wanted)


def _groups(names: list[str]) -> tuple[IntArray, tuple[str, ...]]:
    """Index of each row's group among the named ones, -1 where it has none."""
    groups = tuple(dict.fromkeys(name for name in names if name))
    index = {name: i for i, name in enumerate(groups)} | {"": -1}
    return np.array([index[name] for name in names], dtype=np.int64), groups
