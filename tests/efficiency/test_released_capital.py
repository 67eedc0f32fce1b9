"""Released capital and its uses, against the article's own figures."""

from __future__ import annotations

import pytest

from xlmargin.efficiency import allocation_of_released_capital, released_capital
from xlmargin.errors import InputError
from xlmargin.samples import ARTICLE_SCENARIO


def test_the_article_s_scenario():
    a = ARTICLE_SCENARIO
    assert (a.strategy_share, a.portfolio_share, a.long_market_value) == (0.35, 0.12, 15e6)
    released = released_capital(a.long_market_value, a.strategy_share, a.portfolio_share)
    assert released == pytest.approx(3_450_000, abs=0.005)
    uses = allocation_of_released_capital(released, a.uses)
    assert uses == pytest.approx(
        {
            "index hedges": 862_500,
            "option-writing strategies": 1_725_000,
            "cash reserve": 862_500,
        },
        abs=0.005,
    )


def test_released_capital_is_signed():
    assert released_capital(1_000_000, 0.10, 0.15) == pytest.approx(-50_000)


def test_nothing_released_gives_nothing():
    assert allocation_of_released_capital(0.0, {"a": 0.5, "b": 0.5}) == {"a": 0, "b": 0}


@pytest.mark.parametrize(
    ("released", "uses", "says"),
    [
        (1.0, {"a": 0.5, "b": 0.49}, "shares: found 0.99 in all, wanted shares that add up to 1"),
        (1.0, {"a": 0.5, "b": 0.51}, "found 1.01 in all"),
        (1.0, {}, "found 0 in all"),
        (1.0, {"a": 1.5, "b": -0.5}, "allocation, b: found -0.5, wanted a share of 0 or more"),
        (1.0, {"a": float("nan")}, "allocation, a: found nan"),
        (-1.0, {"a": 1.0}, "released: found -1.00, wanted an amount of 0 or more"),
        (float("nan"), {"a": 1.0}, "released: found nan"),
    ],
)
def test_what_cannot_be_allocated_is_refused(released, uses, says):
    with pytest.raises(InputError, match=says):
        allocation_of_released_capital(released, uses)
