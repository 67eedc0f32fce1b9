"""Smiles: the volatility of each series by moneyness, where volatility follows it.

`sticky_moneyness` lets each strike take the volatility that the same ratio of strike to spot has
now, read off the series of the book: what an account holds there by itself does not matter.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from xlmargin.arrays import FloatArray, IntArray


@dataclass(frozen=True, eq=False)
class Smiles:
    """Of each series, an underlying and expiration, annual volatilities by moneyness now.

    `moneyness` is ln(strike / spot), ascending; a strike that has two volatilities has their mean.
    """

    moneyness: tuple[FloatArray, ...]
    volatility: tuple[FloatArray, ...]

    def at(self, strike: FloatArray, moved_spot: FloatArray, series: IntArray) -> FloatArray:
        """Annual volatility of contracts at moved prices, shape (contracts, points).

        `strike` and `series`, an index, have shape (contracts,), `moved_spot` (contracts, points).
        Linear between the moneyness of two strikes, flat beyond the last.
        """
        moved = np.empty_like(moved_spot)
        with np.errstate(divide="ignore"):
            moved_moneyness = np.log(strike[:, None] / moved_spot)
        for number in np.unique(series).tolist():
            own = np.flatnonzero(series == number)
            known = self.moneyness[number], self.volatility[number]
            moved[own] = np.interp(moved_moneyness[own], *known)
        return moved

    def scaled(self, factor: float) -> Smiles:
        """The same with every volatility so many times as great."""
        return replace(self, volatility=tuple(factor * own for own in self.volatility))


def smiles_of(
    volatility: FloatArray, strike: FloatArray, spot: FloatArray, series: IntArray
) -> Smiles:
    """The smiles of contracts, all arguments `(contracts,)`, at present prices; series from 0."""
    found = []
    with np.errstate(divide="ignore"):
        moneyness = np.log(strike / spot)
    for number in range(int(series.max(initial=-1)) + 1):
        own = np.flatnonzero(series == number)
        known, place = np.unique(moneyness[own], return_inverse=True)
        found.append((known, np.bincount(place, volatility[own]) / np.bincount(place)))
    return Smiles(tuple(known for known, _ in found), tuple(mean for _, mean in found))
