"""Greeks against closed forms and against their meaning."""

from math import exp, log, pi, sqrt

import numpy as np
import pytest
from scipy.special import ndtr

from tests.pricing.contract_builder import contracts, numbers
from xlmargin.pricing import greeks, theoretical_value


def test_european_call_has_the_greeks_of_black_scholes() -> None:
    spot, strike, years, rate, dividend_yield, volatility = 95.0, 100.0, 0.75, 0.05, 0.02, 0.3
    root = volatility * sqrt(years)
    d = (log(spot / strike) + (rate - dividend_yield) * years) / root + root / 2
    density = exp(-d * d / 2) / sqrt(2 * pi)
    paid, due = exp(-dividend_yield * years), strike * exp(-rate * years)
    a_year = (
        -spot * paid * density * volatility / (2 * sqrt(years))
        - rate * due * ndtr(d - root)
        + dividend_yield * spot * paid * ndtr(d)
    )
    call = contracts(True, strike, years, rate, dividend_yield, american=False)
    ours = greeks(call, *numbers(spot, volatility))
    assert ours.delta[0, 0] == pytest.approx(paid * ndtr(d), rel=1e-4)
    assert ours.gamma[0, 0] == pytest.approx(paid * density / (spot * root), rel=1e-3)
    assert ours.vega[0, 0] == pytest.approx(spot * paid * density * sqrt(years), rel=1e-3)
    assert ours.rho[0, 0] == pytest.approx(years * due * ndtr(d - root), rel=1e-4)
    assert ours.theta[0, 0] == pytest.approx(a_year / 365, rel=1e-3)


@pytest.mark.parametrize("call", [True, False])
def test_theta_is_what_a_day_costs(call: bool) -> None:
    spot, volatility = numbers(100.0, 0.35)
    dividends = [(0.3, 1.5)]
    today = contracts(call, 105.0, 0.8, 0.06, dividends=dividends)
    tomorrow = contracts(call, 105.0, 0.8 - 1 / 365, 0.06, dividends=[(0.3 - 1 / 365, 1.5)])
    change = theoretical_value(tomorrow, spot, volatility) - theoretical_value(
        today, spot, volatility
    )
    assert greeks(today, spot, volatility).theta == pytest.approx(change, rel=0.03)


def test_an_option_to_be_exercised_moves_with_the_share() -> None:
    put = contracts(False, 150.0, 0.5, 0.08)
    ours = greeks(put, *numbers(80.0, 0.2))
    assert ours.price[0, 0] == 70.0
    assert ours.delta[0, 0] == pytest.approx(-1.0)
    assert ours.gamma[0, 0] == pytest.approx(0.0, abs=1e-9)
    assert ours.theta[0, 0] == ours.vega[0, 0] == 0.0


def test_no_greeks_at_a_kink() -> None:
    put = contracts(False, 100.0, 0.0, 0.05)
    assert np.isnan(greeks(put, *numbers(100.0, 0.2)).delta).all()
