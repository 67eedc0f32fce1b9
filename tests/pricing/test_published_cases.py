"""Values of others' test suites and finite differences: see each file's source."""

from __future__ import annotations

from math import exp

import pytest

from tests.pricing.contract_builder import contracts, numbers
from xlmargin.pricing import implied_volatility
from xlmargin.validation import FigureComparison, source
from xlmargin.validation.published_figures import value_of, values

pytestmark = pytest.mark.dependencies

HULL = "ql-hull-12-8"
FILES = (
    "quantlib_pricing",
    "quantlib_generated_discrete_dividends",
    "aqfed_dividends_and_negative_rates",
    "hard_prices",
)
COMPARED = [comparison for name in FILES for comparison in values(name) if comparison.case != HULL]


@pytest.mark.parametrize("compared", COMPARED, ids=lambda compared: compared.case)
def test_published_value(compared: FigureComparison) -> None:
    assert compared.ours == pytest.approx(compared.published, abs=compared.within, rel=0)


def test_every_case_is_compared() -> None:
    assert [len(source(name).cases) for name in FILES] == [40, 12, 28, 56]
    assert len(COMPARED) == 40 + 12 + 28 + 56 - 2  # without the textbook's, and a volatility


def test_hull_takes_the_dividends_out_of_the_spot() -> None:
    """Hull's answer is the escrowed model's, which ours is when the spot is given net of them."""
    case = next(case for case in source("quantlib_pricing").cases if case["id"] == HULL)
    option = case["option"]
    paid = sum(amount * exp(-option["r"] * years) for years, amount in option["dividends"])
    value = value_of({**option, "spot": option["spot"] - paid, "dividends": []})
    assert value == pytest.approx(case["expected"]["price"], abs=0.005)


def test_a_price_where_two_approximations_meet_has_a_volatility() -> None:
    case = next(c for c in source("hard_prices").cases if "implied_vol" in c["expected"])
    option = case["option"]
    terms = contracts(False, option["strike"], option["t"], option["r"], option["q"])
    found = implied_volatility(terms, *numbers(option["spot"], option["price"])).volatility[0]
    assert found == pytest.approx(case["expected"]["implied_vol"], abs=2e-4)
