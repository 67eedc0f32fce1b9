"""Options on shares that pay cash dividends, and American options with two exercise boundaries.

The share's whole price moves with its volatility, and falls by the amount of a dividend on its
ex-date. A trinomial lattice holds the option's value at fixed prices of the share and works back
from expiry: each value is the discounted mean of three values one step later, or what exercise pays
if that is more. Just before an ex-date the value at a price is the value just after at that price
less the dividend, interpolated: Vellekoop and Nieuwenhuis (2006). The last step is Black and
Scholes' formula: Broadie and Detemple (1996). Two lattices, one with twice the steps, give by
Richardson's extrapolation the answer.

Arrays have shape `(nodes, contracts)`: one step is a few operations on a whole block of contracts.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xlmargin.arrays import FloatArray, IntArray
from xlmargin.pricing.black_scholes import black_value
from xlmargin.pricing.contracts import Contracts, ForwardDividends
from xlmargin.pricing.lattice_grid import (
    Levels,
    Nodes,
    forward_strike,
    price_nodes,
    time_levels,
)

COARSE_STEPS = 50
"""Steps of the coarser of the two lattices."""

NUMBERS_AT_ONCE = 24_000
"""Numbers in one temporary: nodes x contracts that fit a processor's cache."""


def lattice_value(contracts: Contracts, spot: FloatArray, volatility: FloatArray) -> FloatArray:
    """Value, $ per unit, with cash dividends that lower the share's price; `(contracts, k)`.

    `spot` has shape `(contracts, k)` and is > 0, `volatility` `(contracts,)`; years, strikes and
    volatilities are > 0. One lattice serves all spots of a contract.
    """
    dividends = ForwardDividends.of(contracts)
    steps = max(COARSE_STEPS, 3 * dividends.years.shape[1])
    coarse = time_levels(contracts, dividends, steps)
    few = _value_by_blocks(contracts, dividends, coarse, spot, volatility)
    many = _value_by_blocks(contracts, dividends, coarse.halved(), spot, volatility)
    value = np.maximum(2 * many - few, 0.0)
    sign = np.where(contracts.call, 1.0, -1.0)[:, None]
    intrinsic = np.where(contracts.american[:, None], sign * (spot - contracts.strike[:, None]), 0)
    return np.maximum(value, intrinsic)


def _value_by_blocks(
    contracts: Contracts,
    dividends: ForwardDividends,
    levels: Levels,
    spot: FloatArray,
    volatility: FloatArray,
) -> FloatArray:
    """Values by one lattice a contract; contracts with like numbers of nodes are done together."""
    nodes = price_nodes(contracts, dividends, levels, spot, volatility)
    value = np.empty_like(spot)
    order, first = np.argsort(nodes.count, kind="stable"), 0
    while first < len(order):
        size = max(8, int(NUMBERS_AT_ONCE // nodes.count[order[first]]))
        rows = order[first : first + size]
        lattice = _Lattice.of(
            contracts.take(rows),
            ForwardDividends(dividends.years[rows], dividends.amounts[rows]),
            Levels(levels.years[:, rows], levels.ex_level[:, rows]),
            Nodes(*(column[rows] for column in nodes)),
            volatility[rows],
        )
        value[rows] = lattice.interpolate(lattice.roll_back(), spot[rows].T, 0).T
        first += size
    return value


@dataclass(frozen=True, eq=False)
class _Lattice:
    """One block of contracts: shape `(contracts,)`, or as the comments say."""

    contracts: Contracts
    dividends: ForwardDividends
    levels: Levels
    nodes: Nodes
    volatility: FloatArray
    share: FloatArray               # price at each node, (nodes, contracts)
    signed_share: FloatArray        # share of a call, -share of a put
    signed_strike: FloatArray       # what exercise pays is signed_share - this; (levels, contracts)

    @classmethod
    def of(
        cls,
        contracts: Contracts,
        dividends: ForwardDividends,
        levels: Levels,
        nodes: Nodes,
        volatility: FloatArray,
    ) -> _Lattice:
        number = np.arange(nodes.count.max())[:, None]
        share = np.exp(nodes.lowest + nodes.spacing * number)
        sign = np.where(contracts.call, 1.0, -1.0)
        carry = contracts.rate - contracts.dividend_yield
        strike = sign * contracts.strike * np.exp(-carry * levels.years)
        never = np.where(contracts.american, strike, np.inf)    # a European one pays -infinity
        return cls(contracts, dividends, levels, nodes, volatility, share, sign * share, never)

    def roll_back(self) -> FloatArray:
        """Values today at every node, `(nodes, contracts)`."""
        up, stay, down = self._weights()
        level = self.levels.count - 1
        value = self.escrowed_value(self.share, level, slice(None))
        scratch, exercise = np.empty_like(value[1:-1]), np.empty_like(value)
        self._exercise_or_hold(value, level, exercise)
        for level in reversed(range(self.levels.count - 1)):
            np.multiply(value[2:], up[level], out=scratch)
            np.multiply(value[:-2], down[level], out=exercise[1:-1])
            np.add(scratch, exercise[1:-1], out=scratch)
            np.multiply(value[1:-1], stay[level], out=exercise[1:-1])
            np.add(scratch, exercise[1:-1], out=value[1:-1])
            self._extend_to_edges(value)
            self._exercise_or_hold(value, level, exercise)
        return value

    def _weights(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Discounted probabilities of a move up, none, and down in each step; `(levels, contracts)`.

        The mean of the share is kept exactly, and the variance of its logarithm.
        """
        step = np.diff(self.levels.years, axis=0)
        variance = self.volatility**2 * step
        move = (variance + 0.25 * variance**2) / self.nodes.spacing**2
        ratio = np.exp(self.nodes.spacing)
        discount = np.exp(-self.contracts.dividend_yield * step)
        up = discount * move / (1 + ratio)
        return up, discount * (1 - move), up * ratio

    def _extend_to_edges(self, value: FloatArray) -> None:
        """Give the outermost nodes the value on the straight line (in price) through the next two."""
        ratio = np.exp(self.nodes.spacing)
        value[-1] = value[-2] + ratio * (value[-2] - value[-3])
        value[0] = value[1] + (value[1] - value[2]) / ratio

    def _exercise_or_hold(self, value: FloatArray, level: int, scratch: FloatArray) -> None:
        """Raise the values at a level to what exercise pays, just after and just before an ex-date."""
        np.subtract(self.signed_share, self.signed_strike[level], out=scratch)
        np.maximum(value, scratch, out=value)
        for j, ex_level in enumerate(self.levels.ex_level):
            goes_ex = np.flatnonzero(ex_level == level)
            if goes_ex.size:
                before = self._before_dividend(value[:, goes_ex], j, level, goes_ex)
                value[:, goes_ex] = np.maximum(before, scratch[:, goes_ex])

    def _before_dividend(
        self, value: FloatArray, j: int, level: int, goes_ex: IntArray
    ) -> FloatArray:
        """Values just before dividend `j` of some contracts, from their values just after it."""
        share = self.share[:, goes_ex]
        after = np.maximum(share - self.dividends.amounts[goes_ex, j], share[0])
        return self.interpolate(value, after, level, goes_ex)

    def escrowed_value(
        self, share: FloatArray, level: int, columns: IntArray | slice
    ) -> FloatArray:
        """European value at a level were the dividends still to come taken out of the share's price.

        Exact when none is to come; otherwise near the value, so that the difference is smooth.
        """
        contracts = self.contracts.take(columns)
        to_come = np.where(
            self.levels.ex_level[:, columns] > level, self.dividends.amounts[columns].T, 0.0
        ).sum(axis=0)
        wait = contracts.years - self.levels.years[level, columns]
        bare = np.maximum(share - to_come, 1e-3 * share)
        deviation = self.volatility[columns] * np.sqrt(wait)
        value = black_value(contracts.call, bare, forward_strike(contracts), deviation)
        return value * np.exp(-contracts.dividend_yield * wait)

    def interpolate(
        self,
        value: FloatArray,
        share: FloatArray,
        level: int,
        columns: IntArray | slice = slice(None),
    ) -> FloatArray:
        """Values at any prices of the share, `(prices, contracts)`: cubic in the logarithm of price.

        Only the difference to `escrowed_value` is interpolated.
        """
        lowest, spacing = self.nodes.lowest[columns], self.nodes.spacing[columns]
        excess = value - self.escrowed_value(self.share[:, columns], level, columns)
        place = (np.log(share) - lowest) / spacing
        first = np.clip(place.astype(np.int64) - 1, 0, len(value) - 4)
        z = place - first
        weights = (
            -(z - 1) * (z - 2) * (z - 3) / 6,
            z * (z - 2) * (z - 3) / 2,
            -z * (z - 1) * (z - 3) / 2,
            z * (z - 1) * (z - 2) / 6,
        )
        at = self.escrowed_value(share, level, columns)
        for i, weight in enumerate(weights):
            at += weight * np.take_along_axis(excess, first + i, axis=0)
        return at
