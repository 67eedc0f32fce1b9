"""The contracts to be valued, one column per term, and their values in closed form.

At zero volatility, where the share is certain to follow its forward, an option is worth the least
it can be. European options are worth what Black and Scholes (1973) and Merton (1973) say, on the
forward of Black (1976).

Their implied volatility after Jaeckel (2015), "Let's Be Rational". The search is for total
variance, w = volatility^2 * years, of the out-of-the-money option, in normalised terms:
x = -|ln(forward / strike)| and price / (discount * sqrt(forward * strike)). Below the inflection of
the price in the total volatility the objective is 1/ln(price), above it is
ln(greatest price - price): both are nearly straight lines in w, so a few Halley steps are enough.

Put-call parity, call - put = discount * (forward - strike), after Stoll (1969), says what a call
and a put of one strike and expiration tell of the carry. It holds for European options; for
American ones, whose right to exercise early is worth something, it is an approximation, a good one
near the money.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
from scipy.special import erfcx, ndtr, ndtri

from xlmargin.arrays import BoolArray, Columns, FloatArray

NEGLIGIBLE_RATE = 1e-15
"""A rate or yield of less than 1e-15 in a year, beneath what numbers resolve: as good as none."""


@dataclass(frozen=True, eq=False)
class OptionTerms(Columns):
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

    def __len__(self) -> int:
        return len(self.strike)

    def without_negligible_rates(self) -> OptionTerms:
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

    def strike_in_forward_dollars(self, years: FloatArray) -> FloatArray:
        """The strike in forward dollars (see `ForwardDividends`) of times; `(..., contracts)`."""
        return self.strike * np.exp((self.dividend_yield - self.rate) * years)

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
class ForwardDividends(Columns):
    """The dividends that count, in order of time, in forward dollars.

    A forward dollar of time t is exp((rate - dividend_yield) t) dollars: measured in forward
    dollars a share neither drifts nor earns, it only falls by `amounts` on each ex-date. Arrays
    have shape `(contracts, dividends)`; what does not count is last in its row, with amount 0 and
    the time of expiry.
    """

    years: FloatArray
    amounts: FloatArray

    @classmethod
    def of(cls, contracts: OptionTerms) -> ForwardDividends:
        """The forward dividends of the contracts."""
        if not contracts.dividend_years.size:
            return cls(contracts.dividend_years, contracts.dividend_amounts)
        counts = contracts.dividend_counts
        years = np.where(counts, contracts.dividend_years, contracts.years[:, None])
        carry = (contracts.rate - contracts.dividend_yield)[:, None]
        amounts = np.where(counts, contracts.dividend_amounts * np.exp(-carry * years), 0.0)
        order = np.lexsort((~counts, years))
        return cls(np.take_along_axis(years, order, 1), np.take_along_axis(amounts, order, 1))

    @property
    def total(self) -> FloatArray:
        """All dividends of each contract, in forward dollars; shape `(contracts,)`."""
        return np.asarray(self.amounts.sum(axis=1))


def zero_volatility_value(contracts: OptionTerms, spot: FloatArray) -> FloatArray:
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
    contracts: OptionTerms, spot: FloatArray
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
    contracts: OptionTerms, forward: FloatArray, start: FloatArray, end: FloatArray
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


def european_value(contracts: OptionTerms, spot: FloatArray, volatility: FloatArray) -> FloatArray:
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


HALLEY_STEPS = 8
"""Steps at most; four are the rule."""

LAST_STEP = 1e-5
"""A step that small, as a share of the variance, leaves an error of about its cube."""

_ROOT_HALF = np.sqrt(0.5)
_ROOT_TWO_PI = np.sqrt(2 * np.pi)


def black_total_volatility(
    call: BoolArray, price: FloatArray, forward: FloatArray, strike: FloatArray
) -> FloatArray:
    """Total volatility, volatility * sqrt(years), that gives an undiscounted price.

    The inverse of `black_value`; arguments have one shape, `forward` and `strike` > 0. 0 where the
    price is intrinsic; NaN where it is outside the bounds of arbitrage or the search does not
    settle.
    """
    sign = np.where(call, 1.0, -1.0)
    scale = np.sqrt(forward * strike)
    intrinsic = np.maximum(sign * (forward - strike), 0.0)
    normalised = (price - intrinsic) / scale
    x = -np.abs(np.log(forward / strike))
    possible = (normalised > 0) & (normalised < np.exp(0.5 * x))
    total_volatility = np.where(normalised == 0, 0.0, np.nan)
    total_volatility[possible] = np.sqrt(_total_variance(normalised[possible], x[possible]))
    return total_volatility


class _Normalised(NamedTuple):
    """A normalised option: price, what its greatest price is above it, and vega."""

    price: FloatArray
    lack: FloatArray
    vega: FloatArray


def _normalised_black(x: FloatArray, total_volatility: FloatArray) -> _Normalised:
    """Normalised Black price for x <= 0, by the scaled complementary error function (Jaeckel).

    Price and lack are each taken from the form that subtracts nothing nearly equal.
    """
    h, t = x / total_volatility, 0.5 * total_volatility
    density = np.exp(-0.5 * (h * h + t * t))
    plus, minus = (h + t) * _ROOT_HALF, (t - h) * _ROOT_HALF
    tail_plus, tail_minus = erfcx(np.abs(plus)), erfcx(minus)
    greatest = np.exp(0.5 * x)
    low = 0.5 * density * (tail_plus - tail_minus)
    high = 0.5 * density * (tail_plus + tail_minus)
    wide = plus > 0
    price = np.where(wide, greatest - high, low)
    lack = np.where(wide, high, greatest - low)
    return _Normalised(price, lack, density / _ROOT_TWO_PI)


def _total_variance(price: FloatArray, x: FloatArray) -> FloatArray:
    """Total variance of normalised prices inside their bounds; NaN if not settled."""
    found, row = np.full(len(price), np.nan), np.arange(len(price))
    with np.errstate(all="ignore"):  # a step that overflows is not taken, or ends as NaN
        greatest = np.exp(0.5 * x)
        # The price rises fastest where the total variance is 2 |x|.
        steepest = 0.5 * greatest * (1 - erfcx(np.sqrt(-x)))
        low, lack = price < steepest, greatest - price
        target = np.where(low, 1 / np.log(price), np.log(lack))
        # Below, price ~ exp(-x^2 / 2w) bounds w; near the money price ~ sqrt(w / 2 pi). Above, it
        # starts from what is right there and far from there: Jaeckel (2006), "By Implication", 2.
        least = np.where(low, -0.5 * x * x * target, -2 * x)
        below = np.minimum(_ROOT_TWO_PI * (price - 0.5 * x), np.sqrt(-2 * x))
        above = 2 * ndtri(lack / (greatest - steepest) * ndtr(-np.sqrt(-0.5 * x)))
        variance = np.maximum(np.where(low, below, above) ** 2, least)
        for _ in range(HALLEY_STEPS):
            step = _halley_step(variance, x, low, target)
            variance = np.maximum(variance + step, least)
            settled = np.abs(step) <= LAST_STEP * variance
            found[row[settled]] = variance[settled]
            left = ~settled
            if not left.any():
                break
            row, variance, x, low, target, least = (
                column[left] for column in (row, variance, x, low, target, least)
            )
    return found


def _halley_step(
    variance: FloatArray, x: FloatArray, low: BoolArray, target: FloatArray
) -> FloatArray:
    """Halley's step in total variance toward objective = target."""
    total_volatility = np.sqrt(variance)
    option = _normalised_black(x, total_volatility)
    quantity = np.where(low, option.price, option.lack)
    log = np.log(quantity)
    # slope and curve of the logarithm; a lack falls as the price rises
    slope = np.where(low, option.vega, -option.vega) / quantity
    curve = slope * (x * x / (variance * total_volatility) - 0.25 * total_volatility - slope)
    # of low prices the reciprocal of the logarithm is the objective
    reciprocal = 1 / log
    value = np.where(low, reciprocal, log)
    inner = np.where(low, -reciprocal * reciprocal, 1.0)
    curve = inner * (curve - np.where(low, 2 * slope * slope * reciprocal, 0.0))
    slope = inner * slope
    # from slopes in the total volatility to slopes in its square
    curve = (curve - slope / total_volatility) / (4 * variance)
    slope = slope / (2 * total_volatility)
    newton = (target - value) / slope
    return np.asarray(newton / np.maximum(0.5, 1 + 0.5 * newton * curve / slope))


@dataclass(frozen=True, eq=False)
class NormalizedPuts(Columns):
    """American puts on a strike of 1 in a life of 1, with one boundary; arrays `(puts,)`.

    `interest` is rate * years, `dividends` dividend yield * years, `total_volatility` volatility *
    sqrt(years), > 0. One boundary: `interest` > 0, or `interest` = 0 > `dividends`.
    """

    interest: FloatArray
    dividends: FloatArray
    total_volatility: FloatArray

    @property
    def earnings(self) -> FloatArray:
        """What exercise earns at most: the interest, and dividends that are less than nothing."""
        return self.interest + np.maximum(-self.dividends, 0.0)

    @cached_property
    def log_at_expiry(self) -> FloatArray:
        """Logarithm of the boundary just before expiry, min(1, interest / dividends)."""
        below = (self.dividends > self.interest) & (self.interest > 0)
        return np.log(np.where(below, self.interest, 1.0) / np.where(below, self.dividends, 1.0))


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
