"""Options on shares that pay cash dividends, and American options with two exercise boundaries.

The share's whole price moves with its volatility, and falls by the amount of a dividend on its
ex-date. A trinomial lattice holds the option's value at fixed prices of the share and works back
from the last period, in which the value is known: each value is the discounted mean of three values
one step later, or what exercise pays if that is more. Just before an ex-date the value at a price
is the value just after at that price less the dividend: Vellekoop and Nieuwenhuis (2006).
Starting from known values, and Richardson's extrapolation from two lattices, one with twice the
steps of the other, are the ideas of Broadie and Detemple (1996).

Arrays have shape `(nodes, contracts)`: one step is a few operations on a whole block of contracts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from xlmargin.arrays import FloatArray, IntArray
from xlmargin.pricing.contracts import Contracts, ForwardDividends
from xlmargin.pricing.last_period import LastPeriod, LastValue
from xlmargin.pricing.lattice_grid import EX_DATES_AT, Levels, Nodes, price_nodes, time_levels
from xlmargin.pricing.lattice_nodes import greater_with_exact_kink, interpolate, read
from xlmargin.pricing.zero_volatility import least_value

STEPS_TO_EXPIRY = 200
"""Steps of the coarser lattice where early exercise in the last period too is left to it."""

MOST_DEVIATION = 20.0
"""Greatest volatility * sqrt(years): beyond it options are worth all they can be."""

STEPS_A_YEAR = 56
"""Steps of the coarser lattice for a year."""

GREATEST_LOGARITHM = 600.0
"""Logarithm of the greatest price a node can have: far from any spot, and no overflow."""

NUMBERS_AT_ONCE = 24_000
"""Numbers in one temporary: nodes x contracts that fit a processor's cache."""


def lattice_value(
    contracts: Contracts,
    spot: FloatArray,
    volatility: FloatArray,
) -> FloatArray:
    """Value, $ per unit, with cash dividends that lower the share's price; `(contracts, k)`.

    `spot` has shape `(contracts, k)` and is > 0, `volatility` `(contracts,)`; years, strikes and
    volatilities are > 0. One lattice serves all spots of a contract.
    """
    volatility = np.minimum(volatility, MOST_DEVIATION / np.sqrt(contracts.years))
    dividends = ForwardDividends.of(contracts)
    last = LastPeriod.of(contracts, dividends, STEPS_TO_EXPIRY)
    known = LastValue.of(contracts, last, volatility)
    coarse = time_levels(dividends, last, _coarse_steps(contracts, dividends, last))
    value = np.zeros(spot.shape)
    for levels, weight in ((coarse, -1.0), (coarse.halved(), 2.0)):  # Richardson
        nodes = price_nodes(contracts, dividends, last, levels, spot, volatility)
        for rows in _blocks(nodes, levels):
            lattice = _Lattice.of(
                contracts.take(rows),
                known.take(rows),
                levels.take(rows),
                nodes.take(rows),
                volatility[rows],
            )
            value[rows] += weight * lattice.values_today(spot[rows])
    return np.maximum(value, least_value(contracts, spot))


def _coarse_steps(contracts: Contracts, dividends: ForwardDividends, last: LastPeriod) -> IntArray:
    """Steps of the coarser lattice: in proportion to its time, within bounds; `(contracts,)`."""
    eighths = np.ceil(np.clip(STEPS_A_YEAR * last.start / 8, 1, 6)).astype(np.int64) + 1
    steps = np.where(last.is_short, STEPS_TO_EXPIRY, 8 * eighths)
    room = 2 * EX_DATES_AT * np.count_nonzero(dividends.amounts, axis=1)
    return np.asarray(np.maximum(steps, room))


def _blocks(nodes: Nodes, levels: Levels) -> list[IntArray]:
    """Contracts to be done together: of like steps and nodes, as many as fit the cache."""
    order = np.lexsort((nodes.count, np.count_nonzero(levels.years, axis=0)))
    blocks, first = [], 0
    while first < len(order):
        size = max(8, int(NUMBERS_AT_ONCE // nodes.count[order[first]]))
        blocks.append(order[first : first + size])
        first += size
    return blocks


class _Weights(NamedTuple):
    """Discounted probabilities of a move up, none and down in each step; `(steps, contracts)`."""

    up: FloatArray
    stay: FloatArray
    down: FloatArray

    @classmethod
    def of(
        cls, contracts: Contracts, levels: Levels, nodes: Nodes, volatility: FloatArray
    ) -> _Weights:
        """Weights that keep the mean of the share, and the variance of its logarithm."""
        step = np.diff(levels.years, axis=0)
        variance = volatility**2 * step
        move = (variance + 0.25 * variance**2) / nodes.spacing**2
        ratio = np.exp(nodes.spacing)
        discount = np.exp(-contracts.dividend_yield * step)
        up = discount * move / (1 + ratio)
        return cls(up, discount * (1 - move), up * ratio)


@dataclass(frozen=True, eq=False)
class _Lattice:
    """One block of contracts; what exercise pays is `signed_share - signed_strike`."""

    levels: Levels
    nodes: Nodes
    weights: _Weights
    ratio: FloatArray  # of the price at a node to that at the node below; (contracts,)
    share: FloatArray  # price at each node; (nodes, contracts)
    signed_share: FloatArray  # that of a call, less that of a put
    signed_strike: FloatArray  # (levels, contracts)
    held: FloatArray  # values at the last level if not exercised; (nodes, contracts)

    @classmethod
    def of(
        cls,
        contracts: Contracts,
        known: LastValue,
        levels: Levels,
        nodes: Nodes,
        volatility: FloatArray,
    ) -> _Lattice:
        logarithm = nodes.lowest + nodes.spacing * np.arange(nodes.count.max())[:, None]
        share = np.exp(np.minimum(logarithm, GREATEST_LOGARITHM))
        sign = np.where(contracts.call, 1.0, -1.0)
        carry = contracts.rate - contracts.dividend_yield
        strike = sign * contracts.strike * np.exp(-carry * levels.years)
        return cls(
            levels=levels,
            nodes=nodes,
            weights=_Weights.of(contracts, levels, nodes, volatility),
            ratio=np.exp(nodes.spacing),
            share=share,
            signed_share=sign * share,
            signed_strike=np.where(contracts.american, strike, np.inf),  # a European pays -infinity
            held=known.held(share),
        )

    def values_today(self, spot: FloatArray) -> FloatArray:
        """Values today at each spot; both `(contracts, k)`."""
        exercise = self.signed_share - self.signed_strike[-1]
        value = greater_with_exact_kink(self.held, exercise)
        hold = _HeldForStep(value, exercise, self.weights, self.ratio)
        anyone_goes_ex = np.asarray(self.levels.falls.any(axis=1))
        for level in reversed(range(self.levels.steps)):
            hold(level)
            np.subtract(self.signed_share, self.signed_strike[level], out=exercise)
            np.maximum(value, exercise, out=value)
            if anyone_goes_ex[level]:
                goes_ex = np.flatnonzero(self.levels.falls[level])
                before = self._before_dividend(value[:, goes_ex], level, goes_ex)
                value[:, goes_ex] = greater_with_exact_kink(before, exercise[:, goes_ex])
        return read(value, self.nodes, spot.T).T

    def _before_dividend(self, value: FloatArray, level: int, goes_ex: IntArray) -> FloatArray:
        """Values of some contracts just before the share falls, from those just after."""
        share = self.share[:, goes_ex]
        after = np.maximum(share - self.levels.falls[level, goes_ex], share[0])
        return interpolate(value, self.nodes.take(goes_ex), after)


class _HeldForStep:
    """Puts in place of values one step later their discounted means, step after step.

    It works in the `value` it is given, with `scratch` of the same shape, through views that are
    made once: with few contracts making them takes as long as the arithmetic.
    """

    def __init__(
        self, value: FloatArray, scratch: FloatArray, weights: _Weights, ratio: FloatArray
    ) -> None:
        self._above, self._here, self._below = value[2:], value[1:-1], value[:-2]
        self._scratch, self._moved = scratch[1:-1], np.empty_like(value[1:-1])
        self._weights = weights
        last = len(value) - 1
        self._edges, self._next, self._third = (
            value[i : last - i + 1 : last - 2 * i] for i in range(3)
        )
        self._slope = np.array([1 / ratio, ratio])

    def __call__(self, level: int) -> None:
        """Discounted means at `level`.

        The outermost nodes get the values on the straight line (in price) through the next two.
        """
        weights, moved, scratch = self._weights, self._moved, self._scratch
        np.multiply(self._above, weights.up[level], out=moved)
        np.multiply(self._below, weights.down[level], out=scratch)
        np.add(moved, scratch, out=moved)
        np.multiply(self._here, weights.stay[level], out=scratch)
        np.add(moved, scratch, out=self._here)
        np.subtract(self._next, self._third, out=self._edges)
        np.multiply(self._edges, self._slope, out=self._edges)
        np.add(self._edges, self._next, out=self._edges)
