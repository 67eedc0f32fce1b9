"""The search for a volatility: that at which an option's theoretical value is its price.

It is Newton's, on the European value and the premium above it: the slope of the first is its vega,
that of the second, small and nearly straight, is taken from the last two trials. It starts from the
volatility that a European option of the price would have, and two or three valuations are enough:
the last step is known to be right without one. Deep in the money, where an option is worth little
more than exercise pays, what rises evenly is a root or a logarithm of that little, and its secant
is taken instead. A bracket keeps the search from running away.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from xlmargin.arrays import BoolArray, Columns, FloatArray, IntArray
from xlmargin.pricing.contracts import (
    ForwardDividends,
    OptionTerms,
    black_total_volatility,
    black_value,
)

PRICE_TOLERANCE = 1e-8
"""Greatest difference between value and price, as a share of the strike."""

TIME_VALUE_TOLERANCE = 1e-4
"""The same, as a share of the price above the least value: what holds for options worth little."""

LEAST_ERROR = 1e-12
"""Least difference between value and price that is told apart, as a share of the strike."""

PREMIUM_BEND = 8.0
"""Greatest second derivative of the premium in volatility, times volatility^2, as a multiple of the
premium: it bounds what a secant misses."""

SLOW = 0.2
"""A trial that leaves more than this share of the last one's miss shows that Newton's is not the
way."""

LEAST_BRACKET = 1e-9
"""Width of the bracket, as a share of the volatility, at which a search ends."""

METHOD_ERROR = 2e-6
"""A value that jumps by no more than this share of the strike, where one approximation gives way to
another, has a volatility for the prices in the jump: that of the jump."""

MOST_VALUATIONS = 60
"""Valuations of one contract after which a search is given up."""

MOST_TOTAL_VOLATILITY = 20.0
"""Greatest volatility * sqrt(years) that is tried."""


@dataclass(frozen=True, eq=False)
class European(Columns):
    """The contracts as European options without cash dividends; arrays `(contracts,)`.

    A dividend lowers the spot by the part of it that falls on the life after its ex-date, and
    raises the strike by the part on the life before: which is near the value of the European option
    with the dividend, the whole price being volatile. Source: Bos and Vandermark (2002), "Finessing
    Fixed Dividends".
    """

    call: BoolArray
    forward: FloatArray
    strike: FloatArray
    discount: FloatArray

    @classmethod
    def of(cls, contracts: OptionTerms, spot: FloatArray) -> European:
        """The European options near these contracts; `spot` has shape `(contracts,)`."""
        dividends, years = ForwardDividends.of(contracts), contracts.years
        of_strike = (dividends.amounts * dividends.years).sum(axis=1) / years
        bare = np.maximum(spot - (dividends.total - of_strike), 1e-3 * spot)
        growth = np.exp((contracts.rate - contracts.dividend_yield) * years)
        discount = np.exp(-contracts.rate * years)
        strike = contracts.strike + of_strike * growth
        return cls(contracts.call, bare * growth, strike, discount)

    def value(self, total_volatility: FloatArray) -> FloatArray:
        """Value, $ per unit."""
        return self.discount * black_value(self.call, self.forward, self.strike, total_volatility)

    def vega(self, total_volatility: FloatArray) -> FloatArray:
        """Slope of the value in the total volatility."""
        d_plus = np.log(self.forward / self.strike) / total_volatility + 0.5 * total_volatility
        density = np.exp(-0.5 * d_plus**2) / np.sqrt(2 * np.pi)
        return np.asarray(self.discount * self.forward * density)

    def total_volatility(self, value: FloatArray) -> FloatArray:
        """The total volatility at which the options have a value."""
        return black_total_volatility(self.call, value / self.discount, self.forward, self.strike)


@dataclass(frozen=True, eq=False)
class Target(Columns):
    """What is searched for, in terms of the value above that at zero volatility; `(contracts,)`.

    A trial is right if its value misses the `time_value` by no more than `error`, $ per unit.
    `beside_exercise` are options that are worth their exercise today at zero volatility.
    """

    european: European
    price: FloatArray
    least: FloatArray
    time_value: FloatArray
    error: FloatArray
    beside_exercise: BoolArray

    @classmethod
    def of(
        cls,
        contracts: OptionTerms,
        spot: FloatArray,
        price: FloatArray,
        least: FloatArray,
        european: European,
    ) -> Target:
        """What gives contracts their price, $ per unit; `least` is the value at no volatility."""
        time_value = price - least
        error = np.maximum(TIME_VALUE_TOLERANCE * time_value, LEAST_ERROR * contracts.strike)
        error = np.minimum(PRICE_TOLERANCE * contracts.strike, error)
        paid = np.where(contracts.call, spot - contracts.strike, contracts.strike - spot)
        exercised = contracts.american & (least <= paid)
        return cls(european, price, least, time_value, error, exercised)


class _Search(NamedTuple):
    """Contracts still searched: bracket and trial of the total volatility, and a trial before it.

    At `last`, the trial before, `premium` was the theoretical value less the European one and
    `time_value` the value less that at zero volatility. `slow` once Newton's steps were.
    """

    row: IntArray
    low: FloatArray
    high: FloatArray
    trial: FloatArray
    last: FloatArray
    premium: FloatArray
    time_value: FloatArray
    slow: BoolArray

    @classmethod
    def start(cls, trial: FloatArray) -> _Search:
        """The first trial, or another one where that is none."""
        count = len(trial)
        trial = np.where((trial > 1e-4) & (trial < MOST_TOTAL_VOLATILITY), trial, 0.1)
        none, endless, unknown = (np.full(count, of) for of in (0.0, np.inf, np.nan))
        never = np.zeros(count, bool)
        return cls(np.arange(count), none, endless, trial, unknown, unknown, unknown, never)

    def take(self, rows: IntArray) -> _Search:
        return _Search(*(column[rows] for column in self))  # type: ignore[arg-type]


def searched_volatility(
    contracts: OptionTerms,
    spot: FloatArray,
    target: Target,
    start: FloatArray,
    valued_by: Callable[[OptionTerms, FloatArray], Callable[[FloatArray], FloatArray]],
) -> FloatArray:
    """Implied volatility by Newton; NaN if it does not settle, infinite if none is enough.

    It starts at the total volatility that a European option of the price would have.
    """
    root_years, found = np.sqrt(contracts.years), np.full(len(contracts), np.nan)
    search = _Search.start(start)
    for _ in range(MOST_VALUATIONS):
        row = search.row
        value = valued_by(contracts, search.trial / root_years[row])(spot[:, None])[:, 0]
        following, right = _next(search, target, value)
        miss = value - target.price
        closed = search.high - search.low <= LEAST_BRACKET * search.trial
        right |= closed & (np.abs(miss) <= METHOD_ERROR * contracts.strike)
        found[row[right]] = following.trial[right]
        hopeless = (miss < 0) & (search.trial >= MOST_TOTAL_VOLATILITY)
        found[row[hopeless]] = np.inf
        left = np.flatnonzero(~(right | hopeless | np.isnan(miss) | closed))
        if not left.size:
            break
        search = following
        if left.size < len(row):
            search, target = search.take(left), target.take(left)
            contracts, spot = contracts.take(left), spot[left]
    return found / root_years


def _next(search: _Search, target: Target, value: FloatArray) -> tuple[_Search, BoolArray]:
    """The next trial, and whether it is right without being valued.

    It is if the last one was as near as is asked for, or if Newton's step cannot miss, as far as
    the premium bends. Where a trial would leave the bracket it is the middle of the bracket; or
    twice the last, while there is no end. Trials of no time value say nothing but where the bracket
    begins.
    """
    trial, time_value = search.trial, value - target.least
    miss, premium = time_value - target.time_value, value - target.european.value(search.trial)
    low, high = np.where(miss < 0, trial, search.low), np.where(miss > 0, trial, search.high)
    with np.errstate(all="ignore"):  # no earlier trial yet, or no slope: the middle is taken
        last_miss = np.abs(search.time_value - target.time_value)
        slow = search.slow | (np.abs(miss) > SLOW * last_miss)
        step = _newton(search, target, premium, miss)
        if is_slow := bool(slow.any()):
            step = np.where(slow, _slow_step(search, target, time_value, step), step)
        middle = np.where(np.isinf(high), 2 * trial, 0.5 * (np.maximum(low, 0.5 * trial) + high))
        nothing = time_value <= 1e-3 * target.time_value
        inside = (step > low) & (step < high) & ~nothing
        bend = PREMIUM_BEND / 2 * np.abs(premium * (step - trial) * (step - search.last)) / trial**2
        if is_slow:
            of_slow = np.where(search.slow, 10 * miss**2 / last_miss, np.inf)
            bend = np.where(slow, of_slow, bend)
        cannot_miss = bend <= target.error
    near = np.abs(miss) <= target.error
    following = np.where(inside, step, np.where(near, trial, middle))
    keep = nothing & np.isfinite(search.last)
    return (
        _Search(
            search.row,
            low,
            high,
            np.minimum(following, MOST_TOTAL_VOLATILITY),
            np.where(keep, search.last, trial),
            np.where(keep, search.premium, premium),
            np.where(keep, search.time_value, time_value),
            slow,
        ),
        near | (inside & cannot_miss),
    )


def _newton(search: _Search, target: Target, premium: FloatArray, miss: FloatArray) -> FloatArray:
    """Newton's step on the European value and the premium; the latter's slope is a secant's."""
    of_premium = (premium - search.premium) / (search.trial - search.last)
    vega = target.european.vega(search.trial)
    return search.trial - miss / (vega + np.where(np.isfinite(of_premium), of_premium, 0.0))


def _slow_step(
    search: _Search, target: Target, time_value: FloatArray, newton: FloatArray
) -> FloatArray:
    """The step where there is little time value, by the secant of what rises evenly.

    Beside the exercise boundary the time value is the square of the distance to it: its root is
    straight in volatility. Elsewhere its logarithm is straight in the end in 1 / volatility^2. The
    first such step goes half the way from Newton's, as its last trial may not be so near yet.
    """
    trial, last = search.trial, search.last
    values = target.time_value, time_value, search.time_value
    by_root = _secant(trial, last, *(np.sqrt(value) for value in values))
    by_logarithm = _secant(trial**-2, last**-2, *(np.log(value) for value in values))
    of_first = np.where(target.beside_exercise, newton, newton**-2)
    step = np.where(target.beside_exercise, by_root, by_logarithm)
    step = np.where(search.slow, step, 0.5 * (step + of_first))
    return np.where(target.beside_exercise, step, step**-0.5)


def _secant(
    now: FloatArray,
    before: FloatArray,
    target: FloatArray,
    value_now: FloatArray,
    value_before: FloatArray,
) -> FloatArray:
    """Where the line through two values has that of the target."""
    return now + (target - value_now) * (now - before) / (value_now - value_before)
