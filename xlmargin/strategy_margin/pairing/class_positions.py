"""What an account holds of one class, as the pairing takes it: contracts and shares, not rows.

Rows on the same contract at the same price are one holding, and long and short contracts of one
series have closed each other out, so that the order of rows and how they are split do not matter.
Each holding remembers its rows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from xlmargin.strategy_margin.rules.legs import OptionLeg, RequirementKind, StockLeg


@dataclass(frozen=True)
class Lot:
    """A signed quantity of one position: contracts or shares."""

    position: int
    quantity: float


@dataclass(frozen=True)
class HeldOption:
    """Contracts of one series held at one price; long and short never both.

    `leg` counts with the market value, `cost` is the price that counts initially. Options that
    share an `instrument` may stand in one spread; one below 0 is of a series that has settled,
    which stands with nothing.
    """

    leg: OptionLeg
    cost: float
    instrument: int
    lots: tuple[Lot, ...]

    def at(self, kind: RequirementKind) -> OptionLeg:
        """The contracts as the kind of requirement counts them."""
        return (
            self.leg if kind is RequirementKind.MAINTENANCE else replace(self.leg, value=self.cost)
        )


@dataclass(frozen=True)
class HeldStock:
    """Net shares of one underlying, long or short, at their average cost.

    `boxed` shares are held long and sold short at once, beside the net ones.
    """

    leg: StockLeg
    cost: float
    instrument: int
    lots: tuple[Lot, ...]
    against_the_box: tuple[Lot, ...]
    against_the_box_shares: float
    against_the_box_long_cost: float
    against_the_box_short_cost: float

    def at(self, kind: RequirementKind) -> StockLeg:
        """The net shares as the kind of requirement counts them."""
        return (
            self.leg if kind is RequirementKind.MAINTENANCE else replace(self.leg, value=self.cost)
        )


@dataclass(frozen=True, eq=False)
class ClassPositions:
    """Everything that is margined together: one class of one account, or one forced group of it."""

    account: int
    name: str
    group: int
    positions: tuple[int, ...]
    options: tuple[HeldOption, ...]
    stocks: tuple[HeldStock, ...]
    closed: tuple[Lot, ...]
    """Contracts, long and short of one series, that have closed each other out."""

    def option_legs(self, kind: RequirementKind) -> tuple[OptionLeg, ...]:
        """The options as the kind of requirement counts them."""
        return self._option_legs[kind]

    def stock_legs(self, kind: RequirementKind) -> tuple[StockLeg, ...]:
        """The net shares as the kind of requirement counts them."""
        return self._stock_legs[kind]

    @cached_property
    def _option_legs(self) -> dict[RequirementKind, tuple[OptionLeg, ...]]:
        return {kind: tuple(o.at(kind) for o in self.options) for kind in RequirementKind}

    @cached_property
    def _stock_legs(self) -> dict[RequirementKind, tuple[StockLeg, ...]]:
        return {kind: tuple(s.at(kind) for s in self.stocks) for kind in RequirementKind}


def take_lots(lots: list[Lot], shares: float) -> tuple[list[Lot], list[Lot]]:
    """The first so many shares of the pieces, and the rest."""
    first: list[Lot] = []
    rest: list[Lot] = []
    for lot in lots:
        sign = 1 if lot.quantity > 0 else -1
        taken = min(shares, abs(lot.quantity))
        shares -= taken
        if taken:
            first.append(Lot(lot.position, sign * taken))
        if abs(lot.quantity) > taken:
            rest.append(Lot(lot.position, lot.quantity - sign * taken))
    return first, rest
