"""The part of an option's life after the last cash dividend, in which its value is known."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from xlmargin.arrays import BoolArray, Columns, FloatArray, IntArray
from xlmargin.pricing.american import EarlyExercise, EarlyExercisePremium, early_exercise
from xlmargin.pricing.contracts import ForwardDividends, OptionTerms, black_value

LEAST_YEARS = 1e-9
"""Years that are taken to be left where the last ex-date is the day of expiry."""

LAST_STEP = 1 / 200
"""Share of the life that is the last period where early exercise has two boundaries."""


@dataclass(frozen=True, eq=False)
class TerminalPeriod(Columns):
    """When the last period starts, years from today, and the dividend paid then; `(contracts,)`.

    It starts on the last ex-date; where exercise has two boundaries, a little before expiry.
    `dividend` is in forward dollars (see `ForwardDividends`).
    """

    start: FloatArray
    dividend: FloatArray
    has_two_boundaries: BoolArray

    @classmethod
    def of(cls, contracts: OptionTerms, dividends: ForwardDividends) -> TerminalPeriod:
        """The last period of each contract."""
        last_ex = np.where(dividends.amounts > 0, dividends.years, 0.0).max(axis=1, initial=0.0)
        two_boundaries = contracts.american & _has(EarlyExercise.TWO_BOUNDARIES, contracts)
        start = np.where(two_boundaries, contracts.years * (1 - LAST_STEP), last_ex)
        paid = np.where(dividends.years >= start[:, None], dividends.amounts, 0.0)
        return cls(start, paid.sum(axis=1), two_boundaries)


@dataclass(frozen=True, eq=False)
class TerminalValue:
    """What options are worth at the start of the last period, at any price of the underlying.

    `rest` are the contracts without what lies before; `forward_dollar`, in dollars, and `dividend`,
    in forward dollars, are of the start. `premium` is of the contracts `early`, those that may be
    exercised before expiry.
    """

    rest: OptionTerms
    total_volatility: FloatArray
    forward_dollar: FloatArray
    dividend: FloatArray
    early: BoolArray
    premium: EarlyExercisePremium

    @classmethod
    def of(
        cls, contracts: OptionTerms, last: TerminalPeriod, volatility: FloatArray
    ) -> TerminalValue:
        """The last value of each contract."""
        left = np.maximum(contracts.years - last.start, LEAST_YEARS)
        rest = replace(contracts, years=left)
        early = contracts.american & _has(EarlyExercise.ONE_BOUNDARY, contracts)
        return cls(
            rest=rest,
            total_volatility=volatility * np.sqrt(left),
            forward_dollar=np.exp((contracts.rate - contracts.dividend_yield) * last.start),
            dividend=last.dividend,
            early=early,
            premium=EarlyExercisePremium.of(rest.take(early), volatility[early]),
        )

    def take(self, rows: IntArray) -> TerminalValue:
        """The last values of some contracts."""
        place = np.cumsum(self.early) - 1
        return TerminalValue(
            self.rest.take(rows),
            self.total_volatility[rows],
            self.forward_dollar[rows],
            self.dividend[rows],
            self.early[rows],
            self.premium.take(place[rows[self.early[rows]]]),
        )

    def continuation(self, price: FloatArray) -> FloatArray:
        """Value just before the dividend of an option that is not exercised just before it.

        `price`, and the value, are in forward dollars and have shape `(nodes, contracts)`. With two
        boundaries it is the value if held to expiry.
        """
        rest = self.rest
        after = np.maximum(price - self.dividend, 1e-6 * price)
        after *= self.forward_dollar
        forward = after * np.exp((rest.rate - rest.dividend_yield) * rest.years)
        value = black_value(rest.call, forward, rest.strike, self.total_volatility)
        value *= np.exp(-rest.rate * rest.years)
        if self.early.any():
            value[:, self.early] = self.premium.added(after[:, self.early], value[:, self.early])
        value /= self.forward_dollar
        return value


def _has(regime: EarlyExercise, contracts: OptionTerms) -> BoolArray:
    """Whether early exercise of a contract, were it American without dividends, is of this kind."""
    return np.asarray(early_exercise(contracts) == regime)
