"""Options on stocks that pay cash dividends, and American options with two exercise boundaries.

The whole price of the underlying moves with its volatility, and falls by the amount of a dividend
on its ex-date. A trinomial lattice holds the option's value at fixed prices and works back from the
last period, in which the value is known: each value is the discounted mean of three values one step
later, or what exercise pays if that is more. Just before an ex-date the value at a price is the
value just after at that price less the dividend: Vellekoop and Nieuwenhuis (2006). Starting from
known values, and Richardson's extrapolation from two lattices, one with twice the steps of the
other, are the ideas of Broadie and Detemple (1996).

Exercise is possible on every day, not only at the levels of the lattice. What the days between
two levels add is known beside a boundary (see `EarlyExerciseInStep`), so that the error falls with
the square of the step and Richardson's extrapolation may count on it.

A lattice is a contract's own: how many steps and where its nodes lie depends on nothing else, so a
contract is worth the same to the last bit whatever is valued with it. Arrays have shape
`(nodes, contracts)`: one step is a few operations on a whole block of contracts.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum

import numpy as np
from numpy.typing import NDArray

from xlmargin.arrays import FloatArray, IntArray
from xlmargin.pricing.american import EarlyExercise, early_exercise
from xlmargin.pricing.contracts import (
    Contracts,
    ForwardDividends,
    european_value,
    zero_volatility_value,
)
from xlmargin.pricing.exercise_boundary import combine
from xlmargin.pricing.last_period import LastPeriod, LastValue
from xlmargin.pricing.lattice_grid import (
    Levels,
    Nodes,
    price_nodes,
    rows_cut,
    time_levels,
)
from xlmargin.pricing.lattice_nodes import (
    KINK_MEANS,
    KINK_NODES,
    KINK_POINTS,
    greater_with_exact_kink,
    interpolate,
    raise_at_kink,
    read,
)
from xlmargin.pricing.lattice_step import Continuation, EarlyExerciseInStep

MOST_TOTAL_VOLATILITY = 20.0
"""Greatest volatility * sqrt(years): beyond it options are worth all they can be."""

STEPS, MOST_YEARS = (24, 40, 64, 144), (24 / 56, 40 / 56, 1.5)
"""Steps of the coarser lattice, and the years to the last ex-date up to which each but the last is
enough for 5e-5 of strike: few numbers, so that many contracts are valued together."""

STEPS_OF_TWO_BOUNDARIES = 128
"""Steps of the coarser lattice where exercise has two boundaries."""

STRETCH = 8
"""Steps after which the nodes that matter are chosen anew."""

NUMBERS_AT_ONCE = 16_000
"""Numbers in one temporary: nodes x contracts that fit a processor's cache."""


class _Exercise(IntEnum):
    """When an option may be exercised with profit before the last period."""

    NEVER = 0
    BEFORE_EX_DATES = 1
    ANY_DAY = 2


EX_DATES_AT: IntArray = np.array([2, 2, 4])
"""Of the coarser lattice, every so many levels is a place for an ex-date; by `_Exercise`."""


def lattice_value(contracts: Contracts, spot: FloatArray, volatility: FloatArray) -> FloatArray:
    """Value, $ per unit, with cash dividends that lower the price; `(contracts, k)`.

    `spot` has shape `(contracts, k)` and is > 0, `volatility` `(contracts,)`; years, strikes and
    volatilities are > 0. One lattice serves all spots of a contract.
    """
    volatility = np.minimum(volatility, MOST_TOTAL_VOLATILITY / np.sqrt(contracts.years))
    dividends = ForwardDividends.of(contracts)
    last = LastPeriod.of(contracts, dividends)
    known = LastValue.of(contracts, last, volatility)
    exercise, steps = _exercise(contracts), _coarse_steps(dividends, last)
    value = np.empty_like(spot)
    for number in np.unique(steps).tolist():
        rows = np.flatnonzero(steps == number)
        ends = dividends.take(rows), last.take(rows), known.take(rows)
        some = contracts.take(rows), *ends, spot[rows], volatility[rows], exercise[rows]
        places = number // EX_DATES_AT[exercise[rows]]
        coarse, fine = (_lattice_value(*some, size, places) for size in (number, 2 * number))
        value[rows] = (4 * fine - coarse) / 3  # Richardson, of an error in steps^-2
    return np.maximum(value, _least(contracts, dividends, spot, volatility))


def _exercise(contracts: Contracts) -> NDArray[np.int8]:
    any_day = early_exercise(contracts) != EarlyExercise.NEVER
    kind = np.where(any_day, _Exercise.ANY_DAY, _Exercise.BEFORE_EX_DATES)
    return np.where(contracts.american, kind, _Exercise.NEVER).astype(np.int8)


def _coarse_steps(dividends: ForwardDividends, last: LastPeriod) -> IntArray:
    """Steps of the coarser lattice: by its time, with room for every ex-date; `(contracts,)`."""
    steps = np.array(STEPS)[np.searchsorted(MOST_YEARS, last.start)]
    steps = np.where(last.has_two_boundaries, STEPS_OF_TWO_BOUNDARIES, steps)
    places = np.count_nonzero(dividends.amounts, axis=1) + 1
    return np.asarray(np.maximum(steps, 8 * -(-4 * places // 8)))


def _least(
    contracts: Contracts, dividends: ForwardDividends, spot: FloatArray, volatility: FloatArray
) -> FloatArray:
    """What an option is worth at least: at zero volatility, and exercised at the first ex-date.

    The latter is a European option that expires just before the price falls.
    """
    least = zero_volatility_value(contracts, spot)
    first_ex = dividends.years.min(axis=1, initial=np.inf)
    rows = np.flatnonzero(contracts.american & (first_ex < contracts.years))
    until = replace(contracts.take(rows), years=first_ex[rows])
    least[rows] = np.maximum(least[rows], european_value(until, spot[rows], volatility[rows]))
    return least


def _lattice_value(
    contracts: Contracts,
    dividends: ForwardDividends,
    last: LastPeriod,
    known: LastValue,
    spot: FloatArray,
    volatility: FloatArray,
    exercise: NDArray[np.int8],
    steps: int,
    places: IntArray,
) -> FloatArray:
    """Values today by lattices of one number of steps; `(contracts, k)`."""
    levels = time_levels(dividends, last, steps, places)
    nodes = price_nodes(contracts, dividends, last, levels, spot, volatility)
    value = np.empty_like(spot)
    order, first = np.lexsort((nodes.count, exercise)), 0
    while first < len(order):
        size = max(8, NUMBERS_AT_ONCE // int(nodes.count[order[first]]))
        rows = order[first : first + size]
        lattice = _Lattice.of(
            contracts.take(rows),
            known.take(rows),
            levels.take(rows),
            nodes.take(rows),
            volatility[rows],
            exercise[rows],
        )
        value[rows] = lattice.values_today(spot[rows])
        first += size
    return value


@dataclass(frozen=True, eq=False)
class _Lattice:
    """One block of contracts; what exercise pays is `signed_price - signed_strike`.

    The strike is infinite where an option is never exercised, `strike_any_day` also where it is
    so before ex-dates only.
    """

    contracts: Contracts
    any_day: bool  # whether any of the contracts is exercised on any day
    levels: Levels
    nodes: Nodes
    continuation: Continuation
    early: EarlyExerciseInStep
    price: FloatArray  # at each node, in forward dollars; (nodes, contracts)
    signed_price: FloatArray  # that of a call, less that of a put
    signed_strike: FloatArray  # (levels, contracts)
    strike_any_day: FloatArray
    value: FloatArray  # at the last level; (nodes, contracts)

    @classmethod
    def of(
        cls,
        contracts: Contracts,
        known: LastValue,
        levels: Levels,
        nodes: Nodes,
        volatility: FloatArray,
        exercise: NDArray[np.int8],
    ) -> _Lattice:
        price = nodes.prices()
        sign = np.where(contracts.call, 1.0, -1.0)
        carry = contracts.rate - contracts.dividend_yield
        strike = contracts.strike * np.exp(-carry * levels.years)
        any_day = exercise == _Exercise.ANY_DAY
        continuation = Continuation.of(contracts, levels, nodes, volatility)
        lattice = cls(
            contracts,
            bool(any_day.any()),
            levels,
            nodes,
            continuation,
            EarlyExerciseInStep.of(contracts, levels, strike, known.dividend, continuation),
            price,
            sign * price,
            np.where(exercise != _Exercise.NEVER, sign * strike, np.inf),
            np.where(any_day, sign * strike, np.inf),
            known.continuation(price),
        )
        lattice._finish_last_level(known)
        return lattice

    def _finish_last_level(self, known: LastValue) -> None:
        """Make the last values those just before the dividend, with what kinks they have exact.

        Where little time is left the payoff's kink is narrower than the space between two nodes:
        the nodes around it get means of the value instead of values (see `KINK_MEANS`).
        """
        sign, strike = np.where(self.contracts.call, 1.0, -1.0), self.signed_strike[-1]
        kink, contract = self.nodes.kink, np.arange(len(self.contracts))
        around = self.price[kink, contract] * np.exp(KINK_POINTS[:, None] * self.nodes.spacing)
        value = known.continuation(around)
        value = np.maximum(value, sign * around - strike)
        paid = self.signed_price - strike
        self.value[:] = greater_with_exact_kink(self.value, paid, self.nodes.count)
        means = combine(KINK_MEANS, value)
        self.value[kink + KINK_NODES[:, None], contract] = means

    def values_today(self, spot: FloatArray) -> FloatArray:
        """Values today at each spot; both `(contracts, k)`."""
        value = self.value
        paid = np.full_like(value, -np.inf)
        scratch = np.empty_like(value)
        for first in reversed(range(0, self.levels.steps, STRETCH)):
            levels = range(first, min(first + STRETCH, self.levels.steps))
            self._work_back(value, levels, paid, scratch)
        return read(value, paid, self.nodes, spot.T).T

    def _work_back(
        self, value: FloatArray, levels: range, paid: FloatArray, scratch: FloatArray
    ) -> None:
        """Put the values at the first of the levels in place of those after the last.

        Only at nodes from which today's spots matter; the others keep older values. `paid` becomes
        what exercise pays at the first level.
        """
        cut = rows_cut(levels[-1], self.levels.steps)
        rows = slice(cut, len(value) - cut)
        here, signed_price, paid_here = value[rows], self.signed_price[rows], paid[rows]
        price, gain = self.price[rows], scratch[rows]
        count = self.nodes.count - 2 * cut
        step_back = self.continuation.on(value, rows, self.nodes.count - 1 - cut, scratch)
        for level in reversed(levels):
            step_back(level)
            if self.any_day:
                np.subtract(signed_price, self.strike_any_day[level], out=paid_here)
                self.early.exercise(here, paid_here, price, level, cut, count, gain)
            goes_ex = self.levels.goes_ex[level]
            if goes_ex.size:
                before = self._before_dividend(value, rows, level, goes_ex)
                paid_before = signed_price[:, goes_ex] - self.signed_strike[level, goes_ex]
                here[:, goes_ex] = greater_with_exact_kink(before, paid_before, count[goes_ex])

    def _before_dividend(
        self, value: FloatArray, rows: slice, level: int, goes_ex: IntArray
    ) -> FloatArray:
        """Values of some contracts just before the price falls, from those just after.

        A price below the dividend falls to nothing; below the lowest node values are on a straight
        line to that of a worthless share, and where the fall just reaches nothing they have a kink.
        """
        nodes, price = self.nodes.take(goes_ex), self.price[rows, goes_ex]
        dividend, lowest_price = self.levels.dividends[level, goes_ex], self.price[0, goes_ex]
        after = price - dividend
        lowest, worthless = value[0, goes_ex], self._worthless(level, goes_ex)
        before = interpolate(value[:, goes_ex], nodes, np.maximum(after, lowest_price))
        slope = (lowest - worthless) / lowest_price
        before = np.where(after < lowest_price, worthless + slope * np.maximum(after, 0.0), before)
        place = nodes.place(dividend) - rows.start
        raise_at_kink(before, place, slope * dividend * nodes.spacing)
        return before

    def _worthless(self, level: int, index: IntArray) -> FloatArray:
        """Value of some contracts, forward dollars of a level, on a share that is worth nothing."""
        terms, years = self.contracts.take(index), self.levels.years[level, index]
        at_expiry = np.exp(-terms.rate * (terms.years - years))
        strike = terms.strike * np.exp(-(terms.rate - terms.dividend_yield) * years)
        paid = np.where(terms.american, np.maximum(at_expiry, 1.0), at_expiry)
        return np.where(terms.call, 0.0, strike * paid)
