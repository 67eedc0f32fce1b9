"""How a theoretical value changes with spot, time, volatility and rate.

Delta, gamma, vega and rho are differences of theoretical values. Theta follows from the other three
by the equation of Black, Scholes and Merton, and so needs no valuation on another day.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from xlmargin.arrays import FloatArray
from xlmargin.dates import DAYS_PER_YEAR
from xlmargin.pricing.contracts import OptionTerms, spot_table
from xlmargin.pricing.theoretical_value import theoretical_value

SPOT_STEP = 0.1
"""Step in spot as a share of its standard deviation to expiry; at most `MOST_SPOT_STEP` of spot."""
MOST_SPOT_STEP = 0.01
VOLATILITY_STEP = 0.02
"""Step in volatility as a share of it."""
RATE_STEP = 0.001


@dataclass(frozen=True, eq=False)
class Greeks:
    """Value and its rates of change, $ per unit of the underlying; arrays `(contracts, k)`.

    `delta` per $ of spot, `gamma` per $ squared, `theta` per day that passes, `vega` per 1.00 of
    volatility, `rho` per 1.00 of rate.
    """

    price: FloatArray
    delta: FloatArray
    gamma: FloatArray
    theta: FloatArray
    vega: FloatArray
    rho: FloatArray


def greeks(contracts: OptionTerms, spot: FloatArray, volatility: FloatArray) -> Greeks:
    """Theoretical value and Greeks at each spot; shapes as in `theoretical_value`.

    `volatility` has shape `(contracts,)`. Where an American option is worth just what exercise pays
    it does not decay: theta is 0. Where spot or volatility is 0, and where no time is left, the
    value has a kink: the price stands alone and the Greeks are NaN.
    """
    spot = spot_table(spot)
    uncertain = (volatility > 0) & (contracts.years > 0)
    certain = ~uncertain
    volatility_given, volatility = volatility, np.where(uncertain, volatility, np.nan)
    total_volatility = (volatility * np.sqrt(contracts.years))[:, None]
    step = spot * np.minimum(MOST_SPOT_STEP, SPOT_STEP * total_volatility)
    step = np.where(step > 0, step, np.nan)
    down, price, up = _at_spots(contracts, (spot - step, spot, spot + step), volatility)
    delta = (up - down) / (2 * step)
    gamma = (up - 2 * price + down) / step**2
    theta = _theta(contracts, spot, volatility, price, delta, gamma)
    if certain.any():
        alone = contracts.take(certain)
        price[certain] = theoretical_value(alone, spot[certain], volatility_given[certain])
    vega, rho = _vega_and_rho(contracts, spot, volatility)
    return Greeks(price, delta, gamma, theta, vega, rho)


def _at_spots(
    contracts: OptionTerms, spots: tuple[FloatArray, ...], volatility: FloatArray
) -> list[FloatArray]:
    """Values at several tables of spots, in one valuation."""
    values = theoretical_value(contracts, np.hstack(spots), volatility)
    return np.split(values, len(spots), axis=1)


def _theta(
    contracts: OptionTerms,
    spot: FloatArray,
    volatility: FloatArray,
    price: FloatArray,
    delta: FloatArray,
    gamma: FloatArray,
) -> FloatArray:
    """Change of the value in a day, $ per unit: what interest and gamma leave; 0 if exercised."""
    rate, yields = contracts.rate[:, None], contracts.dividend_yield[:, None]
    variance = volatility[:, None] ** 2
    a_year = rate * price - (rate - yields) * spot * delta - 0.5 * variance * spot**2 * gamma
    paid = np.where(contracts.call, 1.0, -1.0)[:, None] * (spot - contracts.strike[:, None])
    exercised = contracts.american[:, None] & (price <= paid) & (paid > 0)
    return np.where(exercised, 0.0, a_year / DAYS_PER_YEAR)


def _vega_and_rho(
    contracts: OptionTerms, spot: FloatArray, volatility: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Change of the value per 1.00 of volatility, and per 1.00 of rate, $ per unit.

    The values on either side of both are found in one valuation.
    """
    count, step = len(volatility), VOLATILITY_STEP * volatility
    each = contracts.take(np.tile(np.arange(count), 4))
    nothing = np.zeros(2 * count)
    by_rate = np.repeat([RATE_STEP, -RATE_STEP], count)
    moved = replace(each, rate=each.rate + np.concatenate([nothing, by_rate]))
    at = np.concatenate([volatility + step, volatility - step, volatility, volatility])
    values = np.split(theoretical_value(moved, np.tile(spot, (4, 1)), at), 4)
    more_volatile, less_volatile, more_rate, less_rate = values
    vega = (more_volatile - less_volatile) / (2 * step)[:, None]
    return vega, (more_rate - less_rate) / (2 * RATE_STEP)
