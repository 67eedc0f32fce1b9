"""The part of an option's life after the last cash dividend, in which its value is known."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from xlmargin.arrays import BoolArray, FloatArray, IntArray
from xlmargin.pricing.american import EarlyExercise, american_value, early_exercise
from xlmargin.pricing.black_scholes import european_value
from xlmargin.pricing.contracts import Contracts, ForwardDividends

LEAST_YEARS = 1e-9
"""Years that are taken to be left where the last ex-date is the day of expiry."""


@dataclass(frozen=True, eq=False)
class LastPeriod:
    """When the last period starts, years from today, and the dividend paid then; `(contracts,)`.

    It starts on the last ex-date; without one, or where exercise has two boundaries, a little
    before expiry. `dividend` is in forward dollars (see `ForwardDividends`).
    """

    start: FloatArray
    dividend: FloatArray

    @classmethod
    def of(cls, contracts: Contracts, dividends: ForwardDividends, steps: int) -> LastPeriod:
        """The last period of each contract; the last of `steps` steps where there is no ex-date."""
        last_ex = np.where(dividends.amounts > 0, dividends.years, 0.0).max(axis=1, initial=0.0)
        two_boundaries = contracts.american & _has(EarlyExercise.TWO_BOUNDARIES, contracts)
        last_step = contracts.years * (1 - 1 / steps)
        start = np.where(two_boundaries | (last_ex == 0), last_step, last_ex)
        paid = np.where(dividends.years >= start[:, None], dividends.amounts, 0.0)
        return cls(start, paid.sum(axis=1))

    def take(self, rows: IntArray) -> LastPeriod:
        """The last periods of some contracts."""
        return LastPeriod(self.start[rows], self.dividend[rows])

    def held_value(
        self, contracts: Contracts, share: FloatArray, volatility: FloatArray
    ) -> FloatArray:
        """Value just before the dividend of an option that is not exercised just before it.

        `share`, and the value, are in forward dollars and have shape `(contracts, nodes)`. With two
        boundaries it is the value if held to expiry.
        """
        forward_dollar = np.exp((contracts.rate - contracts.dividend_yield) * self.start)[:, None]
        after = np.maximum(share - self.dividend[:, None], 1e-6 * share) * forward_dollar
        left = np.maximum(contracts.years - self.start, LEAST_YEARS)
        rest = replace(contracts, years=left, dividend_amounts=0 * contracts.dividend_amounts)
        value = european_value(rest, after, volatility)
        early = contracts.american & _has(EarlyExercise.ONE_BOUNDARY, contracts)
        rows = np.flatnonzero(early)
        if rows.size:
            value[rows] = american_value(rest.take(rows), after[rows], volatility[rows])
        return value / forward_dollar


def _has(regime: EarlyExercise, contracts: Contracts) -> BoolArray:
    """Whether early exercise of a contract, were it American without dividends, is of this kind."""
    return np.asarray(early_exercise(contracts) == regime)
