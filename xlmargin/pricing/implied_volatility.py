"""The volatility at which a contract's theoretical value is its price.

European options are inverted directly. For the others the search is a secant in the pair

    European price, theoretical value

at the same volatility: one is nearly a straight line in the other, and the European inversion
absorbs the curvature, so two or three valuations are enough. The European price is that of the
share less the present value of its cash dividends. A bracket keeps the search from running away.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from xlmargin.arrays import BoolArray, FloatArray, IntArray
from xlmargin.pricing.black_scholes import black_value
from xlmargin.pricing.contracts import Contracts, ForwardDividends
from xlmargin.pricing.european_volatility import black_deviation
from xlmargin.pricing.theoretical_value import Method, method_of, theoretical_value
from xlmargin.pricing.zero_volatility import least_value

PRICE_TOLERANCE = 1e-8
"""Greatest difference between value and price, as a share of the strike."""

TIME_VALUE_TOLERANCE = 1e-4
"""The same, as a share of the price above the least value: what holds for options worth little."""

ROUNDING = 1e-13
"""A price above the least value by no more than this share of it is at the least value."""

LEAST_BRACKET = 1e-9
"""Width of the bracket, as a share of the volatility, at which a search is given up."""

MOST_VALUATIONS = 60
"""Valuations of one contract after which a search is given up."""

MOST_DEVIATION = 20.0
"""Greatest volatility * sqrt(years) that is tried."""


class VolatilityStatus(IntEnum):
    """Why a contract has, or has not, an implied volatility."""

    SOLVED = 0
    BELOW_LEAST_VALUE = 1
    """The price is at or below the value at zero volatility."""
    ABOVE_GREATEST_VALUE = 2
    """The price is at or above what the option is worth at any volatility."""
    EXPIRING = 3
    """No time is left: the option is worth its intrinsic value at any volatility."""
    NOT_CONVERGED = 4
    """The price is between the bounds, but the search did not settle."""
    NOT_GIVEN = 5
    """An input is NaN, or cannot be: a negative strike or time, a spot of zero or less."""


@dataclass(frozen=True, eq=False)
class ImpliedVolatility:
    """Implied volatilities, annual, and the `VolatilityStatus` of each; arrays `(contracts,)`.

    The volatility is NaN wherever the status is not `SOLVED`.
    """

    volatility: FloatArray
    status: NDArray[np.int8]


def implied_volatility(
    contracts: Contracts, spot: FloatArray, price: FloatArray
) -> ImpliedVolatility:
    """Annual volatility at which each contract is worth its price; `spot`, `price` `(contracts,)`.

    `price` is in $ per unit. Every contract gets a status; none raises.
    """
    status = _status_of_price(contracts, spot, price)
    volatility = np.full(len(contracts), np.nan)
    possible = status == VolatilityStatus.NOT_CONVERGED
    direct = method_of(contracts) == Method.BLACK_SCHOLES
    for rows, solve in (
        (np.flatnonzero(possible & direct), _european_volatility),
        (np.flatnonzero(possible & ~direct), _searched_volatility),
    ):
        if rows.size:
            volatility[rows] = solve(contracts.take(rows), spot[rows], price[rows])
    status[np.isfinite(volatility)] = VolatilityStatus.SOLVED
    status[np.isposinf(volatility)] = VolatilityStatus.ABOVE_GREATEST_VALUE
    return ImpliedVolatility(np.where(np.isfinite(volatility), volatility, np.nan), status)


def _status_of_price(contracts: Contracts, spot: FloatArray, price: FloatArray) -> NDArray[np.int8]:
    """The status as far as bounds tell it; `NOT_CONVERGED` where there is more to be found."""
    status = np.full(len(contracts), VolatilityStatus.NOT_CONVERGED, np.int8)
    least = least_value(contracts, spot)[:, 0]
    with np.errstate(invalid="ignore", over="ignore"):
        status[price >= _greatest_value(contracts, spot)] = VolatilityStatus.ABOVE_GREATEST_VALUE
        status[price <= least * (1 + ROUNDING)] = VolatilityStatus.BELOW_LEAST_VALUE
    status[contracts.years == 0] = VolatilityStatus.EXPIRING
    given = contracts.is_given & np.isfinite(price) & (spot > 0) & np.isfinite(spot)
    status[~given] = VolatilityStatus.NOT_GIVEN
    return status


def _greatest_value(contracts: Contracts, spot: FloatArray) -> FloatArray:
    """What no volatility can exceed: for a call the share, for a put the strike."""
    paid = np.where(contracts.call, spot, contracts.strike)
    discount = np.where(contracts.call, contracts.dividend_yield, contracts.rate)
    at_expiry = paid * np.exp(-discount * contracts.years)
    return np.where(contracts.american, np.maximum(paid, at_expiry), at_expiry)


class _European(NamedTuple):
    """The contracts as European options on the share less its dividends; arrays `(contracts,)`."""

    call: BoolArray
    forward: FloatArray
    strike: FloatArray
    discount: FloatArray

    @classmethod
    def of(cls, contracts: Contracts, spot: FloatArray) -> _European:
        bare = np.maximum(spot - ForwardDividends.of(contracts).total, 1e-3 * spot)
        growth = np.exp((contracts.rate - contracts.dividend_yield) * contracts.years)
        discount = np.exp(-contracts.rate * contracts.years)
        return cls(contracts.call, bare * growth, contracts.strike, discount)

    def take(self, rows: IntArray | BoolArray) -> _European:
        return _European(
            self.call[rows], self.forward[rows], self.strike[rows], self.discount[rows]
        )

    def value(self, deviation: FloatArray) -> FloatArray:
        return self.discount * black_value(self.call, self.forward, self.strike, deviation)

    def deviation(self, value: FloatArray) -> FloatArray:
        return black_deviation(self.call, value / self.discount, self.forward, self.strike)


def _european_volatility(contracts: Contracts, spot: FloatArray, price: FloatArray) -> FloatArray:
    """Implied volatility of options valued by Black and Scholes; NaN where there is none."""
    deviation = _European.of(contracts, spot).deviation(price)
    return np.where(deviation > 0, deviation, np.nan) / np.sqrt(contracts.years)


class _Search(NamedTuple):
    """Contracts still searched: bracket and trial of volatility * sqrt(years), last valuation."""

    row: IntArray
    low: FloatArray
    high: FloatArray
    trial: FloatArray
    european: FloatArray
    excess: FloatArray  # theoretical value less price

    def take(self, rows: BoolArray) -> _Search:
        columns = (self.low, self.high, self.trial, self.european, self.excess)
        return _Search(self.row[rows], *(column[rows] for column in columns))


def _searched_volatility(contracts: Contracts, spot: FloatArray, price: FloatArray) -> FloatArray:
    """Implied volatility by the secant; NaN if it does not settle, infinite if none is enough."""
    european = _European.of(contracts, spot)
    root_years = np.sqrt(contracts.years)
    tolerance = _tolerance(contracts, spot, price)
    found = np.full(len(contracts), np.nan)
    search = _start(european, price)
    for _ in range(MOST_VALUATIONS):
        row = search.row
        volatility = search.trial / root_years[row]
        value = theoretical_value(contracts.take(row), spot[row], volatility)[:, 0]
        excess = value - price[row]
        solved = np.abs(excess) <= tolerance[row]
        found[row[solved]] = volatility[solved]
        hopeless = (excess < 0) & (search.trial >= MOST_DEVIATION)
        found[row[hopeless]] = np.inf
        open_ = ~(solved | hopeless | np.isnan(excess)) & _may_narrow(search)
        if not open_.any():
            break
        search = _next(search.take(open_), european.take(row[open_]), excess[open_])
    return found


def _may_narrow(search: _Search) -> BoolArray:
    """Whether the bracket of a search is still wide enough for another trial between its ends."""
    return np.asarray(search.high - search.low > LEAST_BRACKET * search.trial)


def _tolerance(contracts: Contracts, spot: FloatArray, price: FloatArray) -> FloatArray:
    """Difference between value and price, $ per unit, at which a search is settled."""
    above_least = price - least_value(contracts, spot)[:, 0]
    return np.minimum(PRICE_TOLERANCE * contracts.strike, TIME_VALUE_TOLERANCE * above_least)


def _start(european: _European, price: FloatArray) -> _Search:
    """The first trial: the volatility that a European option of this price would have."""
    count = len(price)
    trial = european.deviation(price)
    trial = np.where((trial > 1e-4) & (trial < MOST_DEVIATION), trial, 0.1)
    unknown = np.full(count, np.nan)
    return _Search(
        np.arange(count), np.zeros(count), np.full(count, np.inf), trial, unknown, unknown
    )


def _next(search: _Search, european: _European, excess: FloatArray) -> _Search:
    """The next trial, by the secant through the last two.

    Where it would leave the bracket, or the last did not halve the excess (a price so near the
    least value that the curve is flat), the middle of the bracket; or twice, while it has no end.
    """
    low = np.where(excess < 0, search.trial, search.low)
    high = np.where(excess > 0, search.trial, search.high)
    value = european.value(search.trial)
    with np.errstate(all="ignore"):  # no secant yet, or a flat one: a slope of 1 is used
        slope = (value - search.european) / (excess - search.excess)
        slope = np.where((slope > 0) & (slope < 1e3), slope, 1.0)
        trial = european.deviation(value - excess * slope)
        middle = np.where(np.isinf(high), 2 * search.trial, 0.5 * (low + high))
        stalled = (np.abs(excess) > 0.5 * np.abs(search.excess)) & np.isfinite(high)
    trial = np.where((trial > low) & (trial < high) & ~stalled, trial, middle)
    trial = np.minimum(trial, MOST_DEVIATION)
    return _Search(search.row, low, high, trial, value, excess)
