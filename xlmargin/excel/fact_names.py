"""Names and words of the facts about an account, in whatever case and signs they are typed."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from math import isnan
from typing import Final, TypeVar

from xlmargin.eligibility import Answer, Monitoring, Registration, Status
from xlmargin.excel.columns import number_of
from xlmargin.excel.headings import Headings, nearest, squeezed

_E = TypeVar("_E", bound=StrEnum)

FACTS: Final = Headings(
    {
        "status": ("account status", "stage"),
        "equity": (
            "account equity", "account value", "net liquidation value", "net liq", "nlv", "capital",
        ),
        "aggregate_equity": (
            "aggregated equity", "total equity", "equity of all accounts", "combined equity",
        ),
        "monitoring": ("firm monitoring", "monitoring of the firm", "risk monitoring"),
        "unlisted_derivatives": ("unlisted", "otc derivatives", "otc"),
        "registration": ("account registration", "account type", "ownership", "owner"),
        "experience": (
            "experience years", "years of experience", "experience in years", "option experience",
            "options experience", "experience with options", "trading experience",
        ),
        "option_level": (
            "options level", "level", "approval level", "option approval", "options approval",
            "option approval level", "options approval level", "trading level",
        ),
        "disclosure": (
            "disclosure signed", "signed disclosure", "risk disclosure", "risk disclosure signed",
            "acknowledgement", "acknowledgment",
        ),
        "agreement": (
            "agreement signed", "signed agreement", "margin agreement",
            "portfolio margin agreement",
        ),
        "review": ("final review", "review passed", "final approval"),
    }
)  # fmt: skip
"""A row a fact."""

ANSWERS: Final = {
    Answer.YES: ("yes", "y", "true", "1", "signed", "done", "passed"),
    Answer.NO: ("no", "n", "false", "0", "none", "not signed", "not yet", "pending"),
}
STATUSES: Final = {
    Status.CONSIDERING: ("considering", "not applied", "prospect"),
    Status.APPLYING: ("applying", "applied", "new", "pending"),
    Status.OPEN: ("open", "opened", "active", "existing"),
}
REGISTRATIONS: Final = {
    Registration.INDIVIDUAL: ("individual", "single", "sole"),
    Registration.JOINT: (
        "joint", "joint tenants", "jtwros", "tenants in common", "community property",
    ),
    Registration.TRUST: (
        "trust", "living trust", "family trust", "revocable trust", "irrevocable trust",
    ),
    Registration.PARTNERSHIP: (
        "partnership", "limited partnership", "general partnership", "lp", "llp",
    ),
    Registration.CORPORATION: (
        "corporation", "corporate", "company", "corp", "inc", "llc", "limited liability company",
    ),
    Registration.RETIREMENT: (
        "retirement", "retirement account", "ira", "traditional ira", "rollover ira", "roth",
        "roth ira", "sep", "sep ira", "simple ira", "inherited ira", "401k", "solo 401k", "403b",
        "pension", "profit sharing", "keogh",
    ),
}  # fmt: skip
MONITORINGS: Final = {
    Monitoring.FULL: ("full", "real time", "full real time"),
    Monitoring.PARTIAL: ("partial", "partly"),
    Monitoring.EXECUTES_AWAY: ("executes_away", "execute away", "away", "end of day"),
}
OPTION_LEVELS: Final = {
    Answer.YES: (
        "uncovered", "uncovered options", "uncovered writing", "uncovered option writing", "naked",
        "naked options", "naked writing", "the works", "highest", "full", "yes", "true", "4",
        "level 4", "tier 4", "5", "level 5", "tier 5",
    ),
    Answer.NO: (
        "less", "none", "no", "false", "covered", "covered writing", "covered calls", "limited",
        "basic", "spreads", "long options", "0", "level 0", "tier 0", "1", "level 1", "tier 1",
        "2", "level 2", "tier 2",
    ),
}  # fmt: skip
"""Approved to write uncovered options, or not. Firms' level 3 is either, and refused."""


def word_of(text: str, words: Mapping[_E, tuple[str, ...]]) -> _E | None:
    """What a word stands for, None where it stands for nothing; a number keeps sign and point."""
    typed = squeezed(text) if isnan(number_of(text)) else text
    return next((meant for meant, all_ in words.items() if typed in map(squeezed, all_)), None)


def nearest_fact(text: str) -> str:
    """The fact that was probably meant, "" where none is near."""
    words = [word for name, others in FACTS.synonyms.items() for word in (name, *others)]
    return FACTS.name_of(nearest(text, words))
