"""The contracts to be valued, one column per term, with the cash dividends in their lives.

And what they are worth where the share is certain to follow its forward: the least an option can be
worth.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace

import numpy as np

from xlmargin.arrays import BoolArray, FloatArray, IntArray

NEGLIGIBLE_RATE = 1e-15
"""A rate or yield of less than 1e-15 in a year, beneath what numbers resolve: as good as none."""


@dataclass(frozen=True, eq=False)
class Contracts:
    """Terms of options and of the market they are valued in; arrays of shape `(contracts,)`.

    `call` is true for a call and false for a put; `american` may be exercised on any day, others
    only at expiry. `strike` is in $ per unit. `years` is the time to expiry (Actual/365), >= 0;
    with 0 years an option is worth its intrinsic value. `rate` and `dividend_yield` are fractions
    a year, continuously compounded, flat to this contract's expiry, of either sign.

    `dividend_years` and `dividend_amounts` have shape `(contracts, dividends)`: when the share goes
    ex, in years from today, and the cash it pays, $ per unit. An amount of 0 fills up a shorter
    row. Only dividends with 0 < time <= `years` count. NaN in any term makes the value NaN.
    """

    call: BoolArray
    american: BoolArray
    strike: FloatArray
    years: FloatArray
    rate: FloatArray
    dividend_yield: FloatArray
    dividend_years: FloatArray
    dividend_amounts: FloatArray

    def take(self, index: IntArray | BoolArray | slice) -> Contracts:
        """Some of the contracts, in the order of `index`; one may be taken more than once."""
        return Contracts(*(getattr(self, field.name)[index] for field in fields(self)))

    def __len__(self) -> int:
        return len(self.strike)

    def without_negligible_rates(self) -> Contracts:
        """The contracts, with rates and yields that are as good as none made 0."""
        rate, dividend_yield = (
            np.where(np.abs(term) <= NEGLIGIBLE_RATE, 0.0, term)
            for term in (self.rate, self.dividend_yield)
        )
        return replace(self, rate=rate, dividend_yield=dividend_yield)

    @property
    def dividend_counts(self) -> BoolArray:
        """Whether a dividend goes ex after today and not after expiry; `(contracts, dividends)`."""
        when = self.dividend_years
        in_life = (when > 0) & (when <= self.years[:, None])
        return np.asarray(in_life & (self.dividend_amounts != 0))

    @property
    def pays_cash(self) -> BoolArray:
        """Whether any cash dividend falls in the life of the contract."""
        return np.asarray(self.dividend_counts.any(axis=1))

    def forward(self, spot: FloatArray) -> FloatArray:
        """Price for delivery at expiry, $ per unit, of an underlying at `spot`; `(contracts,)`."""
        growth = np.exp((self.rate - self.dividend_yield) * self.years)
        return np.asarray(growth * (spot - ForwardDividends.of(self).total))

    @property
    def is_given(self) -> BoolArray:
        """Whether every term is given: none NaN or infinite, no negative strike or time."""
        numbers = self.strike + self.years + self.rate + self.dividend_yield
        dividends = np.where(self.dividend_amounts != 0, self.dividend_years, 0.0)
        paid = (dividends + self.dividend_amounts).sum(axis=1)
        given: BoolArray = np.isfinite(numbers + paid) & (self.strike >= 0) & (self.years >= 0)
        return given


def spot_table(spot: FloatArray) -> FloatArray:
    """Spots as a table `(contracts, k)`; below zero counts as zero.

    A share cannot be worth less than nothing, but a move of more than -100% can be asked for.
    """
    table = spot[:, None] if spot.ndim == 1 else spot
    return np.maximum(table, 0.0)


@dataclass(frozen=True, eq=False)
class ForwardDividends:
    """The dividends that count, in order of time, in forward dollars.

    A forward dollar of time t is exp((rate - dividend_yield) t) dollars: measured in forward
    dollars a share neither drifts nor earns, it only falls by `amounts` on each ex-date. Arrays
    have shape `(contracts, dividends)`; what does not count is last in its row, with amount 0 and
    the time of expiry.
    """

    years: FloatArray
    amounts: FloatArray

    @classmethod
    def of(cls, contracts: Contracts) -> ForwardDividends:
        """The forward dividends of the contracts."""
        counts = contracts.dividend_counts
        years = np.where(counts, contracts.dividend_years, contracts.years[:, None])
        carry = (contracts.rate - contracts.dividend_yield)[:, None]
        amounts = np.where(counts, contracts.dividend_amounts * np.exp(-carry * years), 0.0)
        order = np.lexsort((~counts, years))
        return cls(np.take_along_axis(years, order, 1), np.take_along_axis(amounts, order, 1))

    def take(self, rows: IntArray) -> ForwardDividends:
        """The forward dividends of some contracts."""
        return ForwardDividends(self.years[rows], self.amounts[rows])

    @property
    def total(self) -> FloatArray:
        """All dividends of each contract, in forward dollars; shape `(contracts,)`."""
        return np.asarray(self.amounts.sum(axis=1))


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
