"""Every number of who may have a portfolio margin account, by hand from its source."""

from datetime import date

import pytest

from tests.rulebook.numbers import of_houses
from xlmargin.errors import RulebookError
from xlmargin.rulebook import eligibility_rules, house_names, look_up
from xlmargin.rulebook.parameters import Unit

TODAY = date(2026, 11, 20)
UNCONFIRMED = "(unconfirmed: check against the rule text)"
STATED = of_houses("equity_to_open", "equity_to_keep")
"""By hand, from brokers' pages and r/PMTraders."""
EQUITY = {
    house: tuple(STATED.get((house, name), 0) for name in ("equity_to_open", "equity_to_keep"))
    for house in house_names()
}


@pytest.mark.parametrize("house", house_names())
def test_equity_of_each_house(house: str) -> None:
    stated = eligibility_rules(TODAY, house).portfolio_eligibility
    assert (stated.equity_to_open, stated.equity_to_keep) == EQUITY[house]
    assert stated.portfolio_minimum_equity == {  # FINRA-FAQ
        "full": 100_000,
        "partial": 150_000,
        "executes_away": 500_000,
    }


def test_what_the_rule_asks() -> None:
    stated = eligibility_rules(TODAY).portfolio_eligibility
    assert stated.unlisted_derivatives_equity == 5_000_000  # OCC-DISC
    assert stated.experience_years == 0
    assert not stated.individual_retirement_accounts  # 4210(g), first paragraph
    assert stated.retirement_plans
    assert stated.application
    assert stated.uncovered_option_approval  # 4210(g)(5)
    assert stated.signed_disclosure  # 4210(g)(5), NTM 07-11
    assert stated.signed_agreement
    assert stated.final_review


def test_not_before_the_rulebook() -> None:
    assert eligibility_rules(date(2006, 12, 18)).portfolio_eligibility.application
    with pytest.raises(RulebookError, match="no value on 2006-12-17"):
        eligibility_rules(date(2006, 12, 17))


def test_a_setting_raises_and_never_lowers() -> None:
    rules = eligibility_rules(TODAY, "schwab", {"equity to open": 200_000, "experience_years": 2})
    stated = rules.portfolio_eligibility
    assert (stated.equity_to_open, stated.equity_to_keep, stated.experience_years) == (2e5, 1e5, 2)
    assert rules.citations["equity_to_open"].endswith("raised by a setting")
    with pytest.raises(RulebookError, match="equity_to_open: found 120000"):
        eligibility_rules(TODAY, "schwab", {"equity_to_open": 120_000})
    with pytest.raises(RulebookError, match="wanted 100000 or more"):
        eligibility_rules(TODAY, "custom", {"portfolio_minimum_equity_full": 99_999})
    with pytest.raises(RulebookError, match="found 'individual_retirement_accounts'"):
        eligibility_rules(TODAY, "custom", {"individual_retirement_accounts": True})
    with pytest.raises(RulebookError, match="years, 0 or more"):
        eligibility_rules(TODAY, "custom", {"experience_years": -1})


def test_years() -> None:
    assert Unit.YEARS.allows(0)
    assert Unit.YEARS.allows(1.5)
    assert not Unit.YEARS.allows(-0.1)
    assert not Unit.YEARS.allows(float("nan"))


@pytest.mark.parametrize(
    "name",
    ["portfolio_minimum_equity_partial", "portfolio_minimum_equity_executes_away"],
)
def test_what_is_unconfirmed_says_so(name: str) -> None:
    assert UNCONFIRMED in look_up(name, TODAY)[0].remark
    assert UNCONFIRMED in eligibility_rules(TODAY).remarks[name]


def test_a_house_cites_its_source() -> None:
    rules = eligibility_rules(TODAY, "etrade")
    assert "E*TRADE house requirement (PM-TRADERS)" in rules.citations["equity_to_open"]
    assert "weak source" in rules.remarks["equity_to_open"]
    rows = {row.house: row.value for row in look_up("equity_to_keep", TODAY)}
    stated = {house: value for (house, name), value in STATED.items() if name == "equity_to_keep"}
    assert rows == {"": 0} | stated


def test_a_house_before_its_entry_is_assumed_and_says_so() -> None:
    rules = eligibility_rules(date(2015, 1, 2), "schwab")
    stated = rules.portfolio_eligibility
    assert (stated.equity_to_open, stated.equity_to_keep) == (125_000, 100_000)
    assert "Entered as of 2026-11-20; assumed for earlier dates." in rules.remarks["equity_to_open"]
    assert "assumed" not in eligibility_rules(TODAY, "schwab").remarks["equity_to_open"]
