"""Each requirement on both sides of its threshold, for every house, and with its fact left out."""

from __future__ import annotations

import ast
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import xlmargin.eligibility as package
from xlmargin.eligibility import (
    AccountStatus,
    ChecklistStep,
    EligibilityFacts,
    Met,
    Monitoring,
    Registration,
    YesNo,
    checklist,
)
from xlmargin.rulebook import EligibilityRules, eligibility_rules

TODAY = date(2026, 11, 20)
READY = EligibilityFacts(
    status=AccountStatus.APPLYING,
    equity=500_000,
    monitoring=Monitoring.EXECUTES_AWAY,
    unlisted_derivatives=YesNo.NO,
    registration=Registration.INDIVIDUAL,
    experience=YesNo.YES,
    experience_years=3,
    uncovered_options=YesNo.YES,
    disclosure=YesNo.YES,
    agreement=YesNo.YES,
    review=YesNo.YES,
)
EQUITY, UNLISTED, APPLICATION, REGISTRATION, EXPERIENCE, LEVEL, DISCLOSURE, AGREEMENT, REVIEW = (
    range(9)
)


def check(
    which: int, rules: EligibilityRules | None = None, **facts: Any
) -> package.EligibilityCheck:
    return checklist(replace(READY, **facts), rules or eligibility_rules(TODAY)).checks[which]


def test_all_is_met_in_the_order_of_the_steps() -> None:
    found = checklist(READY, eligibility_rules(TODAY))
    assert [c.met for c in found.checks] == [Met.MET] * 9
    assert [c.step for c in found.checks] == sorted(c.step for c in found.checks)
    assert found.met is Met.MET
    assert found.steps_done == tuple(ChecklistStep)
    assert found.unmet == ()
    assert all(c.rule for c in found.checks)
    assert all(not c.lacks for c in found.checks)


@pytest.mark.parametrize(
    ("monitoring", "least", "rule", "is_marked"),
    [  # interpretation (b)(4)/034 quotes the first alone; FINRA-FAQ
        (Monitoring.FULL, 100_000, "(b)(4)/034", False),
        (Monitoring.PARTIAL, 150_000, "(b)(4)/034", True),
        (Monitoring.EXECUTES_AWAY, 500_000, "FINRA guidance", True),
    ],
)
@pytest.mark.parametrize("status", AccountStatus)
def test_equity_by_guidance(
    monitoring: Monitoring, least: int, rule: str, is_marked: bool, status: AccountStatus
) -> None:
    enough = check(EQUITY, equity=least, monitoring=monitoring, status=status)
    assert (enough.met, enough.needed, enough.lacks) == (Met.MET, least, "")
    short = check(EQUITY, equity=least - 0.01, monitoring=monitoring, status=status)
    assert (short.met, short.lacks) == (Met.NOT_MET, "$0.01 more equity")
    assert rule in short.rule
    assert ("unconfirmed" in short.remark) is is_marked


@pytest.mark.parametrize(
    ("house", "to_open", "to_keep"),
    [  # brokers' pages and r/PMTraders
        ("ibkr_like", 110_000, 100_000),
        ("schwab", 125_000, 100_000),
        ("tastytrade_calm", 175_000, 150_000),
        ("tastytrade_stressed", 175_000, 150_000),
        ("fidelity", 150_000, 150_000),
        ("etrade", 100_000, 100_000),
    ],
)
@pytest.mark.parametrize("monitoring", [Monitoring.FULL, Monitoring.NOT_STATED])
def test_equity_by_house(house: str, to_open: int, to_keep: int, monitoring: Monitoring) -> None:
    rules = eligibility_rules(TODAY, house)
    for status, least in [
        (AccountStatus.CONSIDERING, to_open),
        (AccountStatus.APPLYING, to_open),
        (AccountStatus.NOT_STATED, to_open),
        (AccountStatus.OPEN, to_keep),
    ]:
        facts = {"status": status, "monitoring": monitoring}
        enough = check(EQUITY, rules, equity=least, **facts)
        assert (enough.met, enough.needed) == (Met.MET, least)
        purpose = "keep" if status is AccountStatus.OPEN else "open"
        assert enough.requirement == f"Equity to {purpose}"
        short = check(EQUITY, rules, equity=least - 24_000, **facts)
        assert (short.met, short.lacks) == (Met.NOT_MET, "$24,000 more equity")
        assert "house requirement" in short.rule


def test_the_greater_of_guidance_and_house_is_asked_and_cited() -> None:
    rules = eligibility_rules(TODAY, "schwab")
    checked = check(EQUITY, rules, monitoring=Monitoring.PARTIAL, equity=149_999)
    assert (checked.met, checked.needed) == (Met.NOT_MET, 150_000)
    assert checked.rule == "FINRA 4210 interpretation (b)(4)/034 (INT)"
    checked = check(EQUITY, rules, monitoring=Monitoring.FULL, equity=124_999)
    assert (checked.met, checked.needed) == (Met.NOT_MET, 125_000)
    assert "Schwab" in checked.rule


def test_without_a_house_monitoring_must_be_stated() -> None:
    for house in ("rule", "custom"):
        rules = eligibility_rules(TODAY, house)
        checked = check(EQUITY, rules, monitoring=Monitoring.NOT_STATED, equity=1e9)
        assert checked.met is Met.MISSING
        assert checked.lacks == "monitoring (full, partial, executes_away)"
        assert checked.needed == "100,000 / 150,000 / 500,000"
    checked = check(EQUITY, monitoring=Monitoring.NOT_STATED, equity=float("nan"))
    assert checked.lacks.startswith("equity and monitoring")
    assert checked.met is Met.MISSING


@pytest.mark.parametrize(("equity", "met"), [(100_000, Met.MISSING), (99_999, Met.NOT_MET)])
def test_less_than_any_guidance_asks_is_not_enough(equity: int, met: Met) -> None:
    checked = check(EQUITY, monitoring=Monitoring.NOT_STATED, equity=equity)
    assert checked.met is met
    lacks = "monitoring (full, partial, executes_away)"
    assert checked.lacks == (lacks if met is Met.MISSING else f"$1 more equity and {lacks}")


def test_a_setting_raises_what_is_needed() -> None:
    rules = eligibility_rules(TODAY, "schwab", {"equity_to_open": 200_000})
    facts = {"monitoring": Monitoring.FULL}
    assert check(EQUITY, rules, equity=199_999, **facts).met is Met.NOT_MET
    assert check(EQUITY, rules, equity=200_000, **facts).met is Met.MET
    assert check(EQUITY, rules, equity=100_000, status=AccountStatus.OPEN, **facts).met is Met.MET
    rules = eligibility_rules(TODAY, "custom", {"portfolio_minimum_equity_full": 120_000})
    assert check(EQUITY, rules, equity=119_999, **facts).met is Met.NOT_MET


def test_unlisted_derivatives() -> None:
    yes = {"unlisted_derivatives": YesNo.YES}
    assert check(UNLISTED, **yes, equity=5_000_000).met is Met.MET
    short = check(UNLISTED, **yes, equity=4_999_000)
    assert (short.met, short.needed, short.lacks) == (Met.NOT_MET, 5_000_000, "$1,000 more equity")
    assert check(UNLISTED, **yes, equity=1e6, aggregate_equity=5_000_000).met is Met.MET
    assert check(UNLISTED, **yes, equity=1e6, aggregate_equity=4_999_999).met is Met.NOT_MET
    assert check(UNLISTED, **yes, equity=float("nan")).met is Met.MISSING
    assert check(UNLISTED, equity=0).needed == "not asked"
    assert check(UNLISTED, unlisted_derivatives=YesNo.NOT_STATED).met is Met.MISSING


@pytest.mark.parametrize(
    ("status", "met"),
    [
        (AccountStatus.CONSIDERING, Met.NOT_MET),
        (AccountStatus.APPLYING, Met.MET),
        (AccountStatus.OPEN, Met.MET),
        (AccountStatus.NOT_STATED, Met.MISSING),
    ],
)
def test_application(status: AccountStatus, met: Met) -> None:
    assert check(APPLICATION, status=status).met is met


@pytest.mark.parametrize("registration", Registration)
def test_registration(registration: Registration) -> None:
    met = {
        Registration.IRA: Met.NOT_MET,
        Registration.RETIREMENT: Met.MISSING,  # an IRA or a plan
        Registration.NOT_STATED: Met.MISSING,
    }
    found = check(REGISTRATION, registration=registration)
    assert found.met is met.get(registration, Met.MET)
    assert found.needed.endswith("corporation, retirement plan")
    assert found.rule.startswith("FINRA 4210(g)")


@pytest.mark.parametrize("registration", Registration)
def test_a_house_may_refuse_retirement_plans_too(registration: Registration) -> None:
    rules = eligibility_rules(TODAY, "custom", {"retirement_plans": False})
    refused = (Registration.IRA, Registration.RETIREMENT_PLAN, Registration.RETIREMENT)
    met = {Registration.NOT_STATED: Met.MISSING} | dict.fromkeys(refused, Met.NOT_MET)
    found = check(REGISTRATION, rules, registration=registration)
    assert found.met is met.get(registration, Met.MET)
    assert found.needed.endswith("partnership, corporation")


@pytest.mark.parametrize(
    ("answer", "years", "least", "met"),
    [
        (YesNo.YES, 0.5, 0, Met.MET),
        (YesNo.YES, float("nan"), 0, Met.MET),
        (YesNo.NO, 0, 0, Met.NOT_MET),
        (YesNo.NO, float("nan"), 2, Met.NOT_MET),
        (YesNo.NOT_STATED, float("nan"), 0, Met.MISSING),
        (YesNo.YES, float("nan"), 2, Met.MISSING),
        (YesNo.YES, 2, 2, Met.MET),
        (YesNo.YES, 1.5, 2, Met.NOT_MET),
    ],
)
def test_experience(answer: YesNo, years: float, least: int, met: Met) -> None:
    rules = eligibility_rules(TODAY, "custom", {"experience_years": least})
    found = check(EXPERIENCE, rules, experience=answer, experience_years=years)
    assert found.met is met
    assert bool(found.lacks) == (met is not Met.MET)
    if years == 1.5:
        assert found.lacks == "0.5 more years of experience"


@pytest.mark.parametrize(
    ("which", "field"),
    [
        (LEVEL, "uncovered_options"),
        (DISCLOSURE, "disclosure"),
        (AGREEMENT, "agreement"),
        (REVIEW, "review"),
    ],
)
def test_questions_answered_with_yes(which: int, field: str) -> None:
    for answer, met in [
        (YesNo.YES, Met.MET),
        (YesNo.NO, Met.NOT_MET),
        (YesNo.NOT_STATED, Met.MISSING),
    ]:
        found = check(which, **{field: answer})
        assert found.met is met
        assert bool(found.lacks) == (met is not Met.MET)


@pytest.mark.parametrize(
    ("which", "parameter", "field"),
    [
        (APPLICATION, "application", "status"),
        (LEVEL, "uncovered_option_approval", "uncovered_options"),
        (DISCLOSURE, "signed_disclosure", "disclosure"),
        (AGREEMENT, "signed_agreement", "agreement"),
        (REVIEW, "final_review", "review"),
    ],
)
def test_what_the_rulebook_does_not_ask_is_met(which: int, parameter: str, field: str) -> None:
    rules = eligibility_rules(TODAY)
    section = replace(rules.portfolio_eligibility, **{parameter: False})
    without = replace(rules, portfolio_eligibility=section)
    empty = EligibilityFacts()
    assert checklist(empty, rules).checks[which].met is Met.MISSING
    found = checklist(empty, without).checks[which]
    assert (found.met, found.needed, found.lacks) == (Met.MET, "not asked", "")


def test_nothing_stated_is_nothing_met() -> None:
    found = checklist(EligibilityFacts(), eligibility_rules(TODAY))
    assert {c.met for c in found.checks} == {Met.MISSING}
    assert found.met is Met.MISSING
    assert found.steps_done == ()
    assert len(found.unmet) == 9


def test_one_step_open_leaves_the_others_done() -> None:
    found = checklist(replace(READY, agreement=YesNo.NOT_STATED), eligibility_rules(TODAY))
    assert found.steps_done == (
        ChecklistStep.CAPITAL,
        ChecklistStep.APPLICATION,
        ChecklistStep.OPTION_LEVEL,
        ChecklistStep.REVIEW,
    )
    assert found.met is Met.MISSING
    found = checklist(
        replace(READY, agreement=YesNo.NOT_STATED, review=YesNo.NO), eligibility_rules(TODAY)
    )
    assert found.met is Met.NOT_MET
    assert [c.requirement for c in found.unmet] == ["Agreement signed", "Review passed"]


ANSWERS = st.sampled_from(YesNo)


@given(
    equity=st.one_of(st.just(float("nan")), st.floats(-1e7, 1e9)),
    more=st.floats(0, 1e9),
    status=st.sampled_from(AccountStatus),
    monitoring=st.sampled_from(Monitoring),
    unlisted=ANSWERS,
    house=st.sampled_from(["rule", "schwab", "fidelity", "etrade"]),
)
def test_more_equity_never_loses_a_requirement(
    equity: float,
    more: float,
    status: AccountStatus,
    monitoring: Monitoring,
    unlisted: YesNo,
    house: str,
) -> None:
    rules = eligibility_rules(TODAY, house)
    facts = replace(
        READY, equity=equity, status=status, monitoring=monitoring, unlisted_derivatives=unlisted
    )
    less = checklist(facts, rules)
    richer = checklist(replace(facts, equity=equity + more), rules)
    for before, after in zip(less.checks, richer.checks, strict=True):
        assert after.met is Met.MET or before.met is not Met.MET


def test_no_number_of_law_stands_in_the_code() -> None:
    for file in Path(package.__file__).parent.glob("*.py"):
        numbers = {
            node.value
            for node in ast.walk(ast.parse(file.read_text("utf-8")))
            if isinstance(node, ast.Constant)
            and isinstance(node.value, int | float)
            and not isinstance(node.value, bool)
        }
        assert numbers <= {0}, file.name
