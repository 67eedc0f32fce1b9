"""Where and when a lattice holds values: the periods between ex-dates, and the nodes of each.

Prices are in forward dollars of their own time (see `ForwardDividends`), in which the price neither
drifts nor earns between ex-dates. Each period between two ex-dates has even steps of its own, and
nodes that fit them.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from xlmargin.arrays import Columns, FloatArray, IntArray
from xlmargin.pricing.contracts import ForwardDividends
from xlmargin.pricing.terminal_period import TerminalPeriod

MOVE_PROBABILITY = 1 / 3
"""Probability that the price moves in a step: it gives the steps normal kurtosis."""

LEAST_STEPS = 2
"""Steps of the coarser lattice in any period at least."""

LEAST_VARIANCE = 0.25
"""Nodes lie no closer than for so much of the variance of a step of mean length."""

MOST_MOVE_PROBABILITY = 0.8
"""The same at most, in steps so long that the price's logarithm falls a long way on average."""

REACH = 4.0
"""How far beyond today's spots values are known, in standard deviations of the price."""

SPARE_NODES = 5
"""Nodes kept beyond those within reach, so that there are neighbours to read from."""

MOST_NODES = 1500
"""Nodes within reach at most; spots that lie very far apart get wider spacing instead."""

LEAST_SPACING = 1e-6
"""Least distance between nodes, where hardly any time is between two ex-dates."""

GREATEST_LOGARITHM = 600.0
"""Logarithm of the greatest price a node can have: far from any spot, and no overflow."""


@dataclass(frozen=True, eq=False)
class Period:
    """A period of each contract, from today or an ex-date to the next; arrays `(contracts,)`.

    It starts `start` years from today, has `steps` steps of `step` years, and ends just before the
    price falls by `dividend`; in the whole life it falls by `paid`, both in forward dollars.
    """

    start: FloatArray
    step: FloatArray
    steps: IntArray
    dividend: FloatArray
    paid: FloatArray
    mean_step: FloatArray

    @property
    def end(self) -> FloatArray:
        """When the period ends, years from today."""
        return self.start + self.step * self.steps


@dataclass(frozen=True, eq=False)
class Periods:
    """The periods from today to the last period, numbered back from it; `(periods, contracts)`.

    The terms are those of `Period`; with 0 steps a contract has no such period.
    """

    start: FloatArray
    step: FloatArray
    steps: IntArray
    dividend: FloatArray
    paid: FloatArray
    mean_step: FloatArray

    @classmethod
    def of(
        cls,
        dividends: ForwardDividends,
        last: TerminalPeriod,
        steps_a_year: FloatArray,
        first_steps: FloatArray,
    ) -> Periods:
        """The periods of each contract, with so many steps or a few more; `(contracts,)`."""
        nothing = np.zeros_like(last.start)
        dates = np.vstack([nothing, dividends.years.T, last.start])
        amounts = np.vstack([nothing, dividends.amounts.T, last.dividend])
        before = np.count_nonzero((amounts[1:-1] > 0) & (dates[1:-1] < last.start), axis=0)
        number, contract = np.arange(before.max(initial=0) + 1)[:, None], np.arange(len(before))
        exists, first = number <= before, np.maximum(before - number, 0)
        end = np.where(number == 0, len(dates) - 1, first + 1)
        years = dates[end, contract] - dates[first, contract]
        least = np.where(first == 0, first_steps, LEAST_STEPS)
        steps = np.maximum(np.ceil(steps_a_year * years * (1 - 1e-12)), least)
        return cls(
            start=dates[first, contract],
            step=years / steps,
            steps=np.where(exists, steps, 0.0).astype(np.int64),
            dividend=amounts[end, contract],
            paid=np.broadcast_to(amounts.sum(axis=0), steps.shape),
            mean_step=np.broadcast_to(1 / steps_a_year, steps.shape),
        )

    def take(self, contracts: IntArray) -> Periods:
        """The periods of some contracts, as many as the most have."""
        some = [getattr(self, field.name)[:, contracts] for field in fields(self)]
        return Periods(*(column[self.steps[:, contracts].any(axis=1)] for column in some))

    def refined(self, times: IntArray) -> Periods:
        """The same periods in so many times, `(contracts,)`, as many steps."""
        return replace(
            self,
            step=self.step / times,
            steps=self.steps * times,
            mean_step=self.mean_step / times,
        )

    def __len__(self) -> int:
        return len(self.steps)

    def period(self, number: int, contracts: IntArray) -> Period:
        """The period of a number of some contracts."""
        return Period(*(getattr(self, field.name)[number, contracts] for field in fields(self)))


@dataclass(frozen=True, eq=False)
class Nodes(Columns):
    """Nodes of each contract, arrays `(contracts,)`.

    `count` nodes from `lowest` (a logarithm of price) upward, `spacing` apart.
    """

    lowest: FloatArray
    spacing: FloatArray
    count: IntArray

    def prices(self, beyond: int) -> FloatArray:
        """The price at each node, as many as the most have, and at so many more on either side."""
        number = np.arange(-beyond, int(self.count.max()) + beyond)[:, None]
        return self.price(number)

    def price(self, number: FloatArray | IntArray) -> FloatArray:
        """The price at a node of each contract, or between two; `(..., contracts)`."""
        logarithm = self.lowest + self.spacing * number
        logarithm = np.minimum(np.maximum(logarithm, -GREATEST_LOGARITHM), GREATEST_LOGARITHM)
        return np.asarray(np.exp(logarithm))

    def place(self, price: FloatArray) -> FloatArray:
        """The number of the node at a price, a fraction between two; `(..., contracts)`."""
        return (np.log(price) - self.lowest) / self.spacing


def nodes_at_start(
    period: Period, spot: FloatArray, volatility: FloatArray, strike: FloatArray
) -> Nodes:
    """Nodes for the steps of a period: at its start, those within reach of today's spots.

    `spot` has shape `(contracts, k)`. A node lies at `strike`, a price.
    """
    total_volatility = volatility * np.sqrt(period.start)
    reach = REACH * total_volatility + 0.5 * total_volatility**2
    least = spot.min(axis=1)
    low = np.log(np.maximum(least - period.paid, 0.05 * least)) - reach
    high = np.log(spot.max(axis=1)) + reach
    variance = volatility**2 * np.maximum(period.step, LEAST_VARIANCE * period.mean_step)
    square = np.maximum(
        variance / MOVE_PROBABILITY, squared_change(variance) / MOST_MOVE_PROBABILITY
    )
    spacing = np.maximum(np.sqrt(square), np.maximum((high - low) / MOST_NODES, LEAST_SPACING))
    log_strike = np.log(strike)
    first = np.floor((low - log_strike) / spacing) - SPARE_NODES
    last = np.ceil((high - log_strike) / spacing) + SPARE_NODES
    return Nodes(log_strike + first * spacing, spacing, (last - first).astype(np.int64) + 1)


def squared_change(variance: FloatArray) -> FloatArray:
    """Mean square of the change in the logarithm of a price that does not drift."""
    return variance + 0.25 * variance**2
