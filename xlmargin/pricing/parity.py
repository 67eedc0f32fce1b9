"""What a call and a put of one strike and expiration say of the carry: put-call parity.

    call - put = discount * (forward - strike)

Source: Stoll (1969). It holds for European options; for American ones, whose right to exercise
early is worth something, it is an approximation, a good one near the money.
"""

from __future__ import annotations

import numpy as np

from xlmargin.arrays import FloatArray


def parity_forward(
    call: FloatArray, put: FloatArray, strike: FloatArray, years: FloatArray, rate: FloatArray
) -> FloatArray:
    """Price of the underlying for delivery at expiration, $ per unit; the arguments broadcast.

    `call` and `put` are prices, `strike` the strike, all $ per unit; `rate` a fraction a year. NaN
    where an argument is, or where the forward would not be above 0.
    """
    forward = strike + (call - put) * np.exp(rate * years)
    return np.where(forward > 0, forward, np.nan)


def carry_yield(
    forward: FloatArray, spot: FloatArray, years: FloatArray, rate: FloatArray
) -> FloatArray:
    """Dividend yield, a fraction a year, that a forward says beside a rate; NaN without time."""
    with np.errstate(all="ignore"):
        found = rate - np.log(forward / spot) / years
    return np.where(years > 0, found, np.nan)
