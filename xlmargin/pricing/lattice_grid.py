"""Where and when a lattice holds values: nodes of the share price and levels of time.

Prices are in forward dollars of their own time (see `ForwardDividends`), in which the share neither
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
"""Probability that the share moves in a step of mean length: it gives the step normal kurtosis."""

REACH = 5.0
"""How far beyond today's spots the nodes reach, in standard deviations of the share."""

EX_DATES_AT = 4
"""Of the coarser lattice, every so many levels is a place for an ex-date."""

MOST_NODES = 1500
"""Nodes of one contract at most; spots that lie very far apart get wider spacing instead."""


@dataclass(frozen=True, eq=False)
class Levels:
    """Times of the levels and the dividends at them; arrays `(levels, contracts)`.

    The first level is today, the last the start of the last period, whose dividend is not here.
    A contract that has fewer steps than the others waits for them: its first levels are all today.
    `falls` is what the share falls by at a level, in forward dollars.
    """

    years: FloatArray
    falls: FloatArray

    @property
    def steps(self) -> int:
        """Number of steps between the levels."""
        return len(self.years) - 1

    @cached_property
    def anyone_goes_ex(self) -> list[bool]:
        """Whether any share goes ex, level by level."""
        goes_ex: list[bool] = np.any(self.falls, axis=1).tolist()
        return goes_ex

    def take(self, contracts: IntArray) -> Levels:
        """The levels of some contracts, without those at which all of them wait."""
        first = np.count_nonzero(self.years[:, contracts].max(axis=1) == 0) - 1
        return Levels(self.years[first:, contracts], self.falls[first:, contracts])


@dataclass(frozen=True, eq=False)
class Nodes:
    """Nodes of each contract, arrays `(contracts,)`.

    `count` nodes from `lowest` (a logarithm of price) upward, `spacing` apart, as far as `reach`
    beyond the spots on either side.
    """

    lowest: FloatArray
    spacing: FloatArray
    count: IntArray
    reach: FloatArray

    def take(self, contracts: IntArray) -> Nodes:
        """The nodes of some contracts."""
        return Nodes(
            self.lowest[contracts],
            self.spacing[contracts],
            self.count[contracts],
            self.reach[contracts],
        )


def time_levels(
    dividends: ForwardDividends, last: LastPeriod, steps: IntArray, places: IntArray
) -> Levels:
    """Levels from today to the last period: evenly spaced between one ex-date and the next.

    `steps` and `places` have shape `(contracts,)`. At every `steps` / `places` levels, a whole
    number, is a place for an ex-date. Each takes the place nearest to it, but one of its own, and
    neither the first nor the last, so that steps differ little in length and contracts often go ex
    together.
    """
    pays = (dividends.amounts.T > 0) & (last.start > dividends.years.T)
    when = np.where(pays, dividends.years.T, last.start)
    ex_level = _places(places * when / last.start, pays, places) * (steps // places)
    most = int(np.max(steps, initial=0))
    wait = most - steps
    shape = (most + 2, len(steps))
    longer, falls = np.zeros(shape), np.zeros(shape)  # than the step before; one row is spare
    contract = np.arange(len(steps))
    before, before_years, pace = np.zeros_like(steps), np.zeros(len(steps)), np.zeros(len(steps))
    for level, years in [*zip(ex_level, when, strict=True), (steps, last.start)]:
        even = np.where(
            level > before, (years - before_years) / np.maximum(level - before, 1), pace
        )
        longer[wait + before + 1, contract] += even - pace
        before, before_years, pace = level, years, even
    for level, paid in zip(ex_level, np.where(pays, dividends.amounts.T, 0.0), strict=True):
        falls[wait + level, contract] += paid
    return Levels(longer[:-1].cumsum(axis=0).cumsum(axis=0), falls[:-1])


def _places(wanted: FloatArray, pays: BoolArray, places: IntArray) -> IntArray:
    """Whole places in order, `(dividends, contracts)`, near those wanted; the last if not paid."""
    place = np.rint(wanted).astype(np.int64)
    earlier = np.zeros_like(places)
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

    One lies where the payoff has its kink, seen from before the last dividend.
    """
    deviation = volatility * np.sqrt(last.start)
    reach = REACH * deviation + 0.5 * deviation**2
    least = spot.min(axis=1)
    after = np.maximum(least - dividends.total, 0.05 * least)
    low, high = np.log(after) - reach, np.log(spot.max(axis=1)) + reach
    step = np.diff(levels.years, axis=0)
    longest_step, mean_step = step.max(axis=0), last.start / np.count_nonzero(step, axis=0)
    spacing = volatility * np.sqrt(np.maximum(mean_step / MOVE_PROBABILITY, 1.2 * longest_step))
    spacing = np.maximum(spacing, (high - low) / MOST_NODES)
    carry = contracts.rate - contracts.dividend_yield
    kink = np.log(contracts.strike * np.exp(-carry * contracts.years) + last.dividend)
    first = np.floor((low - kink) / spacing)
    count = (np.ceil((high - kink) / spacing) - first).astype(np.int64) + 1
    return Nodes(kink + first * spacing, spacing, np.maximum(count, 8), reach)
