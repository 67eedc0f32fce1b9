"""Long options on both sides of nine calendar months."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from xlmargin.dates import months_ahead
from xlmargin.market import Underlying
from xlmargin.rulebook import StrategyRules, strategy_rules
from xlmargin.rulebook import UnderlyingClass as Class
from xlmargin.strategy_margin.rules.kinds import RequirementKind
from xlmargin.strategy_margin.rules.options import (
    OptionLeg,
    has_loan_value,
    long_option,
    paid_in_full,
)

INITIAL, DEPOSIT, MAINTENANCE = RequirementKind
TODAY = date(2026, 1, 15)
SHORT_LIVED, LONG_LIVED = date(2026, 10, 15), date(2026, 10, 16)


@pytest.mark.parametrize(
    ("expires", "initial", "maintenance"), [(SHORT_LIVED, 12.0, 0.0), (LONG_LIVED, 9.0, 9.0)]
)
def test_loan_value_begins_past_nine_months(
    expires: date,
    initial: float,
    maintenance: float,
    underlying: Callable[..., Underlying],
    option: Callable[..., OptionLeg],
    rules: StrategyRules,
) -> None:
    call = option("long call", 80, 12.0, underlying(78.0), expires)
    assert long_option(call, INITIAL, TODAY, rules) == pytest.approx(initial)
    assert long_option(call, MAINTENANCE, TODAY, rules) == pytest.approx(maintenance)


@pytest.mark.parametrize(
    ("expires", "initial", "maintenance"), [(SHORT_LIVED, 12.0, 0.0), (LONG_LIVED, 12.0, 12.0)]
)
def test_no_loan_value_in_a_hedge_or_spread(
    expires: date,
    initial: float,
    maintenance: float,
    underlying: Callable[..., Underlying],
    option: Callable[..., OptionLeg],
    rules: StrategyRules,
) -> None:
    call = option("long call", 80, 12.0, underlying(78.0), expires)
    assert paid_in_full(call, INITIAL, TODAY, rules) == initial
    assert paid_in_full(call, MAINTENANCE, TODAY, rules) == maintenance


@pytest.mark.parametrize("underlying_class", Class)
def test_every_class_of_stock_and_index_alone(
    underlying_class: Class,
    underlying: Callable[..., Underlying],
    option: Callable[..., OptionLeg],
    rules: StrategyRules,
) -> None:
    put = option("long put", 80, 12.0, underlying(78.0, underlying_class), LONG_LIVED)
    other = underlying_class in (Class.ETN, Class.MONEY_MARKET, Class.TREASURY)
    assert has_loan_value(put, TODAY, rules) is not other
    assert long_option(put, INITIAL, TODAY, rules) == pytest.approx(12.0 if other else 9.0)
    assert long_option(put, MAINTENANCE, TODAY, rules) == pytest.approx(0.0 if other else 9.0)


@pytest.mark.parametrize(
    ("day", "ahead"),
    [
        (date(2026, 1, 15), date(2026, 10, 15)),
        (date(2026, 4, 1), date(2027, 1, 1)),
        (date(2026, 3, 31), date(2026, 12, 31)),
        (date(2026, 5, 31), date(2027, 2, 28)),
        (date(2027, 5, 31), date(2028, 2, 29)),
        (date(2026, 12, 31), date(2027, 9, 30)),
    ],
)
def test_nine_months_by_the_calendar(day: date, ahead: date) -> None:
    assert months_ahead(day, 9) == ahead


def test_a_house_may_lend_nothing(
    underlying: Callable[..., Underlying], option: Callable[..., OptionLeg]
) -> None:
    strict = strategy_rules(TODAY, "custom", {"long_option_rate_stock": 1.0})
    call = option("long call", 80, 12.0, underlying(78.0), LONG_LIVED)
    assert long_option(call, INITIAL, TODAY, strict) == 12.0
    assert long_option(call, MAINTENANCE, TODAY, strict) == 0.0
