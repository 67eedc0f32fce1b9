"""What happens to volatility when the underlying moves.

The published results of the clearing house's model hold the volatility of each series
(`sticky_strike`); nothing is computed then. `sticky_moneyness` lets each strike take the volatility
that the same ratio of strike to spot has now, read off the book's own series.
"""

from __future__ import annotations

import numpy as np

from xlmargin.arrays import FloatArray, IntArray


def volatility_at_same_moneyness(
    volatility: FloatArray,
    strike: FloatArray,
    spot: FloatArray,
    moved_spot: FloatArray,
    series: IntArray,
) -> FloatArray:
    """Annual volatility of each contract at each moved price, shape (contracts, points).

    `volatility`, `strike` and `spot` (today's) have shape (contracts,), `moved_spot` (contracts,
    points). Contracts of one `series` number, an underlying and expiration, share a smile: linear
    in ln(strike / spot) between their strikes, flat beyond them, the mean where a strike has two.
    """
    moved = np.empty_like(moved_spot)
    with np.errstate(divide="ignore"):
        moneyness, moved_moneyness = np.log(strike / spot), np.log(strike[:, None] / moved_spot)
    for number in np.unique(series):
        own = np.flatnonzero(series == number)
        known, place = np.unique(moneyness[own], return_inverse=True)
        mean = np.bincount(place, volatility[own]) / np.bincount(place)
        moved[own] = np.interp(moved_moneyness[own], known, mean)
    return moved
