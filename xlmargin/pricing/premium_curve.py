"""The value of early exercise as a polynomial, for contracts that are valued at many share prices.

Above its exercise boundary the premium of early exercise is a smooth function of the logarithm of
the share's price, and a few standard deviations higher it is nothing: ten values of the integral
tell it everywhere.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xlmargin.arrays import FloatArray, IntArray
from xlmargin.pricing.american import early_exercise_premium, unit_puts
from xlmargin.pricing.contracts import Contracts
from xlmargin.pricing.exercise_boundary import exercise_boundary

POINTS = 10
"""Share prices at which the premium is integrated; the error in between is below 2e-6 of strike."""

REACH = 4.0
"""How far above the boundary just before expiry the premium counts, in standard deviations."""

_AT = np.cos(np.arange(POINTS) * np.pi / (POINTS - 1))  # Chebyshev points on [-1, 1]
_TO_POWERS: FloatArray = np.linalg.inv(np.vander(_AT, increasing=True))


@dataclass(frozen=True, eq=False)
class PremiumCurve:
    """Premiums of early exercise of American options with one exercise boundary, no cash dividends.

    Arrays `(contracts,)`. `boundary` and `reach` are logarithms of price, of the share for a put,
    turned around for a call (see `american`); `powers`, shape `(POINTS, contracts)`, are
    coefficients over the range from the boundary to its reach, mapped to [-1, 1].
    """

    contracts: Contracts
    boundary: FloatArray
    reach: FloatArray
    powers: FloatArray

    @classmethod
    def of(cls, contracts: Contracts, volatility: FloatArray) -> PremiumCurve:
        """The premium's curve of each contract."""
        puts = unit_puts(contracts, volatility)
        boundary = exercise_boundary(puts)
        lowest = boundary.log_at_expiry - boundary.depth[:, 0]
        reach = boundary.depth[:, 0] + REACH * volatility * np.sqrt(contracts.years)
        at = np.exp(lowest[:, None] + reach[:, None] * (0.5 + 0.5 * _AT))
        premium = early_exercise_premium(puts, boundary, at)
        return cls(contracts, lowest, reach, _TO_POWERS @ premium.T)

    def take(self, rows: IntArray) -> PremiumCurve:
        """The curves of some contracts."""
        return PremiumCurve(
            self.contracts.take(rows), self.boundary[rows], self.reach[rows], self.powers[:, rows]
        )

    def value(self, share: FloatArray, european: FloatArray) -> FloatArray:
        """Values of the American options, given the European ones; all `(prices, contracts)`."""
        sign, strike = np.where(self.contracts.call, 1.0, -1.0), self.contracts.strike
        above = np.log(share / strike)
        above *= -sign
        above -= self.boundary
        above *= 2 / self.reach
        exercised = above <= 0
        above -= 1
        premium = self._polynomial(np.clip(above, -1.0, 1.0))
        premium *= above < 1
        premium *= np.where(self.contracts.call, share, strike)
        premium += european
        paid = sign * (share - strike)
        return np.maximum(np.where(exercised, paid, premium), paid)

    def _polynomial(self, place: FloatArray) -> FloatArray:
        """The polynomial of each contract at places from -1 to 1 (Horner)."""
        total: FloatArray = self.powers[-1] * place
        for power in self.powers[-2:0:-1]:
            total += power
            total *= place
        total += self.powers[0]
        return total
