"""Values and Greeks against QuantLib's engines, over wide random contracts."""

from __future__ import annotations

import os

import numpy as np
import pytest
from QuantLib import BlackScholesMertonProcess, VanillaOption

from tests.pricing.contract_builder import contracts, numbers
from xlmargin.arrays import FloatArray
from xlmargin.pricing import OptionTerms, greeks, theoretical_value

ql = pytest.importorskip("QuantLib")

TODAY = ql.Date(15, 6, 2026)
ACTUAL_365 = ql.Actual365Fixed()


def process(
    spot: float, rate: float, dividend_yield: float, volatility: float
) -> BlackScholesMertonProcess:
    ql.Settings.instance().evaluationDate = TODAY
    flat = ql.BlackConstantVol(TODAY, ql.NullCalendar(), float(volatility), ACTUAL_365)
    return ql.BlackScholesMertonProcess(
        ql.QuoteHandle(ql.SimpleQuote(float(spot))),
        ql.YieldTermStructureHandle(ql.FlatForward(TODAY, float(dividend_yield), ACTUAL_365)),
        ql.YieldTermStructureHandle(ql.FlatForward(TODAY, float(rate), ACTUAL_365)),
        ql.BlackVolTermStructureHandle(flat),
    )


def option(call: bool, strike: float, days: int, american: bool = True) -> VanillaOption:
    last = TODAY + int(days)
    exercise = ql.AmericanExercise(TODAY, last) if american else ql.EuropeanExercise(last)
    right = ql.Option.Call if call else ql.Option.Put
    return ql.VanillaOption(ql.PlainVanillaPayoff(right, float(strike)), exercise)


def wide_book(n: int, seed: int) -> tuple[OptionTerms, np.ndarray, FloatArray, FloatArray]:
    """Spot/strike 0.5-2, one day to three years, volatility 5-200%, rate -1-10%, yield 0-10%."""
    rng = np.random.default_rng(seed)
    days = np.exp(rng.uniform(0, np.log(1095), n)).astype(int)
    rate = np.where(rng.random(n) < 0.1, 1e-4, 1.0) * rng.uniform(-0.01, 0.10, n)
    dividend_yield = np.where(rng.random(n) < 0.3, 0.0, rng.uniform(0, 0.10, n))
    terms = contracts(rng.random(n) < 0.5, 100.0, days / 365, rate, dividend_yield)
    spot = 100 * np.exp(rng.uniform(np.log(0.5), np.log(2), n))
    volatility = np.exp(rng.uniform(np.log(0.05), np.log(2), n))
    return terms, days, spot, volatility


def test_american_values_against_andersen_lake_offengenden_in_high_precision() -> None:
    terms, days, spot, volatility = wide_book(800, seed=2026)
    expected = np.empty(len(terms))
    for i in range(len(terms)):
        model = process(spot[i], terms.rate[i], terms.dividend_yield[i], volatility[i])
        american = option(terms.call[i], 100.0, days[i])
        scheme = ql.QdFpAmericanEngine.highPrecisionScheme()
        american.setPricingEngine(ql.QdFpAmericanEngine(model, scheme))
        expected[i] = american.NPV()
    error = (theoretical_value(terms, spot, volatility)[:, 0] - expected) / 100
    assert np.abs(error).max() < 2e-5
    assert np.sqrt((error**2).mean()) < 5e-7


def finite_differences(
    terms: OptionTerms,
    i: int,
    days: np.ndarray,
    ex_days: np.ndarray,
    spot: FloatArray,
    volatility: FloatArray,
    grid: int = 500,
) -> VanillaOption:
    model = process(spot[i], terms.rate[i], terms.dividend_yield[i], volatility[i])
    paid = [
        (TODAY + int(when), float(amount))
        for when, amount in zip(ex_days[i], terms.dividend_amounts[i], strict=True)
        if amount > 0 and when <= days[i]
    ]
    dividends = ql.DividendVector([when for when, _ in paid], [amount for _, amount in paid])
    american = option(terms.call[i], terms.strike[i], days[i], terms.american[i])
    spot_model = ql.FdBlackScholesVanillaEngine.Spot
    american.setPricingEngine(
        ql.FdBlackScholesVanillaEngine(
            model, dividends, grid, grid, 0, ql.FdmSchemeDesc.TrBDF2(), False, -1.0, spot_model
        )
    )
    return american


def dividend_book(
    n: int, seed: int
) -> tuple[OptionTerms, np.ndarray, np.ndarray, FloatArray, FloatArray]:
    """Quarterly dividends of 0.1% to 3% of the strike, first in one to ninety days."""
    rng = np.random.default_rng(seed)
    days = rng.integers(10, 730, n)
    ex_days = rng.integers(1, 91, n)[:, None] + 91 * np.arange(4)
    amounts = np.exp(rng.uniform(np.log(0.1), np.log(3.0), n))[:, None] * np.ones(4)
    terms = OptionTerms(
        call=rng.random(n) < 0.5,
        american=rng.random(n) < 0.8,
        strike=np.full(n, 100.0),
        years=days / 365,
        rate=rng.uniform(0, 0.08, n),
        dividend_yield=np.where(rng.random(n) < 0.7, 0.0, 0.02),
        dividend_years=ex_days / 365,
        dividend_amounts=amounts,
    )
    spot = 100 * np.exp(rng.uniform(np.log(0.8), np.log(1.25), n))
    volatility = np.exp(rng.uniform(np.log(0.12), np.log(0.8), n))
    return terms, days, ex_days, spot, volatility


def test_cash_dividends_against_finite_differences_in_the_spot_model() -> None:
    terms, days, ex_days, spot, volatility = dividend_book(150, seed=7)
    expected = [
        finite_differences(terms, i, days, ex_days, spot, volatility).NPV()
        for i in range(len(terms))
    ]
    error = (theoretical_value(terms, spot, volatility)[:, 0] - expected) / 100
    assert np.abs(error).max() < 5e-5
    assert np.sqrt((error**2).mean()) < 1e-5


def test_leaps_with_quarterly_dividends_against_finite_differences() -> None:
    """1,000 of them where XLMARGIN_LONG_TESTS is set, as many as take seconds elsewhere."""
    n = 1_000 if os.environ.get("XLMARGIN_LONG_TESTS") else 40
    rng = np.random.default_rng(11)
    days = rng.integers(180, 1096, n)
    ex_days = rng.integers(3, 91, n)[:, None] + 91 * np.arange(12)
    spot = 100 * np.exp(rng.normal(0, 0.22, n))
    terms = OptionTerms(
        call=rng.random(n) < 0.5,
        american=np.ones(n, bool),
        strike=np.full(n, 100.0),
        years=days / 365,
        rate=rng.uniform(0.005, 0.07, n),
        dividend_yield=np.zeros(n),
        dividend_years=ex_days / 365,
        dividend_amounts=(spot * rng.uniform(0.001, 0.012, n))[:, None] * np.ones(12),
    )
    volatility = np.exp(rng.uniform(np.log(0.12), np.log(0.7), n))
    coarse, fine = (
        np.array(
            [
                finite_differences(terms, i, days, ex_days, spot, volatility, grid).NPV()
                for i in range(n)
            ]
        )
        for grid in (600, 1200)
    )
    expected = fine + (fine - coarse) / 3
    error = (theoretical_value(terms, spot, volatility)[:, 0] - expected) / 100
    assert np.abs(error).max() < 5e-5


def test_two_exercise_boundaries_against_finite_differences() -> None:
    rng = np.random.default_rng(5)
    n = 40
    days = rng.integers(30, 1000, n)
    rate = rng.uniform(-0.02, -0.001, n)
    call = rng.random(n) < 0.5
    lower = rate - rng.uniform(0.001, 0.05, n)
    of_call, of_put = np.where(call, lower, rate), np.where(call, rate, lower)
    terms = contracts(call, 100.0, days / 365, of_call, of_put)
    spot = 100 * np.exp(rng.uniform(np.log(0.7), np.log(1.4), n))
    volatility = np.exp(rng.uniform(np.log(0.1), np.log(0.6), n))
    none = np.zeros((n, 0))
    expected = [
        finite_differences(terms, i, days, none, spot, volatility, grid=800).NPV() for i in range(n)
    ]
    error = (theoretical_value(terms, spot, volatility)[:, 0] - expected) / 100
    assert np.abs(error).max() < 5e-5


@pytest.mark.parametrize("call", [True, False])
@pytest.mark.parametrize("amount", [0.0, 2.0])
def test_greeks_against_finite_differences(call: bool, amount: float) -> None:
    days, ex_days = np.array([270]), np.array([[100]])
    terms = contracts(call, 100.0, 270 / 365, 0.05, 0.01, dividends=[(100 / 365, amount)])
    spot, volatility = numbers(103.0, 0.3)
    theirs = finite_differences(terms, 0, days, ex_days, spot, volatility, grid=1000)
    ours = greeks(terms, spot, volatility)
    assert ours.price[0, 0] == pytest.approx(theirs.NPV(), abs=0.005)
    assert ours.delta[0, 0] == pytest.approx(theirs.delta(), abs=0.001)
    assert ours.gamma[0, 0] == pytest.approx(theirs.gamma(), rel=0.002)
    assert ours.theta[0, 0] == pytest.approx(theirs.theta() / 365, rel=0.02)


@pytest.mark.parametrize("call", [True, False])
def test_vega_and_rho_against_quantlib_at_shifted_inputs(call: bool) -> None:
    terms = contracts(call, 100.0, 270 / 365, 0.05, 0.01)
    ours = greeks(terms, *numbers(103.0, 0.3))

    def price(rate: float, volatility: float) -> float:
        model = process(103.0, rate, 0.01, volatility)
        american = option(call, 100.0, 270)
        scheme = ql.QdFpAmericanEngine.highPrecisionScheme()
        american.setPricingEngine(ql.QdFpAmericanEngine(model, scheme))
        return american.NPV()

    vega = (price(0.05, 0.301) - price(0.05, 0.299)) / 0.002
    rho = (price(0.051, 0.3) - price(0.049, 0.3)) / 0.002
    assert ours.vega[0, 0] == pytest.approx(vega, rel=0.002)
    assert ours.rho[0, 0] == pytest.approx(rho, rel=0.002)
