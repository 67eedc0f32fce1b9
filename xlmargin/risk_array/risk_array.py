"""The risk array: gain or loss of every position at every valuation point.

Each distinct contract is valued once at all its points; a position's row is its units times its
contract's gain or loss. No time passes and no volatility shock is added.

Rule: FINRA 4210(g)(2), theoretical gains and losses.
"""

from __future__ import annotations

import numpy as np

from xlmargin.arrays import FloatArray
from xlmargin.positions import Positions
from xlmargin.risk_array.contract_table import NO_CONTRACT, ContractTable


def risk_array(
    positions: Positions,
    table: ContractTable,
    base_spot: FloatArray,
    moved_spot: FloatArray,
    contract_gains: FloatArray,
) -> FloatArray:
    """Gain (+) or loss (-) of each position at each point, $, shape (positions, points).

    `base_spot` has shape (underlyings,), `moved_spot` (underlyings, points) and `contract_gains`, $
    per unit, (contracts, points). Cash gains nothing.
    """
    gains = np.zeros((len(positions), moved_spot.shape[1]))
    stock = positions.is_stock
    held = positions.underlying[stock]
    gains[stock] = moved_spot[held] - base_spot[held, None]
    options = table.of_position != NO_CONTRACT
    gains[options] = contract_gains[table.of_position[options]]
    array: FloatArray = positions.units[:, None] * gains
    return array


def unit_value(
    positions: Positions, table: ContractTable, spot: FloatArray, contract_value: FloatArray
) -> FloatArray:
    """What one unit of each position is worth, $; a dollar of cash is worth 1.

    `spot` has shape (underlyings,), `contract_value`, $ per unit, (contracts,).
    """
    value = np.ones(len(positions))
    stock, options = positions.is_stock, table.of_position != NO_CONTRACT
    value[stock] = spot[positions.underlying[stock]]
    value[options] = contract_value[table.of_position[options]]
    return value
