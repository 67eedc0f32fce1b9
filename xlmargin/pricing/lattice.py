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

import numpy as np

from xlmargin.arrays import FloatArray, IntArray
from xlmargin.pricing.contracts import Contracts, ForwardDividends
from xlmargin.pricing.last_period import LastPeriod
from xlmargin.pricing.lattice_grid import Levels, Nodes, price_nodes, time_levels
from xlmargin.pricing.zero_volatility import least_value

COARSE_STEPS = 50
"""Steps of the coarser of the two lattices, to the last ex-date."""

COARSE_STEPS_TO_EXPIRY = 200
"""The same where early exercise in the last period too is left to the lattice."""

MOST_DEVIATION = 20.0
"""Greatest volatility * sqrt(years): beyond it options are worth all they can be."""

GREATEST_LOGARITHM = 600.0
"""Logarithm of the greatest price a node can have: far from any spot, and no overflow."""

NUMBERS_AT_ONCE = 24_000
"""Numbers in one temporary: nodes x contracts that fit a processor's cache."""


def lattice_value(
    contracts: Contracts,
    spot: FloatArray,
    volatility: FloatArray,
    coarse_steps: int = COARSE_STEPS,
) -> FloatArray:
    """Value, $ per unit, with cash dividends that lower the share's price; `(contracts, k)`.

    `spot` has shape `(contracts, k)` and is > 0, `volatility` `(contracts,)`; years, strikes and
    volatilities are > 0. One lattice serves all spots of a contract.
    """
    volatility = np.minimum(volatility, MOST_DEVIATION / np.sqrt(contracts.years))
    dividends = ForwardDividends.of(contracts)
    steps = max(coarse_steps, 3 * dividends.years.shape[1])
    last = LastPeriod.of(contracts, dividends, steps)
    coarse = time_levels(dividends, last, steps)
    value = np.zeros(spot.shape)
    for levels, weight in ((coarse, -1.0), (coarse.halved(), 2.0)):  # Richardson
        nodes = price_nodes(contracts, dividends, last, levels, spot, volatility)
        for rows in _blocks(nodes):
            lattice = _Lattice.of(
                contracts.take(rows),
                last.take(rows),
                levels.take(rows),
                nodes.take(rows),
                volatility[rows],
            )
            value[rows] += weight * lattice.values_today(spot[rows])
    return np.maximum(value, least_value(contracts, spot))


def _blocks(nodes: Nodes) -> list[IntArray]:
    """Contracts to be done together: with like numbers of nodes, as many as fit the cache."""
    order = np.argsort(nodes.count, kind="stable")
    blocks, first = [], 0
    while first < len(order):
        size = max(8, int(NUMBERS_AT_ONCE // nodes.count[order[first]]))
        blocks.append(order[first : first + size])
        first += size
    return blocks


@dataclass(frozen=True, eq=False)
class _Lattice:
    """One block of contracts; what exercise pays is `signed_share - signed_strike`."""

    levels: Levels
    nodes: Nodes
    ratio: FloatArray  # of the price at a node to that at the node below; (contracts,)
    up: FloatArray  # discounted probability of a move up; (steps, contracts)
    stay: FloatArray
    down: FloatArray
    share: FloatArray  # price at each node; (nodes, contracts)
    signed_share: FloatArray  # that of a call, less that of a put
    signed_strike: FloatArray  # (levels, contracts)
    held: FloatArray  # values at the last level if not exercised; (nodes, contracts)

    @classmethod
    def of(
        cls,
        contracts: Contracts,
        last: LastPeriod,
        levels: Levels,
        nodes: Nodes,
        volatility: FloatArray,
    ) -> _Lattice:
        logarithm = nodes.lowest + nodes.spacing * np.arange(nodes.count.max())[:, None]
        share = np.exp(np.minimum(logarithm, GREATEST_LOGARITHM))
        sign = np.where(contracts.call, 1.0, -1.0)
        carry = contracts.rate - contracts.dividend_yield
        strike = sign * contracts.strike * np.exp(-carry * levels.years)
        step = np.diff(levels.years, axis=0)
        # The mean of the share is kept exactly, and the variance of its logarithm.
        variance = volatility**2 * step
        move = (variance + 0.25 * variance**2) / nodes.spacing**2
        ratio = np.exp(nodes.spacing)
        discount = np.exp(-contracts.dividend_yield * step)
        up = discount * move / (1 + ratio)
        return cls(
            levels=levels,
            nodes=nodes,
            ratio=ratio,
            up=up,
            stay=discount * (1 - move),
            down=up * ratio,
            share=share,
            signed_share=sign * share,
            signed_strike=np.where(contracts.american, strike, np.inf),  # a European pays -infinity
            held=last.held_value(contracts, share.T, volatility).T,
        )

    def values_today(self, spot: FloatArray) -> FloatArray:
        """Values today at each spot; both `(contracts, k)`."""
        exercise = self.signed_share - self.signed_strike[-1]
        value = _greater_with_exact_kink(self.held, exercise)
        moved = np.empty_like(value[1:-1])
        for level in reversed(range(self.levels.steps)):
            inner = exercise[1:-1]
            np.multiply(value[2:], self.up[level], out=moved)
            np.multiply(value[:-2], self.down[level], out=inner)
            np.add(moved, inner, out=moved)
            np.multiply(value[1:-1], self.stay[level], out=inner)
            np.add(moved, inner, out=value[1:-1])
            self._extend_to_edges(value)
            np.subtract(self.signed_share, self.signed_strike[level], out=exercise)
            np.maximum(value, exercise, out=value)
            goes_ex = np.flatnonzero(self.levels.falls[level])
            if goes_ex.size:
                before = self._before_dividend(value[:, goes_ex], level, goes_ex)
                value[:, goes_ex] = _greater_with_exact_kink(before, exercise[:, goes_ex])
        return _interpolate(value, self.nodes, spot.T).T

    def _extend_to_edges(self, value: FloatArray) -> None:
        """Give the outermost nodes the values on the straight line (in price) through the next."""
        value[-1] = value[-2] + self.ratio * (value[-2] - value[-3])
        value[0] = value[1] + (value[1] - value[2]) / self.ratio

    def _before_dividend(self, value: FloatArray, level: int, goes_ex: IntArray) -> FloatArray:
        """Values of some contracts just before the share falls, from those just after."""
        share = self.share[:, goes_ex]
        after = np.maximum(share - self.levels.falls[level, goes_ex], share[0])
        return _interpolate(value, self.nodes.take(goes_ex), after)


def _interpolate(value: FloatArray, nodes: Nodes, share: FloatArray) -> FloatArray:
    """Values at any prices, `(prices, contracts)`: cubic in price through four nodes (Lagrange)."""
    place = (np.log(share) - nodes.lowest) / nodes.spacing
    first = np.clip(place.astype(np.int64) - 1, 0, len(value) - 4)
    price = np.exp((place - first) * nodes.spacing)  # that of the first of the nodes being 1
    at_nodes = np.exp(nodes.spacing * np.arange(4)[:, None])
    beyond = [price - at_node for at_node in at_nodes]
    contract = np.arange(value.shape[1])
    total = np.zeros_like(share)
    for i in range(4):
        term, gaps = value[first + i, contract], np.ones(value.shape[1])
        for j in range(4):
            if j != i:
                term *= beyond[j]
                gaps *= at_nodes[i] - at_nodes[j]
        total += term / gaps
    return total


def _greater_with_exact_kink(held: FloatArray, exercised: FloatArray) -> FloatArray:
    """The greater of two values at each node, so raised where they cross that sums are integrals.

    A sum over nodes of a smooth density times a function with a kink misses the integral by a term
    that depends on where between two nodes the kink lies (Euler and Maclaurin's, by the second
    Bernoulli polynomial). The two nodes around the kink get that term, in proportions that keep
    the first moment.
    """
    gain = exercised - held
    greater = np.maximum(held, exercised)
    inner = gain[1:-1]
    crosses = np.isfinite(inner[1:]) & (np.signbit(inner[1:]) != np.signbit(inner[:-1]))
    node, contract = np.nonzero(crosses)
    place, turn = _crossing(gain[node + np.arange(4)[:, None], contract])
    greater[node + 1, contract] += turn * ((1 - place) ** 3 / 6 - (1 - place) / 12)
    greater[node + 2, contract] += turn * (place**3 / 6 - place / 12)
    return greater


def _crossing(gain: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Where the cubic through four values, `(4, crossings)`, is 0, and the size of its slope there.

    It crosses between the second and the third value, at a share of the way from one to the other;
    the slope is per spacing.
    """
    first, second, third, fourth = gain
    cubic = (fourth - first) / 6 + (second - third) / 2
    square = (first + third) / 2 - second
    linear = third - second - square - cubic
    with np.errstate(all="ignore"):  # a cubic that is flat is left for the straight line
        place = second / (second - third)
        slope = third - second
        for _ in range(3):  # Newton
            value = second + place * (linear + place * (square + place * cubic))
            slope = linear + place * (2 * square + 3 * place * cubic)
            place = np.clip(place - value / slope, 0.0, 1.0)
    steady = np.sign(slope) == np.sign(third - second)
    place = np.where(steady, place, second / (second - third))
    return place, np.abs(np.where(steady, slope, third - second))
