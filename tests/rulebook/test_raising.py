"""Houses and settings may raise the requirement and never lower it."""

from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest

from xlmargin.errors import RulebookError
from xlmargin.rulebook import (
    PortfolioRules,
    house_names,
    overridable_names,
    parameter_names,
    portfolio_rules,
)
from xlmargin.rulebook import UnderlyingClass as Class
from xlmargin.rulebook.sections import ValueInForce, parameters
from xlmargin.rulebook.values_in_force import raised

ROOT = Path(__file__).parents[2]
TODAY = date(2026, 11, 20)
DATES = [date(2006, 12, 18), date(2009, 12, 1), date(2014, 7, 1), date(2024, 12, 1), TODAY]


def test_the_houses() -> None:
    assert house_names()[0] == "rule"
    assert house_names()[-1] == "custom"
    own = {path.stem for path in (ROOT / "xlmargin" / "rulebook" / "house").glob("*.toml")}
    assert {"schwab", "tastytrade_calm", "tastytrade_stressed", "ibkr_like", "fidelity"} <= own
    assert sorted(house_names()) == sorted({"rule", *own, "custom"})


def assert_no_lower(found: PortfolioRules, rule: PortfolioRules) -> None:
    """Nothing that is required by the one is less than by the other."""
    minimums, least = found.contract_minimums, rule.contract_minimums
    assert minimums.contract_minimum >= least.contract_minimum
    assert minimums.short_option_minimum >= least.short_option_minimum
    assert minimums.long_contract_minimum_cap <= least.long_contract_minimum_cap
    assert (
        found.valuation_points.leverage_multiplies_range
        >= rule.valuation_points.leverage_multiplies_range
    )
    for underlying_class, own in rule.ranges.items():
        assert found.house_ranges[underlying_class].up >= own.up
        assert found.house_ranges[underlying_class].down >= own.down
        assert (
            found.aggregation.product_group_offset[underlying_class]
            <= rule.aggregation.product_group_offset[underlying_class]
        )
    assert found.aggregation.portfolio_group_offset <= rule.aggregation.portfolio_group_offset


@pytest.mark.parametrize("house", house_names())
@pytest.mark.parametrize("as_of", DATES)
def test_a_house_only_raises_whatever_the_date(house: str, as_of: date) -> None:
    assert_no_lower(portfolio_rules(as_of, house), portfolio_rules(as_of))


def test_the_rule_alone_has_no_ranges_of_a_house() -> None:
    for house in ("rule", "custom"):
        rules = portfolio_rules(TODAY, house)
        assert rules.house_ranges == rules.ranges


def test_a_house_before_its_first_entry_says_that_it_is_assumed() -> None:
    before = portfolio_rules(date(2015, 1, 2), "schwab")
    assert before.house_ranges[Class.INDEX_HIGH_CAP].up == 0.15
    assert "assumed for earlier dates" in before.house_ranges[Class.INDEX_HIGH_CAP].remark
    on_the_day = portfolio_rules(date(2024, 12, 1), "schwab")
    assert "assumed" not in on_the_day.house_ranges[Class.INDEX_HIGH_CAP].remark


def test_houses_are_spelled_in_any_way_and_unknown_ones_refused() -> None:
    assert portfolio_rules(TODAY, " Tastytrade-Calm ").house == "tastytrade_calm"
    with pytest.raises(RulebookError, match="found 'schwap', wanted schwab"):
        portfolio_rules(TODAY, "schwap")


@pytest.mark.parametrize(
    ("name", "in_force", "raising", "lowering"),
    [
        ("valuation_range_up_stock", 0.15, 0.16, 0.14),
        ("valuation_range_down_index_high_cap", 0.08, 0.081, 0.079),
        ("leverage_multiplies_range", 1, 1, 0),
        ("contract_minimum", 0.375, 0.376, 0.374),
        ("long_contract_minimum_cap", 1, 0, None),
        ("short_option_minimum", 0, 0.001, None),
        ("product_group_offset_index_high_cap", 0.90, 0.89, 0.91),
    ],
)
def test_overrides_raise_on_one_side_only(
    name: str, in_force: float, raising: float, lowering: float | None
) -> None:
    plain = portfolio_rules(TODAY)
    same = portfolio_rules(TODAY, "custom", {name: in_force})
    assert same.citations[name] == plain.citations[name]
    if raising != in_force:
        assert (
            portfolio_rules(TODAY, "custom", {name: raising})
            .citations[name]
            .endswith("raised by a setting")
        )
    if lowering is not None:
        with pytest.raises(RulebookError, match=rf"{name}: found {lowering} .*wanted .* or") as e:
            portfolio_rules(TODAY, "custom", {name: lowering})
        assert "raised above" in str(e.value)


def test_an_override_is_what_the_rules_then_say() -> None:
    rules = portfolio_rules(
        TODAY,
        "custom",
        {
            "Valuation Range Up Stock": 0.25,
            "contract-minimum": 0.50,
            "long_contract_minimum_cap": False,
            "product_group_offset_index_broad": 0.5,
            "portfolio_group_offset": 0.5,
            "short_option_minimum": 0.01,
        },
    )
    assert rules.house_ranges[Class.STOCK].up == 0.25
    assert rules.house_ranges[Class.STOCK].down == 0.15
    assert rules.ranges[Class.STOCK].up == 0.15
    assert rules.contract_minimums.contract_minimum == 0.50
    assert rules.contract_minimums.long_contract_minimum_cap is False
    assert rules.aggregation.product_group_offset[Class.INDEX_BROAD] == 0.5
    assert rules.aggregation.portfolio_group_offset == 0.5
    assert rules.contract_minimums.short_option_minimum == 0.01


def test_leverage_may_be_asked_for_before_the_notice() -> None:
    early = portfolio_rules(date(2008, 1, 2), "custom", {"leverage_multiplies_range": 1})
    assert early.valuation_points.leverage_multiplies_range is True


def test_an_override_may_not_go_below_the_house() -> None:
    with pytest.raises(RulebookError, match=r"0\.12 .*wanted 0\.15 or more.*Schwab"):
        portfolio_rules(TODAY, "schwab", {"valuation_range_up_index_high_cap": 0.12})
    with pytest.raises(RulebookError, match=r"wanted 0\.005 or more"):
        portfolio_rules(TODAY, "tastytrade_calm", {"short_option_minimum": 0.004})


@pytest.mark.parametrize("value", [float("nan"), float("inf"), -1.0, 1.5])
def test_an_override_out_of_its_unit_is_refused(value: float) -> None:
    with pytest.raises(RulebookError, match="a fraction, 0 to 1"):
        portfolio_rules(TODAY, "custom", {"valuation_range_up_stock": value})


def test_a_switch_is_on_or_off() -> None:
    with pytest.raises(RulebookError, match="true or false"):
        portfolio_rules(TODAY, "custom", {"long_contract_minimum_cap": 0.5})


def test_what_may_be_overridden() -> None:
    assert "contract_minimum" in overridable_names()
    assert "valuation_range_up_stock" in overridable_names()
    assert "valuation_points_per_side" not in overridable_names()
    assert "valuation_range_up" not in overridable_names()
    assert "rate" not in overridable_names()
    assert len(set(overridable_names())) == len(overridable_names())
    with pytest.raises(RulebookError, match="wanted its class: valuation_range_up_stock"):
        portfolio_rules(TODAY, "custom", {"valuation range up": 0.3})
    with pytest.raises(RulebookError, match="wanted contract_minimum"):
        portfolio_rules(TODAY, "custom", {"contract_minimun": 0.5})
    assert "contract_minimum" in parameter_names()


@pytest.mark.parametrize("as_of", DATES)
def test_no_override_lowers_but_the_one_that_only_a_setting_gives(as_of: date) -> None:
    # 4210(g)(8)(C): between product groups nothing offsets but what the user's report states
    rule = portfolio_rules(as_of)
    for name in set(overridable_names()) - {"portfolio_group_offset"}:
        for value in (0.0, 0.3, 1.0):
            with suppress(RulebookError):
                assert_no_lower(portfolio_rules(as_of, "custom", {name: value}), rule)


def test_a_house_that_would_lower_is_refused_by_name() -> None:
    in_force = ValueInForce(0.15, "FINRA 4210(g)(2) (SEC-431)", "")
    with pytest.raises(
        RulebookError,
        match=r"valuation_range_up_stock: found 0\.1 \(Mild Broker\), wanted 0\.15 or more.*4210",
    ):
        raised(parameters()["valuation_range_up"], "stock", in_force, 0.10, "Mild Broker")
