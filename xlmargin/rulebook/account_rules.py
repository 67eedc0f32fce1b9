"""What the account as a whole is asked on a date: its least equity, and what its SMA keeps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from xlmargin.rulebook import rule_sets
from xlmargin.rulebook.house import RULE, house_named
from xlmargin.rulebook.standings import (
    Overrides,
    checked_overrides,
    citations,
    remarks,
    standings,
)


@dataclass(frozen=True)
class AccountRules:
    """The numbers of the account on a date, under a house.

    `minimum_equity`, $, is that of a margin account. `sma_outlasts_falls` says whether a balance
    of the special memorandum account stands when the market falls. `citations` and `remarks` go by
    the name of the parameter.
    """

    as_of: date
    house: str
    minimum_equity: float
    sma_outlasts_falls: bool
    citations: Mapping[str, str]
    remarks: Mapping[str, str]


def account_rules(
    as_of: date, house: str = RULE, overrides: Mapping[str, float] | None = None
) -> AccountRules:
    """The rules of the account in force on the date, raised by the house and the overrides.

    Overrides go by name: `margin_minimum_equity`.
    """
    return _assembled(as_of, house_named(house), checked_overrides(overrides or {}))


@lru_cache(maxsize=4096)
def _assembled(as_of: date, house: str, overrides: Overrides) -> AccountRules:
    equity = rule_sets.stated(rule_sets.MinimumEquity)
    memorandum = rule_sets.stated(rule_sets.SpecialMemorandumAccount)
    standing = standings(rule_sets.ACCOUNT, as_of, house, overrides)
    return AccountRules(
        as_of=as_of,
        house=house,
        minimum_equity=standing[equity.margin_minimum_equity.name].value,
        sma_outlasts_falls=bool(standing[memorandum.sma_outlasts_falls.name].value),
        citations=citations(house, standing),
        remarks=remarks(house, standing),
    )
