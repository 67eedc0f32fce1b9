"""American options without cash dividends: the European value and the premium of early exercise.

Calls are turned into puts by the symmetry of McDonald and Schroder (1998),

    call(spot, strike, rate, yield) = put(strike, spot, yield, rate),

and every put is scaled to a strike of 1 and a life of 1.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from xlmargin.arrays import BoolArray, FloatArray, IntArray
from xlmargin.pricing import premium_table
from xlmargin.pricing.contracts import (
    NormalizedPuts,
    OptionTerms,
    european_value,
    zero_volatility_value,
)
from xlmargin.pricing.exercise_boundary import exercise_boundary, premium_above

NEGLIGIBLE_PREMIUM = 2e-8
"""A premium of early exercise that is surely less than this share of the strike is none."""

LOW_VOLATILITY = 0.1
"""Total volatility below which a value may miss that at zero volatility by its error."""


class EarlyExercise(IntEnum):
    """When an American option without cash dividends may be exercised early, by rate and yield."""

    NEVER = 0
    ONE_BOUNDARY = 1
    TWO_BOUNDARIES = 2
    """For a put with yield < rate < 0: not exercised when far in the money, nor near it."""


def early_exercise(contracts: OptionTerms) -> NDArray[np.int8]:
    """The regime of early exercise (`EarlyExercise`) of American options; `(contracts,)`.

    Source: Andersen and Lake (2021), "Fast American Option Pricing: The Double-Boundary Case".
    """
    rate = np.where(contracts.call, contracts.dividend_yield, contracts.rate)
    yields = np.where(contracts.call, contracts.rate, contracts.dividend_yield)
    regime = np.full(len(contracts), EarlyExercise.ONE_BOUNDARY, np.int8)
    regime[(yields < rate) & (rate < 0)] = EarlyExercise.TWO_BOUNDARIES
    regime[(rate <= 0) & (yields >= rate)] = EarlyExercise.NEVER
    return regime


@dataclass(frozen=True, eq=False)
class AmericanOptions:
    """American options with one exercise boundary and no cash dividends, at volatilities.

    `volatility` has shape `(contracts,)`; years, strikes and volatilities are > 0. What hangs on no
    spot is found once, when it is first needed.
    """

    contracts: OptionTerms
    volatility: FloatArray

    def value(self, spot: FloatArray) -> FloatArray:
        """Value, $ per unit, at spots > 0, both of shape `(contracts, k)`.

        From the table where it reaches, solved beyond it; a boundary serves every spot of its
        contract.
        """
        contracts, puts, weight = self.contracts, self._puts, self._weight
        value = european_value(contracts, spot, self.volatility)
        earns = ~_is_negligible(puts, _normalized_log_spot(contracts, spot.T).min(axis=0))
        inside, beyond = np.flatnonzero(earns & (weight > 0)), np.flatnonzero(earns & (weight < 1))
        european = value[beyond]
        if inside.size:
            premium = self._of_table
            if len(inside) < len(premium.puts.interest):
                premium = premium.take((np.cumsum(weight > 0) - 1)[inside])
            value[inside] = premium.added(spot[inside].T, value[inside].T).T
        if beyond.size:
            some = contracts.take(beyond), spot[beyond], european, puts.take(beyond)
            solved, part = _solved_value(*some), weight[beyond, None]
            value[beyond] = np.where(part > 0, part * value[beyond] + (1 - part) * solved, solved)
        low = np.flatnonzero(puts.total_volatility < LOW_VOLATILITY)
        if low.size:
            least = zero_volatility_value(contracts.take(low), spot[low])
            value[low] = np.maximum(value[low], least)
        return value

    @cached_property
    def _puts(self) -> NormalizedPuts:
        return normalized_puts(self.contracts, self.volatility)

    @cached_property
    def _weight(self) -> FloatArray:
        return premium_table.weight(self._puts)

    @cached_property
    def _of_table(self) -> EarlyExercisePremium:
        """The premiums of the contracts that the table reaches."""
        inside = np.flatnonzero(self._weight > 0)
        puts = self._puts.take(inside)
        return EarlyExercisePremium(self.contracts.take(inside), puts, premium_table.curves(puts))


def _solved_value(
    contracts: OptionTerms, spot: FloatArray, european: FloatArray, puts: NormalizedPuts
) -> FloatArray:
    """Values of American options by solving each boundary, given the European values."""
    depth = exercise_boundary(puts)
    boundary = puts.log_at_expiry - depth[0]
    log_spot = _normalized_log_spot(contracts, spot.T)
    premium = premium_above(puts, depth, np.maximum(log_spot, boundary))
    return _with_exercise(contracts, spot.T, european.T, premium, log_spot <= boundary).T


def _with_exercise(
    contracts: OptionTerms,
    spot: FloatArray,
    european: FloatArray,
    premium: FloatArray,
    exercised: BoolArray,
) -> FloatArray:
    """American values, $ per unit, from premiums of the normalized puts; `(k, contracts)`."""
    paid = np.where(contracts.call, 1.0, -1.0) * (spot - contracts.strike)
    premium *= np.where(contracts.call, spot, contracts.strike)
    premium += european
    return np.maximum(np.where(exercised, paid, premium), paid)


def normalized_puts(contracts: OptionTerms, volatility: FloatArray) -> NormalizedPuts:
    """The contracts as puts on a strike of 1: a put's price is spot / strike, a call's inverse."""
    call, years = contracts.call, contracts.years
    return NormalizedPuts(
        interest=np.where(call, contracts.dividend_yield, contracts.rate) * years,
        dividends=np.where(call, contracts.rate, contracts.dividend_yield) * years,
        total_volatility=volatility * np.sqrt(years),
    )


def _normalized_log_spot(contracts: OptionTerms, spot: FloatArray) -> FloatArray:
    """Logarithm of the price of the normalized puts' underlying; `(k, contracts)`, as `spot`."""
    log = np.log(spot / contracts.strike)
    log *= np.where(contracts.call, -1.0, 1.0)
    return log


def _is_negligible(puts: NormalizedPuts, log_spot: FloatArray) -> BoolArray:
    """Whether a bound of the premium is nothing: all interest while the price is below the strike.

    More exactly, below the highest price at which the put is ever exercised. With a yield below
    zero dividends add to the premium: then nothing is known.
    """
    v, top = puts.total_volatility, puts.log_at_expiry
    fall = np.maximum(puts.dividends - puts.interest + 0.5 * v * v, 0.0)
    bound = puts.interest * ndtr((top - log_spot + fall) / v)
    small = (puts.interest < 1) & (log_spot > top) & (bound < NEGLIGIBLE_PREMIUM)
    return np.asarray((puts.dividends >= 0) & small)


@dataclass(frozen=True, eq=False)
class EarlyExercisePremium:
    """What early exercise adds to European values of contracts that have one exercise boundary.

    A curve of each contract (see `premium_table`), which is read at any number of spots; `curve`
    has shape `(numbers, contracts)`.
    """

    contracts: OptionTerms
    puts: NormalizedPuts
    curve: FloatArray

    @classmethod
    def of(cls, contracts: OptionTerms, volatility: FloatArray) -> EarlyExercisePremium:
        """The premiums of any contracts, years and strikes being > 0: beyond the table, solved."""
        puts = normalized_puts(contracts, volatility)
        weight = premium_table.weight(puts)
        inside, beyond = np.flatnonzero(weight > 0), np.flatnonzero(weight < 1)
        curve = np.zeros((premium_table.NUMBERS, len(weight)))
        if inside.size:
            curve[:, inside] = weight[inside] * premium_table.curves(puts.take(inside))
        if beyond.size:
            solved = premium_table.solved_curves(puts.take(beyond))
            curve[:, beyond] += (1 - weight[beyond]) * solved
        return cls(contracts, puts, curve)

    def take(self, rows: IntArray) -> EarlyExercisePremium:
        """The premiums of some contracts."""
        return EarlyExercisePremium(
            self.contracts.take(rows), self.puts.take(rows), self.curve[:, rows]
        )

    def added(self, spot: FloatArray, european: FloatArray) -> FloatArray:
        """American values, $ per unit, given the European ones; all `(k, contracts)`."""
        log_spot = _normalized_log_spot(self.contracts, spot)
        premium = premium_table.premium(self.curve, self.puts, log_spot)
        exercised = log_spot <= premium_table.log_boundary(self.curve, self.puts)
        return _with_exercise(self.contracts, spot, european, premium, exercised)
