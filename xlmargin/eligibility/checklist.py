"""The checklist of one account: every requirement, in the order of the steps, and the verdict."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from xlmargin.eligibility import requirements as asked
from xlmargin.eligibility.facts import Facts
from xlmargin.eligibility.onboarding import Check, Met, Step, steps_done
from xlmargin.rulebook import EligibilityRules

REQUIREMENTS: Final = (
    asked.least_equity,
    asked.unlisted_derivatives,
    asked.application,
    asked.registration,
    asked.experience,
    asked.option_level,
    asked.disclosure,
    asked.agreement,
    asked.review,
)


@dataclass(frozen=True)
class Checklist:
    """The requirements of an account beside its facts, under a house."""

    account: str
    house: str
    checks: tuple[Check, ...]

    @property
    def met(self) -> Met:
        """Not met where one requirement is not; else missing where one is; else met."""
        found = {check.met for check in self.checks}
        return next((met for met in (Met.NOT_MET, Met.MISSING) if met in found), Met.MET)

    @property
    def steps_done(self) -> tuple[Step, ...]:
        """The steps of which every requirement is met."""
        return steps_done(self.checks)

    @property
    def unmet(self) -> tuple[Check, ...]:
        """The requirements that are not met, or not known to be."""
        return tuple(check for check in self.checks if check.met is not Met.MET)


def checklist(facts: Facts, rules: EligibilityRules) -> Checklist:
    """Every requirement of portfolio margin beside the facts of an account.

    Rule: FINRA 4210(g)(4), (g)(5); house requirements.
    """
    checks = tuple(requirement(facts, rules) for requirement in REQUIREMENTS)
    return Checklist(facts.account, rules.house, checks)
