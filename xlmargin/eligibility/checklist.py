"""The checklist of a portfolio margin account: what is asked, step by step, beside its facts.

The steps are brokers' practice: capital, an application with a look at experience, the option
level, disclosure and agreement, and a last review by margin and risk staff. Each requirement is a
function that looks at the facts; a fact that is not stated makes it missing, never met.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import isnan
from typing import Final, NamedTuple, TypeAlias

from xlmargin.eligibility.facts import AccountStatus, EligibilityFacts, Registration, YesNo
from xlmargin.rulebook import EligibilityRules
from xlmargin.rulebook.sections import PortfolioEligibility


class ChecklistStep(StrEnum):
    """A step, in order."""

    CAPITAL = "1 Capital"
    APPLICATION = "2 Application"
    OPTION_LEVEL = "3 Option level"
    DISCLOSURE = "4 Disclosure and agreement"
    REVIEW = "5 Final review"


class Met(StrEnum):
    """Whether a requirement is met."""

    MET = "met"
    NOT_MET = "not met"
    MISSING = "missing"
    """The facts do not tell."""


@dataclass(frozen=True)
class EligibilityCheck:
    """One requirement beside the facts: dollars and years are numbers, everything else is words.

    `lacks` says what is to be done or stated, "" where the requirement is met.
    """

    step: ChecklistStep
    requirement: str
    found: str | float
    needed: str | float
    met: Met
    lacks: str
    rule: str
    remark: str


def steps_done(checks: Sequence[EligibilityCheck]) -> tuple[ChecklistStep, ...]:
    """The steps of which every requirement is met."""
    open_steps = {check.step for check in checks if check.met is not Met.MET}
    return tuple(step for step in ChecklistStep if step not in open_steps)


NOT_REQUIRED: Final = "not asked"
PARTIES: Final = (
    Registration.INDIVIDUAL,
    Registration.JOINT,
    Registration.TRUST,
    Registration.PARTNERSHIP,
    Registration.CORPORATION,
)
"""Registrations that no rule and no house keeps from portfolio margin."""

_Verdict: TypeAlias = tuple[Met, str]
"""Whether the requirement is met, and what is lacking."""
_MET: Final = (Met.MET, "")


def least_equity(facts: EligibilityFacts, rules: EligibilityRules) -> EligibilityCheck:
    """Equity of the account: the house's amount or the guidance's, whichever is greater.

    The house's amount to keep holds for an account that is open, its amount to open for any other.
    The guidance goes by how the firm monitors risk; where that is not stated, a house's own amount
    holds alone, and without one what is needed is not known.

    Rule: FINRA guidance on 4210(g); house requirements.
    """
    is_open = facts.status is AccountStatus.OPEN
    label = "Equity to keep" if is_open else "Equity to open"
    source = "equity_to_keep" if is_open else "equity_to_open"
    stated = rules.portfolio_eligibility
    of_house = stated.equity_to_keep if is_open else stated.equity_to_open
    by_monitoring, monitoring = stated.portfolio_minimum_equity, facts.monitoring.value
    guidance = by_monitoring[monitoring] if monitoring else 0.0
    if guidance > of_house:
        source = f"portfolio_minimum_equity_{monitoring}"
    least = max(of_house, guidance)
    if not least:
        return _equity_by_monitoring(label, facts, rules)
    verdict = _at_least(facts.equity, least)
    return _check(
        ChecklistStep.CAPITAL, label, facts.found("equity"), least, verdict, source, rules
    )


def _equity_by_monitoring(
    label: str, facts: EligibilityFacts, rules: EligibilityRules
) -> EligibilityCheck:
    """Equity where no house and no statement of how the firm monitors risk tell how much.

    What is less than the least of all amounts is not enough, whichever it is. The one between is
    cited, whose rule is that of the least and which is not confirmed.
    """
    amounts = rules.portfolio_eligibility.portfolio_minimum_equity
    needed = " / ".join(f"{amount:,.0f}" for amount in amounts.values())
    monitoring = f"monitoring ({', '.join(amounts)})"
    met, lacks = _at_least(facts.equity, min(amounts.values()))
    verdict = met, f"{lacks} and {monitoring}"
    if met is Met.MET:
        verdict = Met.MISSING, monitoring
    source, found = "portfolio_minimum_equity_partial", facts.found("equity")
    return _check(ChecklistStep.CAPITAL, label, found, needed, verdict, source, rules)


def unlisted_derivatives(facts: EligibilityFacts, rules: EligibilityRules) -> EligibilityCheck:
    """Equity of a customer with unlisted derivatives, over all accounts of the very same owner.

    Rule: FINRA 4210(g)(4).
    """
    whole = facts.equity if isnan(facts.aggregate_equity) else facts.aggregate_equity
    least = rules.portfolio_eligibility.unlisted_derivatives_equity
    needed: str | float = least
    found = facts.found("unlisted_derivatives")
    match facts.unlisted_derivatives:
        case YesNo.NOT_STATED:
            verdict: _Verdict = Met.MISSING, "unlisted_derivatives (yes or no)"
        case YesNo.NO:
            needed, verdict = NOT_REQUIRED, _MET
        case YesNo.YES:
            found = found if isnan(whole) else whole
            verdict = _at_least(whole, least)
    label, source = "Equity with unlisted derivatives", "unlisted_derivatives_equity"
    return _check(ChecklistStep.CAPITAL, label, found, needed, verdict, source, rules)


def application(facts: EligibilityFacts, rules: EligibilityRules) -> EligibilityCheck:
    """That portfolio margin is applied for, or in place."""
    match facts.status:
        case AccountStatus.NOT_STATED:
            verdict: _Verdict = Met.MISSING, "status (considering, applying or open)"
        case AccountStatus.CONSIDERING:
            verdict = Met.NOT_MET, "an application"
        case _:
            verdict = _MET
    found, needed = facts.found("status"), "applying or open"
    stated = rules.portfolio_eligibility.application
    label, source = "Application", "application"
    return _check(ChecklistStep.APPLICATION, label, found, needed, verdict, source, rules, stated)


def registration(facts: EligibilityFacts, rules: EligibilityRules) -> EligibilityCheck:
    """Whose account it is: no Individual Retirement Account, nor what a house refuses beyond.

    Rule: FINRA 4210(g), first paragraph.
    """
    stated = rules.portfolio_eligibility
    verdict: _Verdict = _MET
    found, source = facts.found("registration"), "individual_retirement_accounts"
    open_to = [*PARTIES, *([Registration.RETIREMENT_PLAN] if stated.retirement_plans else [])]
    match facts.registration:
        case Registration.NOT_STATED:
            verdict = Met.MISSING, "registration"
        case Registration.IRA if not stated.individual_retirement_accounts:
            verdict = Met.NOT_MET, "an account that is no Individual Retirement Account"
        case Registration.RETIREMENT_PLAN | Registration.RETIREMENT if not stated.retirement_plans:
            verdict, source = (Met.NOT_MET, "an account of no retirement plan"), "retirement_plans"
        case Registration.RETIREMENT:
            verdict = Met.MISSING, "registration (ira, or the retirement plan that it is)"
    needed = ", ".join(open_to)
    return _check(ChecklistStep.APPLICATION, "Registration", found, needed, verdict, source, rules)


def experience(facts: EligibilityFacts, rules: EligibilityRules) -> EligibilityCheck:
    """Experience with options: some, or the years that a house or a setting asks."""
    least, years = rules.portfolio_eligibility.experience_years, facts.experience_years
    verdict: _Verdict = _MET
    if facts.experience is YesNo.NO:
        verdict = Met.NOT_MET, "experience with options"
    elif years < least:
        verdict = Met.NOT_MET, f"{least - years:g} more years of experience"
    elif facts.experience is YesNo.NOT_STATED or (least and isnan(years)):
        verdict = Met.MISSING, "experience (years with options)"
    found, needed = facts.found("experience"), least or "some"
    source = "experience_years"
    return _check(
        ChecklistStep.APPLICATION, "Experience with options", found, needed, verdict, source, rules
    )


class _Answer(NamedTuple):
    """What is to be answered with yes: its step, its name, the fact and where that is kept.

    `needed` is shown; `wanted` is what lacks after a no, `source` the parameter that requires it.
    """

    step: ChecklistStep
    requirement: str
    fact: str
    answer: Callable[[EligibilityFacts], YesNo]
    needed: str
    wanted: str
    is_required: Callable[[PortfolioEligibility], bool]
    source: str

    def __call__(self, facts: EligibilityFacts, rules: EligibilityRules) -> EligibilityCheck:
        """The check. Rule: FINRA 4210(g)(5)."""
        given, found = self.answer(facts), facts.found(self.fact)
        verdict: _Verdict = _MET if given is YesNo.YES else (Met.NOT_MET, self.wanted)
        if given is YesNo.NOT_STATED:
            verdict = Met.MISSING, self.fact
        is_required = self.is_required(rules.portfolio_eligibility)
        stated = self.requirement, found, self.needed
        return _check(self.step, *stated, verdict, self.source, rules, is_required)


_ANSWERS: Final = (
    _Answer(ChecklistStep.OPTION_LEVEL, "Option level", "option_level",
            lambda facts: facts.uncovered_options, "uncovered", "approval for uncovered options",
            lambda own: own.uncovered_option_approval, "uncovered_option_approval"),
    _Answer(ChecklistStep.DISCLOSURE, "Risk disclosure signed", "disclosure",
            lambda facts: facts.disclosure, "yes", "a signed risk disclosure",
            lambda own: own.signed_disclosure, "signed_disclosure"),
    _Answer(ChecklistStep.DISCLOSURE, "Agreement signed", "agreement",
            lambda facts: facts.agreement, "yes", "a signed portfolio margin agreement",
            lambda own: own.signed_agreement, "signed_agreement"),
    _Answer(ChecklistStep.REVIEW, "Review passed", "review", lambda facts: facts.review, "yes",
            "approval by margin and risk staff", lambda own: own.final_review, "final_review"),
)  # fmt: skip


def _at_least(amount: float, needed: float) -> _Verdict:
    """Whether equity, $, is enough."""
    if isnan(amount):
        return Met.MISSING, "equity"
    short = f"{needed - amount:,.2f}".removesuffix(".00")
    return _MET if amount >= needed else (Met.NOT_MET, f"${short} more equity")


def _check(
    step: ChecklistStep,
    requirement: str,
    found: str | float,
    needed: str | float,
    verdict: _Verdict,
    source: str,
    rules: EligibilityRules,
    is_required: bool = True,
) -> EligibilityCheck:
    """The requirement with the citation and remark of the parameter it rests on."""
    if not is_required:
        needed, verdict = NOT_REQUIRED, _MET
    cited, remark = rules.citations[source], rules.remarks.get(source, "")
    return EligibilityCheck(step, requirement, found, needed, *verdict, cited, remark)


REQUIREMENTS: Final = (
    least_equity,
    unlisted_derivatives,
    application,
    registration,
    experience,
    *_ANSWERS,
)


@dataclass(frozen=True)
class Checklist:
    """The requirements of an account beside its facts, under a house."""

    account: str
    house: str
    checks: tuple[EligibilityCheck, ...]

    @property
    def met(self) -> Met:
        """Not met where one requirement is not; else missing where one is; else met."""
        found = {check.met for check in self.checks}
        return next((met for met in (Met.NOT_MET, Met.MISSING) if met in found), Met.MET)

    @property
    def steps_done(self) -> tuple[ChecklistStep, ...]:
        """The steps of which every requirement is met."""
        return steps_done(self.checks)

    @property
    def unmet(self) -> tuple[EligibilityCheck, ...]:
        """The requirements that are not met, or not known to be."""
        return tuple(check for check in self.checks if check.met is not Met.MET)


def checklist(facts: EligibilityFacts, rules: EligibilityRules) -> Checklist:
    """Every requirement of portfolio margin beside the facts of an account.

    Rule: FINRA 4210(g)(4), (g)(5); house requirements.
    """
    checks = tuple(requirement(facts, rules) for requirement in REQUIREMENTS)
    return Checklist(facts.account, rules.house, checks)
