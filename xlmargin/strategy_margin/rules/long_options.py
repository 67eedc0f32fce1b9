"""Long options: paid in full, but for those that live long enough to have loan value.

In maintenance a long option without loan value has neither value nor requirement. One with loan
value counts in the equity at its market value wherever it stands: alone it requires a share of that
value, in a hedge or spread all of it, so that it adds nothing there.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from xlmargin.rulebook import StrategyRules
from xlmargin.strategy_margin.rules.legs import OptionLeg, Paragraph, RequirementKind

LONG_OPTION: Final = Paragraph("FINRA 4210(f)(2)(B), (D)", "FINRA 4210(f)(2)(B), (D)")

_MONTHS_A_YEAR: Final = 12


def long_option(leg: OptionLeg, kind: RequirementKind, as_of: date, rules: StrategyRules) -> float:
    """Requirement for a long option in no hedge or spread, $ per unit.

    With loan value, a share of its cost initially and of its market value afterwards. Without,
    all of its cost initially, and nothing afterwards.

    Rule: FINRA 4210(f)(2)(B), (D).
    """
    if has_loan_value(leg, as_of, rules):
        return rules.long_options.long_option_rate[leg.underlying.underlying_class] * leg.value
    return leg.value if kind is not RequirementKind.MAINTENANCE else 0.0


def paid_in_full(leg: OptionLeg, kind: RequirementKind, as_of: date, rules: StrategyRules) -> float:
    """Requirement for a long option used in a hedge or spread, $ per unit: no loan value there.

    All of its cost initially. Afterwards its market value where the equity counts that, else
    nothing.

    Rule: FINRA 4210(f)(2)(B), (H)(i).
    """
    counted = kind is not RequirementKind.MAINTENANCE or has_loan_value(leg, as_of, rules)
    return leg.value if counted else 0.0


def has_loan_value(leg: OptionLeg, as_of: date, rules: StrategyRules) -> bool:
    """Whether a long option has loan value, and so a value in the equity of maintenance.

    It expires after the day that lies the rule's months ahead by the calendar, and its class of
    underlying has a share below the whole value.

    Rule: FINRA 4210(f)(2)(B), (D).
    """
    long_options = rules.long_options
    if long_options.long_option_rate[leg.underlying.underlying_class] >= 1.0:
        return False
    return leg.expires_on > months_ahead(as_of, long_options.long_option_months)


def months_ahead(day: date, months: int) -> date:
    """The same day of the month so many months ahead; its last day where there is no such day.

    >>> months_ahead(date(2026, 5, 31), 9)
    datetime.date(2027, 2, 28)
    """
    years, month = divmod(day.month - 1 + months, _MONTHS_A_YEAR)
    first = date(day.year + years, month + 1, 1)
    return first.replace(day=min(day.day, _days_in_month(first)))


def years_ahead(day: date, years: int) -> date:
    """The same day so many years ahead; its month's last day where there is no such day."""
    return months_ahead(day, years * _MONTHS_A_YEAR)


def _days_in_month(first: date) -> int:
    from calendar import monthrange

    return monthrange(first.year, first.month)[1]
