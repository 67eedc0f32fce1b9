"""European values: Black and Scholes (1973), Merton (1973), on the forward of Black (1976)."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr

from xlmargin.arrays import BoolArray, FloatArray
from xlmargin.pricing.contracts import Contracts


def black_value(
    call: BoolArray, forward: FloatArray, strike: FloatArray, deviation: FloatArray
) -> FloatArray:
    """Value at expiry, $ per unit, not yet discounted, of European options on a forward price.

    `forward` and `strike` are > 0; `deviation` is the standard deviation of the logarithm of the
    forward to expiry, volatility * sqrt(years), >= 0. The arguments broadcast.
    Source: Black (1976).
    """
    sign = np.where(call, 1.0, -1.0)
    deviation = np.maximum(deviation, 1e-100)
    d_plus = np.log(forward / strike) / deviation + 0.5 * deviation
    d_minus = d_plus - deviation
    value: FloatArray = sign * (forward * ndtr(sign * d_plus) - strike * ndtr(sign * d_minus))
    return np.maximum(value, 0.0)


def european_value(contracts: Contracts, spot: FloatArray, volatility: FloatArray) -> FloatArray:
    """Value, $ per unit, of the contracts as European options without cash dividends.

    `spot` has shape `(contracts, k)` and is > 0, `volatility` `(contracts,)`; strikes are > 0.
    """
    years = contracts.years[:, None]
    growth = np.exp((contracts.rate - contracts.dividend_yield)[:, None] * years)
    deviation = volatility[:, None] * np.sqrt(years)
    value = black_value(
        contracts.call[:, None], spot * growth, contracts.strike[:, None], deviation
    )
    return value * np.exp(-contracts.rate[:, None] * years)
