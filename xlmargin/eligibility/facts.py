"""Facts about an account, its customer and its firm; each may be not stated."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from math import nan


class YesNo(StrEnum):
    """Yes or no."""

    YES = "yes"
    NO = "no"
    NOT_STATED = ""


class AccountStatus(StrEnum):
    """Where the account stands."""

    CONSIDERING = "considering"
    """No application has been made."""
    APPLYING = "applying"
    OPEN = "open"
    """The account is under portfolio margin."""
    NOT_STATED = ""


class Registration(StrEnum):
    """Whose account it is."""

    INDIVIDUAL = "individual"
    JOINT = "joint"
    TRUST = "trust"
    PARTNERSHIP = "partnership"
    CORPORATION = "corporation"
    RETIREMENT_PLAN = "retirement plan"
    """No Individual Retirement Account: a pension plan, a 401(k)."""
    IRA = "ira"
    """An Individual Retirement Account, SEP and SIMPLE among them."""
    RETIREMENT = "retirement"
    """One of the two; which is not said."""
    NOT_STATED = ""


class Monitoring(StrEnum):
    """How the firm monitors the risk of its portfolio margin accounts."""

    FULL = "full"
    """In real time."""
    PARTIAL = "partial"
    EXECUTES_AWAY = "executes_away"
    """Trades are made at other firms and not seen until the end of the day."""
    NOT_STATED = ""


@dataclass(frozen=True)
class EligibilityFacts:
    """What is known of one account; dollars and years are NaN where not stated.

    `aggregate_equity`, $, is over all accounts at the firm of the very same owner. `experience`
    says whether there is any with options, `experience_years` how much where that is stated.
    `uncovered_options` says whether the customer is approved to write them. `as_stated` holds the
    user's own words by fact, for the column that shows what was found.
    """

    account: str = ""
    status: AccountStatus = AccountStatus.NOT_STATED
    equity: float = nan
    aggregate_equity: float = nan
    monitoring: Monitoring = Monitoring.NOT_STATED
    unlisted_derivatives: YesNo = YesNo.NOT_STATED
    registration: Registration = Registration.NOT_STATED
    experience: YesNo = YesNo.NOT_STATED
    experience_years: float = nan
    uncovered_options: YesNo = YesNo.NOT_STATED
    disclosure: YesNo = YesNo.NOT_STATED
    agreement: YesNo = YesNo.NOT_STATED
    review: YesNo = YesNo.NOT_STATED
    as_stated: Mapping[str, str | float] = field(default_factory=dict)

    def found(self, name: str) -> str | float:
        """A fact in the user's own words, "" where it is not stated."""
        return self.as_stated.get(name, "")
