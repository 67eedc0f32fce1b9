"""Smooth volatilities for the sample's underlyings, fitted to the sample's own prices.

The logarithm of the volatility is a level for each underlying, and one slope and curvature for
stocks and one for indexes and funds, in ln(strike / spot) over the root of time. A contract of the
sample keeps what it differs by, so that on the sample's day it has the sample's price.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from xlmargin.arrays import BoolArray, FloatArray, IntArray
from xlmargin.book import Book
from xlmargin.risk_array import contract_table

_FARTHEST: Final = 0.6
"""Moneyness beyond which the surface is flat."""


@dataclass(frozen=True, eq=False)
class VolatilitySurface:
    """Level of each underlying, shape (underlyings,), slope and curvature of each kind, (2,)."""

    level: FloatArray
    slope: FloatArray
    curvature: FloatArray
    is_stock: BoolArray

    def volatility(self, underlying: int, strike_to_spot: float, years: float) -> float:
        """Annual volatility of a contract on an underlying, by index."""
        x = _moneyness(np.array(strike_to_spot), np.array(years))
        kind = int(self.is_stock[underlying])
        shape = self.slope[kind] * x + self.curvature[kind] * x**2
        return float(np.exp(self.level[underlying] + shape))


def fitted_surface(book: Book) -> tuple[VolatilitySurface, FloatArray]:
    """The surface of a book, and what each position's volatility is of the surface's.

    The factors have shape (positions,), 1 for what is no option.
    """
    table = contract_table(book)
    is_stock = np.array([not (u.product_group or u.leverage != 1) for u in book.market.underlyings])
    own, kind = table.underlying, is_stock[table.underlying].astype(int)
    x = _moneyness(table.contracts.strike / table.spot, table.contracts.years)
    found = _least_squares(np.log(table.volatility), own, kind, x, len(is_stock))
    surface = VolatilitySurface(found[:-4], found[-4:-2], found[-2:], is_stock)
    fitted = np.exp(surface.level[own] + surface.slope[kind] * x + surface.curvature[kind] * x**2)
    factor = np.ones(len(book.positions))
    options = book.positions.is_option
    factor[options] = (table.volatility / fitted)[table.of_position[options]]
    return surface, factor


def _least_squares(
    log_volatility: FloatArray, own: IntArray, kind: IntArray, x: FloatArray, count: int
) -> FloatArray:
    """Levels, then two slopes, then two curvatures."""
    rows = np.arange(len(x))
    columns = np.zeros((len(x), count + 4))
    columns[rows, own] = 1.0
    columns[rows, count + kind] = x
    columns[rows, count + 2 + kind] = x**2
    return np.linalg.lstsq(columns, log_volatility, rcond=None)[0].astype(np.float64)


def _moneyness(strike_to_spot: FloatArray, years: FloatArray) -> FloatArray:
    distance: FloatArray = np.log(strike_to_spot) / np.sqrt(years)
    return np.clip(distance, -_FARTHEST, _FARTHEST)
