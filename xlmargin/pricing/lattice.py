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
from xlmargin.pricing.last_period import LastPeriod, LastValue
from xlmargin.pricing.lattice_grid import EX_DATES_AT, Levels, Nodes, price_nodes, time_levels
from xlmargin.pricing.lattice_nodes import greater_with_exact_kink, interpolate, read
from xlmargin.pricing.lattice_step import HeldForStep, Weights
from xlmargin.pricing.zero_volatility import least_value

STEPS_TO_EXPIRY = 200
"""Steps of the coarser lattice where early exercise in the last period too is left to it."""

MOST_DEVIATION = 20.0
"""Greatest volatility * sqrt(years): beyond it options are worth all they can be."""

STRETCH = 8
"""Steps after which the nodes that matter are chosen anew."""

SPARE_NODES = 3
"""Nodes kept beyond those within reach, so that there are neighbours to read from."""

STEPS_A_YEAR = 56
"""Steps of the coarser lattice for a year; from 16, for a few weeks, to 64, for a year or more."""

GREATEST_LOGARITHM = 600.0
"""Logarithm of the greatest price a node can have: far from any spot, and no overflow."""

NUMBERS_AT_ONCE = 16_000
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
    known = LastValue.of(contracts, _last_period(contracts), volatility)
    contract = np.tile(np.arange(len(contracts)), 2)  # of each lattice: the coarse ones, the fine
    levels, nodes = _grids(contracts.take(contract), spot[contract], volatility[contract])
    value = np.empty((len(contract), spot.shape[1]))
    for rows in _blocks(nodes, levels):
        of = contract[rows]
        lattice = _Lattice.of(
            contracts.take(of), known.take(of), levels.take(rows), nodes.take(rows), volatility[of]
        )
        value[rows] = lattice.values_today(spot[of])
    coarse, fine = np.split(value, 2)
    return np.maximum(2 * fine - coarse, least_value(contracts, spot))  # Richardson


def _last_period(contracts: Contracts) -> LastPeriod:
    """The last period of each contract, as short as one step of a lattice to expiry at least."""
    return LastPeriod.of(contracts, ForwardDividends.of(contracts), STEPS_TO_EXPIRY)


def _grids(twice: Contracts, spot: FloatArray, volatility: FloatArray) -> tuple[Levels, Nodes]:
    """Levels and nodes of the coarse lattices of all contracts, then of their fine ones."""
    dividends, last = ForwardDividends.of(twice), _last_period(twice)
    coarse = _coarse_steps(dividends, last)
    times = np.repeat([1, 2], len(twice) // 2)
    levels = time_levels(dividends, last, times * coarse, coarse // EX_DATES_AT)
    return levels, price_nodes(twice, dividends, last, levels, spot, volatility)


def _coarse_steps(dividends: ForwardDividends, last: LastPeriod) -> IntArray:
    """Steps of the coarser lattice: in proportion to its time, within bounds; `(contracts,)`."""
    eights = np.ceil(np.clip(STEPS_A_YEAR * last.start / 8, 1, 7)).astype(np.int64) + 1
    steps = np.where(last.is_short, STEPS_TO_EXPIRY, 8 * eights)
    room = 2 * EX_DATES_AT * np.count_nonzero(dividends.amounts, axis=1)
    return np.asarray(np.maximum(steps, room))


def _blocks(nodes: Nodes, levels: Levels) -> list[IntArray]:
    """Lattices to be worked together: of like steps and nodes, as many as fit the cache."""
    order = np.lexsort((nodes.count, np.count_nonzero(levels.years, axis=0)))
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
    weights: Weights
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
        number = np.arange(float(np.max(nodes.count)))[:, None]
        logarithm = nodes.lowest + nodes.spacing * number
        share = np.exp(np.minimum(logarithm, GREATEST_LOGARITHM))
        sign = np.where(contracts.call, 1.0, -1.0)
        carry = contracts.rate - contracts.dividend_yield
        strike = sign * contracts.strike * np.exp(-carry * levels.years)
        return cls(
            levels=levels,
            nodes=nodes,
            weights=Weights.of(contracts, levels, nodes, volatility),
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
        scratch = exercise, np.empty_like(exercise)
        for first in reversed(range(0, self.levels.steps, STRETCH)):
            levels = range(first, min(first + STRETCH, self.levels.steps))
            self._work_back(value, levels, scratch)
        return read(value, self.nodes, spot.T).T

    def _work_back(
        self, value: FloatArray, levels: range, scratch: tuple[FloatArray, FloatArray]
    ) -> None:
        """Put the values at the first of the levels in place of those after the last.

        Only at nodes from which today's spots matter; the others keep older values.
        """
        rows = self._rows_that_matter(levels[-1])
        here, signed_share = value[rows], self.signed_share[rows]
        exercise, moved = (array[rows] for array in scratch)
        hold = HeldForStep(here, self.weights, self.ratio, moved, exercise[1:-1])
        anyone_goes_ex = self.levels.anyone_goes_ex
        for level in reversed(levels):
            hold(level)
            np.subtract(signed_share, self.signed_strike[level], out=exercise)
            np.maximum(here, exercise, out=here)
            if anyone_goes_ex[level]:
                goes_ex = np.flatnonzero(self.levels.falls[level])
                before = self._before_dividend(value, rows, level, goes_ex)
                here[:, goes_ex] = greater_with_exact_kink(before, exercise[:, goes_ex])

    def _rows_that_matter(self, level: int) -> slice:
        """Nodes within reach of today's spots at a level, for some contract of the block."""
        share_of_reach = np.sqrt(self.levels.years[level] / self.levels.years[-1])
        beyond = self.nodes.reach * (1 - share_of_reach) / self.nodes.spacing
        cut = np.maximum(beyond.astype(np.int64) - SPARE_NODES, 0)
        return slice(int(cut.min()), int((self.nodes.count - cut).max()))

    def _before_dividend(
        self, value: FloatArray, rows: slice, level: int, goes_ex: IntArray
    ) -> FloatArray:
        """Values of some contracts just before the share falls, from those just after."""
        share = self.share[rows, goes_ex]
        after = np.maximum(share - self.levels.falls[level, goes_ex], self.share[0, goes_ex])
        return interpolate(value[:, goes_ex], self.nodes.take(goes_ex), after)
