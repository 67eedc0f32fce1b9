"""The least that portfolio margin asks, however little a portfolio can lose.

Rule: FINRA 4210(g)(7): an amount for each unit of the multiplier of each option contract, long or
short, hedged or not. A long position is not charged more than it is worth.
"""

from __future__ import annotations

import numpy as np

from xlmargin.arrays import FloatArray, IntArray
from xlmargin.instruments import InstrumentKind
from xlmargin.positions import Positions
from xlmargin.rulebook import PortfolioRules

_DELIVERING = (InstrumentKind.CALL, InstrumentKind.PUT, InstrumentKind.STOCK)


def contract_minimum(
    positions: Positions, market_value: FloatArray, rules: PortfolioRules
) -> FloatArray:
    """Minimum of each position, $, >= 0, shape (positions,); shares and cash have none.

    `market_value`, $, is signed, shape (positions,).
    """
    minimum = rules.contract_minimum * np.abs(positions.units)
    if rules.cap_long_minimum:
        is_long = positions.quantity > 0
        minimum = np.where(is_long, np.minimum(minimum, np.maximum(market_value, 0.0)), minimum)
    return np.where(positions.is_option, minimum, 0.0)


def uncovered_minimum(
    positions: Positions, spot: FloatArray, class_unit: IntArray, units: int, rules: PortfolioRules
) -> FloatArray:
    """A house's minimum for the uncovered short options of each class unit, $, shape (units,).

    `spot` has shape (underlyings,); `class_unit` is each position's unit, -1 for cash.
    """
    inside = np.flatnonzero(class_unit >= 0)
    delivered = delivered_value(positions, spot)[inside]
    by_unit = [np.bincount(class_unit[inside], column, units) for column in delivered.T]
    return house_minimum(np.column_stack(by_unit), rules)


def delivered_value(positions: Positions, spot: FloatArray) -> FloatArray:
    """Value of what each position's units deliver, $, signed, shape (positions, 3).

    The columns are calls, puts and shares; a position fills the one of its own kind.
    """
    held = np.flatnonzero(~positions.is_cash)
    value = np.zeros((len(positions), len(_DELIVERING)))
    column = positions.kind[held, None] == np.array(_DELIVERING)
    own = positions.units[held] * spot[positions.underlying[held]]
    value[held] = np.where(column, own[:, None], 0.0)
    return value


def house_minimum(delivered: FloatArray, rules: PortfolioRules) -> FloatArray:
    """A share of the value that uncovered short options would deliver, $, shape (units,).

    Short calls are covered by long calls and long shares, short puts by long puts and short
    shares. `delivered` is the sum of `delivered_value` over each unit, shape (units, 3).
    """
    calls, puts, shares = delivered.T
    uncovered_calls = np.maximum(0.0, -calls - np.maximum(shares, 0.0))
    uncovered_puts = np.maximum(0.0, -puts + np.minimum(shares, 0.0))
    minimum: FloatArray = rules.short_option_minimum * (uncovered_calls + uncovered_puts)
    return minimum
