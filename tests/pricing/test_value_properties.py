"""What must hold of theoretical values whatever the numbers."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.pricing.contract_builder import contracts, numbers
from xlmargin.arrays import FloatArray
from xlmargin.pricing import (
    OptionTerms,
    PricedContracts,
    theoretical_value,
    zero_volatility_value,
)

spots = st.floats(50, 200)
strikes = st.floats(50, 200)
days = st.integers(1, 1000)
rates = st.floats(-0.01, 0.10)
yields = st.floats(0.0, 0.10)
volatilities = st.floats(0.05, 2.0)
sides = st.booleans()
schedules = st.lists(st.tuples(st.floats(0.01, 3.0), st.floats(0.1, 4.0)), max_size=3)
quick = settings(max_examples=60, deadline=None)

METHOD_ERROR = 5e-5  # of strike: what the boundary and the lattice may be off


def value(
    spot: float | FloatArray, volatility: float | FloatArray, *terms: Any, **more: Any
) -> FloatArray:
    return theoretical_value(contracts(*terms, **more), *numbers(spot, volatility))[:, 0]


@quick
@given(spots, strikes, days, rates, yields, volatilities)
def test_put_call_parity_of_european_options(
    spot: float, strike: float, day: int, rate: float, dividend_yield: float, volatility: float
) -> None:
    years = day / 365
    call, put = (
        value(spot, volatility, side, strike, years, rate, dividend_yield, american=False)
        for side in (True, False)
    )
    forward = spot * np.exp(-dividend_yield * years) - strike * np.exp(-rate * years)
    np.testing.assert_allclose(call - put, forward, atol=1e-11)


@quick
@given(spots, strikes, days, rates, volatilities, schedules)
def test_put_call_parity_with_cash_dividends(
    spot: float,
    strike: float,
    day: int,
    rate: float,
    volatility: float,
    dividends: list[tuple[float, float]],
) -> None:
    years = day / 365
    volatility = min(volatility, 0.6)
    call, put = (
        value(spot, volatility, side, strike, years, rate, american=False, dividends=dividends)
        for side in (True, False)
    )
    paid = sum(amount * np.exp(-rate * when) for when, amount in dividends if when <= years)
    forward = spot - paid - strike * np.exp(-rate * years)
    # The share does not fall below nothing where it pays more than it is worth; what that is worth
    # is at most a put struck at all the dividends together.
    together = sum(amount for when, amount in dividends if when <= years)
    floor = value(spot, volatility, False, together, years, rate, american=False) if together else 0
    assert -2e-3 <= call - put - forward <= 2e-3 + floor


@quick
@given(sides, spots, strikes, days, rates, yields, volatilities)
def test_the_right_to_exercise_early_costs_nothing(
    call: bool,
    spot: float,
    strike: float,
    day: int,
    rate: float,
    dividend_yield: float,
    volatility: float,
) -> None:
    terms = (call, strike, day / 365, rate, dividend_yield)
    american = value(spot, volatility, *terms, american=True)
    european = value(spot, volatility, *terms, american=False)
    intrinsic = max(0.0, spot - strike if call else strike - spot)
    assert american >= european - METHOD_ERROR * strike
    assert american >= intrinsic


@quick
@given(spots, strikes, days, st.floats(0.0, 0.10), volatilities)
def test_a_call_without_dividends_is_not_exercised_early(
    spot: float, strike: float, day: int, rate: float, volatility: float
) -> None:
    terms = (True, strike, day / 365, rate)
    american = value(spot, volatility, *terms, american=True)
    np.testing.assert_allclose(american, value(spot, volatility, *terms, american=False))


@quick
@given(sides, sides, spots, strikes, days, rates, yields, volatilities, st.floats(0.01, 100))
def test_twice_the_prices_twice_the_value(
    call: bool,
    american: bool,
    spot: float,
    strike: float,
    day: int,
    rate: float,
    dividend_yield: float,
    volatility: float,
    scale: float,
) -> None:
    more = {"american": american, "dividends": [(0.3, 1.0)]}
    terms = (day / 365, rate, dividend_yield)
    one = value(spot, volatility, call, strike, *terms, **more)
    more["dividends"] = [(0.3, scale)]
    many = value(scale * spot, volatility, call, scale * strike, *terms, **more)
    np.testing.assert_allclose(many, scale * one, rtol=1e-8, atol=1e-8 * scale * strike)


@quick
@given(sides, sides, spots, days, rates, yields, volatilities)
def test_value_is_monotone_and_convex_in_strike(
    call: bool,
    american: bool,
    spot: float,
    day: int,
    rate: float,
    dividend_yield: float,
    volatility: float,
) -> None:
    strike = np.linspace(50, 200, 16)
    terms = (call, strike, day / 365, rate, dividend_yield, american)
    values = value(np.full(16, spot), np.full(16, volatility), *terms)
    rise = np.diff(values) if not call else -np.diff(values)
    assert (rise >= -1e-3).all()
    assert (np.diff(values, 2) >= -2e-3).all()


@quick
@given(sides, sides, spots, strikes, days, rates, yields)
def test_value_rises_with_volatility(
    call: bool,
    american: bool,
    spot: float,
    strike: float,
    day: int,
    rate: float,
    dividend_yield: float,
) -> None:
    volatility = np.linspace(0.05, 2.0, 14)
    terms = (call, np.full(14, strike), day / 365, rate, dividend_yield, american)
    values = value(np.full(14, spot), volatility, *terms)
    assert (np.diff(values) >= -METHOD_ERROR * strike).all()


@quick
@given(sides, sides, spots, strikes, days, rates, yields, volatilities, schedules)
def test_no_value_is_below_the_least(
    call: bool,
    american: bool,
    spot: float,
    strike: float,
    day: int,
    rate: float,
    dividend_yield: float,
    volatility: float,
    dividends: list[tuple[float, float]],
) -> None:
    terms = contracts(call, strike, day / 365, rate, dividend_yield, american, dividends)
    least = zero_volatility_value(terms, *numbers(spot))
    assert (theoretical_value(terms, *numbers(spot, volatility)) >= least - 1e-10).all()
    np.testing.assert_array_equal(theoretical_value(terms, *numbers(spot, 0.0)), least)


@pytest.mark.parametrize("call", [True, False])
@pytest.mark.parametrize("when", [0.1, 0.4, 0.8])
def test_a_dividend_of_nearly_nothing_changes_nearly_nothing(call: bool, when: float) -> None:
    # Two methods on the same American options, beside the exercise boundary as elsewhere.
    random, n = np.random.default_rng(3), 1_000
    spot, years = random.uniform(60, 140, n), random.uniform(0.1, 1.5, n)
    rate, yields = random.uniform(0, 0.08, (2, n))
    volatility, sides, strike = random.uniform(0.1, 0.9, n), np.full(n, call), np.full(n, 100.0)
    terms = (sides, np.full(n, True), strike, years, rate, yields)
    none = np.zeros((n, 0))
    without = theoretical_value(OptionTerms(*terms, none, none), spot, volatility)[:, 0]
    paid = OptionTerms(*terms, (when * years)[:, None], np.full((n, 1), 1e-9))
    error = np.abs(theoretical_value(paid, spot, volatility)[:, 0] - without) / 100.0
    assert np.sqrt(np.mean(error**2)) < 2e-5
    assert np.quantile(error, 0.99) < 8e-5
    assert error.max() < 4e-4


def test_values_with_dividends_rise_with_volatility_beside_the_boundary() -> None:
    volatility = np.linspace(0.12, 0.30, 60)
    n, quarters = len(volatility), [((30 + 91 * i) / 365, 0.40) for i in range(8)]
    for spot in (95.0, 100.0, 104.0, 110.0):
        terms = contracts(np.full(n, False), 130.0, 2.0, 0.045, dividends=quarters)
        values = theoretical_value(terms, np.full(n, spot), volatility)[:, 0]
        assert (np.diff(values) >= -1e-5 * 130).all()


@quick
@given(spots, strikes, days, st.floats(0.0, 0.10), st.floats(0.1, 0.8), st.floats(0.05, 0.95))
def test_no_american_call_is_below_the_european_to_the_ex_date(
    spot: float, strike: float, day: int, rate: float, volatility: float, when: float
) -> None:
    years = day / 365
    paid = [(when * years, 0.05 * spot)]
    american = value(spot, volatility, True, strike, years, rate, dividends=paid)
    to_ex_date = value(spot, volatility, True, strike, when * years, rate, american=False)
    assert american[0] >= to_ex_date[0] - 1e-12


@pytest.mark.parametrize("dividends", [(), [(0.5, 1.0)], [(0.1, 2.0), (0.4, 2.0)]])
@pytest.mark.parametrize("call", [True, False])
@pytest.mark.parametrize("size", [5e-324, 1e-306, 1e-160, 1e-30, 1e-17, 1e-15, 2e-15, 1e-12])
def test_interest_too_small_to_matter_is_none(
    size: float, call: bool, dividends: Sequence[Any]
) -> None:
    def valued(rate: float, dividend_yield: float) -> FloatArray:
        terms = (call, [45.0, 50.0, 60.0], 183 / 365, rate, dividend_yield)
        return value(np.full(3, 50.0), np.full(3, 0.4), *terms, dividends=dividends)

    none = valued(0.0, 0.0)
    for rate, dividend_yield in [(size, 0.0), (0.0, size), (size, size), (-size, 0.0)]:
        np.testing.assert_allclose(valued(rate, dividend_yield), none, atol=50 * METHOD_ERROR)


def test_contracts_priced_at_table_after_table_have_the_values_of_each() -> None:
    count = 40
    terms = contracts(
        np.arange(count) % 2 == 0,
        np.linspace(60, 140, count),
        np.where(np.arange(count) % 7 == 0, 0.0, np.linspace(0.01, 2, count)),
        np.linspace(-0.01, 0.1, count),
        np.linspace(0.0, 0.12, count),
        american=np.arange(count) % 3 > 0,
    )
    volatility = np.where(np.arange(count) % 11 == 0, 0.0, np.linspace(0.02, 1.5, count))
    priced = PricedContracts.of(terms, volatility)
    for spot in (
        np.full((count, 1), 500.0),
        np.full((count, 3), [0.0, 100.0, 90.0]),
        np.ones(count),
    ):
        expected = theoretical_value(terms, spot, volatility)
        assert priced.value(spot).tobytes() == expected.tobytes()
