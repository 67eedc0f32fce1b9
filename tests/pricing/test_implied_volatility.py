"""Implied volatility gives back the volatility, or says why it cannot."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from tests.pricing.contract_builder import contracts, numbers
from xlmargin.arrays import FloatArray
from xlmargin.pricing import (
    OptionTerms,
    VolatilityStatus,
    greeks,
    implied_volatility,
    theoretical_value,
    zero_volatility_value,
)

quick = settings(max_examples=100, deadline=None)
sides = st.booleans()
spots = st.floats(50, 200)
days = st.integers(1, 1000)
rates = st.floats(-0.01, 0.10)
yields = st.floats(0.0, 0.10)
volatilities = st.floats(0.05, 3.0)


def status_of(
    terms: OptionTerms, spot: float | FloatArray, price: float | FloatArray
) -> VolatilityStatus:
    found = implied_volatility(terms, *numbers(spot, price))
    assert np.isnan(found.volatility[0]) == (found.status[0] != VolatilityStatus.SOLVED)
    return VolatilityStatus(found.status[0])


@quick
@given(sides, spots, days, rates, yields, volatilities)
def test_european_round_trip(
    call: bool, spot: float, day: int, rate: float, dividend_yield: float, volatility: float
) -> None:
    terms = contracts(call, 100.0, day / 365, rate, dividend_yield, american=False)
    spot, volatility = numbers(spot, volatility)
    at = greeks(terms, spot, volatility)
    found = implied_volatility(terms, spot, at.price[:, 0])
    # A price is known to about 1e-14 of the spot: whether that tells the volatility is up to vega.
    assume(at.vega[0, 0] * 1e-10 > 3e-14 * spot[0])
    assert found.status[0] == VolatilityStatus.SOLVED
    assert found.volatility[0] == pytest.approx(volatility[0], rel=1e-10, abs=1e-10)


@quick
@given(sides, spots, days, rates, yields, volatilities)
def test_american_prices_are_met(
    call: bool, spot: float, day: int, rate: float, dividend_yield: float, volatility: float
) -> None:
    terms = contracts(call, 100.0, day / 365, rate, dividend_yield)
    check_price_is_met(terms, *numbers(spot, volatility))


@settings(max_examples=40, deadline=None)
@given(
    sides,
    sides,
    spots,
    days,
    rates,
    st.floats(0.1, 1.0),
    st.lists(st.tuples(st.floats(0.01, 3.0), st.floats(0.1, 4.0)), min_size=1, max_size=3),
)
def test_prices_with_cash_dividends_are_met(
    call: bool,
    american: bool,
    spot: float,
    day: int,
    rate: float,
    volatility: float,
    dividends: list[tuple[float, float]],
) -> None:
    terms = contracts(call, 100.0, day / 365, rate, american=american, dividends=dividends)
    check_price_is_met(terms, *numbers(spot, volatility))


def check_price_is_met(terms: OptionTerms, spot: FloatArray, volatility: FloatArray) -> None:
    price = theoretical_value(terms, spot, volatility)[:, 0]
    found = implied_volatility(terms, spot, price)
    if price[0] > zero_volatility_value(terms, spot)[0, 0] + 1e-5:
        assert found.status[0] == VolatilityStatus.SOLVED
        at_found = theoretical_value(terms, spot, found.volatility)[:, 0]
        np.testing.assert_allclose(at_found, price, atol=1.01e-8 * 100)
    else:
        assert status_of(terms, spot, price) in set(VolatilityStatus)


@quick
@given(
    sides, sides, st.floats(0.0, 300.0), st.floats(0.0, 300.0), st.floats(0.0, 3.0), rates, yields
)
def test_every_price_gets_a_volatility_or_a_reason(
    call: bool,
    american: bool,
    spot: float,
    price: float,
    years: float,
    rate: float,
    dividend_yield: float,
) -> None:
    terms = contracts(call, 100.0, years, rate, dividend_yield, american)
    found = implied_volatility(terms, *numbers(spot, price))
    if found.status[0] == VolatilityStatus.SOLVED:
        assert found.volatility[0] > 0
        at_found = theoretical_value(terms, *numbers(spot), found.volatility)[0, 0]
        assert at_found == pytest.approx(price, abs=2e-6)
    assert np.isnan(found.volatility[0]) == (found.status[0] != VolatilityStatus.SOLVED)


def test_statuses() -> None:
    american = contracts(False, 120.0, 0.5, 0.05)
    european = contracts(True, 100.0, 0.5, 0.05, american=False)
    assert status_of(american, 100.0, 20.0) == VolatilityStatus.BELOW_ZERO_VOLATILITY_VALUE
    assert status_of(american, 100.0, 20.5) == VolatilityStatus.SOLVED
    assert status_of(american, 100.0, 120.0) == VolatilityStatus.ABOVE_GREATEST_VALUE
    assert status_of(european, 100.0, 2.0) == VolatilityStatus.BELOW_ZERO_VOLATILITY_VALUE
    assert status_of(european, 100.0, 100.0) == VolatilityStatus.ABOVE_GREATEST_VALUE
    assert status_of(contracts(True, 100.0, 0.0, 0.05), 110.0, 10.0) == VolatilityStatus.EXPIRING
    for spot, price in ((np.nan, 5.0), (100.0, np.nan), (0.0, 5.0), (-1.0, 5.0)):
        assert status_of(american, spot, price) == VolatilityStatus.NOT_GIVEN
    assert status_of(contracts(True, np.nan, 0.5, 0.05), 100.0, 5.0) == VolatilityStatus.NOT_GIVEN


def test_far_wings_of_european_prices() -> None:
    """A price of 1e-80 still tells its volatility: nothing is subtracted on the way to it."""
    from math import exp, log, sqrt

    from scipy.special import log_ndtr

    deviation, moneyness = 0.2, log(100 / 4800)  # a call 48 times out of the money
    d = moneyness / deviation + deviation / 2
    share, cash = float(log_ndtr(d)), float(log_ndtr(d - deviation)) + log(48)
    price = 100 * exp(share) * -np.expm1(cash - share)
    terms = contracts(True, 4800.0, 1.0, 0.0, american=False)
    found = implied_volatility(terms, *numbers(100.0, price))
    assert 0 < price < 1e-75
    assert found.volatility[0] == pytest.approx(sqrt(deviation**2), rel=1e-9)


def test_no_contracts() -> None:
    none = contracts([], 100.0, 0.5, 0.05)
    assert len(implied_volatility(none, np.zeros(0), np.zeros(0)).status) == 0


@pytest.mark.parametrize("american", [True, False])
def test_a_volatility_does_not_depend_on_the_contracts_beside_it(american: bool) -> None:
    random, count = np.random.default_rng(1), 200
    call, strike = random.random(count) < 0.5, random.uniform(80, 120, count)
    years, volatility = random.uniform(0.02, 2, count), random.uniform(0.1, 0.8, count)
    terms = contracts(call, strike, years, 0.04, 0.01, american)
    spot = np.full(count, 100.0)
    price = np.round(theoretical_value(terms, spot, volatility)[:, 0], 2)
    together = implied_volatility(terms, spot, price).volatility
    alone = [
        implied_volatility(terms.take(one), spot[one], price[one]).volatility[0]
        for one in np.arange(count)[:, None]
    ]
    np.testing.assert_array_equal(together, alone)
