"""What a solver requires for, and what it claims: nothing of it is believed (`verification`)."""

from __future__ import annotations

from typing import NamedTuple, Protocol

from xlmargin.arrays import FloatArray
from xlmargin.strategy_margin.solver.program import Program


class LpClaim(NamedTuple):
    """An engine's answer with fractions allowed.

    `quantity` is None where the engine says that there is no answer; `dual` has a value for each
    constraint, of the least cost or of the proof that there is none, or is None.
    """

    quantity: FloatArray | None
    dual: FloatArray | None


class MipClaim(NamedTuple):
    """An engine's answer in whole quantities, what it says that costs, and the least it proved."""

    quantity: FloatArray
    cost: float
    lower_bound: float


class Engine(Protocol):
    """A solver with one program in it.

    Without `presolve` it solves the program as it stands and simplifies nothing first.
    """

    dives: int
    """How many relaxations are worth trying by hand before the search."""

    def __init__(self, program: Program, *, presolve: bool = True) -> None: ...

    def relax(self, lower: FloatArray, upper: FloatArray) -> LpClaim:
        """Least cost with quantities between these limits, fractions allowed."""

    def search(
        self, lower: FloatArray, upper: FloatArray, seconds: float, gap: float = 0.0
    ) -> MipClaim | None:
        """Least cost in whole quantities between these limits; None where none was found in time.

        The search ends at a bound no further than `gap`, a share of the cost.
        """
