"""Houses and settings may raise what strategies are asked; open readings are theirs to choose."""

from contextlib import suppress
from datetime import date
from itertools import product

import pytest

from xlmargin.errors import RulebookError
from xlmargin.rulebook import (
    StrategyRules,
    house_names,
    overridable_names,
    portfolio_rules,
    strategy_rules,
)
from xlmargin.rulebook import UnderlyingClass as Class
from xlmargin.rulebook.sections import ValueInForce, parameters
from xlmargin.rulebook.values_in_force import raised

TODAY = date(2026, 11, 20)


@pytest.mark.parametrize(
    ("name", "in_force", "raising", "lowering"),
    [
        ("long_stock_initial_rate", 0.50, 0.60, 0.49),
        ("short_stock_initial_rate", 0.50, 0.51, 0.30),
        ("long_stock_maintenance_rate", 0.25, 0.30, 0.24),
        ("short_stock_maintenance_rate", 0.30, 0.40, 0.29),
        ("short_stock_minimum", 5.0, 6.0, 4.99),
        ("low_priced_short_minimum", 2.5, 3.0, 2.49),
        ("underlying_rate_stock", 0.20, 0.25, 0.19),
        ("underlying_rate_index_broad", 0.15, 0.20, 0.10),
        ("minimum_rate_stock", 0.10, 0.15, 0.09),
        ("product_underlying_rate_vxst", 0.40, 0.50, 0.20),
        ("uncovered_minimum", 0, 2.5, None),
        ("long_option_rate_stock", 0.75, 1.00, 0.50),
        ("long_option_months", 9, 12, 3),
        ("short_put_cap", 1, 0, None),
        ("leveraged_long_cap", 1, 0, None),
        ("leveraged_short_cap", 0, None, 1),
        ("same_expiry_only", 0, 1, None),
        ("all_shorts_before_nearest_long", 0, 1, None),
        ("european_calendar_spreads", 1, 0, None),
        ("european_box_rate", 0.50, 1.0, 0.25),
        ("hedge_rate", 0.10, 0.15, 0.05),
        ("hedged_short_at_strike", 0, 1, None),
        ("long_hedge_may_expire_later", 1, 0, None),
    ],
)
def test_overrides_raise_on_one_side_only(
    name: str, in_force: float, raising: float | None, lowering: float | None
) -> None:
    assert name in overridable_names()
    plain = strategy_rules(TODAY).citations[name]
    assert strategy_rules(TODAY, "custom", {name: in_force}).citations[name] == plain
    if raising is not None:
        found = strategy_rules(TODAY, "custom", {name: raising})
        assert found.citations[name] == f"{plain}; raised by a setting"
    if lowering is not None:
        for rules in (strategy_rules, portfolio_rules):
            with pytest.raises(RulebookError, match=f"{name}: found .* may only be raised"):
                rules(TODAY, "custom", {name: lowering})


@pytest.mark.parametrize(
    ("name", "stands"), [("convertible_relief", False), ("leveraged_index_option_factor", True)]
)
def test_an_open_reading_may_be_chosen_either_way(name: str, stands: bool) -> None:
    plain = strategy_rules(TODAY).citations[name]
    same = strategy_rules(TODAY, "custom", {name: stands})
    other = strategy_rules(TODAY, "custom", {name: not stands})
    assert same.citations[name] == plain
    assert other.citations[name] == f"{plain}; chosen by a setting"
    with pytest.raises(RulebookError, match="true or false"):
        strategy_rules(TODAY, "custom", {name: 0.5})


def test_an_override_is_what_the_rules_then_say() -> None:
    rules = strategy_rules(
        TODAY,
        "custom",
        {"Underlying Rate Stock": 0.25, "same-expiry-only": True, "convertible_relief": 1},
    )
    assert rules.short_options.underlying_rate[Class.STOCK] == 0.25
    assert rules.short_options.underlying_rate[Class.ETF_NARROW] == 0.20
    assert rules.spreads.same_expiry_only is True
    assert rules.reg_t_stock.convertible_relief is True


def test_what_may_not_be_overridden() -> None:
    for name in ("nonmarginable_rate", "general_spread_rule", "cash_secured_put_rate"):
        assert name not in overridable_names()
        with pytest.raises(RulebookError, match="override: found"):
            strategy_rules(TODAY, "custom", {name: 1})
    with pytest.raises(RulebookError, match="wanted its class: underlying_rate_stock"):
        strategy_rules(TODAY, "custom", {"underlying rate": 0.3})


def test_settings_of_the_other_regime_are_left_to_it() -> None:
    settings = {"contract_minimum": 0.50, "hedge_rate": 0.20}
    assert strategy_rules(TODAY, "custom", settings).hedged_stock.hedge_rate == 0.20
    assert portfolio_rules(TODAY, "custom", settings).contract_minimums.contract_minimum == 0.50


@pytest.mark.parametrize("house", house_names())
def test_every_house_has_strategy_rules(house: str) -> None:
    plain, found = strategy_rules(TODAY), strategy_rules(TODAY, house)
    assert found.house == house
    assert found.stock.long_stock_maintenance_rate >= plain.stock.long_stock_maintenance_rate
    for underlying_class in Class:
        least = plain.short_options.underlying_rate[underlying_class]
        assert found.short_options.underlying_rate[underlying_class] >= least


def test_no_override_ever_lowers_a_rate() -> None:
    rule = strategy_rules(TODAY)
    for name, value in product(overridable_names(), (0.0, 0.3, 1.0)):
        with suppress(RulebookError):
            assert_no_lower_rates(strategy_rules(TODAY, "custom", {name: value}), rule)


def assert_no_lower_rates(found: StrategyRules, rule: StrategyRules) -> None:
    assert found.reg_t_stock.long_stock_initial_rate >= rule.reg_t_stock.long_stock_initial_rate
    assert found.stock.short_stock_minimum >= rule.stock.short_stock_minimum
    assert found.hedged_stock.hedge_rate >= rule.hedged_stock.hedge_rate
    assert found.spreads.european_box_rate >= rule.spreads.european_box_rate
    for underlying_class in Class:
        for rates in ("underlying_rate", "minimum_rate"):
            after = getattr(found.short_options, rates)[underlying_class]
            assert after >= getattr(rule.short_options, rates)[underlying_class]


def test_a_house_that_would_lower_is_refused_by_name() -> None:
    in_force = ValueInForce(0.20, "FINRA 4210(f)(2)(E)(i) (CBM)", "")
    with pytest.raises(RulebookError, match=r"underlying_rate_stock: found 0\.1 \(Mild Broker\)"):
        raised(parameters()["underlying_rate"], "stock", in_force, 0.10, "Mild Broker")
