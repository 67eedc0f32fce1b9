"""Where and when a lattice holds values: nodes of the share price and levels of time.

Prices are in forward dollars of their own time (see `ForwardDividends`), in which the share neither
drifts nor earns between ex-dates, so the nodes stay where they are. The levels are bent so that
every ex-date falls exactly on one.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xlmargin.arrays import BoolArray, FloatArray, IntArray
from xlmargin.pricing.contracts import Contracts, ForwardDividends
from xlmargin.pricing.last_period import LastPeriod

MOVE_PROBABILITY = 1 / 3
"""Probability that the share moves in a step of mean length: it gives the step normal kurtosis."""

REACH = 4.5
"""How far beyond today's spots the nodes reach, in standard deviations of the share."""

MOST_NODES = 1500
"""Nodes of one contract at most; spots that lie very far apart get wider spacing instead."""


@dataclass(frozen=True, eq=False)
class Levels:
    """Times of the levels and the dividends at them; arrays `(levels, contracts)`.

    The first level is today, the last the start of the last period, whose dividend is not here.
    `falls` is what the share falls by at a level, in forward dollars.
    """

    years: FloatArray
    falls: FloatArray

    @property
    def steps(self) -> int:
        """Number of steps between the levels."""
        return len(self.years) - 1

    def halved(self) -> Levels:
        """The same levels and as many in the middle between them."""
        years = np.empty((2 * self.steps + 1, self.years.shape[1]))
        years[::2] = self.years
        years[1::2] = 0.5 * (self.years[1:] + self.years[:-1])
        falls = np.zeros_like(years)
        falls[::2] = self.falls
        return Levels(years, falls)

    def take(self, contracts: IntArray) -> Levels:
        """The levels of some contracts."""
        return Levels(self.years[:, contracts], self.falls[:, contracts])


@dataclass(frozen=True, eq=False)
class Nodes:
    """Nodes of each contract, arrays `(contracts,)`.

    `count` nodes from `lowest` (a logarithm of price) upward, `spacing` apart.
    """

    lowest: FloatArray
    spacing: FloatArray
    count: IntArray

    def take(self, contracts: IntArray) -> Nodes:
        """The nodes of some contracts."""
        return Nodes(self.lowest[contracts], self.spacing[contracts], self.count[contracts])


def time_levels(dividends: ForwardDividends, last: LastPeriod, steps: int) -> Levels:
    """Levels from today to the last period: evenly spaced between one ex-date and the next.

    Each ex-date takes the level nearest to it, but one of its own, and neither the first nor the
    last, so that steps differ little in length.
    """
    pays = (dividends.amounts.T > 0) & (last.start > dividends.years.T)
    when = np.where(pays, dividends.years.T, last.start)
    ex_level = _ex_levels(when / last.start, pays, steps)
    number = np.arange(steps + 1)[:, None]
    years = np.zeros((steps + 1, len(last.start)))
    falls = np.zeros_like(years)
    start, start_years = np.zeros(len(last.start), np.int64), np.zeros(len(last.start))
    for level, level_years in [*zip(ex_level, when, strict=True), (steps, last.start)]:
        share = (number - start) / np.maximum(level - start, 1)
        even = start_years + share * (level_years - start_years)
        years = np.where(number > start, even, years)
        start, start_years = np.broadcast_to(level, start.shape), level_years
    for level, paid in zip(ex_level, np.where(pays, dividends.amounts.T, 0.0), strict=True):
        falls += np.where(number == level, paid, 0.0)
    return Levels(years, falls)


def _ex_levels(share_of_time: FloatArray, pays: BoolArray, steps: int) -> IntArray:
    """Level of each dividend, `(dividends, contracts)`; `steps` for one that is not paid."""
    level = np.rint(steps * share_of_time).astype(np.int64)
    earlier = np.zeros(level.shape[1:], np.int64)
    for row in level:
        np.maximum(row, earlier + 1, out=row)
        earlier = row
    later = np.full(level.shape[1:], steps)
    for row, paid in zip(level[::-1], pays[::-1], strict=True):
        row[:] = np.where(paid, np.minimum(row, later - 1), steps)
        later = np.where(paid, row, later)
    return level


def price_nodes(
    contracts: Contracts,
    dividends: ForwardDividends,
    last: LastPeriod,
    levels: Levels,
    spot: FloatArray,
    volatility: FloatArray,
) -> Nodes:
    """Nodes that every spot of a contract can spread over until the last period.

    One lies where the payoff has its kink, seen from before the last dividend.
    """
    deviation = volatility * np.sqrt(last.start)
    reach = REACH * deviation + 0.5 * deviation**2
    least = spot.min(axis=1)
    after = np.maximum(least - dividends.total, 0.05 * least)
    low, high = np.log(after) - reach, np.log(spot.max(axis=1)) + reach
    longest_step = np.diff(levels.years, axis=0).max(axis=0)
    mean_step = last.start / levels.steps
    spacing = volatility * np.sqrt(np.maximum(mean_step / MOVE_PROBABILITY, 1.2 * longest_step))
    spacing = np.maximum(spacing, (high - low) / MOST_NODES)
    carry = contracts.rate - contracts.dividend_yield
    kink = np.log(contracts.strike * np.exp(-carry * contracts.years) + last.dividend)
    first = np.floor((low - kink) / spacing)
    count = (np.ceil((high - kink) / spacing) - first).astype(np.int64) + 1
    return Nodes(kink + first * spacing, spacing, np.maximum(count, 8))
