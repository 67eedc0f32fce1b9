"""How positions change with price, volatility and time, in dollars, at the prices of today."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Final

import numpy as np

from xlmargin.arrays import FloatArray, IntArray
from xlmargin.book import Positions
from xlmargin.computing import RowMemory
from xlmargin.pricing import Greeks, greeks, zero_volatility_value
from xlmargin.pricing.greeks import DAYS_A_YEAR
from xlmargin.risk_array.contract_table import NO_CONTRACT, ContractTable
from xlmargin.risk_array.option_values import ContractsToValue

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
    return delta, np.where(still, 0.0 * delta, carried / DAYS_A_YEAR)


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
