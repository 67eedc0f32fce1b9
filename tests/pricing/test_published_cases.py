"""Values of others' test suites and finite differences: see each file's source."""

import json
from pathlib import Path

import pytest

from tests.pricing.contract_builder import contracts, numbers
from xlmargin.pricing import implied_volatility, theoretical_value

pytestmark = pytest.mark.dependencies

CASES = Path(__file__).parents[1] / "cases"
HULL = "ql-hull-12-8"


def cases(name):
    return json.loads((CASES / name).read_text(encoding="utf-8"))["cases"]


def value_of(option, spot=None, dividends=None):
    terms = contracts(
        call=option["kind"] == "call",
        american=option["exercise"] == "american",
        strike=option["strike"],
        years=option["t"],
        rate=option["r"],
        dividend_yield=option["q"],
        dividends=option.get("dividends", []) if dividends is None else dividends,
    )
    spot, volatility = numbers(option["spot"] if spot is None else spot, option["vol"])
    return theoretical_value(terms, spot, volatility)[0, 0]


@pytest.mark.parametrize(
    "case",
    [case for case in cases("quantlib_pricing.json") if case["id"] != HULL],
    ids=lambda case: case["id"],
)
def test_options_without_cash_dividends(case):
    expected = case["expected"]
    if "price" in expected:
        assert value_of(case["option"]) == pytest.approx(expected["price"], abs=1e-4, rel=0)
    else:
        within = max(0.002, expected.get("tolerance", 0.0))
        value = value_of(case["option"])
        assert value == pytest.approx(expected["price_true"], abs=within, rel=0)


def test_hull_takes_the_dividends_out_of_the_spot():
    """Hull's answer is the escrowed model's, which ours is when the spot is given net of them."""
    from math import exp

    case = next(case for case in cases("quantlib_pricing.json") if case["id"] == HULL)
    option = case["option"]
    paid = sum(amount * exp(-option["r"] * years) for years, amount in option["dividends"])
    value = value_of(option, spot=option["spot"] - paid, dividends=[])
    assert value == pytest.approx(case["expected"]["price"], abs=0.005)


@pytest.mark.parametrize(
    "case", cases("quantlib_generated_discrete_dividends.json"), ids=lambda case: case["id"]
)
def test_options_with_cash_dividends(case):
    expected = case["expected"]["price_spot_model"]
    assert value_of(case["option"]) == pytest.approx(expected, abs=0.003)


@pytest.mark.parametrize(
    "case",
    [
        case
        for name in ("hard_prices.json", "aqfed_dividends_and_negative_rates.json")
        for case in cases(name)
        if "price" in case["expected"]
    ],
    ids=lambda case: case["id"],
)
def test_options_that_are_hard_to_value(case):
    expected, within = case["expected"]["price"], case["tolerance"]
    assert value_of(case["option"]) == pytest.approx(expected, abs=within, rel=0)


def test_a_price_where_two_approximations_meet_has_a_volatility():
    case = next(case for case in cases("hard_prices.json") if "implied_vol" in case["expected"])
    option = case["option"]
    terms = contracts(False, option["strike"], option["t"], option["r"], option["q"])
    found = implied_volatility(terms, *numbers(option["spot"], option["price"])).volatility[0]
    assert found == pytest.approx(case["expected"]["implied_vol"], abs=2e-4)
