"""Values when the share is certain to follow its forward: the least an option can be worth."""

from __future__ import annotations

import numpy as np

from xlmargin.arrays import FloatArray
from xlmargin.pricing.contracts import Contracts, ForwardDividends, spot_table


def zero_volatility_value(contracts: Contracts, spot: FloatArray) -> FloatArray:
    """Value at zero volatility, $ per unit, of each contract at each spot; shape `(contracts, k)`.

    The greatest discounted amount that exercise on a date fixed today would pay - for a European
    option, exercise at expiry - with the share following its forward and paying its dividends. No
    volatility gives less - while dividends stay below the share's price - so a price at or below it
    has no implied volatility. `spot` has shape
    `(contracts, k)` or `(contracts,)`; below zero it counts as zero. NaN in, NaN out.
    """
    spot, contracts = spot_table(spot), contracts.without_negligible_rates()
    given = contracts.is_given[:, None] & np.isfinite(spot)
    best = np.zeros_like(spot)
    with np.errstate(all="ignore"):  # terms that are NaN are answered with NaN below
        for start, end, forward in _periods(contracts, spot):
            european = ~contracts.american & (end < contracts.years)
            paid = _greatest_payment(contracts, forward, start, end)
            np.fmax(best, np.where(european[:, None], 0.0, paid), out=best)
    return np.where(given, best, np.nan)


def _periods(
    contracts: Contracts, spot: FloatArray
) -> list[tuple[FloatArray, FloatArray, FloatArray]]:
    """Start, end and share price (forward dollars) of each time between two ex-dates.

    The last period is from the last ex-date to expiry; an ex-date belongs to the period before it
    (for exercise just before) and to the one after it.
    """
    dividends = ForwardDividends.of(contracts)
    start, forward, periods = np.zeros(len(contracts)), spot, []
    for when, amount in zip(dividends.years.T, dividends.amounts.T, strict=True):
        periods.append((start, np.where(amount > 0, when, np.nan), forward))
        forward = np.maximum(forward - amount[:, None], 0.0)
        start = np.where(amount > 0, when, start)
    return [*periods, (start, contracts.years, forward)]


def _greatest_payment(
    contracts: Contracts, forward: FloatArray, start: FloatArray, end: FloatArray
) -> FloatArray:
    """Greatest discounted payment of exercise between `start` and `end`, European only at `end`."""
    rate, yields = contracts.rate[:, None], contracts.dividend_yield[:, None]
    strike, sign = contracts.strike[:, None], np.where(contracts.call, 1.0, -1.0)[:, None]

    def payment(when: FloatArray) -> FloatArray:
        return sign * (forward * np.exp(-yields * when) - strike * np.exp(-rate * when))

    last = payment(end[:, None])
    stationary = np.log(rate * strike / (yields * forward)) / (rate - yields)
    inside = (stationary > start[:, None]) & (stationary < end[:, None])
    between = payment(np.where(inside, stationary, start[:, None]))
    at_any_time = np.fmax(np.fmax(payment(start[:, None]), between), last)
    return np.where(contracts.american[:, None], at_any_time, last)
