"""Where and when a lattice holds values: nodes of the share price and levels of time.

Prices are in forward dollars of their own time (see `ForwardDividends`), in which the share neither
drifts nor earns between ex-dates, so the nodes stay where they are. The levels are bent so that
every ex-date falls exactly on one.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from xlmargin.arrays import FloatArray, IntArray
from xlmargin.pricing.contracts import Contracts, ForwardDividends

MOVE_PROBABILITY = 1 / 3
"""Probability that the share moves in a step of mean length: it gives the step normal kurtosis."""

REACH = 4.5
"""How far beyond today's spots the nodes reach, in standard deviations of the share to expiry."""

MOST_NODES = 1500
"""Nodes of one contract at most; spots that lie very far apart get wider spacing instead."""


class Levels(NamedTuple):
    """Levels of time: `years` (levels + 1, contracts), and each dividend's level.

    `ex_level` has shape `(dividends, contracts)`; the last level stands for no dividend.
    """

    years: FloatArray
    ex_level: IntArray

    @property
    def count(self) -> int:
        """Number of steps."""
        return len(self.years) - 1

    def halved(self) -> Levels:
        """The same levels and as many in the middle between them."""
        years = np.empty((2 * self.count + 1, self.years.shape[1]))
        years[::2] = self.years
        years[1::2] = 0.5 * (self.years[1:] + self.years[:-1])
        return Levels(years, 2 * self.ex_level)


class Nodes(NamedTuple):
    """Nodes of each contract: `count` of them from `lowest` (a logarithm) upward, `spacing` apart."""

    lowest: FloatArray
    spacing: FloatArray
    count: IntArray


def time_levels(contracts: Contracts, dividends: ForwardDividends, steps: int) -> Levels:
    """Levels from today to expiry: evenly spaced between one ex-date and the next.

    Each ex-date takes the level nearest to it, but one of its own, and neither the first nor the
    last, so that steps differ little in length.
    """
    pays = dividends.amounts.T > 0
    when = dividends.years.T
    level = np.rint(steps * when / contracts.years).astype(np.int64)
    for j in range(len(level)):
        level[j] = np.maximum(level[j], level[j - 1] + 1 if j else 1)
    later = np.full(len(contracts), steps)
    for j in reversed(range(len(level))):
        level[j] = np.where(pays[j], np.minimum(level[j], later - 1), steps)
        later = np.where(pays[j], level[j], later)
    ends = [*zip(level, when, strict=True), (np.full(len(contracts), steps), contracts.years)]
    number = np.arange(steps + 1)[:, None]
    years = np.zeros((steps + 1, len(contracts)))
    start, start_years = np.zeros(len(contracts), np.int64), np.zeros(len(contracts))
    for end, end_years in ends:
        share = (number - start) / np.maximum(end - start, 1)
        years = np.where(number > start, start_years + share * (end_years - start_years), years)
        start, start_years = end, end_years
    return Levels(years, level)


def price_nodes(
    contracts: Contracts,
    dividends: ForwardDividends,
    levels: Levels,
    spot: FloatArray,
    volatility: FloatArray,
) -> Nodes:
    """Nodes that every spot of a contract can spread over until expiry; one lies on the payoff's kink.

    The kink, seen from before the last ex-date, is at the strike plus the last dividend.
    """
    deviation = volatility * np.sqrt(contracts.years)
    reach = REACH * deviation + 0.5 * deviation**2
    least = spot.min(axis=1)
    high = np.log(spot.max(axis=1)) + reach
    low = np.log(np.maximum(least - dividends.total, 0.05 * least)) - reach
    spacing = volatility * np.sqrt(_spacing_years(contracts, levels))
    spacing = np.maximum(spacing, (high - low) / MOST_NODES)
    kink = np.log(forward_strike(contracts) + _last_dividend(dividends))
    first = np.floor((low - kink) / spacing)
    count = (np.ceil((high - kink) / spacing) - first).astype(np.int64) + 1
    return Nodes(kink + first * spacing, spacing, np.maximum(count, 8))


def _spacing_years(contracts: Contracts, levels: Levels) -> FloatArray:
    """Time in which the share's standard deviation is one spacing; longer if a step is very long."""
    longest = np.diff(levels.years, axis=0).max(axis=0)
    return np.maximum(contracts.years / levels.count / MOVE_PROBABILITY, 1.2 * longest)


def _last_dividend(dividends: ForwardDividends) -> FloatArray:
    """Amount of the last dividend of each contract, 0 where there is none."""
    last = np.zeros(len(dividends.amounts))
    for amount in dividends.amounts.T:
        last = np.where(amount > 0, amount, last)
    return last


def forward_strike(contracts: Contracts) -> FloatArray:
    """The strike in forward dollars of expiry."""
    carry = contracts.rate - contracts.dividend_yield
    return contracts.strike * np.exp(-carry * contracts.years)
