"""Spreads: the reference's table of maximum losses by hand, what is a spread and what is not."""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.strategy_margin.spread_definition import is_balanced, is_outlived, is_spread
from xlmargin.contracts import InstrumentKind as Kind
from xlmargin.market import Underlying
from xlmargin.rulebook import StrategyRules, strategy_rules
from xlmargin.rulebook import UnderlyingClass as Class
from xlmargin.strategy_margin.rules.kinds import RequirementKind
from xlmargin.strategy_margin.rules.options import OptionLeg
from xlmargin.strategy_margin.rules.spreads import (
    box_value,
    long_european_box,
    maximum_loss,
    spread,
    uncovered_shorts,
    value_at,
)

INITIAL, DEPOSIT, MAINTENANCE = RequirementKind
MARCH, APRIL, MAY = date(2026, 3, 20), date(2026, 4, 17), date(2026, 5, 15)

LOSSES = {  # (contracts, kind, strike) ...: loss of a unit each
    "long call vertical": ("+1 call 90, -1 call 100", 0),
    "long put vertical": ("+1 put 100, -1 put 90", 0),
    "short call vertical": ("-1 call 90, +1 call 100", 10),
    "short put vertical": ("-1 put 100, +1 put 90", 10),
    "long butterfly": ("+1 call 90, -2 call 100, +1 call 110", 0),
    "long butterfly, broken wing": ("+1 call 90, -2 call 100, +1 call 125", 15),
    "long put butterfly, broken wing": ("+1 put 110, -2 put 100, +1 put 75", 15),
    "short butterfly": ("-1 call 90, +2 call 100, -1 call 110", 10),
    "long condor": ("+1 put 80, -1 put 90, -1 put 100, +1 put 110", 0),
    "short condor": ("-1 put 80, +1 put 90, +1 put 100, -1 put 110", 10),
    "short iron condor": ("+1 put 80, -1 put 85, -1 call 100, +1 call 115", 15),
    "short iron butterfly": ("+1 put 90, -1 put 100, -1 call 100, +1 call 110", 10),
    "long iron butterfly": ("-1 put 90, +1 put 100, +1 call 100, -1 call 110", 0),
    "iron condor, twice as many puts": ("+2 put 80, -2 put 85, -1 call 100, +1 call 115", 15),
    "iron condor, thrice as many puts": ("+6 put 80, -6 put 85, -1 call 100, +1 call 115", 30),
    "long box": ("+1 call 90, -1 put 90, +1 put 110, -1 call 110", 0),
    "short box": ("-1 call 90, +1 put 90, -1 put 110, +1 call 110", 20),
    "five legs, free only as one": ("+2 put 95, -1 put 80, -1 put 100, +1 call 85, -1 call 115", 0),
    "more calls short than long": ("+1 call 90, -2 call 100", math.inf),
    "a short put alone loses at zero": ("-1 put 40", 40),
    "a long put too many": ("+2 put 90, -1 put 100", 10),
}


def legs_of(
    text: str, option: Callable[..., Any], on: Underlying, **more: Any
) -> tuple[list[OptionLeg], list[float]]:
    """Legs and their units from text such as "+1 call 90, -2 call 100"."""
    legs, units = [], []
    for part in text.split(", "):
        contracts, kind, strike = part.split()
        side = "long" if contracts[0] == "+" else "short"
        legs.append(option(f"{side} {kind}", float(strike), 1.0, on, **more))
        units.append(float(contracts))
    return legs, units


@pytest.mark.parametrize(("text", "loss"), LOSSES.values(), ids=LOSSES.keys())
def test_maximum_loss(
    text: str, loss: float, underlying: Callable[..., Underlying], option: Callable[..., OptionLeg]
) -> None:
    legs, units = legs_of(text, option, underlying(100.0))
    assert maximum_loss(legs, units) == pytest.approx(loss)
    assert maximum_loss(legs, [300 * u for u in units]) == pytest.approx(300 * loss)


def test_a_wide_spread_is_asked_what_its_short_option_is_uncovered(
    underlying: Callable[..., Underlying], option: Callable[..., OptionLeg], rules: StrategyRules
) -> None:
    on = underlying(150.0)
    legs = [option("short put", 100, 1.0, on), option("long put", 20, 0.05, on)]
    units = [-100.0, 100.0]
    assert maximum_loss(legs, units) == pytest.approx(8_000)
    assert uncovered_shorts(legs, units, INITIAL, rules) == pytest.approx(1_100)
    assert spread(legs, units, INITIAL, rules) == pytest.approx(1_100)
    narrow = [legs[0], option("long put", 90, 0.5, on)]
    assert spread(narrow, units, INITIAL, rules) == pytest.approx(1_000)


def test_ten_of_a_tenth_against_one_of_the_full_index(
    underlying: Callable[..., Underlying], option: Callable[..., OptionLeg], rules: StrategyRules
) -> None:
    full = underlying(6_000.0, Class.INDEX_HIGH_CAP, symbol="SPX")
    tenth = underlying(600.0, Class.INDEX_HIGH_CAP, symbol="XSP", index_scale=0.1)
    short = option("short put", 5_900, 50.0, full, american=False)
    long = option("long put", 580, 4.0, tenth, american=False)
    assert long.index_strike == pytest.approx(5_800)
    assert long.units_per_contract == pytest.approx(10)
    legs, units = [short, long], [-100.0, 100.0]  # one contract, ten contracts
    assert is_spread(legs, units, rules)
    assert maximum_loss(legs, units) == pytest.approx(10_000)
    assert not is_spread(legs, [-100.0, 90.0], rules)
    back = [option("short put", 590, 5.0, tenth), option("long put", 5_800, 40.0, full)]
    # 100 units of the full index are 1,000 of the tenth: 5 + 15% of 600 - 10
    assert uncovered_shorts(back, units, INITIAL, rules) == pytest.approx(85_000)


def test_a_call_spread_of_a_tenth_loses_the_same_as_one_of_the_full_index(
    underlying: Callable[..., Underlying], option: Callable[..., OptionLeg]
) -> None:
    full = underlying(6_000.0, Class.INDEX_HIGH_CAP, symbol="SPX")
    tenth = underlying(600.0, Class.INDEX_HIGH_CAP, symbol="XSP", index_scale=0.1)
    legs = [option("short call", 5_800, 300.0, full), option("long call", 590, 20.0, tenth)]
    assert maximum_loss(legs, [-100.0, 100.0]) == pytest.approx(10_000)
    assert value_at(5_850, legs, [-100.0, 100.0]) == pytest.approx(-5_000)


def test_the_shorts_of_a_spread_are_capped_at_their_strikes_in_maintenance(
    underlying: Callable[..., Underlying], option: Callable[..., OptionLeg], rules: StrategyRules
) -> None:
    on = underlying(1.0)
    legs = [
        option("short put", 20, 19.20, on),  # 2,120 by the formula, no more than 2,000
        option("long put", 19, 18.20, on),
        option("short call", 25, 0.01, on),  # 10% of 1, and 0.01
        option("long call", 125, 0.01, on),
    ]
    units = [-100.0, 100.0, -100.0, 100.0]
    assert maximum_loss(legs, units) == pytest.approx(10_000)
    for required in (uncovered_shorts, spread):
        assert required(legs, units, INITIAL, rules) == pytest.approx(2_120 + 11)
        assert required(legs, units, MAINTENANCE, rules) == pytest.approx(2_000 + 11)


def test_half_a_unit_is_asked_half(
    underlying: Callable[..., Underlying], option: Callable[..., OptionLeg], rules: StrategyRules
) -> None:
    on = underlying(100.0)
    legs = [option("short call", 100, 3.0, on), option("long call", 200, 0.1, on)]
    assert uncovered_shorts(legs, [-0.5, 0.5], INITIAL, rules) == pytest.approx(11.5)
    assert is_spread(legs, [-0.5, 0.5], rules)


@pytest.mark.parametrize("units", [[-100.0], [-100.0, 100.0, 100.0]])
def test_no_leg_is_dropped_for_want_of_units(
    units: list[float],
    underlying: Callable[..., Underlying],
    option: Callable[..., OptionLeg],
    rules: StrategyRules,
) -> None:
    on = underlying(100.0)
    legs = [option("short call", 100, 3.0, on), option("long call", 105, 1.0, on)]
    strict = strategy_rules(date(2026, 1, 15), "custom", {"all_shorts_before_nearest_long": True})
    for required in (
        lambda: maximum_loss(legs, units),
        lambda: value_at(110.0, legs, units),
        lambda: uncovered_shorts(legs, units, INITIAL, rules),
        lambda: is_balanced(legs, units, Kind.CALL),
        lambda: is_outlived(legs, units, Kind.CALL, rules),
        lambda: is_outlived(legs, units, Kind.CALL, strict),
    ):
        with pytest.raises(ValueError, match="zip"):
            required()


SPREADS = {  # legs with expirations: a spread by the pair-wise reading
    "calendar, long later": ((("+1 call 70", APRIL), ("-1 call 70", MARCH)), True),
    "calendar, same day": ((("+1 call 70", APRIL), ("-1 call 75", APRIL)), True),
    "calendar, long first": ((("+1 call 70", MARCH), ("-1 call 70", APRIL)), False),
    "call beside put": ((("+1 call 70", APRIL), ("-1 put 70", APRIL)), False),
    "ratio": ((("+1 call 70", APRIL), ("-2 call 75", APRIL)), False),
    "a long too many": ((("+2 call 70", APRIL), ("-1 call 75", APRIL)), False),
    "a long put too many": (
        (("+1 call 70", APRIL), ("-1 call 75", APRIL), ("+2 put 70", APRIL), ("-1 put 75", APRIL)),
        False,
    ),
    "a short of May beside a long of April": (
        (
            ("+1 call 70", APRIL),
            ("-1 call 75", APRIL),
            ("-1 call 80", MAY),
            ("+1 call 85", MAY),
        ),
        True,
    ),
    "jelly roll": (
        (("-1 call 70", MARCH), ("+1 put 70", MARCH), ("+1 call 70", APRIL), ("-1 put 70", APRIL)),
        False,
    ),
}


def dated(
    parts: tuple[tuple[str, date], ...],
    option: Callable[..., Any],
    on: Underlying,
    american: bool = True,
) -> tuple[list[OptionLeg], list[float]]:
    legs, units = [], []
    for text, day in parts:
        (leg,), (unit,) = legs_of(text, option, on, expires=day, american=american)
        legs.append(leg)
        units.append(unit)
    return legs, units


@pytest.mark.parametrize(("parts", "expected"), SPREADS.values(), ids=SPREADS.keys())
def test_what_is_a_spread(
    parts: tuple[tuple[str, date], ...],
    expected: bool,
    underlying: Callable[..., Underlying],
    option: Callable[..., OptionLeg],
    rules: StrategyRules,
) -> None:
    assert is_spread(*dated(parts, option, underlying(75.0)), rules) is expected


@pytest.mark.parametrize("reading", ["same_expiry_only", "all_shorts_before_nearest_long"])
def test_stricter_readings(
    reading: str, underlying: Callable[..., Underlying], option: Callable[..., OptionLeg]
) -> None:
    strict = strategy_rules(date(2026, 1, 15), "custom", {reading: True})
    found = {
        name: is_spread(*dated(parts, option, underlying(75.0)), strict)
        for name, (parts, _) in SPREADS.items()
    }
    assert found["calendar, same day"]
    assert not found["a short of May beside a long of April"]
    assert found["calendar, long later"] is (reading != "same_expiry_only")


def test_shorts_that_outnumber_their_longs_are_not_outlived(
    underlying: Callable[..., Underlying], option: Callable[..., OptionLeg], rules: StrategyRules
) -> None:
    on = underlying(75.0)
    legs, units = legs_of("+1 call 70, -2 call 75", option, on)
    assert not is_outlived(legs, units, Kind.CALL, rules)
    assert is_outlived(legs, units, Kind.PUT, rules)


def test_the_stricter_reading_looks_at_halves_of_units_too(
    underlying: Callable[..., Underlying], option: Callable[..., OptionLeg]
) -> None:
    strict = strategy_rules(date(2026, 1, 15), "custom", {"all_shorts_before_nearest_long": True})
    parts = (("+1 call 70", APRIL), ("-2 call 75", APRIL), ("+1 call 80", MAY))
    legs, units = dated(parts, option, underlying(75.0))
    assert is_spread(legs, units, strict)
    assert is_spread(legs, [u / 2 for u in units], strict)


def test_styles(
    underlying: Callable[..., Underlying], option: Callable[..., OptionLeg], rules: StrategyRules
) -> None:
    on = underlying(75.0, Class.INDEX_BROAD)
    mixed = [
        option("long call", 70, 1.0, on, american=True),
        option("short call", 75, 1.0, on, american=False),
    ]
    assert not is_spread(mixed, [1.0, -1.0], rules)
    calendar, _ = SPREADS["calendar, long later"]
    european = dated(calendar, option, on, american=False)
    assert is_spread(*european, rules)
    strict = strategy_rules(date(2026, 1, 15), "custom", {"european_calendar_spreads": False})
    assert not is_spread(*european, strict)
    assert is_spread(*dated(calendar, option, on), strict)


def test_the_general_rule_by_date() -> None:
    assert not strategy_rules(date(2012, 8, 28)).spreads.general_spread_rule
    assert strategy_rules(date(2012, 8, 29)).spreads.general_spread_rule


def test_a_long_european_box(rules: StrategyRules) -> None:
    assert 100 * long_european_box(100.0, 110.0, rules) == pytest.approx(500)
    assert 100 * box_value(100.0, 110.0) == pytest.approx(1_000)


strikes = st.integers(1, 200).map(float)
holdings = st.lists(
    st.tuples(st.sampled_from(["call", "put"]), strikes, st.integers(-5, 5)), min_size=1, max_size=8
)


def held(
    parts: list[tuple[str, float, int]], option: Callable[..., OptionLeg], on: Underlying
) -> tuple[list[OptionLeg], list[float]]:
    legs = [
        option(f"{'long' if n > 0 else 'short'} {kind}", strike, 1.0, on)
        for kind, strike, n in parts
    ]
    return legs, [float(n) for *_, n in parts]


@given(parts=holdings, spots=st.lists(st.floats(0, 1_000), min_size=1, max_size=20))
def test_no_price_loses_more_than_the_worst_strike(
    parts: list[tuple[str, float, int]],
    spots: list[float],
    underlying: Callable[..., Underlying],
    option: Callable[..., OptionLeg],
) -> None:
    legs, units = held(parts, option, underlying(100.0))
    worst = maximum_loss(legs, units)
    assert all(-value_at(spot, legs, units) <= worst + 1e-6 for spot in spots)


@given(one=holdings, other=holdings)
def test_merging_never_loses_more(
    one: list[tuple[str, float, int]],
    other: list[tuple[str, float, int]],
    underlying: Callable[..., Underlying],
    option: Callable[..., OptionLeg],
) -> None:
    on = underlying(100.0)
    (legs, units), (more, more_units) = held(one, option, on), held(other, option, on)
    apart = maximum_loss(legs, units) + maximum_loss(more, more_units)
    assert maximum_loss(legs + more, units + more_units) <= apart + 1e-6


@given(parts=holdings, times=st.integers(1, 500))
def test_maximum_loss_scales(
    parts: list[tuple[str, float, int]],
    times: int,
    underlying: Callable[..., Underlying],
    option: Callable[..., OptionLeg],
) -> None:
    legs, units = held(parts, option, underlying(100.0))
    expected = times * maximum_loss(legs, units)
    assert maximum_loss(legs, [times * u for u in units]) == pytest.approx(expected)
