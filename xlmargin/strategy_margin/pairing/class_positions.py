"""What an account holds of one class, as the pairing takes it: contracts and shares, not rows.

Rows on the same contract at the same price are one holding, and long and short contracts of one
series have closed each other out, so that the order of rows and how they are split do not matter.
Each holding remembers its rows.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

from xlmargin.strategy_margin.rules.legs import OptionLeg, Phase, StockLeg


@dataclass(frozen=True)
class Piece:
    """A signed quantity of one position: contracts or shares."""

    position: int
    quantity: float


@dataclass(frozen=True)
class HeldOption:
    """Contracts of one series held at one price; long and short never both.

    `leg` counts with the market value, `cost` is the price that counts initially. Options that
    share an `instrument` may stand in one spread.
    """

    leg: OptionLeg
    cost: float
    instrument: int
    pieces: tuple[Piece, ...]

    def at(self, phase: Phase) -> OptionLeg:
        """The contracts as the phase counts them."""
        return self.leg if phase is Phase.MAINTENANCE else replace(self.leg, value=self.cost)


@dataclass(frozen=True)
class HeldStock:
    """Net shares of one underlying, long or short, at their average cost.

    `boxed` shares are held long and sold short at once, beside the net ones.
    """

    leg: StockLeg
    cost: float
    instrument: int
    pieces: tuple[Piece, ...]
    boxed: tuple[Piece, ...]
    boxed_shares: float
    boxed_long_cost: float
    boxed_short_cost: float

    def at(self, phase: Phase) -> StockLeg:
        """The net shares as the phase counts them."""
        return self.leg if phase is Phase.MAINTENANCE else replace(self.leg, value=self.cost)


@dataclass(frozen=True, eq=False)
class Holdings:
    """Everything that is margined together: one class of one account, or one forced group of it."""

    account: int
    name: str
    group: int
    positions: tuple[int, ...]
    options: tuple[HeldOption, ...]
    stocks: tuple[HeldStock, ...]
    closed: tuple[Piece, ...]
    """Contracts, long and short of one series, that have closed each other out."""

    def option_legs(self, phase: Phase) -> tuple[OptionLeg, ...]:
        """The options as the phase counts them."""
        return self._option_legs[phase]

    def stock_legs(self, phase: Phase) -> tuple[StockLeg, ...]:
        """The net shares as the phase counts them."""
        return self._stock_legs[phase]

    @cached_property
    def _option_legs(self) -> dict[Phase, tuple[OptionLeg, ...]]:
        return {phase: tuple(o.at(phase) for o in self.options) for phase in Phase}

    @cached_property
    def _stock_legs(self) -> dict[Phase, tuple[StockLeg, ...]]:
        return {phase: tuple(s.at(phase) for s in self.stocks) for phase in Phase}


def split(pieces: list[Piece], shares: float) -> tuple[list[Piece], list[Piece]]:
    """The first so many shares of the pieces, and the rest."""
    first: list[Piece] = []
    rest: list[Piece] = []
    for piece in pieces:
        sign = 1 if piece.quantity > 0 else -1
        taken = min(shares, abs(piece.quantity))
        shares -= taken
        if taken:
            first.append(Piece(piece.position, sign * taken))
        if abs(piece.quantity) > taken:
            rest.append(Piece(piece.position, piece.quantity - sign * taken))
    return first, rest
