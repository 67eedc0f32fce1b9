"""Values where nothing is left to chance, inputs that are not given, and shapes."""

from math import exp

import numpy as np
import pytest

from tests.pricing.contract_builder import contracts, numbers
from xlmargin.pricing import theoretical_value, zero_volatility_value

SPOTS = np.array([[0.0, 80.0, 100.0, 125.0, -5.0, np.nan]])


def test_no_time_left_is_intrinsic_value() -> None:
    for american in (True, False):
        put = contracts(False, 100.0, 0.0, 0.05, american=american)
        values = theoretical_value(put, SPOTS, np.array([0.3]))[0]
        np.testing.assert_array_equal(values, [100.0, 20.0, 0.0, 0.0, 100.0, np.nan])


def test_a_worthless_share() -> None:
    values = [
        theoretical_value(contracts(call, 100.0, 2.0, 0.05, american=american), *numbers(0.0, 0.3))
        for call, american in ((True, True), (False, True), (False, False))
    ]
    np.testing.assert_allclose(np.ravel(values), [0.0, 100.0, 100 * exp(-0.10)])


def test_zero_volatility_value_of_a_call_waits_for_the_better_ex_date() -> None:
    call = contracts(True, 80.0, 1.0, 0.05, dividends=[(0.25, 1.0), (0.75, 6.0)])
    before_first = 100 - 80 * exp(-0.05 * 0.25)
    before_second = 100 - 1 * exp(-0.05 * 0.25) - 80 * exp(-0.05 * 0.75)
    at_expiry = 100 - exp(-0.05 * 0.25) - 6 * exp(-0.05 * 0.75) - 80 * exp(-0.05)
    expected = max(20.0, before_first, before_second, at_expiry)
    assert zero_volatility_value(call, *numbers(100.0))[0, 0] == pytest.approx(expected, abs=1e-12)
    assert expected == before_second


def test_a_european_option_waits_for_expiry_whatever_fills_its_row_of_dividends() -> None:
    put = contracts(False, 100.0, 1.0, 0.05, american=False, dividends=[(0.5, 2.0), (0.0, 0.0)])
    expected = 100 * exp(-0.05) - 90 + 2 * exp(-0.025)
    assert zero_volatility_value(put, *numbers(90.0))[0, 0] == pytest.approx(expected, abs=1e-12)


def test_dividends_outside_the_life_and_their_order_do_not_matter() -> None:
    terms = (True, 100.0, 0.5, 0.04)
    spot, volatility = numbers(105.0, 0.3)
    plain = contracts(*terms, dividends=[(0.1, 1.0), (0.4, 2.0)])
    more = contracts(
        *terms, dividends=[(0.4, 2.0), (0.6, 5.0), (0.0, 7.0), (-0.1, 3.0), (0.1, 1.0), (0.2, 0.0)]
    )
    ours = theoretical_value(more, spot, volatility)
    np.testing.assert_allclose(ours, theoretical_value(plain, spot, volatility), rtol=1e-12)


@pytest.mark.parametrize("term", range(6))
def test_what_is_not_given_has_no_value(term: int) -> None:
    given = [100.0, 0.5, 0.05, 0.01, 100.0, 0.3]
    given[term] = np.nan
    *terms, spot, volatility = given
    for dividends in ([], [(0.2, 1.0)]):
        option = contracts(True, *terms, dividends=dividends)
        assert np.isnan(theoretical_value(option, *numbers(spot, volatility))).all()


def test_a_dividend_that_is_not_given_has_no_value() -> None:
    option = contracts(True, 100.0, 0.5, 0.05, dividends=[(0.2, np.nan)])
    assert np.isnan(theoretical_value(option, *numbers(100.0, 0.3))).all()


@pytest.mark.parametrize("dividends", [[], [(0.3, 1.0), (0.8, 1.0)], [(0.02, 0.4), (0.5, 2.0)]])
def test_a_contract_is_worth_the_same_in_any_company(dividends: list[tuple[float, float]]) -> None:
    """To the last bit: a search drops contracts as it finds them, others must not notice."""
    rng = np.random.default_rng(3)
    n = 1_500
    option = contracts(
        rng.random(n) < 0.5,
        100.0,
        rng.uniform(0, 2, n),
        rng.uniform(-0.02, 0.08, n),
        rng.choice([0.0, 0.03, -0.01], n),
        rng.random(n) < 0.8,
        dividends,
    )
    volatility = np.exp(rng.uniform(np.log(0.05), np.log(0.8), n))
    spot = rng.uniform(70, 140, (n, 3))
    together = theoretical_value(option, spot, volatility)
    for some in (np.arange(0, n, 7), rng.permutation(n)[:300], [5], [n - 1], np.arange(n)[::-1]):
        apart = theoretical_value(option.take(np.array(some)), spot[some], volatility[some])
        np.testing.assert_array_equal(apart, together[some])


def test_a_volatility_for_each_spot() -> None:
    option = contracts([True, False], 100.0, 0.5, 0.04, 0.02)
    spot = np.array([[90.0, 110.0], [95.0, 105.0]])
    volatility = np.array([[0.2, 0.3], [0.4, 0.5]])
    table = theoretical_value(option, spot, volatility)
    for point in range(2):
        column = theoretical_value(option, spot[:, point], volatility[:, point])
        np.testing.assert_array_equal(table[:, [point]], column)
