"""Values where nothing is left to chance, inputs that are not given, and shapes."""

from math import exp

import numpy as np
import pytest

from tests.pricing.contract_builder import contracts, numbers
from xlmargin.pricing import least_value, theoretical_value

SPOTS = np.array([[0.0, 80.0, 100.0, 125.0, -5.0, np.nan]])


def test_no_time_left_is_intrinsic_value():
    for american in (True, False):
        put = contracts(False, 100.0, 0.0, 0.05, american=american)
        values = theoretical_value(put, SPOTS, np.array([0.3]))[0]
        np.testing.assert_array_equal(values, [100.0, 20.0, 0.0, 0.0, 100.0, np.nan])


def test_a_worthless_share():
    values = [
        theoretical_value(contracts(call, 100.0, 2.0, 0.05, american=american), *numbers(0.0, 0.3))
        for call, american in ((True, True), (False, True), (False, False))
    ]
    np.testing.assert_allclose(np.ravel(values), [0.0, 100.0, 100 * exp(-0.10)])


def test_least_value_of_a_call_waits_for_the_better_ex_date():
    call = contracts(True, 80.0, 1.0, 0.05, dividends=[(0.25, 1.0), (0.75, 6.0)])
    before_first = 100 - 80 * exp(-0.05 * 0.25)
    before_second = 100 - 1 * exp(-0.05 * 0.25) - 80 * exp(-0.05 * 0.75)
    at_expiry = 100 - exp(-0.05 * 0.25) - 6 * exp(-0.05 * 0.75) - 80 * exp(-0.05)
    expected = max(20.0, before_first, before_second, at_expiry)
    assert least_value(call, *numbers(100.0))[0, 0] == pytest.approx(expected, abs=1e-12)
    assert expected == before_second


def test_a_european_option_waits_for_expiry_whatever_fills_its_row_of_dividends():
    put = contracts(False, 100.0, 1.0, 0.05, american=False, dividends=[(0.5, 2.0), (0.0, 0.0)])
    expected = 100 * exp(-0.05) - 90 + 2 * exp(-0.025)
    assert least_value(put, *numbers(90.0))[0, 0] == pytest.approx(expected, abs=1e-12)


def test_dividends_outside_the_life_and_their_order_do_not_matter():
    terms = (True, 100.0, 0.5, 0.04)
    spot, volatility = numbers(105.0, 0.3)
    plain = contracts(*terms, dividends=[(0.1, 1.0), (0.4, 2.0)])
    more = contracts(
        *terms, dividends=[(0.4, 2.0), (0.6, 5.0), (0.0, 7.0), (-0.1, 3.0), (0.1, 1.0), (0.2, 0.0)]
    )
    ours = theoretical_value(more, spot, volatility)
    np.testing.assert_allclose(ours, theoretical_value(plain, spot, volatility), rtol=1e-12)


@pytest.mark.parametrize("term", range(6))
def test_what_is_not_given_has_no_value(term):
    given = [100.0, 0.5, 0.05, 0.01, 100.0, 0.3]
    given[term] = np.nan
    *terms, spot, volatility = given
    for dividends in ([], [(0.2, 1.0)]):
        option = contracts(True, *terms, dividends=dividends)
        assert np.isnan(theoretical_value(option, *numbers(spot, volatility))).all()


def test_a_dividend_that_is_not_given_has_no_value():
    option = contracts(True, 100.0, 0.5, 0.05, dividends=[(0.2, np.nan)])
    assert np.isnan(theoretical_value(option, *numbers(100.0, 0.3))).all()


def test_one_valuation_of_many_is_many_of_one():
    rng = np.random.default_rng(3)
    n = 300
    option = contracts(
        rng.random(n) < 0.5,
        100.0,
        rng.uniform(0, 2, n),
        rng.uniform(-0.02, 0.08, n),
        rng.choice([0.0, 0.03], n),
        rng.random(n) < 0.7,
        [(0.3, 1.0), (0.8, 1.0)],
    )
    volatility = rng.uniform(0.1, 0.8, n)
    spot = rng.uniform(70, 140, (n, 3))
    together = theoretical_value(option, spot, volatility)
    apart = [
        theoretical_value(option.take(slice(i, i + 1)), spot[i : i + 1], volatility[i : i + 1])[0]
        for i in range(0, n, 10)
    ]
    np.testing.assert_allclose(together[::10], apart, rtol=1e-7, atol=1e-7)


def test_the_company_of_a_contract_does_not_matter():
    """A search for volatilities drops contracts as it finds them: the others must not notice."""
    rng = np.random.default_rng(8)
    n = 1500
    years = rng.uniform(0.05, 1.5, n)
    rate = rng.uniform(0.0, 0.08, n)
    option = contracts(rng.random(n) < 0.5, 100.0, years, rate, 0.0, True, [(0.04, 1.0), (0.6, 2)])
    volatility = np.exp(rng.uniform(np.log(0.12), np.log(0.8), n))
    spot = rng.uniform(80, 125, n)
    together = theoretical_value(option, spot, volatility)[:, 0]
    some = np.arange(0, n, 60)
    few = theoretical_value(option.take(some), spot[some], volatility[some])[:, 0]
    np.testing.assert_allclose(few, together[some], atol=1e-8 * 100)


def test_a_volatility_for_each_spot():
    option = contracts([True, False], 100.0, 0.5, 0.04, 0.02)
    spot = np.array([[90.0, 110.0], [95.0, 105.0]])
    volatility = np.array([[0.2, 0.3], [0.4, 0.5]])
    table = theoretical_value(option, spot, volatility)
    for point in range(2):
        column = theoretical_value(option, spot[:, point], volatility[:, point])
        np.testing.assert_array_equal(table[:, [point]], column)
