"""Every number of the rule sets, written by hand from its source, on both sides of each date."""

from datetime import date
from pathlib import Path

import pytest

from xlmargin import rulebook
from xlmargin.errors import RulebookError
from xlmargin.rulebook import UnderlyingClass as Class
from xlmargin.rulebook import look_up, portfolio_rules, rule_set_dates, strategy_rules

TODAY = date(2026, 11, 20)
APPROVAL = date(2006, 12, 18)  # CBOE-2006: 71 FR 75781
EXAMPLES = date(2007, 2, 23)  # CBOE-2007: closes of the published table
LEVERAGED = date(2009, 12, 1)  # RN 09-53
UNCONFIRMED = "(unconfirmed: check against the rule text)"

RANGES = {  # up, down
    Class.STOCK: (0.15, 0.15),  # SEC-431
    Class.ETF_BROAD: (0.15, 0.15),  # FINRA-FAQ: equity fund
    Class.ETF_NARROW: (0.15, 0.15),  # FINRA-FAQ
    Class.ETN: (0.15, 0.15),  # FINRA-FAQ
    Class.ETF_EXEMPT: (0.15, 0.15),  # until OCC's list of bond funds is seen
    Class.MONEY_MARKET: (0.15, 0.15),  # never read: outside the array
    Class.TREASURY: (0.15, 0.15),  # never read: outside the array
    Class.INDEX_HIGH_CAP: (0.06, 0.08),  # SEC-431
    Class.INDEX_BROAD: (0.10, 0.10),  # SEC-431
    Class.INDEX_NARROW: (0.15, 0.15),  # TMI
    Class.VOL_INDEX: (0.20, 0.20),  # RG14-058, weak
}
PRODUCT_GROUP_OFFSETS = {  # 15c3-1a, unconfirmed; single stocks: OCC-DISC
    Class.STOCK: 0.0,
    Class.ETF_BROAD: 0.75,
    Class.ETF_NARROW: 0.90,
    Class.ETN: 0.0,
    Class.ETF_EXEMPT: 0.0,
    Class.MONEY_MARKET: 0.0,
    Class.TREASURY: 0.0,
    Class.INDEX_HIGH_CAP: 0.90,
    Class.INDEX_BROAD: 0.75,
    Class.INDEX_NARROW: 0.90,
    Class.VOL_INDEX: 0.0,
}
# SCHWAB: -15/+15 broad indexes. TASTY: equity +-20; broad -15/+10 calm, -20/+15 stressed.
# IBKR: a user's +30/-25 for a single stock.
EQUITY_20 = dict.fromkeys(
    (Class.STOCK, Class.ETF_NARROW, Class.ETF_EXEMPT, Class.ETN, Class.INDEX_NARROW), (0.20, 0.20)
)
BROAD = (Class.INDEX_HIGH_CAP, Class.INDEX_BROAD)
HOUSE_RANGES = {
    "schwab": dict.fromkeys(BROAD, (0.15, 0.15)),
    "tastytrade_calm": EQUITY_20 | dict.fromkeys(BROAD, (0.10, 0.15)),
    "tastytrade_stressed": EQUITY_20
    | dict.fromkeys(BROAD, (0.15, 0.20))
    | {Class.ETF_BROAD: (0.15, 0.20)},
    "ibkr_like": {Class.STOCK: (0.30, 0.25)},
    "rule": {},
    "custom": {},
}
SHORT_OPTION_MINIMUM = {"tastytrade_calm": 0.005, "tastytrade_stressed": 0.005}  # TASTY


def test_every_class_has_its_expected_values_here() -> None:
    assert RANGES.keys() == set(Class)
    assert PRODUCT_GROUP_OFFSETS.keys() == set(Class)


@pytest.mark.parametrize(("underlying_class", "expected"), RANGES.items())
def test_ranges(underlying_class: Class, expected: tuple[float, float]) -> None:
    found = portfolio_rules(TODAY).ranges[underlying_class]
    assert (found.up, found.down) == expected
    assert found.rule


def test_everything_else_in_the_rule() -> None:
    rules = portfolio_rules(TODAY)
    assert rules.valuation_points.valuation_points_per_side == 5  # TMI
    assert rules.contract_minimums.contract_minimum == 0.375  # FIDELITY-PM
    assert (
        rules.contract_minimums.long_contract_minimum_cap is True
    )  # reference to 15c3-1a, unconfirmed
    assert rules.contract_minimums.short_option_minimum == 0  # no such charge in the rule
    assert rules.valuation_points.leverage_multiplies_range is True  # RN 09-53
    assert dict(rules.aggregation.product_group_offset) == PRODUCT_GROUP_OFFSETS
    assert rules.aggregation.portfolio_group_offset == 0  # (g)(8)(C); else OCC's own file


@pytest.mark.parametrize("house", HOUSE_RANGES)
@pytest.mark.parametrize("underlying_class", Class)
def test_house_ranges(house: str, underlying_class: Class) -> None:
    rules = portfolio_rules(TODAY, house)
    expected = HOUSE_RANGES[house].get(underlying_class, RANGES[underlying_class])
    found = rules.house_ranges[underlying_class]
    assert (found.up, found.down) == expected
    assert rules.ranges == portfolio_rules(TODAY).ranges
    assert rules.contract_minimums.short_option_minimum == SHORT_OPTION_MINIMUM.get(house, 0)


def test_nothing_before_the_approval() -> None:
    eve = date(2006, 12, 17)
    with pytest.raises(RulebookError, match=r"no value on 2006-12-17: .* from 2006-12-18"):
        portfolio_rules(eve)
    for name in ("contract_minimum", "valuation_range_up", "product group offset"):
        with pytest.raises(RulebookError, match=r"no value on 2006-12-17: .* from 2006-12-18"):
            look_up(name, eve)
    assert portfolio_rules(APPROVAL).contract_minimums.contract_minimum == 0.375


def test_the_published_examples_of_2007_can_be_computed() -> None:
    rules = portfolio_rules(EXAMPLES)
    assert (rules.ranges[Class.STOCK].up, rules.ranges[Class.STOCK].down) == (0.15, 0.15)
    high_cap = rules.ranges[Class.INDEX_HIGH_CAP]
    assert (high_cap.up, high_cap.down) == (0.06, 0.08)
    assert rules.contract_minimums.contract_minimum == 0.375
    assert rules.valuation_points.valuation_points_per_side == 5


def test_volatility_indexes_have_the_range_of_their_filing_on_any_day() -> None:
    for day in (APPROVAL, date(2014, 6, 30), TODAY):
        found = portfolio_rules(day).ranges[Class.VOL_INDEX]
        assert (found.up, found.down) == (0.20, 0.20)
        assert UNCONFIRMED in found.remark
    assert set(portfolio_rules(APPROVAL).ranges) == set(Class)


def test_what_is_carried_beside_portfolio_margin() -> None:
    before = portfolio_rules(date(2019, 8, 15)).eligible_products
    after = portfolio_rules(date(2019, 8, 16)).eligible_products
    assert (before.notes_eligible, after.notes_eligible) == (True, False)  # RN 19-21
    assert (after.nonmargin_long_rate, after.nonmargin_short_rate) == (1.00, 0.50)  # (g)(7)(E)
    assert "19-21" in portfolio_rules(TODAY).citations["notes_eligible"]


def test_leverage_multiplies_the_range_from_the_notice_on() -> None:
    assert portfolio_rules(date(2009, 11, 30)).valuation_points.leverage_multiplies_range is False
    assert UNCONFIRMED in portfolio_rules(date(2009, 11, 30)).remarks["leverage_multiplies_range"]
    assert portfolio_rules(LEVERAGED).valuation_points.leverage_multiplies_range is True


@pytest.mark.parametrize(
    "name",
    [
        "product_group_offset_index_high_cap",
        "product_group_offset_index_broad",
        "product_group_offset_index_narrow",
        "valuation_range_up_vol_index",
        "valuation_range_down_vol_index",
    ],
)
def test_what_is_unconfirmed_says_so(name: str) -> None:
    (regulation, *_) = look_up(name, TODAY)
    assert UNCONFIRMED in regulation.remark
    assert UNCONFIRMED in portfolio_rules(TODAY).remarks[name]


@pytest.mark.parametrize(
    ("name", "citation"),
    [
        ("valuation_points", "FINRA 4210(g)(2)"),
        ("valuation_points_per_side", "FINRA 4210(g)(2)"),
        ("contract_minimum", "FINRA 4210(g)(7)"),
        ("short_option_minimum", "FINRA 4210(g)(7)"),
        ("aggregation", "FINRA 4210(g)(8); Cboe 10.4"),
        ("portfolio_group_offset", "FINRA 4210(g)(8)"),
        ("product_group_offset_index_broad", "17 CFR 240.15c3-1a(b)(1)(iv)(B)"),
        ("product_group_offset", "17 CFR 240.15c3-1a(b)(1)(iv)(B)"),
        ("leverage_multiplies_range", "09-53"),
    ],
)
def test_citations(name: str, citation: str) -> None:
    assert citation in portfolio_rules(TODAY).citations[name]


def test_a_raised_value_cites_rule_and_house() -> None:
    rules = portfolio_rules(TODAY, "schwab")
    assert rules.house_ranges[Class.INDEX_HIGH_CAP].rule == (
        "FINRA 4210(g)(2) (SEC-431); raised by Schwab house requirement (SCHWAB)"
    )
    assert rules.house_ranges[Class.STOCK] == rules.ranges[Class.STOCK]
    assert "SCHWAB" in rules.citations["house"]
    assert "without notice" in rules.remarks["house"]


def test_rule_set_dates() -> None:
    dates = {r.rule: r for r in rule_set_dates()}
    assert dates["FINRA 4210(g)(2)"].effective == LEVERAGED
    assert dates["FINRA 4210(g)(7)"].effective == APPROVAL
    assert dates["Schwab house requirement"].effective == TODAY  # its equity; ranges of 2024
    assert all(r.checked >= TODAY and r.title for r in dates.values())
    assert len(dates) == len(list(Path(rulebook.__file__).parent.glob("*/*.toml")))


def test_a_setting_gives_a_value_that_a_rule_does_not_have_yet() -> None:
    before, name = date(2013, 6, 3), "product_underlying_rate_vxst"
    assert "vxst" not in strategy_rules(before).short_options.product_underlying_rate
    stated = strategy_rules(before, overrides={name: 0.45})
    assert stated.short_options.product_underlying_rate["vxst"] == 0.45
    assert stated.citations[name] == "a setting"
    with pytest.raises(RulebookError, match="product_underlying_rate_vxst: found -1"):
        strategy_rules(before, overrides={name: -1.0})
