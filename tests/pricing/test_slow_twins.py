"""The fast methods against slow ones that a reader can check line by line."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import erf, exp, log, sqrt
from typing import Any

import numpy as np
import pytest

from tests.pricing.contract_builder import contracts, numbers
from xlmargin.pricing import OptionTerms, lattice, theoretical_value
from xlmargin.pricing.american import AmericanOptions, EarlyExercisePremium
from xlmargin.pricing.contracts import european_value


def tree(
    call: bool,
    american: bool,
    spot: float,
    strike: int,
    years: float,
    rate: float,
    dividend_yield: float,
    volatility: float,
    steps: int,
) -> float:
    """A Cox-Ross-Rubinstein tree."""
    dt = years / steps
    up = exp(volatility * sqrt(dt))
    p = (exp((rate - dividend_yield) * dt) - 1 / up) / (up - 1 / up)
    sign = 1 if call else -1
    values = [max(0, sign * (spot * up ** (2 * i - steps) - strike)) for i in range(steps + 1)]
    for level in reversed(range(steps)):
        for i in range(level + 1):
            values[i] = exp(-rate * dt) * (p * values[i + 1] + (1 - p) * values[i])
            if american:
                values[i] = max(values[i], sign * (spot * up ** (2 * i - level) - strike))
    return values[0]


def tree_with_dividend(
    call: bool,
    american: bool,
    spot: int,
    strike: int,
    years: float,
    rate: float,
    volatility: float,
    ex_years: float,
    amount: float,
    steps: int,
) -> float:
    """A tree that does not recombine: from every node on the ex-date grows a tree of its own."""
    before = round(steps * ex_years / years)
    dt = ex_years / before
    up = exp(volatility * sqrt(dt))
    p = (exp(rate * dt) - 1 / up) / (up - 1 / up)
    sign = 1 if call else -1
    rest = (strike, years - ex_years, rate, 0.0, volatility, steps - before)
    nodes = [spot * up ** (2 * i - before) for i in range(before + 1)]
    values = [tree(call, american, node - amount, *rest) for node in nodes]
    for level in reversed(range(before + 1)):
        if level < before:
            values = [
                exp(-rate * dt) * (p * above + (1 - p) * below) for below, above in pairwise(values)
            ]
        if american:
            paid = [sign * (spot * up ** (2 * i - level) - strike) for i in range(level + 1)]
            values = [max(held, now) for held, now in zip(values, paid, strict=True)]
    return values[0]


def black_scholes(
    call: bool, spot: float, strike: int, years: float, rate: float, volatility: float
) -> float:
    deviation = volatility * sqrt(years)
    d = log(spot / strike) / deviation + rate * sqrt(years) / volatility + deviation / 2
    sign = 1 if call else -1
    share, cash = ((1 + erf(sign * x / sqrt(2))) / 2 for x in (d, d - deviation))
    return sign * (spot * share - strike * exp(-rate * years) * cash)


def integral_over_ex_date(
    call: bool,
    american: bool,
    spot: int,
    strike: int,
    years: float,
    rate: float,
    volatility: float,
    ex_years: float,
    amount: float,
) -> float:
    """The mean, over the share's price on its ex-date, of what holding or exercise is worth."""
    sign = 1 if call else -1
    z = np.linspace(-8, 8, 4001)
    weight = np.exp(-z * z / 2) * (z[1] - z[0]) / sqrt(2 * np.pi)
    drift = (rate - volatility**2 / 2) * ex_years
    share = spot * np.exp(drift + volatility * sqrt(ex_years) * z)
    rest = (strike, years - ex_years, rate, volatility)
    worth = [black_scholes(call, max(node - amount, 1e-9), *rest) for node in share]
    if american:
        worth = np.maximum(worth, sign * (share - strike))
    return exp(-rate * ex_years) * float(weight @ worth)


def our_value(
    call: bool,
    american: bool,
    spot: float,
    strike: float,
    years: float,
    rate: float,
    dividend_yield: float,
    volatility: float,
    dividends: Sequence[Any] = (),
) -> float:
    terms = contracts(call, strike, years, rate, dividend_yield, american, dividends)
    return theoretical_value(terms, *numbers(spot, volatility))[0, 0]


@pytest.mark.parametrize(
    "option",
    [
        # call, spot, strike, years, rate, dividend yield, volatility
        (False, 100, 100, 1.0, 0.05, 0.00, 0.20),
        (False, 90, 100, 0.5, 0.08, 0.02, 0.35),
        (True, 110, 100, 2.0, 0.02, 0.07, 0.25),
        (True, 95, 100, 0.25, 0.00, 0.05, 0.60),
        (False, 105, 100, 1.5, 0.00, -0.03, 0.30),
        # two exercise boundaries: dividend yield < rate < 0
        (False, 90, 100, 1.0, -0.01, -0.04, 0.15),
        (False, 75, 100, 2.0, -0.005, -0.02, 0.20),
        (True, 120, 100, 2.0, -0.06, -0.01, 0.20),
    ],
)
def test_american_options_are_worth_what_a_tree_says(option: tuple[Any, ...]) -> None:
    call, *terms = option
    expected = np.mean([tree(call, True, *terms, steps) for steps in (500, 501)])
    assert our_value(call, True, *terms) == pytest.approx(expected, abs=0.006)


@pytest.mark.parametrize("american", [False, True])
@pytest.mark.parametrize("volatility", [0.15, 0.4])
@pytest.mark.parametrize(("ex_years", "amount"), [(0.02, 1.0), (0.4, 5.0), (0.97, 2.0), (1.0, 2.0)])
def test_one_dividend_is_an_integral_over_the_ex_date(
    american: bool, volatility: float, ex_years: float, amount: float
) -> None:
    terms = (105, 100, 1.0, 0.04)
    kinds = [True] if american else [True, False]  # an American call waits for the ex-date
    for call in kinds:
        years_left = max(ex_years - 1e-9, 0) if ex_years == 1.0 else ex_years
        expected = integral_over_ex_date(call, american, *terms, volatility, years_left, amount)
        ours = our_value(call, american, *terms, 0.0, volatility, [(ex_years, amount)])
        assert ours == pytest.approx(expected, abs=0.005)


@pytest.mark.parametrize("call", [True, False])
@pytest.mark.parametrize(("ex_years", "amount"), [(0.2, 0.5), (0.5, 3.0)])
def test_american_options_with_a_dividend_are_worth_what_a_tree_says(
    call: bool, ex_years: float, amount: float
) -> None:
    terms = (100, 105, 1.0, 0.06)
    expected = np.mean(
        [
            tree_with_dividend(call, True, *terms, 0.3, ex_years, amount, steps)
            for steps in (100, 101)
        ]
    )
    ours = our_value(call, True, *terms, 0.0, 0.3, [(ex_years, amount)])
    assert ours == pytest.approx(expected, abs=0.03)


def test_the_curve_of_early_exercise_is_its_integral_at_every_price() -> None:
    rng = np.random.default_rng(4)
    n = 200
    years = np.exp(rng.uniform(np.log(1 / 365), np.log(2), n))
    volatility = np.exp(rng.uniform(np.log(0.1), 0, n))
    terms = contracts(
        rng.random(n) < 0.5, 100.0, years, rng.uniform(0.001, 0.08, n), rng.uniform(0.001, 0.06, n)
    )
    share = 100 * np.exp(np.linspace(-1.5, 1.5, 60))[:, None] * np.ones(n)
    european = european_value(terms, share.T, volatility).T
    ours = EarlyExercisePremium.of(terms, volatility).added(share, european)
    expected = AmericanOptions(terms, volatility).value(share.T).T
    np.testing.assert_allclose(ours, expected, atol=3e-6 * 100)


def take_steps(monkeypatch: pytest.MonkeyPatch, steps_a_year: int) -> None:
    """Let the coarser lattice take so many steps a year."""
    for kind in ("STEPS_A_YEAR", "STEPS_A_YEAR_OF_FEW_DAYS"):
        monkeypatch.setattr(lattice, kind, steps_a_year)


def test_options_of_years_with_quarterly_dividends_are_a_lattice_of_five_times_the_steps(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A thousand random ones, 5e-5 of strike at most; beside the boundary it was 2e-4."""
    count, rng = 1_000, np.random.default_rng(2026)
    years, first = rng.uniform(0.75, 2.9, count), rng.uniform(0.01, 0.25, count)
    ex_years = first[:, None] + 0.25 * np.arange(12)
    amounts = rng.uniform(0.1, 1.2, count)[:, None] * np.ones((1, 12))
    some = OptionTerms(
        call=rng.random(count) < 0.5,
        american=np.ones(count, dtype=bool),
        strike=100 * np.exp(rng.uniform(-0.4, 0.4, count)),
        years=years,
        rate=rng.uniform(0.0, 0.07, count),
        dividend_yield=np.zeros(count),
        dividend_years=ex_years,
        dividend_amounts=amounts,
    )
    spot, volatility = np.full((count, 1), 100.0), rng.uniform(0.12, 0.6, count)
    found = lattice.lattice_value(some, spot, volatility)[:, 0]
    take_steps(monkeypatch, 160)
    slow = lattice.lattice_value(some, spot, volatility)[:, 0]
    assert found / some.strike == pytest.approx(slow / some.strike, abs=5e-5)


def test_a_deep_call_before_an_ex_date_is_a_lattice_of_ten_times_the_steps(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Beside what exercise at the ex-date pays, which is not what it pays today."""
    quarters = [(0.03512 + 0.25 * quarter, 1.8509) for quarter in range(9)]
    terms = (True, True, 100.0, 82.243, 2.0586, 0.02478, 0.0, 0.18223, quarters)
    found = our_value(*terms)
    take_steps(monkeypatch, 320)
    assert found == pytest.approx(our_value(*terms), abs=2e-5 * 82.243)


def by_quadrature(
    call: bool,
    american: bool,
    spot: int,
    strike: int,
    years: float,
    rate: float,
    volatility: float,
    dividends: list[tuple[float, float]],
) -> float:
    """Expectation from date to date over a fine grid of prices; a share is worth 0 at least.

    An American option may be exercised sixty times a year and on both sides of an ex-date.
    """
    sign, paid = (1 if call else -1), dict(dividends)
    log_share = log(spot) + np.linspace(-9, 7, 8001)
    share = np.exp(log_share)
    at_once = sign * (share - strike)
    value, of_nothing = np.maximum(at_once, 0.0), max(-sign * strike, 0.0)
    z, weight = np.polynomial.hermite_e.hermegauss(64)
    dates = sorted({0.0, *paid, years})
    for start, end in reversed(list(pairwise(dates))):
        if end in paid:
            after = np.maximum(share - paid[end], 0.0)
            low = of_nothing + (value[0] - of_nothing) * after / share[0]
            held = np.interp(np.log(np.maximum(after, share[0])), log_share, value)
            value = np.where(after < share[0], low, held)
            value = np.maximum(value, at_once) if american else value
        steps = round(60 * (end - start)) if american else 1
        dt = (end - start) / steps
        for _ in range(steps):
            expected = np.zeros_like(value)
            for normal, share_of in zip(z, weight / weight.sum(), strict=True):
                later = log_share + (rate - volatility**2 / 2) * dt + volatility * sqrt(dt) * normal
                beyond = (later > log_share[-1]) & call
                ends = np.where(beyond, np.exp(later) - strike, np.interp(later, log_share, value))
                expected += share_of * ends
            value, of_nothing = exp(-rate * dt) * expected, exp(-rate * dt) * of_nothing
            if american:
                value, of_nothing = np.maximum(value, at_once), max(of_nothing, -sign * strike)
    return float(np.interp(log(spot), log_share, value))


@pytest.mark.parametrize("american", [True, False])
@pytest.mark.parametrize(
    ("spot", "strike", "years", "rate", "volatility", "dividends"),
    [
        (10, 20, 1.0, 0.04, 0.6, [(0.25, 4.0), (0.75, 4.0)]),
        (15, 10, 2.0, 0.03, 0.8, [(0.5, 6.0), (1.0, 6.0), (1.5, 6.0)]),
        (8, 10, 1.0, 0.05, 0.5, [(0.5, 8.0)]),
        (30, 100, 2.0, 0.05, 0.9, [(0.25 * i, 10.0) for i in range(1, 8)]),
    ],
)
def test_calls_on_a_share_that_may_fall_below_its_dividend(
    american: bool,
    spot: int,
    strike: int,
    years: float,
    rate: float,
    volatility: float,
    dividends: list[tuple[float, float]],
) -> None:
    expected = by_quadrature(True, american, spot, strike, years, rate, volatility, dividends)
    ours = our_value(True, american, spot, strike, years, rate, 0.0, volatility, dividends)
    assert ours == pytest.approx(expected, abs=5e-5 * strike)


@pytest.mark.parametrize("volatility", [0.3, 0.6, 1.0])
@pytest.mark.parametrize("american", [True, False])
def test_puts_where_the_dividends_of_a_year_take_three_fifths_of_the_price(
    american: bool, volatility: float
) -> None:
    dividends = [(0.125 + 0.25 * i, 15.0) for i in range(4)]
    expected = by_quadrature(False, american, 100, 100, 1.0, 0.04, volatility, dividends)
    ours = our_value(False, american, 100, 100, 1.0, 0.04, 0.0, volatility, dividends)
    on_fewer_days = 5e-5 if american else 0.0  # of strike: the twin exercises on sixty alone
    assert ours == pytest.approx(expected, abs=100 * (5e-5 + on_fewer_days))
