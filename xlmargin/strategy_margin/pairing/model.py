"""The model a pairing is solved by: a constraint for each holding, a variable for each use of it.

Every module of the pairing adds the variables of one kind of strategy. What a variable means is
kept beside the program, so that a solution can be read back as strategies.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import Enum, auto
from itertools import repeat
from math import inf
from typing import NamedTuple

from xlmargin.strategy_margin.rules.legs import OptionLeg
from xlmargin.strategy_margin.solver.program import Program, ProgramBuilder


class Role(Enum):
    """What a contract, or a lot of stock with its contracts, is used for."""

    UNCOVERED = auto()
    """A short option by itself, or the greater side of a straddle or strangle."""
    LESSER_SIDE = auto()
    """The side of a straddle or strangle of which the option's value alone requires."""
    SPREAD = auto()
    """Part of a set margined under the general spread rule."""
    BOX = auto()
    """A long call and short put, or a long put and short call, of a long European box."""
    STRADDLE = auto()
    """A short put and a short call, in a pairing that is solved."""
    LONG = auto()
    """A long option in no hedge or spread."""
    STOCK = auto()
    """Stock by itself."""
    AGAINST_THE_BOX = auto()
    """Stock held long and sold short at once."""
    COVERED = auto()
    PARTLY_COVERED = auto()
    """A short option on more shares than are left over from whole lots, which cover a part."""
    PROTECTED = auto()
    COLLAR = auto()
    CONVERSION = auto()
    """A conversion, or a reverse conversion where the stock is short."""
    FUND = auto()
    """A short index call covered by a fund."""
    NOT_PERMITTED = auto()
    """A short option that the account may not carry; there to be refused by name."""


class Variable(NamedTuple):
    """What one variable of the program stands for: a use of option legs, of stock, in one spread.

    `stock` is the index of a stock leg, or -1; `spread` numbers the sets of the general spread
    rule.
    """

    role: Role
    options: tuple[int, ...]
    stock: int = -1
    spread: int = -1


@dataclass
class PairingModel:
    """The program in the making, the meaning of its variables, a constraint of each option leg."""

    options: tuple[OptionLeg, ...]
    builder: ProgramBuilder = field(default_factory=ProgramBuilder)
    variables: list[Variable | None] = field(default_factory=list)
    alone: list[float] = field(default_factory=list)
    """Quantity of each variable if everything stands by itself: a pairing that is always there."""
    held: list[int] = field(init=False)

    def __post_init__(self) -> None:
        """A row an option leg: every short contract is used; a long one need not be."""
        self.held = [
            self.builder.constraint(0 if leg.is_long else leg.contracts, leg.contracts)
            for leg in self.options
        ]

    def add(
        self,
        variable: Variable,
        cost: float,
        upper: float,
        entries: Iterable[tuple[int, float]] = (),
        contracts: Iterable[float] = repeat(1.0),
    ) -> None:
        """A use of whole contracts: $ for each, greatest quantity, constraints beside its legs'.

        `contracts` are those of each option in one use.
        """
        own = [(self.held[i], n) for i, n in zip(variable.options, contracts, strict=False)]
        self.builder.variable(cost, upper, [*own, *entries])
        self.variables.append(variable)
        self.alone.append(upper if variable.role in (Role.UNCOVERED, Role.NOT_PERMITTED) else 0.0)

    def add_amount(
        self,
        cost: float,
        entries: Iterable[tuple[int, float]],
        alone: float = 0.0,
    ) -> None:
        """A quantity that is an amount and no use of contracts: it need not be whole."""
        self.builder.variable(cost, inf, entries, integer=False)
        self.variables.append(None)
        self.alone.append(alone)

    def build(self) -> Program:
        """The program."""
        return self.builder.build()
