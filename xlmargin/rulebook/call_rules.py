"""How many business days a margin call leaves: regulation, house, the user's settings.

A house or a setting may ask for the money sooner, never later.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from xlmargin.rulebook import rule_sets
from xlmargin.rulebook.house import RULE, house_named
from xlmargin.rulebook.parameters import full_name
from xlmargin.rulebook.standings import (
    Overrides,
    checked_overrides,
    citations,
    remarks,
    standings,
)


@dataclass(frozen=True)
class CallRules:
    """The business days to meet margin calls, on a date and under a house.

    `settlement_days` count from the trade date, `payment_days_after_settlement` from settlement.
    `days_to_meet`, from the day of the deficiency, go by `maintenance`, `portfolio`,
    `minimum_equity`, `intraday` and `intraday_outstanding`; why one has no value on the date stands
    in `refusals`.
    `citations` and `remarks` go by full name.
    """

    as_of: date
    house: str
    settlement_days: int
    payment_days_after_settlement: int
    days_to_meet: Mapping[str, int]
    refusals: Mapping[str, str]
    citations: Mapping[str, str]
    remarks: Mapping[str, str]


def call_rules(
    as_of: date, house: str = RULE, overrides: Mapping[str, float] | None = None
) -> CallRules:
    """The days to meet margin calls in force on the date, shortened by house and overrides.

    Overrides go by the full name of a value: `days_to_meet_maintenance`.
    """
    return _assembled(as_of, house_named(house), checked_overrides(overrides or {}))


@lru_cache(maxsize=4096)
def _assembled(as_of: date, house: str, overrides: Overrides) -> CallRules:
    payment = rule_sets.stated(rule_sets.PaymentPeriod)
    calls = rule_sets.stated(rule_sets.MarginCalls)
    standing = standings(rule_sets.CALLS, as_of, house, overrides)
    names = {key: full_name(calls.days_to_meet.name, key) for key in calls.days_to_meet.keys}
    return CallRules(
        as_of=as_of,
        house=house,
        settlement_days=int(standing[payment.settlement_days.name].value),
        payment_days_after_settlement=int(
            standing[payment.payment_days_after_settlement.name].value
        ),
        days_to_meet={k: int(standing[n].value) for k, n in names.items() if n in standing},
        refusals={
            k: calls.days_to_meet.refusal(as_of, k) for k, n in names.items() if n not in standing
        },
        citations=citations(house, standing),
        remarks=remarks(house, standing),
    )
