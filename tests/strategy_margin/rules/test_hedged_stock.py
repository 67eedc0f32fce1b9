"""Stock with options: the reference's table by hand; dollars a share unless a comment says so."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xlmargin.market import Underlying
from xlmargin.rulebook import StrategyRules, strategy_rules
from xlmargin.rulebook import UnderlyingClass as Class
from xlmargin.strategy_margin.rules.hedged_stock import (
    collar,
    conversion,
    covered_call,
    covered_put,
    fund_shares_needed,
    index_call_covered_by_fund,
    may_cover_index_call,
    may_hedge,
    may_join,
    protective_call,
    protective_put,
    reverse_conversion,
)
from xlmargin.strategy_margin.rules.kinds import RequirementKind
from xlmargin.strategy_margin.rules.options import OptionLeg
from xlmargin.strategy_margin.rules.stock import StockLeg, long_stock, short_stock

INITIAL, DEPOSIT, MAINTENANCE = RequirementKind
TODAY = date(2026, 1, 15)
LONG_LIVED = date(2027, 1, 15)
prices = st.floats(0.5, 1_000)


@pytest.mark.parametrize(
    ("spot", "initial", "maintenance"),
    [
        (120.0, 60.0, 45.0),  # 25% of 100, and 20 above the strike
        (100.0, 50.0, 25.0),
        (80.0, 40.0, 20.0),
    ],
)
def test_covered_call(
    spot: float,
    initial: float,
    maintenance: float,
    underlying: Callable[..., Underlying],
    option: Callable[..., OptionLeg],
    shares: Callable[..., StockLeg],
    rules: StrategyRules,
) -> None:
    on = underlying(spot)
    stock, call = shares(on, spot), option("short call", 100, 5.0, on)
    assert covered_call(stock, call, INITIAL, rules) == pytest.approx(initial)
    assert covered_call(stock, call, MAINTENANCE, rules) == pytest.approx(maintenance)


def test_a_covered_call_leaves_the_excess_that_capped_equity_would(
    underlying: Callable[..., Underlying],
    option: Callable[..., OptionLeg],
    shares: Callable[..., StockLeg],
    rules: StrategyRules,
) -> None:
    on = underlying(120.0)
    required = covered_call(
        shares(on, 120.0), option("short call", 100, 25.0, on), MAINTENANCE, rules
    )
    assert 100 * (120.0 - required) == pytest.approx(7_500)


@pytest.mark.parametrize(
    ("spot", "initial", "maintenance"),
    [
        (50.0, 75.0, 15.0),  # 150%; 30%
        (45.0, 67.5 + 5.0, 13.5 + 5.0),  # 5 in the money
        (4.0, 8.0 + 46.0, 4.0 + 46.0),
    ],
)
def test_covered_put(
    spot: float,
    initial: float,
    maintenance: float,
    underlying: Callable[..., Underlying],
    option: Callable[..., OptionLeg],
    shares: Callable[..., StockLeg],
    rules: StrategyRules,
) -> None:
    on = underlying(spot)
    stock, put = shares(on, spot, -100), option("short put", 50, 3.0, on)
    assert covered_put(stock, put, INITIAL, rules) == pytest.approx(initial)
    assert covered_put(stock, put, MAINTENANCE, rules) == pytest.approx(maintenance)


@pytest.mark.parametrize(
    ("strike", "maintenance"),
    [
        (100.0, 10.0),  # 10% of the strike
        (95.0, 14.5),  # 9.50, and 5 out of the money
        (84.0, 24.4),
        (83.0, 25.0),  # 25.30 is more than 25% of the stock
        (110.0, 11.0),
    ],
)
def test_protective_put(
    strike: float,
    maintenance: float,
    underlying: Callable[..., Underlying],
    option: Callable[..., OptionLeg],
    shares: Callable[..., StockLeg],
    rules: StrategyRules,
) -> None:
    on = underlying(100.0)
    stock, put = shares(on, 100.0), option("long put", strike, 2.0, on)
    assert protective_put(stock, put, INITIAL, rules) == pytest.approx(52.0)
    assert protective_put(stock, put, MAINTENANCE, rules) == pytest.approx(maintenance)


def test_a_protective_put_on_a_leveraged_fund_is_capped_at_its_own_rate(
    underlying: Callable[..., Underlying],
    option: Callable[..., OptionLeg],
    shares: Callable[..., StockLeg],
    rules: StrategyRules,
) -> None:
    fund = underlying(100.0, Class.ETF_BROAD, leverage=3.0)
    put = option("long put", 50, 2.0, fund)
    assert protective_put(shares(fund, 100.0), put, MAINTENANCE, rules) == pytest.approx(55.0)
    far = option("long put", 20, 2.0, fund)  # 2 + 80 is more than 75%
    assert protective_put(shares(fund, 100.0), far, MAINTENANCE, rules) == pytest.approx(75.0)


def test_the_put_of_a_hedge_has_no_loan_value(
    underlying: Callable[..., Underlying],
    option: Callable[..., OptionLeg],
    shares: Callable[..., StockLeg],
    rules: StrategyRules,
) -> None:
    on = underlying(100.0)
    put = option("long put", 100, 8.0, on, LONG_LIVED)
    stock = shares(on, 100.0)
    assert protective_put(stock, put, INITIAL, rules) == pytest.approx(58.0)
    # in the equity at 8: asked in full, so that it adds nothing
    assert protective_put(stock, put, MAINTENANCE, rules) == pytest.approx(18.0)


def test_long_options_of_other_hedges_have_no_loan_value_either(
    underlying: Callable[..., Underlying],
    option: Callable[..., OptionLeg],
    shares: Callable[..., StockLeg],
    rules: StrategyRules,
) -> None:
    on = underlying(100.0)
    put, call = (option(w, 100, 8.0, on, LONG_LIVED) for w in ("long put", "long call"))
    short_call, short_put = (
        option(word, 100, 8.0, on, LONG_LIVED) for word in ("short call", "short put")
    )
    long, short = shares(on, 100.0), shares(on, 100.0, -100)
    # 10% of the strike, and the 8 at which the equity counts the long option
    assert conversion(long, put, short_call, MAINTENANCE, rules) == pytest.approx(18.0)
    assert collar(long, put, short_call, MAINTENANCE, rules) == pytest.approx(18.0)
    assert protective_call(short, call, MAINTENANCE, rules) == pytest.approx(18.0)
    assert reverse_conversion(short, call, short_put, MAINTENANCE, rules) == pytest.approx(18.0)


@pytest.mark.parametrize(
    ("strike", "on_top"),
    [
        (45.0, 9.5),  # 4.50, and 5 out of the money
        (40.0, 4.0),
        (35.0, 3.5),
        (47.0, 11.7),
        (48.0, 12.0),  # 12.80 is more than 30% of the stock
    ],
)
def test_protective_call(
    strike: float,
    on_top: float,
    underlying: Callable[..., Underlying],
    option: Callable[..., OptionLeg],
    shares: Callable[..., StockLeg],
    rules: StrategyRules,
) -> None:
    on = underlying(40.0)
    stock, call = shares(on, 40.0, -100), option("long call", strike, 2.0, on)
    assert protective_call(stock, call, INITIAL, rules) == pytest.approx(62.0)
    assert protective_call(stock, call, MAINTENANCE, rules) == pytest.approx(on_top)


def test_the_manner_of_the_samples(
    underlying: Callable[..., Underlying],
    option: Callable[..., OptionLeg],
    shares: Callable[..., StockLeg],
    rules: StrategyRules,
) -> None:
    on = underlying(40.0)
    stock, call = shares(on, 40.0, -100), option("long call", 45.0, 2.0, on)
    samples = strategy_rules(TODAY, "custom", {"hedged_short_at_strike": True})
    with_value = [
        100 * (40.0 + protective_call(stock, call, MAINTENANCE, r)) for r in (rules, samples)
    ]
    assert with_value == pytest.approx([4_950, 5_450])


def test_the_deposit_in_the_manner_of_the_samples_is_no_less_than_their_maintenance(
    underlying: Callable[..., Underlying],
    option: Callable[..., OptionLeg],
    shares: Callable[..., StockLeg],
) -> None:
    # short at 10, at first 10 and 5; afterwards the 20 of the strike and 5, and the call is paid
    on = underlying(10.0)
    stock, call = shares(on, 10.0, -100), option("long call", 20.0, 0.5, on)
    samples = strategy_rules(TODAY, "custom", {"hedged_short_at_strike": True})
    assert protective_call(stock, call, INITIAL, samples) == pytest.approx(15.5)
    assert protective_call(stock, call, DEPOSIT, samples) == pytest.approx(25.5)


@pytest.mark.parametrize("strike", [40.0, 35.0])
def test_the_manner_of_the_samples_asks_all_of_the_value(
    strike: float,
    underlying: Callable[..., Underlying],
    option: Callable[..., OptionLeg],
    shares: Callable[..., StockLeg],
) -> None:
    # 10% of the strike, and always 100% of the market value, never less by the strike
    on = underlying(40.0)
    samples = strategy_rules(TODAY, "custom", {"hedged_short_at_strike": True})
    call = option("long call", strike, 6.0, on)
    found = protective_call(shares(on, 40.0, -100), call, MAINTENANCE, samples)
    assert found == pytest.approx(0.10 * strike)


def test_relief_for_convertible_positions(
    underlying: Callable[..., Underlying],
    option: Callable[..., OptionLeg],
    shares: Callable[..., StockLeg],
    rules: StrategyRules,
) -> None:
    on = underlying(40.0)
    relief = strategy_rules(TODAY, "custom", {"convertible_relief": True})
    stock = shares(on, 40.0, -100)
    at, above = option("long call", 40.0, 2.0, on), option("long call", 40.5, 2.0, on)
    put = option("short put", 40.0, 2.0, on)
    assert protective_call(stock, at, INITIAL, relief) == pytest.approx(46.0)  # 40 + 4 + 2
    assert protective_call(stock, above, INITIAL, relief) == pytest.approx(62.0)
    assert reverse_conversion(stock, at, put, INITIAL, relief) == pytest.approx(46.0)
    assert reverse_conversion(stock, at, put, INITIAL, rules) == pytest.approx(62.0)


@pytest.mark.parametrize(("spot", "maintenance"), [(95.0, 10.0), (100.0, 10.0), (112.0, 22.0)])
def test_conversion(
    spot: float,
    maintenance: float,
    underlying: Callable[..., Underlying],
    option: Callable[..., OptionLeg],
    shares: Callable[..., StockLeg],
    rules: StrategyRules,
) -> None:
    on = underlying(spot)
    legs = shares(on, spot), option("long put", 100, 4.0, on), option("short call", 100, 5.0, on)
    assert conversion(*legs, INITIAL, rules) == pytest.approx(spot / 2 + 4.0)
    assert conversion(*legs, MAINTENANCE, rules) == pytest.approx(maintenance)


@pytest.mark.parametrize(("spot", "maintenance"), [(105.0, 10.0), (100.0, 10.0), (88.0, 22.0)])
def test_reverse_conversion(
    spot: float,
    maintenance: float,
    underlying: Callable[..., Underlying],
    option: Callable[..., OptionLeg],
    shares: Callable[..., StockLeg],
    rules: StrategyRules,
) -> None:
    on = underlying(spot)
    stock = shares(on, spot, -100)
    legs = stock, option("long call", 100, 4.0, on), option("short put", 100, 5.0, on)
    in_the_money = max(100.0 - spot, 0.0)
    assert reverse_conversion(*legs, INITIAL, rules) == pytest.approx(
        1.5 * spot + in_the_money + 4.0
    )
    assert reverse_conversion(*legs, MAINTENANCE, rules) == pytest.approx(maintenance)


def test_what_covers_a_call_in_the_money_is_put_up_at_the_strike(
    underlying: Callable[..., Underlying],
    option: Callable[..., OptionLeg],
    shares: Callable[..., StockLeg],
    rules: StrategyRules,
) -> None:
    on = underlying(120.0)
    stock, call = shares(on, 120.0), option("short call", 60, 61.0, on)
    put, low = option("long put", 60, 0.5, on), option("long put", 50, 0.2, on)
    assert covered_call(stock, call, INITIAL, rules) == pytest.approx(60.0)
    assert covered_call(stock, call, DEPOSIT, rules) == pytest.approx(90.0)  # 30 and 60
    assert conversion(stock, put, call, INITIAL, rules) == pytest.approx(60.5)
    assert conversion(stock, put, call, DEPOSIT, rules) == pytest.approx(90.5)
    assert collar(stock, low, call, INITIAL, rules) == pytest.approx(60.2)
    assert collar(stock, low, call, DEPOSIT, rules) == pytest.approx(90.2)


def test_no_deposit_is_less_than_maintenance(
    underlying: Callable[..., Underlying],
    option: Callable[..., OptionLeg],
    shares: Callable[..., StockLeg],
    rules: StrategyRules,
) -> None:
    """At strikes far above the price, where 10% of the strike is more than Reg T asks."""
    on = underlying(10.0)
    put, call = option("long put", 60, 50.0, on), option("short call", 60, 0.1, on)
    assert conversion(shares(on, 10.0), put, call, INITIAL, rules) == pytest.approx(55.0)
    assert conversion(shares(on, 10.0), put, call, DEPOSIT, rules) == pytest.approx(56.0)
    long, short = option("long call", 60, 0.1, on), option("short put", 60, 50.0, on)
    legs = (shares(on, 10.0, -100), long, short)
    assert reverse_conversion(*legs, INITIAL, rules) == pytest.approx(10 + 5 + 50 + 0.1)
    assert reverse_conversion(*legs, DEPOSIT, rules) == pytest.approx(10 + 6 + 50 + 0.1)


@pytest.mark.parametrize(
    ("spot", "maintenance"),
    [
        (90.0, 9.5),  # 10% of 95
        (100.0, 14.5),  # and 5 out of the money
        (112.0, 26.5 + 2.0),  # 9.50 + 17; 2 above the call's strike
        (120.0, 27.5 + 10.0),  # 34.50 is more than 25% of 110
    ],
)
def test_collar(
    spot: float,
    maintenance: float,
    underlying: Callable[..., Underlying],
    option: Callable[..., OptionLeg],
    shares: Callable[..., StockLeg],
    rules: StrategyRules,
) -> None:
    on = underlying(spot)
    legs = shares(on, spot), option("long put", 95, 2.0, on), option("short call", 110, 1.0, on)
    assert collar(*legs, INITIAL, rules) == pytest.approx(spot / 2 + 2.0)
    assert collar(*legs, MAINTENANCE, rules) == pytest.approx(maintenance)


def test_an_index_call_covered_by_a_fund(
    underlying: Callable[..., Underlying],
    option: Callable[..., OptionLeg],
    shares: Callable[..., StockLeg],
    rules: StrategyRules,
) -> None:
    index = underlying(6_000.0, Class.INDEX_HIGH_CAP, symbol="SPX", class_group="SPX")
    fund = underlying(600.0, Class.ETF_BROAD, symbol="SPY", class_group="SPX")
    call = option("short call", 5_900, 150.0, index, american=False)
    assert may_cover_index_call(fund, index)
    assert fund_shares_needed(fund, call) == pytest.approx(1_000)
    held = shares(fund, 600.0, 1_000)
    assert index_call_covered_by_fund(held, call, INITIAL, rules) == pytest.approx(300.0)
    # the strike is 590 a share: 25% of it, and 10 above it
    assert index_call_covered_by_fund(held, call, MAINTENANCE, rules) == pytest.approx(157.5)


@pytest.mark.parametrize(
    "changes",
    [
        {"leverage": 2.0},
        {"leverage": -1.0},
        {"underlying_class": Class.ETN},
        {"underlying_class": Class.STOCK},
        {"class_group": "NDX"},
    ],
)
def test_what_may_not_cover_an_index_call(
    changes: dict[str, Any], underlying: Callable[..., Underlying]
) -> None:
    index = underlying(6_000.0, Class.INDEX_HIGH_CAP, symbol="SPX")
    given_ = {"symbol": "SPY", "class_group": "SPX", **changes}
    fund = underlying(600.0, given_.pop("underlying_class", Class.ETF_BROAD), **given_)
    assert not may_cover_index_call(fund, index)


def test_what_may_hedge(
    underlying: Callable[..., Underlying], option: Callable[..., OptionLeg], rules: StrategyRules
) -> None:
    on = underlying(100.0)
    april, may = date(2026, 4, 17), date(2026, 5, 15)
    short = option("short call", 100, 1.0, on, april)
    assert may_hedge(option("long put", 100, 1.0, on))
    assert not may_hedge(option("long put", 100, 1.0, on, american=False))
    assert may_join(option("long put", 100, 1.0, on, april), short, rules)
    later = option("long put", 100, 1.0, on, may)
    assert may_join(later, short, rules)
    assert not may_join(option("long put", 100, 1.0, on, date(2026, 3, 20)), short, rules)
    strict = strategy_rules(TODAY, "custom", {"long_hedge_may_expire_later": False})
    assert not may_join(later, short, strict)
    assert not may_join(option("long put", 100, 1.0, on, april, american=False), short, rules)


@given(spot=prices, strike=prices)
def test_a_protected_lot_asks_no_more_than_one_alone(
    spot: float,
    strike: float,
    underlying: Callable[..., Underlying],
    option: Callable[..., OptionLeg],
    shares: Callable[..., StockLeg],
    rules: StrategyRules,
) -> None:
    on = underlying(spot)
    long, short = shares(on, spot), shares(on, spot, -100)
    put, call = option("long put", strike, 1.0, on), option("long call", strike, 1.0, on)
    assert protective_put(long, put, MAINTENANCE, rules) <= long_stock(on, spot, MAINTENANCE, rules)
    assert protective_call(short, call, MAINTENANCE, rules) <= short_stock(
        on, spot, MAINTENANCE, rules
    )


@given(spot=prices, strike=prices)
def test_the_excess_of_a_covered_call_never_grows_above_the_strike(
    spot: float,
    strike: float,
    underlying: Callable[..., Underlying],
    option: Callable[..., OptionLeg],
    shares: Callable[..., StockLeg],
    rules: StrategyRules,
) -> None:
    on = underlying(spot)
    call = option("short call", strike, 1.0, on)
    excess = spot - covered_call(shares(on, spot), call, MAINTENANCE, rules)
    assert excess == pytest.approx(0.75 * min(spot, strike))


@given(spot=prices, strike=prices, times=st.floats(1.0, 50))
def test_hedges_of_stock_that_is_not_low_priced_scale_with_money(
    spot: float,
    strike: float,
    times: float,
    underlying: Callable[..., Underlying],
    option: Callable[..., OptionLeg],
    shares: Callable[..., StockLeg],
    rules: StrategyRules,
) -> None:
    def required(by: float) -> list[float]:
        on = underlying(by * spot)
        put = option("long put", by * strike, by, on)
        call = option("short call", by * strike, by, on)
        return [
            conversion(shares(on, by * spot), put, call, kind, rules) for kind in RequirementKind
        ] + [covered_call(shares(on, by * spot), call, kind, rules) for kind in RequirementKind]

    assert required(times) == pytest.approx([times * amount for amount in required(1.0)])
