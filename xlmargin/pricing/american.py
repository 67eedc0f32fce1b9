"""American options without cash dividends: the European value and the value of early exercise.

Calls are turned into puts by the symmetry of McDonald and Schroder (1998),

    call(spot, strike, rate, yield) = put(strike, spot, yield, rate),

and every put is scaled to a strike of 1.
"""

from __future__ import annotations

from enum import IntEnum

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtr

from xlmargin.arrays import FloatArray
from xlmargin.pricing.black_scholes import european_value
from xlmargin.pricing.chebyshev import POINTS_OF_VALUE, TO_VALUE, VALUE_ROOTS, VALUE_WEIGHTS
from xlmargin.pricing.contracts import Contracts
from xlmargin.pricing.exercise_boundary import Boundary, UnitPuts, exercise_boundary
from xlmargin.pricing.zero_volatility import least_value

NUMBERS_AT_ONCE = 16_384
"""Numbers in one temporary of the quadrature: puts x spots x points that fit a cache."""


NEGLIGIBLE_RATE = 1e-12
"""A rate that earns less than a trillionth of the strike in a year: as good as none."""


class EarlyExercise(IntEnum):
    """When an American option without cash dividends may be exercised early, by rate and yield."""

    NEVER = 0
    ONE_BOUNDARY = 1
    TWO_BOUNDARIES = 2
    """For a put with yield < rate < 0: not exercised when far in the money, nor near it."""


def early_exercise(contracts: Contracts) -> NDArray[np.int8]:
    """The regime of early exercise (`EarlyExercise`) of American options; `(contracts,)`.

    Source: Andersen and Lake (2021), "Fast American Option Pricing: The Double-Boundary Case".
    """
    rate = np.where(contracts.call, contracts.dividend_yield, contracts.rate)
    yields = np.where(contracts.call, contracts.rate, contracts.dividend_yield)
    regime = np.full(len(contracts), EarlyExercise.ONE_BOUNDARY, np.int8)
    regime[(yields < rate) & (rate < 0)] = EarlyExercise.TWO_BOUNDARIES
    regime[(rate <= NEGLIGIBLE_RATE) & (yields >= rate)] = EarlyExercise.NEVER
    return regime


def american_value(contracts: Contracts, spot: FloatArray, volatility: FloatArray) -> FloatArray:
    """Value, $ per unit, of American options with one exercise boundary and no cash dividends.

    `spot` has shape `(contracts, k)` and is > 0, `volatility` `(contracts,)`; years, strikes and
    volatilities are > 0. Each boundary is solved once and read at every spot.
    """
    call, strike = contracts.call[:, None], contracts.strike[:, None]
    puts = unit_puts(contracts, volatility)
    boundary = exercise_boundary(puts)
    unit_spot = np.where(call, strike / spot, spot / strike)
    premium = early_exercise_premium(puts, boundary, unit_spot) * np.where(call, spot, strike)
    intrinsic = np.where(call, spot - strike, strike - spot)
    value = european_value(contracts, spot, volatility) + premium
    exercised = np.log(unit_spot) <= (boundary.log_at_expiry - boundary.depth[:, 0])[:, None]
    return np.maximum(np.where(exercised, intrinsic, value), least_value(contracts, spot))


def unit_puts(contracts: Contracts, volatility: FloatArray) -> UnitPuts:
    """The contracts as puts on a strike of 1: a put's share is spot / strike, a call's inverse."""
    return UnitPuts(
        rate=np.where(contracts.call, contracts.dividend_yield, contracts.rate),
        dividend_yield=np.where(contracts.call, contracts.rate, contracts.dividend_yield),
        years=contracts.years,
        volatility=volatility,
    )


def early_exercise_premium(puts: UnitPuts, boundary: Boundary, spot: FloatArray) -> FloatArray:
    """What American puts on a strike of 1 are worth above European ones; `(puts, k)`.

    The interest earned less the dividends lost while the share is below the boundary: the integral
    of Kim (1990), Jacka (1991) and Carr, Jarrow and Myneni (1992), as in ALO.
    """
    premium = np.empty_like(spot)
    step = max(1, NUMBERS_AT_ONCE // (POINTS_OF_VALUE * spot.shape[1]))
    for first in range(0, len(spot), step):
        rows = slice(first, first + step)
        some = Boundary(boundary.log_at_expiry[rows], boundary.depth[rows])
        premium[rows] = _premium(puts.take(rows), some, spot[rows])
    return premium


def _premium(puts: UnitPuts, boundary: Boundary, spot: FloatArray) -> FloatArray:
    """`early_exercise_premium` of one block: the axes are puts, spots, quadrature points."""
    rate, yields = puts.rate[:, None], puts.dividend_yield[:, None]
    years, volatility = puts.years[:, None], puts.volatility[:, None]
    wait = years * VALUE_ROOTS**2
    deviation = volatility * np.sqrt(years) * VALUE_ROOTS
    depth = np.sqrt(np.maximum(boundary.depth**2 @ TO_VALUE, 0.0))
    drift = (rate - yields - 0.5 * volatility**2) * wait + depth - boundary.log_at_expiry[:, None]
    scale = -1 / deviation
    minus_d = np.log(spot)[:, :, None] * scale[:, None, :]  # less d-, then less d+
    minus_d += (drift * scale)[:, None, :]
    interest = rate * years * VALUE_WEIGHTS * np.exp(-rate * wait)
    premium: FloatArray = np.matmul(ndtr(minus_d), interest[:, :, None])[..., 0]
    if yields.any():
        minus_d -= deviation[:, None, :]
        dividends = yields * years * VALUE_WEIGHTS * np.exp(-yields * wait)
        premium -= spot * np.matmul(ndtr(minus_d, out=minus_d), dividends[:, :, None])[..., 0]
    return premium
