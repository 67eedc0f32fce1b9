"""The part of an option's life after the last cash dividend, in which its value is known."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from xlmargin.arrays import BoolArray, FloatArray, IntArray
from xlmargin.pricing.american import EarlyExercise, early_exercise
from xlmargin.pricing.black_scholes import black_value
from xlmargin.pricing.contracts import Contracts, ForwardDividends
from xlmargin.pricing.premium_curve import PremiumCurve

LEAST_YEARS = 1e-9
"""Years that are taken to be left where the last ex-date is the day of expiry."""


@dataclass(frozen=True, eq=False)
class LastPeriod:
    """When the last period starts, years from today, and the dividend paid then; `(contracts,)`.

    It starts on the last ex-date; without one, or where exercise has two boundaries, a little
    before expiry. `dividend` is in forward dollars (see `ForwardDividends`). `is_short` tells that
    it is this last step and no more.
    """

    start: FloatArray
    dividend: FloatArray
    is_short: BoolArray

    @classmethod
    def of(cls, contracts: Contracts, dividends: ForwardDividends, steps: int) -> LastPeriod:
        """The last period of each contract; the last of `steps` steps where there is no ex-date."""
        last_ex = np.where(dividends.amounts > 0, dividends.years, 0.0).max(axis=1, initial=0.0)
        two_boundaries = contracts.american & _has(EarlyExercise.TWO_BOUNDARIES, contracts)
        last_step = contracts.years * (1 - 1 / steps)
        is_short = two_boundaries | (last_ex == 0)
        start = np.where(is_short, last_step, last_ex)
        paid = np.where(dividends.years >= start[:, None], dividends.amounts, 0.0)
        return cls(start, paid.sum(axis=1), is_short)


@dataclass(frozen=True, eq=False)
class LastValue:
    """What options are worth at the start of the last period, at any price of the share.

    `rest` are the contracts without what lies before; `forward_dollar`, in dollars, and `dividend`,
    in forward dollars, are of the start. `curve` is of the contracts `early`, those that may be
    exercised before expiry.
    """

    rest: Contracts
    deviation: FloatArray
    forward_dollar: FloatArray
    dividend: FloatArray
    early: BoolArray
    curve: PremiumCurve

    @classmethod
    def of(cls, contracts: Contracts, last: LastPeriod, volatility: FloatArray) -> LastValue:
        """The last value of each contract."""
        left = np.maximum(contracts.years - last.start, LEAST_YEARS)
        rest = replace(contracts, years=left)
        early = contracts.american & _has(EarlyExercise.ONE_BOUNDARY, contracts)
        return cls(
            rest=rest,
            deviation=volatility * np.sqrt(left),
            forward_dollar=np.exp((contracts.rate - contracts.dividend_yield) * last.start),
            dividend=last.dividend,
            early=early,
            curve=PremiumCurve.of(rest.take(early), volatility[early]),
        )

    def take(self, rows: IntArray) -> LastValue:
        """The last values of some contracts."""
        place = np.cumsum(self.early) - 1
        return LastValue(
            self.rest.take(rows),
            self.deviation[rows],
            self.forward_dollar[rows],
            self.dividend[rows],
            self.early[rows],
            self.curve.take(place[rows[self.early[rows]]]),
        )

    def held(self, share: FloatArray) -> FloatArray:
        """Value just before the dividend of an option that is not exercised just before it.

        `share`, and the value, are in forward dollars and have shape `(nodes, contracts)`. With two
        boundaries it is the value if held to expiry.
        """
        rest = self.rest
        after = np.maximum(share - self.dividend, 1e-6 * share)
        after *= self.forward_dollar
        forward = after * np.exp((rest.rate - rest.dividend_yield) * rest.years)
        value = black_value(rest.call, forward, rest.strike, self.deviation)
        value *= np.exp(-rest.rate * rest.years)
        if self.early.any():
            value[:, self.early] = self.curve.value(after[:, self.early], value[:, self.early])
        value /= self.forward_dollar
        return value


def _has(regime: EarlyExercise, contracts: Contracts) -> BoolArray:
    """Whether early exercise of a contract, were it American without dividends, is of this kind."""
    return np.asarray(early_exercise(contracts) == regime)
