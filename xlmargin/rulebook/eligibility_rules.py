"""Who may have a portfolio margin account, on a date: regulation, house, the user's settings.

A house or a setting may ask for more equity or experience, never for less.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from xlmargin.rulebook import rule_sets
from xlmargin.rulebook.house import RULE, house_named
from xlmargin.rulebook.parameters import Parameter, full_name
from xlmargin.rulebook.standings import (
    Overrides,
    checked_overrides,
    citations,
    remarks,
    standings,
)


@dataclass(frozen=True)
class EligibilityRules:
    """What is asked of a portfolio margin account on a date, under a house.

    Equity is in $: `minimum_equity` by how the firm monitors risk (`full`, `partial`,
    `executes_away`), `equity_to_open` and `equity_to_keep` as the house states them, 0 where it
    states none. `asked` says by parameter which of the other requirements there are. `citations`
    and `remarks` go by full name.
    """

    as_of: date
    house: str
    minimum_equity: Mapping[str, float]
    equity_to_open: float
    equity_to_keep: float
    unlisted_derivatives_equity: float
    retirement_accounts: bool
    experience_years: float
    asked: Mapping[str, bool]
    citations: Mapping[str, str]
    remarks: Mapping[str, str]


def eligibility_rules(
    as_of: date, house: str = RULE, overrides: Mapping[str, float] | None = None
) -> EligibilityRules:
    """What is asked of a portfolio margin account on the date, raised by house and overrides.

    Overrides go by the full name of a value: `equity_to_open`, `portfolio_minimum_equity_full`.
    """
    return _assembled(as_of, house_named(house), checked_overrides(overrides or {}))


@lru_cache(maxsize=4096)
def _assembled(as_of: date, house: str, overrides: Overrides) -> EligibilityRules:
    rules = rule_sets.stated(rule_sets.PortfolioEligibility)
    standing = standings((rule_sets.PORTFOLIO_ELIGIBILITY,), as_of, house, overrides)

    def one(parameter: Parameter) -> float:
        return standing[parameter.name].value

    least = rules.portfolio_minimum_equity
    switches = (
        rules.application,
        rules.uncovered_option_approval,
        rules.signed_disclosure,
        rules.signed_agreement,
        rules.final_review,
    )
    return EligibilityRules(
        as_of=as_of,
        house=house,
        minimum_equity={k: standing[full_name(least.name, k)].value for k in least.keys},
        equity_to_open=one(rules.equity_to_open),
        equity_to_keep=one(rules.equity_to_keep),
        unlisted_derivatives_equity=one(rules.unlisted_derivatives_equity),
        retirement_accounts=bool(one(rules.retirement_accounts)),
        experience_years=one(rules.experience_years),
        asked={p.name: bool(one(p)) for p in switches},
        citations=citations(house, standing),
        remarks=remarks(house, standing),
    )
