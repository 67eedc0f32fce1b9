"""The parts of positions that strategies are made of: options by the contract, stock by the share.

Money is in $ per unit of the leg's own underlying unless said otherwise. `value` is what the
requirement counts with: the cost initially, the market value afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from xlmargin.contracts import InstrumentKind
from xlmargin.dates import date_of
from xlmargin.market import Underlying


class RequirementKind(StrEnum):
    """When a requirement requires: on the trade date, or on every day after it."""

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


@dataclass(frozen=True)
class OptionLeg:
    """Contracts of one option position.

    `contracts` is a magnitude. `value` is the option's cost or mark, $ per unit. `scale` is how
    many units of the class group's full index one unit stands for: 0.1 for a one-tenth index.
    """

    position: int
    """Index into the positions."""
    kind: InstrumentKind
    strike: float
    expiration: float
    """Serial day."""
    american: bool
    contracts: int
    is_long: bool
    multiplier: float
    value: float
    underlying: Underlying
    scale: float = 1.0
    settled: bool = False
    """Whether it settled at the open of the day and is cash by now."""

    @property
    def is_call(self) -> bool:
        """Whether the option is a call; else it is a put."""
        return self.kind is InstrumentKind.CALL

    @property
    def units_per_contract(self) -> float:
        """Units of the group's full index that one contract stands for."""
        return self.multiplier * self.scale

    @property
    def index_strike(self) -> float:
        """Strike in $ per unit of the group's full index: 4,800 for 480 on a one-tenth index."""
        return self.strike / self.scale

    @property
    def expires_on(self) -> date:
        """The calendar day on which the option expires."""
        return date_of(self.expiration)

    @property
    def itm_amount(self) -> float:
        """In-the-money amount at the underlying's spot, $ per unit, >= 0."""
        return self.intrinsic_value(self.underlying.spot)

    @property
    def otm_amount(self) -> float:
        """Out-of-the-money amount at the underlying's spot, $ per unit, >= 0."""
        above = self.strike - self.underlying.spot
        return max(0.0, above if self.is_call else -above)

    def intrinsic_value(self, spot: float) -> float:
        """Value if exercised with the underlying at this price, $ per unit, >= 0."""
        above = spot - self.strike
        return max(0.0, above if self.is_call else -above)


@dataclass(frozen=True)
class StockLeg:
    """Shares of one stock position; `shares` is signed, `value` the cost or mark, $ per share."""

    position: int
    underlying: Underlying
    shares: float
    value: float
