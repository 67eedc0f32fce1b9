"""Stock alone: every expected number worked out by hand from the reference's table of stock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlmargin.market import HouseRates, Underlying
from xlmargin.rulebook import StrategyRules, strategy_rules
from xlmargin.rulebook import UnderlyingClass as Class
from xlmargin.strategy_margin.rules.kinds import RequirementKind
from xlmargin.strategy_margin.rules.stock import (
    against_the_box,
    long_stock,
    rates_by_rule,
    short_stock,
    short_stock_on_top,
)

INITIAL, DEPOSIT, MAINTENANCE = RequirementKind
prices = st.floats(0.01, 5_000)
factors = st.sampled_from([-3.0, -2.0, -1.0, 1.0, 1.5, 2.0, 3.0, 4.0])


def test_long_stock_is_half_and_a_quarter_at_any_price(
    underlying: Callable[..., Underlying], rules: StrategyRules
) -> None:
    for price in (1.0, 4.99, 5.0, 100.0):
        assert long_stock(underlying(price), price, INITIAL, rules) == pytest.approx(price / 2)
        assert long_stock(underlying(price), price, MAINTENANCE, rules) == pytest.approx(price / 4)


def test_stock_that_is_not_margin_stock_is_paid_in_full(
    underlying: Callable[..., Underlying], rules: StrategyRules
) -> None:
    pink = underlying(8.0, marginable=False)
    assert long_stock(pink, 8.0, INITIAL, rules) == 8.0
    assert long_stock(pink, 8.0, MAINTENANCE, rules) == 8.0


@pytest.mark.parametrize(
    ("price", "on_top"),
    [
        (1.00, 2.50),
        (2.49, 2.50),
        (2.50, 2.50),
        (2.51, 2.51),
        (4.99, 4.99),
        (5.00, 5.00),
        (5.01, 5.00),
        (16.66, 5.00),
        (16.67, 5.001),
        (20.00, 6.00),
        (100.0, 30.0),
    ],
)
def test_maintenance_of_short_stock_on_top_of_its_value(
    price: float, on_top: float, underlying: Callable[..., Underlying], rules: StrategyRules
) -> None:
    found = short_stock(underlying(price), price, MAINTENANCE, rules)
    assert found == pytest.approx(on_top)


def test_a_note_is_lent_on_in_good_faith_so_that_its_maintenance_is_asked_at_once(
    underlying: Callable[..., Underlying], rules: StrategyRules
) -> None:
    assert rates_by_rule(underlying(40.0, Class.ETN), rules) == pytest.approx((0.25, 0.25))


@pytest.mark.parametrize(
    ("price", "underlying_class", "on_top"),
    [
        (100.0, Class.STOCK, 30.0 + 10.0),
        (10.0, Class.STOCK, 5.0 + 1.0),
        (4.0, Class.STOCK, 4.0 + 0.4),
        (2.0, Class.STOCK, 2.5 + 0.2),
        (8.0, Class.ETN, 2.4 + 0.8),  # no amount a share
    ],
)
def test_what_a_house_adds_for_concentration_comes_on_top(
    price: float,
    underlying_class: Class,
    on_top: float,
    underlying: Callable[..., Underlying],
    rules: StrategyRules,
) -> None:
    on = underlying(price, underlying_class, house=HouseRates(add_on=0.10))
    assert short_stock_on_top(on, price, rules) == pytest.approx(on_top)
    assert long_stock(on, price, MAINTENANCE, rules) == pytest.approx(0.35 * price)


@pytest.mark.parametrize(
    ("price", "initial"),
    [
        (2.00, 4.50),
        (2.50, 5.00),
        (4.00, 8.00),
        (4.99, 9.98),
        (5.00, 10.0),
        (9.99, 14.99),
        (10.0, 15.0),
        (10.02, 15.03),
        (255.0, 382.5),
    ],
)
def test_initial_of_short_stock_with_its_value(
    price: float, initial: float, underlying: Callable[..., Underlying], rules: StrategyRules
) -> None:
    assert short_stock(underlying(price), price, INITIAL, rules) == pytest.approx(initial)


def test_ten_thousand_short_at_two(
    underlying: Callable[..., Underlying], rules: StrategyRules
) -> None:
    assert 10_000 * short_stock(underlying(2.0), 2.0, INITIAL, rules) == 45_000


LEVERAGED = {  # factor: long initial, long maintenance, short initial, short maintenance on top
    1: (0.50, 0.25, 1.50, 0.30),
    -1: (0.50, 0.25, 1.50, 0.30),
    2: (0.50, 0.50, 1.60, 0.60),
    -2: (0.50, 0.50, 1.60, 0.60),
    3: (0.75, 0.75, 1.90, 0.90),
    -3: (0.75, 0.75, 1.90, 0.90),
    4: (1.00, 1.00, 2.20, 1.20),
    5: (1.00, 1.00, 2.50, 1.50),
}


@pytest.mark.parametrize(("factor", "shares_of_value"), LEVERAGED.items())
def test_leveraged_funds(
    factor: int,
    shares_of_value: tuple[float, float, float, float],
    underlying: Callable[..., Underlying],
    rules: StrategyRules,
) -> None:
    fund = underlying(100.0, Class.ETF_BROAD, leverage=float(factor))
    found = (
        long_stock(fund, 100.0, INITIAL, rules),
        long_stock(fund, 100.0, MAINTENANCE, rules),
        short_stock(fund, 100.0, INITIAL, rules),
        short_stock(fund, 100.0, MAINTENANCE, rules),
    )
    assert found == pytest.approx([100 * share for share in shares_of_value])


@pytest.mark.parametrize(
    ("as_of", "long", "short"),
    [
        (date(2009, 11, 30), 25.0, 30.0),
        (date(2009, 12, 1), 100.0, 100.0),
        (date(2019, 8, 15), 100.0, 100.0),
        (date(2019, 8, 16), 100.0, 120.0),
    ],
)
def test_a_fund_of_factor_four_by_date(
    as_of: date, long: float, short: float, underlying: Callable[..., Underlying]
) -> None:
    fund, rules = underlying(100.0, Class.ETF_NARROW, leverage=4.0), strategy_rules(as_of)
    assert long_stock(fund, 100.0, MAINTENANCE, rules) == pytest.approx(long)
    assert short_stock(fund, 100.0, MAINTENANCE, rules) == pytest.approx(short)


def test_the_cap_of_a_leveraged_fund_held_long_may_be_taken_away(
    underlying: Callable[..., Underlying], rules: StrategyRules
) -> None:
    fund = underlying(100.0, Class.ETF_BROAD, leverage=5.0)
    uncapped = strategy_rules(date(2026, 1, 15), "custom", {"leveraged_long_cap": False})
    assert long_stock(fund, 100.0, MAINTENANCE, rules) == pytest.approx(100.0)
    assert long_stock(fund, 100.0, MAINTENANCE, uncapped) == pytest.approx(125.0)  # 25% x 5


def test_five_dollars_is_not_a_low_price(underlying: Callable[..., Underlying]) -> None:
    house = strategy_rules(date(2026, 1, 15), "custom", {"short_stock_minimum": 6.0})
    assert short_stock_on_top(underlying(5.0), 5.0, house) == pytest.approx(6.0)  # 4210(c)(3)
    assert short_stock_on_top(underlying(4.99), 4.99, house) == pytest.approx(4.99)  # (c)(2)


def test_a_low_priced_leveraged_fund_is_asked_its_factor(
    underlying: Callable[..., Underlying], rules: StrategyRules
) -> None:
    fund = underlying(4.0, Class.ETF_BROAD, leverage=-4.0)
    assert short_stock(fund, 4.0, MAINTENANCE, rules) == pytest.approx(4.80)  # 120% of 4


@pytest.mark.parametrize(
    ("as_of", "leverage", "long", "short"),
    [
        (date(2019, 8, 15), 1.0, 8.0, 8.0),  # debt: 20%, which rate is not confirmed
        (date(2019, 8, 16), 1.0, 10.0, 12.0),
        (date(2026, 1, 15), 2.0, 20.0, 24.0),
        (date(2026, 1, 15), -4.0, 40.0, 48.0),  # long up to the whole value
    ],
)
def test_a_note_requires_its_maintenance_from_the_first(
    as_of: date, leverage: float, long: float, short: float, underlying: Callable[..., Underlying]
) -> None:
    note, rules = underlying(40.0, Class.ETN, leverage=leverage), strategy_rules(as_of)
    for kind in RequirementKind:
        assert long_stock(note, 40.0, kind, rules) == pytest.approx(long)
    assert short_stock(note, 40.0, INITIAL, rules) == pytest.approx(40 + short)
    assert short_stock(note, 40.0, MAINTENANCE, rules) == pytest.approx(short)


def test_a_note_sold_short_has_no_least_amount_a_share(
    underlying: Callable[..., Underlying], rules: StrategyRules
) -> None:
    note = underlying(8.0, Class.ETN)
    assert short_stock(note, 8.0, MAINTENANCE, rules) == pytest.approx(2.40)


def test_against_the_box(rules: StrategyRules) -> None:
    assert against_the_box(40.0, 41.0, INITIAL, rules) == 41.0
    assert against_the_box(40.0, 41.0, MAINTENANCE, rules) == pytest.approx(2.0)


@given(price=prices, factor=factors)
def test_initial_is_never_less_than_maintenance(
    price: float, factor: float, underlying: Callable[..., Underlying], rules: StrategyRules
) -> None:
    fund = underlying(price, Class.ETF_BROAD, leverage=factor)
    long = [long_stock(fund, price, kind, rules) for kind in RequirementKind]
    short = [short_stock(fund, price, kind, rules) for kind in RequirementKind]
    assert long[0] == long[1] >= long[2] > 0
    assert short[0] == short[1] >= price + short[2] > price


@given(low=prices, high=prices)
def test_short_stock_never_asks_less_at_a_higher_price(
    low: float, high: float, underlying: Callable[..., Underlying], rules: StrategyRules
) -> None:
    low, high = sorted((low, high))
    found = [short_stock_on_top(underlying(p), p, rules) for p in (low, high)]
    assert found[0] <= found[1]
    assert found[0] >= 2.50
