"""The five steps to a portfolio margin account, and what is checked in each.

The steps are brokers' practice: capital, an application with a look at experience, the option
level, disclosure and agreement, and a last review by margin and risk staff.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum


class Step(StrEnum):
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
class Check:
    """One requirement beside the facts: dollars and years are numbers, everything else is words.

    `lacks` says what is to be done or stated, "" where the requirement is met.
    """

    step: Step
    requirement: str
    found: str | float
    needed: str | float
    met: Met
    lacks: str
    rule: str
    remark: str


def steps_done(checks: Sequence[Check]) -> tuple[Step, ...]:
    """The steps of which every requirement is met."""
    open_steps = {check.step for check in checks if check.met is not Met.MET}
    return tuple(step for step in Step if step not in open_steps)
