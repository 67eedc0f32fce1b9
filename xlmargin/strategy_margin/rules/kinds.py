"""The kinds of requirement, and the paragraphs that state them.

In all rules money is in $ per unit of the leg's own underlying unless said otherwise. The `value`
of a leg is what the requirement counts with: the cost initially, the market value afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class RequirementKind(StrEnum):
    """When a requirement applies: on the trade date, or on every day after it."""

    INITIAL = "initial"
    """As the exchange manuals display it: the cost of longs, the premiums of shorts and the value
    of short stock are inside, before any proceeds are applied."""
    DEPOSIT = "deposit"
    """The same by the law: stock that covers a short call at no more than the strike, and never
    less than maintenance. Less the proceeds, it is the money to put up."""
    MAINTENANCE = "maintenance"
    """Beside an equity that counts stock at its full market value, short stock as a debit, and
    of options only long ones with loan value."""


@dataclass(frozen=True)
class Paragraph:
    """The paragraphs that state a strategy's requirement, by kind."""

    initial: str
    maintenance: str

    def of(self, kind: RequirementKind) -> str:
        """The paragraph that holds of the kind, as a requirement cites it."""
        return self.initial if kind is not RequirementKind.MAINTENANCE else self.maintenance
