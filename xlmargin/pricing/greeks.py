"""How a theoretical value changes with spot, time, volatility and rate.

Delta, gamma, vega and rho are differences of theoretical values. Theta follows from the other three
by the equation of Black, Scholes and Merton, and so needs no valuation on another day.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from xlmargin.arrays import FloatArray
from xlmargin.pricing.contracts import Contracts, spot_table
from xlmargin.pricing.theoretical_value import theoretical_value

DAYS_A_YEAR = 365.0
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


def greeks(contracts: Contracts, spot: FloatArray, volatility: FloatArray) -> Greeks:
    """Theoretical value and Greeks at each spot; shapes as in `theoretical_value`.

    `volatility` has shape `(contracts,)`. Where an American option is worth just what exercise pays
    it does not decay: theta is 0. Where spot or volatility is 0, and where no time is left, the
    value has a kink: the price stands alone and the Greeks are NaN.
    """
    spot = spot_table(spot)
    uncertain = (volatility > 0) & (contracts.years > 0)
    certain = ~uncertain
    price_alone = theoretical_value(contracts.take(certain), spot[certain], volatility[certain])
    volatility = np.where(uncertain, volatility, np.nan)
    total_volatility = (volatility * np.sqrt(contracts.years))[:, None]
    step = spot * np.minimum(MOST_SPOT_STEP, SPOT_STEP * total_volatility)
    step = np.where(step > 0, step, np.nan)
    down, price, up = _at_spots(contracts, (spot - step, spot, spot + step), volatility)
    delta = (up - down) / (2 * step)
    gamma = (up - 2 * price + down) / step**2
    theta = _theta(contracts, spot, volatility, price, delta, gamma)
    price[certain] = price_alone
    return Greeks(
        price=price,
        delta=delta,
        gamma=gamma,
        theta=theta,
        vega=_vega(contracts, spot, volatility),
        rho=_rho(contracts, spot, volatility),
    )


def _at_spots(
    contracts: Contracts, spots: tuple[FloatArray, ...], volatility: FloatArray
) -> list[FloatArray]:
    """Values at several tables of spots, in one valuation."""
    values = theoretical_value(contracts, np.hstack(spots), volatility)
    return np.split(values, len(spots), axis=1)


def _theta(
    contracts: Contracts,
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
    return np.where(exercised, 0.0, a_year / DAYS_A_YEAR)


def _vega(contracts: Contracts, spot: FloatArray, volatility: FloatArray) -> FloatArray:
    """Change of the value per 1.00 of volatility, $ per unit."""
    step = VOLATILITY_STEP * volatility
    more = theoretical_value(contracts, spot, volatility + step)
    less = theoretical_value(contracts, spot, volatility - step)
    return (more - less) / (2 * step)[:, None]


def _rho(contracts: Contracts, spot: FloatArray, volatility: FloatArray) -> FloatArray:
    """Change of the value per 1.00 of rate, $ per unit."""
    more = replace(contracts, rate=contracts.rate + RATE_STEP)
    less = replace(contracts, rate=contracts.rate - RATE_STEP)
    change = theoretical_value(more, spot, volatility) - theoretical_value(less, spot, volatility)
    return change / (2 * RATE_STEP)
