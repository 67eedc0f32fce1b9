"""Theoretical values of contracts, each by the method that its terms call for; and the reverse.

The implied volatility is that at which a contract's theoretical value is its price. European
options are inverted directly, the others searched for (see `volatility_search`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property, partial
from typing import TypeAlias

import numpy as np
from numpy.typing import NDArray

from xlmargin.arrays import BoolArray, FloatArray, IntArray
from xlmargin.pricing.american import AmericanOptions, EarlyExercise, early_exercise
from xlmargin.pricing.contracts import (
    OptionTerms,
    european_value,
    spot_table,
    zero_volatility_value,
)
from xlmargin.pricing.lattice import lattice_value
from xlmargin.pricing.volatility_search import European, Target, searched_volatility

CONTRACTS_AT_ONCE = 8192
"""Contracts valued together: bounds the memory of temporaries."""


class Method(IntEnum):
    """How a contract is valued."""

    BLACK_SCHOLES = 0
    EXERCISE_BOUNDARY = 1
    LATTICE = 2


ValueAt: TypeAlias = Callable[[FloatArray], FloatArray]
"""Values, $ per unit, of contracts at a table of spots, both `(contracts, k)`."""

VALUED_BY: dict[Method, Callable[[OptionTerms, FloatArray], ValueAt]] = {
    Method.BLACK_SCHOLES: lambda some, at: partial(european_value, some, volatility=at),
    Method.EXERCISE_BOUNDARY: lambda some, at: AmericanOptions(some, at).value,
    Method.LATTICE: lambda some, at: partial(lattice_value, some, volatility=at),
}
"""How each method values contracts at volatilities, `(contracts,)`; all numbers are > 0."""


def method_of(contracts: OptionTerms) -> NDArray[np.int8]:
    """The method (`Method`) by which each contract is valued; `(contracts,)`.

    Black and Scholes for European options and for American ones that are never exercised early;
    the exercise boundary for American options that have one; the lattice where a cash dividend
    falls in the life of the contract, and for two boundaries.
    """
    regime = early_exercise(contracts)
    method = np.full(len(contracts), Method.BLACK_SCHOLES, np.int8)
    method[contracts.american & (regime == EarlyExercise.ONE_BOUNDARY)] = Method.EXERCISE_BOUNDARY
    method[contracts.pays_cash] = Method.LATTICE
    method[contracts.american & (regime == EarlyExercise.TWO_BOUNDARIES)] = Method.LATTICE
    return method


def theoretical_value(
    contracts: OptionTerms, spot: FloatArray, volatility: FloatArray
) -> FloatArray:
    """Theoretical value, $ per unit, of each contract at each spot; `(contracts, k)`.

    `spot` has shape `(contracts, k)`, or `(contracts,)` for one spot each; below zero it counts as
    zero, a worthless share. `volatility` is annual, of shape `(contracts,)`, or `(contracts, k)`
    where it differs from spot to spot. NaN in a term, a spot or a volatility makes NaN of the
    values that need it; so does a negative volatility.
    """
    if volatility.ndim == 2:
        return _value_point_by_point(contracts, spot_table(spot), volatility)
    return PricedContracts.of(contracts, volatility).value(spot)


def _value_point_by_point(
    contracts: OptionTerms, spot: FloatArray, volatility: FloatArray
) -> FloatArray:
    """Values where every spot has its own volatility: each pair is a contract of its own."""
    value = np.empty(spot.shape)
    for point in range(spot.shape[1]):
        at = theoretical_value(contracts, spot[:, point], volatility[:, point])
        value[:, point] = at[:, 0]
    return value


@dataclass(frozen=True, eq=False)
class PricedContracts:
    """Contracts at one volatility each, valued at spot after spot; `(contracts,)`.

    What hangs on no spot is found once, for no more contracts at once than are valued together.
    """

    blocks: tuple[_Block, ...]

    @classmethod
    def of(cls, contracts: OptionTerms, volatility: FloatArray) -> PricedContracts:
        """The contracts at annual volatilities."""
        contracts = contracts.without_negligible_rates()
        starts = range(0, len(contracts), CONTRACTS_AT_ONCE)
        parts = [slice(first, first + CONTRACTS_AT_ONCE) for first in starts]
        return cls(tuple(_Block(contracts.take(own), volatility[own]) for own in parts))

    def value(self, spot: FloatArray) -> FloatArray:
        """Their `theoretical_value` at spots, `(contracts, k)` as the answer, or `(contracts,)`."""
        spot, first = spot_table(spot), 0
        value = np.full(spot.shape, np.nan)
        for block in self.blocks:
            rows = slice(first, first := first + len(block.contracts))
            value[rows] = block.value(spot[rows])
        return value


@dataclass(frozen=True, eq=False)
class _Block:
    """Contracts that are valued together: some are certain, the rest are valued by their methods.

    Those are certain that have no time, volatility or strike.
    """

    contracts: OptionTerms
    volatility: FloatArray

    def value(self, spot: FloatArray) -> FloatArray:
        value = np.full(spot.shape, np.nan)
        usable = np.where(spot > 0, spot, self.contracts.strike[:, None])
        for rows, value_at in self._by_method:
            value[rows] = value_at(usable[rows])
        return _with_certain_values(value, self.contracts, spot, self._given & ~self._moves)

    @cached_property
    def _given(self) -> BoolArray:
        return np.asarray(self.contracts.is_given & (self.volatility >= 0))

    @cached_property
    def _moves(self) -> BoolArray:
        uncertain = (self.volatility > 0) & (self.contracts.years > 0)
        return np.asarray(self._given & uncertain & (self.contracts.strike > 0))

    @cached_property
    def _by_method(self) -> list[tuple[IntArray, ValueAt]]:
        """The rows that each method values, and how."""
        method = np.where(self._moves, method_of(self.contracts), -1)
        every = ((np.flatnonzero(method == name), valued) for name, valued in VALUED_BY.items())
        return [
            (rows, valued(self.contracts, self.volatility))
            if rows.size == len(method)
            else (rows, valued(self.contracts.take(rows), self.volatility[rows]))
            for rows, valued in every
            if rows.size
        ]


def _with_certain_values(
    value: FloatArray, contracts: OptionTerms, spot: FloatArray, certain: BoolArray
) -> FloatArray:
    """The values, those at zero volatility where there is no time, volatility, strike or spot."""
    worthless = spot == 0
    rows = np.flatnonzero(certain | worthless.any(axis=1))
    if rows.size:
        least = zero_volatility_value(contracts.take(rows), spot[rows])
        at_least = certain[rows, None] | (worthless[rows] & ~np.isnan(value[rows]))
        value[rows] = np.where(at_least, least, value[rows])
    return np.where(np.isnan(spot), np.nan, value)


ROUNDING = 1e-10
"""A price above the least value by no more than this share of it is at the least value."""


class VolatilityStatus(IntEnum):
    """Why a contract has, or has not, an implied volatility."""

    SOLVED = 0
    BELOW_ZERO_VOLATILITY_VALUE = 1
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
    contracts: OptionTerms, spot: FloatArray, price: FloatArray
) -> ImpliedVolatility:
    """Annual volatility at which each contract is worth its price; `spot`, `price` `(contracts,)`.

    `price` is in $ per unit. Every contract gets a status; none raises.
    """
    contracts = contracts.without_negligible_rates()
    least = zero_volatility_value(contracts, spot)[:, 0]
    status = _status_of_price(contracts, spot, price, least)
    volatility = np.full(len(contracts), np.nan)
    possible = np.flatnonzero(status == VolatilityStatus.NOT_CONVERGED)
    for first in range(0, len(possible), CONTRACTS_AT_ONCE):
        rows = possible[first : first + CONTRACTS_AT_ONCE]
        some = contracts.take(rows), spot[rows], price[rows], least[rows]
        volatility[rows] = _volatility_between(*some)
    status[np.isfinite(volatility)] = VolatilityStatus.SOLVED
    status[np.isposinf(volatility)] = VolatilityStatus.ABOVE_GREATEST_VALUE
    return ImpliedVolatility(np.where(np.isfinite(volatility), volatility, np.nan), status)


def _status_of_price(
    contracts: OptionTerms, spot: FloatArray, price: FloatArray, least: FloatArray
) -> NDArray[np.int8]:
    """The status as far as bounds tell it; `NOT_CONVERGED` where there is more to be found."""
    status = np.full(len(contracts), VolatilityStatus.NOT_CONVERGED, np.int8)
    with np.errstate(invalid="ignore", over="ignore"):
        status[price >= greatest_value(contracts, spot)] = VolatilityStatus.ABOVE_GREATEST_VALUE
        status[price <= least * (1 + ROUNDING)] = VolatilityStatus.BELOW_ZERO_VOLATILITY_VALUE
    status[contracts.years == 0] = VolatilityStatus.EXPIRING
    given = contracts.is_given & np.isfinite(price) & (spot > 0) & np.isfinite(spot)
    status[~given] = VolatilityStatus.NOT_GIVEN
    return status


def greatest_value(contracts: OptionTerms, spot: FloatArray) -> FloatArray:
    """What no option is worth more than, $ per unit: for a call the share, for a put the strike.

    Each on the day it is paid, today or at expiration; cash dividends are left out.
    """
    paid = np.where(contracts.call, spot, contracts.strike)
    discount = np.where(contracts.call, contracts.dividend_yield, contracts.rate)
    at_expiry = paid * np.exp(-discount * contracts.years)
    return np.where(contracts.american, np.maximum(paid, at_expiry), at_expiry)


def _volatility_between(
    contracts: OptionTerms, spot: FloatArray, price: FloatArray, least: FloatArray
) -> FloatArray:
    """Implied volatility of options whose prices are between their bounds; NaN where not found.

    What European options of these prices have is the answer for what is valued by Black and
    Scholes, and where the search begins for all others.
    """
    european, method = European.of(contracts, spot), method_of(contracts)
    start = european.total_volatility(price)
    found = np.where(start > 0, start, np.nan) / np.sqrt(contracts.years)
    for name in (Method.EXERCISE_BOUNDARY, Method.LATTICE):
        rows = np.flatnonzero(method == name)
        if rows.size:
            some, at = contracts.take(rows), spot[rows]
            target = Target.of(some, at, price[rows], least[rows], european.take(rows))
            found[rows] = searched_volatility(some, at, target, start[rows], VALUED_BY[name])
    return found
