"""One period of a block of lattices: the values at its end, and from them those at its start."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xlmargin.arrays import BoolArray, FloatArray, IntArray, combine
from xlmargin.pricing.contracts import OptionTerms
from xlmargin.pricing.lattice_grid import Nodes, Period, nodes_at_start
from xlmargin.pricing.lattice_nodes import (
    KINK_MEANS,
    KINK_NODES,
    KINK_POINTS,
    greater_with_exact_kink,
    raise_at_kink,
    read,
)
from xlmargin.pricing.lattice_step import Continuation, ExerciseStep, work_back
from xlmargin.pricing.terminal_period import TerminalValue

LEAST_PRICE = 1e-300
"""A dividend of nothing is taken for this: its logarithm is below those of all nodes."""


@dataclass(frozen=True, eq=False)
class PeriodValues:
    """Values of lattices at the start of a period, at its nodes.

    `excess`, `(nodes, lattices)`, is the value above what exercise pays, `sign` times the price
    above `strike`; the whole value, with a sign of 0, where an option is not exercised on any day.
    `waiting`, `(lattices,)`, is how much more waiting for the next dividends earns than exercise.
    """

    nodes: Nodes
    excess: FloatArray
    sign: FloatArray
    strike: FloatArray
    waiting: FloatArray

    def take(self, lattices: IntArray) -> PeriodValues:
        """The level of some lattices."""
        return PeriodValues(
            self.nodes.take(lattices),
            self.excess[:, lattices],
            self.sign[lattices],
            self.strike[lattices],
            self.waiting[lattices],
        )

    def value(self, price: FloatArray) -> FloatArray:
        """Values at any prices; `(prices, lattices)`."""
        return read(self.excess, self.nodes, price) + self.sign * (price - self.strike)

    def value_at(self, node: IntArray) -> FloatArray:
        """The value at a node of each lattice; `(lattices,)`."""
        paid = self.sign * (self.nodes.price(node) - self.strike)
        return self.excess[node, np.arange(len(node))] + paid


@dataclass(frozen=True, eq=False)
class LatticesInPeriod:
    """Lattices in one period, those with the most steps first.

    `price` is that at each node, `(nodes, lattices)`: at those of the start and, below and above,
    as many more as the first lattice has steps. `strike` is a price on a node, at which the payoff
    has its kink.
    """

    contracts: OptionTerms
    period: Period
    nodes: Nodes
    price: FloatArray
    strike: FloatArray
    volatility: FloatArray

    @classmethod
    def of(
        cls,
        contracts: OptionTerms,
        period: Period,
        spot: FloatArray,
        volatility: FloatArray,
        last_dividend: FloatArray,
    ) -> LatticesInPeriod:
        """The lattices in a period; `spot` has shape `(lattices, k)`.

        An American call that is exercised before the last dividend has its kink at the strike;
        other options, which are worth what they are after it, have it higher by the dividend.
        """
        strike = contracts.strike_in_forward_dollars(contracts.years)
        strike += np.where(contracts.call & contracts.american, 0.0, last_dividend)
        nodes = nodes_at_start(period, spot, volatility, strike)
        price = nodes.prices(int(period.steps[0]))
        return cls(contracts, period, nodes, price, strike, volatility)

    def at_last(self, known: TerminalValue) -> FloatArray:
        """Values at the end if the last period follows, just before its dividend.

        The payoff's kink may be narrower than the space between two nodes, if there is little time:
        the nodes around it get means of the value instead of values (see `KINK_MEANS`).
        """
        value = known.continuation(self.price)
        nearly = 1e-3 * np.maximum(self.period.dividend, 1e-9 * self.strike)
        above_worthless = known.continuation((known.dividend + nearly)[None])[0]
        self._raise_where_worthless(value, (above_worthless - self._worthless()) / nearly)
        value = self._or_exercised(value)
        around = self.strike * np.exp(KINK_POINTS[:, None] * self.nodes.spacing)
        exact = np.maximum(known.continuation(around), self._paid(around, self.period.end))
        kink = np.rint(self.nodes.place(self.strike)).astype(np.int64) + self.period.steps[0]
        (first, end), reach = self._own_nodes(), int(KINK_NODES[-1])
        own = np.flatnonzero((kink - reach >= first) & (kink + reach < end))
        means = combine(KINK_MEANS, exact)
        value[kink[own] + KINK_NODES[:, None], own] = means[:, own]
        return value

    def before_dividend(self, later: PeriodValues) -> FloatArray:
        """Values at the end, just before the price falls, from those just after.

        Beyond the nodes of the level after values are on straight lines: above through its last
        two, below to that of a worthless share, to which a price below the dividend falls.
        """
        after = self.price - self.period.dividend
        top = later.nodes.count - 1
        bottom = np.zeros_like(top)
        lowest, highest, second = (later.nodes.price(node) for node in (bottom, top, top - 1))
        at_lowest, at_highest = later.value_at(bottom), later.value_at(top)
        rise = (at_highest - later.value_at(top - 1)) / (highest - second)
        before = np.maximum(at_highest + rise * (after - highest), 0.0)
        known = np.asarray((after >= lowest) & (after <= highest))
        rows = _span(np.asarray(known.any(axis=1)))
        between = later.value(np.clip(after[rows], lowest, highest))
        before[rows] = np.where(known[rows], between, before[rows])
        worthless = self._worthless()
        slope = (at_lowest - worthless) / lowest
        before = np.where(after < lowest, worthless + slope * np.maximum(after, 0.0), before)
        self._raise_where_worthless(before, slope)
        return self._or_exercised(before)

    def _raise_where_worthless(self, value: FloatArray, slope: FloatArray) -> None:
        """Make the kink exact where a price just falls to nothing, above which values have a slope.

        See `raise_at_kink`.
        """
        turn = slope * self.period.dividend * self.nodes.spacing
        fall = self.nodes.place(np.maximum(self.period.dividend, LEAST_PRICE))
        place = fall + self.period.steps[0]
        raise_at_kink(value, place, turn, turn * self.nodes.spacing)

    def _or_exercised(self, held: FloatArray) -> FloatArray:
        """The values at the end, or what exercise pays if that is more."""
        return greater_with_exact_kink(
            held, self._paid(self.price, self.period.end), *self._own_nodes()
        )

    def _own_nodes(self) -> tuple[IntArray, IntArray]:
        """The first node that is a lattice's own, and the end of these; `(lattices,)`."""
        most, steps = self.period.steps[0], self.period.steps
        return most - steps, most + self.nodes.count + steps

    def _paid(self, price: FloatArray, years: FloatArray) -> FloatArray:
        """What exercise pays at a time; minus infinity for a European option."""
        strike = self.contracts.strike_in_forward_dollars(years)
        paid = np.where(self.contracts.call, 1.0, -1.0) * (price - strike)
        return np.where(self.contracts.american, paid, -np.inf)

    def _worthless(self) -> FloatArray:
        """Value at the end on a share that is worth nothing."""
        contracts, end = self.contracts, self.period.end
        at_expiry = np.exp(-contracts.rate * (contracts.years - end))
        paid = np.where(contracts.american, np.maximum(at_expiry, 1.0), at_expiry)
        return np.where(contracts.call, 0.0, contracts.strike_in_forward_dollars(end) * paid)

    def worked_back(
        self, value: FloatArray, any_day: BoolArray, waiting: FloatArray
    ) -> PeriodValues:
        """The level at the start, from values at the end.

        `any_day` tells whether an option may be exercised on any day with profit; `waiting` how
        much more waiting earns at the end than exercise, but for the dividend paid then.
        """
        period, own = self.period, slice(int(self.period.steps[0]), -int(self.period.steps[0]))
        waiting = np.maximum(waiting, 0.0) + np.where(self.contracts.call, 0.0, period.dividend)
        continuation = Continuation.of(self.contracts, period, self.nodes, self.volatility)
        sign = np.where(self.contracts.call, 1.0, -1.0) * any_day
        if any_day.any():
            exercise = ExerciseStep.of(
                self.contracts, period, any_day, self.price, waiting, continuation.move
            )
            value -= sign * (self.price - self.contracts.strike_in_forward_dollars(period.end))
            work_back(value, period, continuation, exercise)
            waiting = exercise.waiting
        else:
            work_back(value, period, continuation)
        strike = self.contracts.strike_in_forward_dollars(period.start)
        return PeriodValues(self.nodes, value[own], sign, strike, waiting)


def _span(rows: BoolArray) -> slice:
    """From the first row that is true to the last."""
    some = np.flatnonzero(rows)
    return slice(int(some[0]), int(some[-1]) + 1) if some.size else slice(0, 0)
