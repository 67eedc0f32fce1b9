"""What positions gain by moves of price, volatility and time, in dollars, outside any rule.

By small ones at the prices of today, and by the user's own: a stress, and the payoff picture. A
move of 10% moves every underlying by 10%, a leveraged or inverse fund by its factor times that. A
payoff picture may be of a later day: each contract keeps its volatility, rate and yield, and
dividends and interest received meanwhile are no part of it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import Final

import numpy as np

from xlmargin.arrays import FloatArray, IntArray
from xlmargin.book import Book, Positions
from xlmargin.computing import RowMemory
from xlmargin.dates import DAYS_PER_YEAR
from xlmargin.market import Market
from xlmargin.pricing import Greeks, greeks, zero_volatility_value
from xlmargin.risk_array.contract_table import NO_CONTRACT, ContractTable, risk_array
from xlmargin.risk_array.option_values import ContractsToValue
from xlmargin.risk_array.valuation_points import WHOLE_PRICE

ONE_PERCENT: Final = 0.01
"""The move of the underlying that gamma is told for, and the point of volatility that vega is."""

_STEP: Final = 1e-4
"""Step in spot, as a share of it, on either side of a value without volatility."""
_KINK: Final = 1e-3
"""Difference of the slopes on both sides from which on there is none."""


_LAST: Final = RowMemory(most=8)
"""The Greeks of the last contracts: a tick finds those anew that it touches."""


@dataclass(frozen=True, eq=False)
class Exposure:
    """What positions gain by small changes, $, signed, each of shape (positions,).

    `exposure` is delta x units x spot, the value of as many shares; `gamma` its change for a rise
    of the underlying by 1%; `vega` the gain for one point of volatility, `theta` for a day. Cash
    has none. NaN for options that nothing values, or whose value has a kink at today's price.
    """

    exposure: FloatArray
    gamma: FloatArray
    vega: FloatArray
    theta: FloatArray


def contract_greeks(table: ContractTable) -> Greeks:
    """Theoretical value and Greeks of each contract today, $ per unit, shape (contracts,).

    A contract valued without volatility has the slope of that value, neither gamma nor vega, and
    decays as interest and yield say; NaN where the price is just at its kink.
    """
    to_value = ContractsToValue(table.contracts, table.underlying, table.spot, table.volatility)

    def differing(rows: IntArray) -> FloatArray:
        own = to_value.take(rows)
        found = greeks(own.contracts, own.spot[:, None], own.at)
        return np.hstack([getattr(found, field.name) for field in fields(Greeks)])

    names = [field.name for field in fields(Greeks)]
    known = _LAST.of(to_value.columns, differing)
    columns = {name: column.copy() for name, column in zip(names, known.T, strict=True)}
    rows = np.flatnonzero((table.volatility == 0) | (table.contracts.years == 0))
    if rows.size:
        columns["delta"][rows], columns["theta"][rows] = _without_volatility(table, rows)
        columns["gamma"][rows] = columns["vega"][rows] = 0.0 * columns["delta"][rows]
    return Greeks(**columns)


def _without_volatility(table: ContractTable, rows: np.ndarray) -> tuple[FloatArray, FloatArray]:
    """Delta and theta of contracts that follow their forward for certain."""
    contracts, spot = table.contracts.take(rows), table.spot[rows]
    step = _STEP * spot
    down, value, up = zero_volatility_value(
        contracts, np.column_stack([spot - step, spot, spot + step])
    ).T
    below, above = (value - down) / step, (up - value) / step
    delta = np.where(np.abs(above - below) < _KINK, (above + below) / 2, np.nan)
    carried = contracts.rate * value - (contracts.rate - contracts.dividend_yield) * spot * delta
    paid = np.where(contracts.call, 1.0, -1.0) * (spot - contracts.strike)
    still = (contracts.years == 0) | (contracts.american & (value <= paid))
    return delta, np.where(still, 0.0 * delta, carried / DAYS_PER_YEAR)


def exposure(positions: Positions, table: ContractTable, spot: FloatArray) -> Exposure:
    """The exposure of each position; `spot`, $ per unit, has shape (underlyings,)."""
    found = contract_greeks(table)
    stock, options = positions.is_stock, table.of_position != NO_CONTRACT
    contract = table.of_position[options]
    price = np.zeros(len(positions))
    price[~positions.is_cash] = spot[positions.underlying[~positions.is_cash]]

    def of_positions(per_unit: FloatArray, of_share: float = 0.0) -> FloatArray:
        values = np.zeros(len(positions))
        values[stock], values[options] = of_share, per_unit[contract]
        return positions.units * values

    return Exposure(
        exposure=of_positions(found.delta, 1.0) * price,
        gamma=of_positions(found.gamma) * price**2 * ONE_PERCENT,
        vega=of_positions(found.vega) * ONE_PERCENT,
        theta=of_positions(found.theta),
    )


def stress_grid(
    book: Book, table: ContractTable, spot_moves: FloatArray, volatility_moves: FloatArray
) -> FloatArray:
    """Gain or loss of each account, $, shape (accounts, spot moves, volatility moves).

    Both moves are fractions; a volatility move of 0.5 takes 20% to 30%. No time passes.
    """
    spot = spot_after(book.market, spot_moves)
    columns = [
        book.by_account(
            risk_array(book.positions, table, book.market.spot, spot, values - table.base[:, None])
        )
        for values in table.values_at(spot, volatility_moves.tolist())
    ]
    return np.stack(columns, axis=-1)


def spot_after(market: Market, moves: FloatArray) -> FloatArray:
    """Price of each underlying after each move of the market, shape (underlyings, moves).

    `moves`, fractions, are of the whole, shape (moves,), or one row for each underlying.
    """
    own_moves = np.maximum(market.leverage[:, None] * moves, WHOLE_PRICE)
    spot: FloatArray = market.spot[:, None] * (1.0 + own_moves)
    return spot


_A_SECOND: Final = 1.0 / 86_400.0


def profile(book: Book, table: ContractTable, moves: FloatArray, day: float) -> FloatArray:
    """Gain (+) or loss (-) of each position after each move, $, shape (positions, moves).

    `day` is a serial day, that of the market or later. On a later day as many whole days have
    passed; what has expired by its end is at its intrinsic value.
    """
    spot = spot_after(book.market, moves)
    later = _on(table, book.market.as_of, day)
    return risk_array(book.positions, later, book.market.spot, spot, later.gains(spot))


def _on(table: ContractTable, as_of: float, day: float) -> ContractTable:
    """The contracts with the time and the dividends that are left on a day."""
    passed = np.floor(day) - np.floor(as_of)
    if not passed:
        return table
    contracts = table.contracts
    expires = as_of + contracts.years * DAYS_PER_YEAR
    expired = np.floor(expires + _A_SECOND) <= np.floor(day)
    left = contracts.years - passed / DAYS_PER_YEAR
    return replace(
        table,
        contracts=replace(
            contracts,
            years=np.where(expired, 0.0, left),
            dividend_years=np.maximum(contracts.dividend_years - passed / DAYS_PER_YEAR, 0.0),
        ),
        model=np.full(len(table), np.nan),
    )
