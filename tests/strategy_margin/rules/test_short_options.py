"""Uncovered short options: the reference's formula by hand, and what must hold for any numbers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlmargin.market import Underlying
from xlmargin.rulebook import StrategyRules, strategy_rules
from xlmargin.rulebook import UnderlyingClass as Class
from xlmargin.strategy_margin.rules.kinds import RequirementKind
from xlmargin.strategy_margin.rules.options import OptionLeg, add_on, straddle, uncovered

INITIAL, DEPOSIT, MAINTENANCE = RequirementKind
prices = st.floats(0.5, 5_000)
words = st.sampled_from(["short call", "short put"])
classes = st.sampled_from(Class)

UNCOVERED = {  # word, strike, value, spot: per contract
    "call in the money": (("short call", 70, 8.0, 75.0), 2_300),
    "put: the least share binds": (("short put", 80, 2.0, 95.0), 1_000),
    "put just where both shares ask 8": (("short put", 80, 2.0, 90.0), 1_000),
    "put where the first share asks more": (("short put", 80, 2.0, 89.0), 1_080),
    "call just where both shares ask 10": (("short call", 110, 1.0, 100.0), 1_100),
    "call where the first share asks more": (("short call", 109, 1.0, 100.0), 1_200),
    "call far out of the money": (("short call", 300, 0.01, 100.0), 1_001),
}


@pytest.mark.parametrize(("given_", "amount"), UNCOVERED.values(), ids=UNCOVERED.keys())
def test_uncovered(
    given_: tuple[str, int, float, float],
    amount: int,
    underlying: Callable[..., Underlying],
    option: Callable[..., OptionLeg],
    rules: StrategyRules,
) -> None:
    word, strike, value, spot = given_
    leg = option(word, strike, value, underlying(spot))
    for kind in RequirementKind:
        assert 100 * uncovered(leg, kind, rules) == pytest.approx(amount)


RATES = {
    Class.STOCK: 20.0,
    Class.ETF_BROAD: 15.0,
    Class.ETF_NARROW: 20.0,
    Class.ETN: 20.0,
    Class.INDEX_HIGH_CAP: 15.0,
    Class.INDEX_BROAD: 15.0,
    Class.INDEX_NARROW: 20.0,
    Class.VOL_INDEX: 20.0,
}


@pytest.mark.parametrize(("underlying_class", "on_top"), RATES.items())
def test_rates_by_class(
    underlying_class: Class,
    on_top: float,
    underlying: Callable[..., Underlying],
    option: Callable[..., OptionLeg],
    rules: StrategyRules,
) -> None:
    on = underlying(100.0, underlying_class)
    assert add_on(option("short call", 100, 3.0, on), rules) == pytest.approx(on_top)
    assert add_on(option("short put", 50, 0.1, on), rules) == pytest.approx(5.0)
    assert add_on(option("short call", 200, 0.1, on), rules) == pytest.approx(10.0)


@pytest.mark.parametrize(("factor", "size"), [(2, 2), (-2, 2), (3, 3), (-1, 1), (0.5, 1)])
@pytest.mark.parametrize("underlying_class", [Class.ETF_BROAD, Class.ETN, Class.INDEX_NARROW])
def test_leverage_multiplies_both_rates(
    factor: float,
    size: int,
    underlying_class: Class,
    underlying: Callable[..., Underlying],
    option: Callable[..., OptionLeg],
    rules: StrategyRules,
) -> None:
    on = underlying(100.0, underlying_class, leverage=factor)
    at, far = option("short call", 100, 3.0, on), option("short put", 10, 0.1, on)
    assert add_on(at, rules) == pytest.approx(size * RATES[underlying_class])
    assert add_on(far, rules) == pytest.approx(size * 1.0)


def test_leverage_by_date_and_by_choice_for_indexes(
    underlying: Callable[..., Underlying], option: Callable[..., OptionLeg]
) -> None:
    fund = underlying(100.0, Class.ETF_BROAD, leverage=2.0)
    index = underlying(100.0, Class.INDEX_BROAD, leverage=2.0)
    for on in (fund, index):
        leg = option("short call", 100, 3.0, on)
        assert add_on(leg, strategy_rules(date(2010, 4, 29))) == pytest.approx(15.0)
        assert add_on(leg, strategy_rules(date(2010, 4, 30))) == pytest.approx(30.0)
    plain = strategy_rules(date(2026, 1, 15), "custom", {"leveraged_index_option_factor": False})
    assert add_on(option("short call", 100, 3.0, index), plain) == pytest.approx(15.0)
    assert add_on(option("short call", 100, 3.0, fund), plain) == pytest.approx(30.0)


def test_a_product_with_rates_of_its_own_from_its_circular_on(
    underlying: Callable[..., Underlying], option: Callable[..., OptionLeg]
) -> None:
    vxst = underlying(20.0, Class.VOL_INDEX, symbol="VXST")
    at, far = option("short call", 20, 1.0, vxst), option("short call", 40, 0.1, vxst)
    eve, day = strategy_rules(date(2014, 4, 8)), strategy_rules(date(2014, 4, 9))
    assert [add_on(leg, eve) for leg in (at, far)] == pytest.approx([4.0, 2.0])
    assert [add_on(leg, day) for leg in (at, far)] == pytest.approx([8.0, 4.0])


PRODUCTS = {  # at the money, and far out of it: unconfirmed (a broker's page, general knowledge)
    "currency": (4.0, 0.75),
    "interest_rate": (10.0, 5.0),
    "treasury_bill": (0.35, 0.05),
    "treasury_note": (3.0, 0.5),
    "treasury_bond": (3.5, 0.5),
}


@pytest.mark.parametrize(("product", "on_top"), PRODUCTS.items())
def test_products_with_rates_of_their_own(
    product: str,
    on_top: tuple[float, float],
    underlying: Callable[..., Underlying],
    option: Callable[..., OptionLeg],
    rules: StrategyRules,
) -> None:
    on = underlying(100.0, Class.INDEX_NARROW, symbol=product)
    at, far = option("short call", 100, 1.0, on), option("short call", 200, 0.1, on)
    assert [add_on(leg, rules) for leg in (at, far)] == pytest.approx(on_top)


def test_maintenance_of_a_put_is_no_more_than_its_strike(
    underlying: Callable[..., Underlying], option: Callable[..., OptionLeg], rules: StrategyRules
) -> None:
    put = option("short put", 20, 19.20, underlying(1.0))
    assert 100 * uncovered(put, INITIAL, rules) == pytest.approx(2_120)
    assert 100 * uncovered(put, MAINTENANCE, rules) == pytest.approx(2_000)
    strict = strategy_rules(date(2026, 1, 15), "custom", {"short_put_cap": False})
    assert 100 * uncovered(put, MAINTENANCE, strict) == pytest.approx(2_120)
    below = option("short put", 20, 17.90, underlying(1.0))
    assert 100 * uncovered(below, MAINTENANCE, rules) == pytest.approx(1_990)


@pytest.mark.parametrize(("strike", "on_top"), [(20, 2.5), (24, 2.5), (26, 2.6)])
def test_a_house_may_ask_a_least_amount(
    strike: int,
    on_top: float,
    underlying: Callable[..., Underlying],
    option: Callable[..., OptionLeg],
) -> None:
    house = strategy_rules(date(2026, 1, 15), "custom", {"uncovered_minimum": 2.5})
    put = option("short put", strike, 0.5, underlying(40.0))
    assert add_on(put, house) == pytest.approx(on_top)


def test_what_settled_at_the_open_is_owed_and_no_more(
    underlying: Callable[..., Underlying], option: Callable[..., OptionLeg], rules: StrategyRules
) -> None:
    leg = replace(option("short call", 100, 50.0, underlying(150.0)), settled=True)
    assert uncovered(leg, MAINTENANCE, rules) == 50.0


def test_straddle(
    underlying: Callable[..., Underlying], option: Callable[..., OptionLeg], rules: StrategyRules
) -> None:
    on = underlying(433.35, Class.INDEX_BROAD)
    call, put = option("short call", 435, 5.5, on), option("short put", 435, 7.2, on)
    assert 100 * straddle(put, call, INITIAL, rules) == pytest.approx(7_770.25)


def test_maintenance_of_a_straddle_caps_its_put(
    underlying: Callable[..., Underlying], option: Callable[..., OptionLeg], rules: StrategyRules
) -> None:
    on = underlying(1.0)
    put, call = option("short put", 20, 19.20, on), option("short call", 25, 0.01, on)
    assert 100 * straddle(put, call, INITIAL, rules) == pytest.approx(2_121)
    assert 100 * straddle(put, call, MAINTENANCE, rules) == pytest.approx(2_001)


def test_a_tied_straddle_asks_the_lesser(
    underlying: Callable[..., Underlying], option: Callable[..., OptionLeg], rules: StrategyRules
) -> None:
    on = underlying(100.0)
    put, call = option("short put", 90, 3.0, on), option("short call", 110, 2.0, on)
    assert uncovered(put, INITIAL, rules) == pytest.approx(13.0)  # 3 + 10
    assert uncovered(call, INITIAL, rules) == pytest.approx(12.0)  # 2 + 10
    assert straddle(put, call, INITIAL, rules) == pytest.approx(15.0)
    even = option("short call", 110, 3.0, on)
    assert straddle(put, even, INITIAL, rules) == pytest.approx(16.0)
    cheaper = option("short call", 109, 2.0, on)  # 2 + 20 - 9: the 13 of the put
    assert straddle(put, cheaper, INITIAL, rules) == pytest.approx(13.0 + 2.0)


def test_a_straddle_across_two_scales_counts_both_sides_by_the_full_index(
    underlying: Callable[..., Underlying], option: Callable[..., OptionLeg], rules: StrategyRules
) -> None:
    full = underlying(4_000.0, Class.INDEX_BROAD)
    tenth = underlying(400.0, Class.INDEX_BROAD, symbol="XYT", index_scale=0.1)
    call, put = option("short call", 4_100, 45.0, full), option("short put", 390, 5.0, tenth)
    # 45 + 600 - 100 of the call; ten times 5 + 60 - 10 of the put, which is more
    assert 100 * straddle(put, call, INITIAL, rules) == pytest.approx(55_000 + 4_500)


@given(word=words, strike=prices, spot=prices, value=prices, underlying_class=classes)
def test_never_below_the_minimum(
    word: str,
    strike: float,
    spot: float,
    value: float,
    underlying_class: Class,
    underlying: Callable[..., Underlying],
    option: Callable[..., OptionLeg],
    rules: StrategyRules,
) -> None:
    leg = option(word, strike, value, underlying(spot, underlying_class))
    least_of = spot if word == "short call" else strike
    assert uncovered(leg, INITIAL, rules) >= value + 0.10 * least_of * (1 - 1e-12)
    assert uncovered(leg, MAINTENANCE, rules) <= uncovered(leg, INITIAL, rules)


@given(strike=prices, low=prices, high=prices)
def test_what_a_call_asks_never_falls_as_the_underlying_rises(
    strike: float,
    low: float,
    high: float,
    underlying: Callable[..., Underlying],
    option: Callable[..., OptionLeg],
    rules: StrategyRules,
) -> None:
    low, high = sorted((low, high))
    found = [add_on(option("short call", strike, 1.0, underlying(s)), rules) for s in (low, high)]
    assert found[0] <= found[1] + 1e-9


@given(word=words, strike=prices, spot=prices, value=prices, times=st.floats(0.1, 50))
def test_scales_with_money(
    word: str,
    strike: float,
    spot: float,
    value: float,
    times: float,
    underlying: Callable[..., Underlying],
    option: Callable[..., OptionLeg],
    rules: StrategyRules,
) -> None:
    one = option(word, strike, value, underlying(spot))
    many = option(word, times * strike, times * value, underlying(times * spot))
    for kind in RequirementKind:
        expected = times * uncovered(one, kind, rules)
        assert uncovered(many, kind, rules) == pytest.approx(expected)


@given(put=prices, call=prices, spot=prices, values=st.tuples(prices, prices))
def test_a_straddle_lies_between_one_side_and_both(
    put: float,
    call: float,
    spot: float,
    values: tuple[float, float],
    underlying: Callable[..., Underlying],
    option: Callable[..., OptionLeg],
    rules: StrategyRules,
) -> None:
    on = underlying(spot)
    legs = option("short put", put, values[0], on), option("short call", call, values[1], on)
    sides = [uncovered(leg, INITIAL, rules) for leg in legs]
    found = straddle(*legs, INITIAL, rules)
    assert max(sides) <= found <= sum(sides)
