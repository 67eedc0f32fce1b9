"""European values: Black and Scholes (1973), Merton (1973), on the forward of Black (1976)."""

from __future__ import annotations

import numpy as np
from scipy.special import ndtr

from xlmargin.arrays import BoolArray, FloatArray
from xlmargin.pricing.contracts import Contracts


def black_value(
    call: BoolArray, forward: FloatArray, strike: FloatArray, total_volatility: FloatArray
) -> FloatArray:
    """Value at expiry, $ per unit, not yet discounted, of European options on a forward price.

    `forward` and `strike` are > 0; `total_volatility` is volatility * sqrt(years), the standard
    deviation of the logarithm of the forward to expiry, >= 0. The arguments broadcast.
    Source: Black (1976).
    """
    sign = np.where(call, 1.0, -1.0)
    total_volatility = np.maximum(total_volatility, 1e-100)
    d_plus = np.log(forward / strike) / total_volatility + 0.5 * total_volatility
    d_minus = d_plus - total_volatility
    value: FloatArray = sign * (forward * ndtr(sign * d_plus) - strike * ndtr(sign * d_minus))
    # At least what is paid if the price stays, which rounding may miss.
    return np.maximum(value, np.maximum(sign * (forward - strike), 0.0))


def european_value(contracts: Contracts, spot: FloatArray, volatility: FloatArray) -> FloatArray:
    """Value, $ per unit, of the contracts as European options without cash dividends.

    `spot` has shape `(contracts, k)` and is > 0, `volatility` `(contracts,)`; strikes are > 0.
    """
    years = contracts.years[:, None]
    growth = np.exp((contracts.rate - contracts.dividend_yield)[:, None] * years)
    total_volatility = volatility[:, None] * np.sqrt(years)
    value = black_value(
        contracts.call[:, None], spot * growth, contracts.strike[:, None], total_volatility
    )
    return value * np.exp(-contracts.rate[:, None] * years)
