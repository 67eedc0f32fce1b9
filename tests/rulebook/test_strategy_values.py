"""Every number of strategy-based margin, by hand from its source, on both sides of each date."""

from datetime import date

import pytest

from xlmargin.errors import RulebookError
from xlmargin.rulebook import UnderlyingClass as Class
from xlmargin.rulebook import look_up, parameter_names, portfolio_rules, strategy_rules
from xlmargin.rulebook.sections import (
    CashAccount,
    RegTStock,
    StrategyHedgedStock,
    StrategySpreads,
    StrategyStock,
)

TODAY = date(2026, 11, 20)
FIRST = date(2006, 12, 18)
UNCONFIRMED = "(unconfirmed: check against the rule text)"
BROAD = {Class.ETF_BROAD, Class.INDEX_HIGH_CAP, Class.INDEX_BROAD}


def test_stock() -> None:
    assert strategy_rules(TODAY).reg_t_stock == RegTStock(
        long_stock_initial_rate=0.50,  # 220.12(a)
        short_stock_initial_rate=0.50,  # 220.12(c)(1): 150%
        nonmarginable_rate=1.00,  # 220.12(e)
        convertible_relief=False,  # 220.12(c)(2), a reading
    )
    assert strategy_rules(TODAY).stock == StrategyStock(
        long_stock_maintenance_rate=0.25,  # 4210(c)(1)
        short_stock_maintenance_rate=0.30,  # 4210(c)(3)
        short_stock_minimum=5.00,
        low_price=5.00,
        low_priced_short_rate=1.00,  # 4210(c)(2)
        low_priced_short_minimum=2.50,
        note_long_rate=0.25,  # RN 19-21
        note_short_rate=0.30,
        against_the_box_rate=0.05,  # 4210(e)(1)
        leveraged_fund_factor=True,  # RN 09-53, INT (c)/13
        leveraged_long_cap=True,
        leveraged_short_cap=False,
    )


def test_long_options() -> None:
    found = strategy_rules(TODAY).long_options
    assert found.long_option_months == 9
    none = (Class.ETN, Class.MONEY_MARKET, Class.TREASURY)
    assert dict(found.long_option_rate) == {c: 1.00 if c in none else 0.75 for c in Class}


def test_short_options() -> None:
    found = strategy_rules(TODAY).short_options
    assert dict(found.underlying_rate) == {c: 0.15 if c in BROAD else 0.20 for c in Class}
    assert dict(found.minimum_rate) == dict.fromkeys(Class, 0.10)
    assert found.product_underlying_rate == {
        "currency": 0.04,
        "interest_rate": 0.10,
        "treasury_bill": 0.0035,
        "treasury_note": 0.03,
        "treasury_bond": 0.035,
        "vxst": 0.40,
    }
    assert found.product_minimum_rate == {
        "currency": 0.0075,
        "interest_rate": 0.05,
        "treasury_bill": 0.0005,
        "treasury_note": 0.005,
        "treasury_bond": 0.005,
        "vxst": 0.20,
    }
    assert found.uncovered_minimum == 0  # no such amount in the rule
    assert found.leveraged_option_factor
    assert found.leveraged_index_option_factor
    assert found.short_put_cap


def test_spreads_hedges_and_cash_accounts() -> None:
    rules = strategy_rules(TODAY)
    assert rules.spreads == StrategySpreads(
        general_spread_rule=True,
        same_expiry_only=False,
        all_shorts_before_nearest_long=False,
        european_calendar_spreads=True,
        european_box_rate=0.50,
    )
    assert rules.hedged_stock == StrategyHedgedStock(
        hedge_rate=0.10,
        hedged_short_at_strike=False,
        partial_cover=False,  # INT (f)(2)(F)(ii)/04, a choice
        long_hedge_may_expire_later=True,
    )
    assert rules.cash_account == CashAccount(cash_payment_rate=1.00, cash_secured_put_rate=1.00)


@pytest.mark.parametrize(
    ("name", "day", "before", "after"),
    [
        ("leveraged_fund_factor", date(2009, 12, 1), 0, 1),  # RN 09-53
        ("leveraged_option_factor", date(2010, 4, 30), 0, 1),  # RN 09-65
        ("leveraged_short_cap", date(2019, 8, 16), 1, 0),  # RN 19-21
        ("note_long_rate", date(2019, 8, 16), 0.20, 0.25),
        ("note_short_rate", date(2019, 8, 16), 0.20, 0.30),
        ("general_spread_rule", date(2012, 8, 29), 0, 1),  # RN 12-44
    ],
)
def test_by_date(name: str, day: date, before: float, after: float) -> None:
    eve = date.fromordinal(day.toordinal() - 1)
    assert [row.value for row in look_up(name, eve)] == [before]
    assert [row.value for row in look_up(name, day)] == [after]


def test_a_product_has_no_rate_of_its_own_before_its_circular() -> None:
    assert "vxst" not in strategy_rules(date(2014, 4, 8)).short_options.product_underlying_rate
    assert strategy_rules(date(2014, 4, 9)).short_options.product_underlying_rate["vxst"] == 0.40
    with pytest.raises(RulebookError, match=r"product_minimum_rate_vxst .* from 2014-04-09"):
        look_up("product minimum rate vxst", date(2014, 4, 8))


def test_nothing_before_the_first_day() -> None:
    assert strategy_rules(FIRST).reg_t_stock.long_stock_initial_rate == 0.50
    with pytest.raises(RulebookError, match=r"no value on 2006-12-17: .* from 2006-12-18"):
        strategy_rules(date(2006, 12, 17))


NAMES = (
    "long_stock_initial_rate",
    "short_stock_initial_rate",
    "nonmarginable_rate",
    "convertible_relief",
    "cash_payment_rate",
    "cash_secured_put_rate",
    "long_stock_maintenance_rate",
    "short_stock_maintenance_rate",
    "short_stock_minimum",
    "low_price",
    "low_priced_short_rate",
    "low_priced_short_minimum",
    "against_the_box_rate",
    "leveraged_fund_factor",
    "leveraged_long_cap",
    "leveraged_short_cap",
    "long_option_rate",
    "long_option_months",
    "underlying_rate",
    "minimum_rate",
    "product_underlying_rate",
    "product_minimum_rate",
    "uncovered_minimum",
    "leveraged_option_factor",
    "leveraged_index_option_factor",
    "short_put_cap",
    "general_spread_rule",
    "same_expiry_only",
    "all_shorts_before_nearest_long",
    "european_calendar_spreads",
    "european_box_rate",
    "hedge_rate",
    "hedged_short_at_strike",
    "long_hedge_may_expire_later",
)


def test_every_parameter_is_found_by_name_and_cited() -> None:
    assert set(NAMES) <= set(parameter_names())
    citations = strategy_rules(TODAY).citations
    for name in NAMES:
        assert all(row.rule and row.href and row.states for row in look_up(name, TODAY))
        assert "4210" in citations[name] or "220." in citations[name]


@pytest.mark.parametrize(
    ("name", "citation"),
    [
        ("long_stock_initial_rate", "12 CFR 220.12(a) (REG-T)"),
        ("long_stock_maintenance_rate", "FINRA 4210(c)(1) (CBM)"),
        ("underlying_rate_stock", "FINRA 4210(f)(2)(E)(i) (CBM)"),
        ("product_underlying_rate_vxst", "Cboe RG14-058 (RG14-058)"),
        ("long_option_rate_stock", "FINRA 4210(f)(2)(D) (CBM)"),
        ("same_expiry_only", "FINRA 4210(f)(2)(A)(xxxii), (H)(i) (CBM)"),
        ("european_box_rate", "FINRA 4210(f)(2)(H)(v)e (CBM)"),
        ("hedge_rate", "FINRA 4210(f)(2)(H)(v) (CBM)"),
    ],
)
def test_citations(name: str, citation: str) -> None:
    assert strategy_rules(TODAY).citations[name] == citation


@pytest.mark.parametrize(
    "name",
    [
        "treasury_rate_first",
        "treasury_years_second",
        "leveraged_index_option_factor",
        "product_underlying_rate_currency",
        "product_underlying_rate_interest_rate",
        "product_underlying_rate_treasury_bill",
        "product_minimum_rate_treasury_bond",
    ],
)
def test_what_is_unconfirmed_says_so(name: str) -> None:
    assert UNCONFIRMED in strategy_rules(TODAY).remarks[name]
    assert UNCONFIRMED in look_up(name, TODAY)[0].remark


@pytest.mark.parametrize(
    "name",
    [
        "nonmarginable_rate",
        "against_the_box_rate",
        "short_put_cap",
        "long_hedge_may_expire_later",
    ],
)
def test_what_was_read_is_marked_no_more(name: str) -> None:
    assert "unconfirmed" not in strategy_rules(TODAY).remarks.get(name, "")
    assert look_up(name, TODAY)[0].checked >= date(2026, 11, 29)


def test_the_two_regimes_keep_their_own_numbers() -> None:
    portfolio, strategy = portfolio_rules(TODAY).citations, strategy_rules(TODAY).citations
    assert "hedge_rate" not in portfolio
    assert "contract_minimum" not in strategy
