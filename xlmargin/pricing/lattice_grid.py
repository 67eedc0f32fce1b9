"""Where and when a lattice holds values: nodes of the price and levels of time.

Prices are in forward dollars of their own time (see `ForwardDividends`), in which the price neither
drifts nor earns between ex-dates, so the nodes stay where they are. The levels are bent so that
every ex-date falls exactly on one.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from xlmargin.arrays import BoolArray, FloatArray, IntArray
from xlmargin.pricing.contracts import Contracts, ForwardDividends
from xlmargin.pricing.last_period import LastPeriod

MOVE_PROBABILITY = 1 / 3
"""Probability that the price moves in a step of mean length: it gives the steps normal kurtosis."""

REACH = 4.0
"""How far beyond today's spots the nodes reach, in standard deviations of the price."""

SPARE_NODES = 8
"""Nodes kept beyond those within reach, so that there are neighbours to read from."""

MOST_NODES = 1500
"""Nodes of one contract at most; spots that lie very far apart get wider spacing instead."""

GREATEST_LOGARITHM = 600.0
"""Logarithm of the greatest price a node can have: far from any spot, and no overflow."""


@dataclass(frozen=True, eq=False)
class Levels:
    """Times of the levels and the dividends at them; arrays `(levels, contracts)`.

    The first level is today, the last the start of the last period, whose dividend is not here.
    `dividends` are in forward dollars.
    """

    years: FloatArray
    dividends: FloatArray

    @property
    def steps(self) -> int:
        """Number of steps between the levels."""
        return len(self.years) - 1

    @cached_property
    def goes_ex(self) -> list[IntArray]:
        """The contracts that go ex at each level."""
        return [np.flatnonzero(level) for level in self.dividends]

    def take(self, contracts: IntArray) -> Levels:
        """The levels of some contracts."""
        return Levels(self.years[:, contracts], self.dividends[:, contracts])


@dataclass(frozen=True, eq=False)
class Nodes:
    """Nodes of each contract, arrays `(contracts,)`.

    `count` nodes from `lowest` (a logarithm of price) upward, `spacing` apart. On the node `kink`
    the payoff has its kink, seen from before the last dividend.
    """

    lowest: FloatArray
    spacing: FloatArray
    count: IntArray
    kink: IntArray

    def take(self, contracts: IntArray) -> Nodes:
        """The nodes of some contracts."""
        return Nodes(
            self.lowest[contracts],
            self.spacing[contracts],
            self.count[contracts],
            self.kink[contracts],
        )

    def prices(self) -> FloatArray:
        """The price at each node; `(nodes, contracts)`, with as many nodes as the most have."""
        number = np.arange(float(self.count.max()))[:, None]
        return np.exp(np.minimum(self.lowest + self.spacing * number, GREATEST_LOGARITHM))

    def place(self, price: FloatArray) -> FloatArray:
        """The number of the node at a price, a fraction between two; `(..., contracts)`."""
        return (np.log(price) - self.lowest) / self.spacing


def rows_cut(level: int, steps: int) -> int:
    """Nodes at either end that are too far from today's spots to matter at a level.

    Spacing is at least sqrt(1 / `MOVE_PROBABILITY`) standard deviations of a mean step; levels are
    bent, so a few count for later than they are.
    """
    reach = 0.75 * REACH * np.sqrt(steps * MOVE_PROBABILITY)
    share = min(1.0, (level + 1 + steps / 16) / steps)
    return max(0, int(reach * (1 - np.sqrt(share))) - SPARE_NODES)


def time_levels(
    dividends: ForwardDividends, last: LastPeriod, steps: int, places: IntArray
) -> Levels:
    """Levels from today to the last period: evenly spaced between one ex-date and the next.

    At every `steps` / `places` levels, a whole number, is a place for an ex-date. Each takes the
    place nearest to it, but one of its own, and neither the first nor the last, so that steps
    differ little in length.
    """
    pays = (dividends.amounts.T > 0) & (last.start > dividends.years.T)
    when = np.where(pays, dividends.years.T, last.start)
    ex_level = _places(places * when / last.start, pays, places) * (steps // places)
    contract = np.arange(len(last.start))
    shape = (steps + 2, len(contract))
    longer, paid = np.zeros(shape), np.zeros(shape)  # than the step before; one row is spare
    before, before_years, pace = np.zeros_like(contract), np.zeros(shape[1]), np.zeros(shape[1])
    for level, years in [
        *zip(ex_level, when, strict=True),
        (np.full_like(contract, steps), last.start),
    ]:
        even = np.where(
            level > before, (years - before_years) / np.maximum(level - before, 1), pace
        )
        longer[before + 1, contract] += even - pace
        before, before_years, pace = level, years, even
    for level, amount in zip(ex_level, np.where(pays, dividends.amounts.T, 0.0), strict=True):
        paid[level, contract] += amount
    return Levels(longer[:-1].cumsum(axis=0).cumsum(axis=0), paid[:-1])


def _places(wanted: FloatArray, pays: BoolArray, places: IntArray) -> IntArray:
    """Whole places in order, `(dividends, contracts)`, near those wanted; the last if not paid."""
    place = np.rint(wanted).astype(np.int64)
    earlier = np.zeros(place.shape[1], np.int64)
    for row in place:
        np.maximum(row, earlier + 1, out=row)
        earlier = row
    later = places
    for row, paid in zip(place[::-1], pays[::-1], strict=True):
        row[:] = np.where(paid, np.minimum(row, later - 1), places)
        later = np.where(paid, row, later)
    return place


def price_nodes(
    contracts: Contracts,
    dividends: ForwardDividends,
    last: LastPeriod,
    levels: Levels,
    spot: FloatArray,
    volatility: FloatArray,
) -> Nodes:
    """Nodes that every spot of a contract can spread over until the last period.

    An American call that is exercised before the last dividend has its kink at the strike; other
    options, which are worth what they are after it, have it higher by the dividend.
    """
    total_volatility = volatility * np.sqrt(last.start)
    reach = REACH * total_volatility + 0.5 * total_volatility**2
    least = spot.min(axis=1)
    after = np.maximum(least - dividends.total, 0.05 * least)
    low, high = np.log(after) - reach, np.log(spot.max(axis=1)) + reach
    step = np.diff(levels.years, axis=0)
    # Summed in order, whatever stands beside it; of this step the sum has normal kurtosis.
    typical_step = (step**2).cumsum(axis=0)[-1] / last.start
    longest_step = step.max(axis=0)
    spacing = volatility * np.sqrt(np.maximum(typical_step / MOVE_PROBABILITY, 1.2 * longest_step))
    spacing = np.maximum(spacing, (high - low) / MOST_NODES)
    strike = contracts.strike * np.exp(
        (contracts.dividend_yield - contracts.rate) * contracts.years
    )
    kink = np.log(strike + np.where(contracts.call & contracts.american, 0.0, last.dividend))
    first = np.minimum(np.floor((low - kink) / spacing), -SPARE_NODES)
    count = np.maximum(np.ceil((high - kink) / spacing), SPARE_NODES) - first + 1
    return Nodes(kink + first * spacing, spacing, count.astype(np.int64), (-first).astype(np.int64))
