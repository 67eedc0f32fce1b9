"""A small mixed-integer program: quantities of variables, within constraints, at the least cost.

It knows nothing of margin. A variable is something that may be done some number of times at a cost;
a constraint is a sum over the variables that must stay between two limits. An engine solves it, and
nothing that an engine claims is believed: `branch_and_bound` works it out again.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from hashlib import blake2b
from math import inf
from typing import Final, NamedTuple, Protocol

import numpy as np

from xlmargin.arrays import BoolArray, FloatArray, IntArray

HALF_A_CENT: Final = 0.005
"""Costs, $, that differ by less are the same."""


@dataclass(frozen=True, eq=False)
class Program:
    """Least `cost @ quantity` with 0 <= quantity <= `upper` and every constraint in its limits.

    The matrix is stored variable by variable: the entries of variable j are those from `start[j]`
    to `start[j + 1]` of `constraint` and `coefficient`. Where `integer` is false a variable may
    take any quantity, not whole ones alone.
    """

    cost: FloatArray
    upper: FloatArray
    integer: BoolArray
    constraint_lower: FloatArray
    constraint_upper: FloatArray
    start: IntArray
    constraint: IntArray
    coefficient: FloatArray

    @property
    def digest(self) -> bytes:
        """What two programs share if all their numbers are the same, and else do not."""
        return self._digest(*(each.name for each in fields(self)))

    @property
    def form(self) -> bytes:
        """What two programs share that differ at most in costs and coefficients."""
        limits = ("upper", "integer", "constraint_lower", "constraint_upper")
        return self._digest(*limits, "start", "constraint")

    def _digest(self, *names: str) -> bytes:
        whole = blake2b(digest_size=16)
        for name in names:
            whole.update(getattr(self, name).tobytes())
        return whole.digest()

    @cached_property
    def variable(self) -> IntArray:
        """The variable of each entry."""
        return np.repeat(np.arange(self.cost.size), np.diff(self.start))

    @cached_property
    def matrix(self) -> FloatArray:
        """The coefficients, shape (constraints, variables)."""
        whole = np.zeros((self.constraint_lower.size, self.cost.size))
        np.add.at(whole, (self.constraint, self.variable), self.coefficient)
        return whole

    def by_variable(self, terms: FloatArray) -> FloatArray:
        """Terms of the entries, shape (..., entries), added up by variable."""
        first, is_empty = self.start[:-1], np.diff(self.start) == 0
        padded = np.concatenate([terms, np.zeros((*terms.shape[:-1], 1))], axis=-1)
        return np.where(is_empty, 0.0, np.add.reduceat(padded, first, axis=-1))

    def joined(self, rows: FloatArray, least: FloatArray) -> Program:
        """The program with more constraints: sums of its variables that are at least so much.

        `rows` has shape (constraints, variables).
        """
        row, variable = np.nonzero(rows)
        own = self.constraint_lower.size
        place = np.argsort(np.concatenate([self.variable, variable]), kind="stable")
        counts = np.diff(self.start) + np.bincount(variable, minlength=self.cost.size)
        return replace(
            self,
            constraint_lower=np.concatenate([self.constraint_lower, least]),
            constraint_upper=np.concatenate([self.constraint_upper, np.full(least.size, inf)]),
            start=np.concatenate([[0], np.cumsum(counts)]),
            constraint=np.concatenate([self.constraint, own + row])[place],
            coefficient=np.concatenate([self.coefficient, rows[row, variable]])[place],
        )

    def rounded(self, quantity: FloatArray) -> FloatArray:
        """Quantities with those that must be whole rounded to whole numbers."""
        return np.where(self.integer, np.round(quantity), quantity)


@dataclass(frozen=True, eq=False)
class Solution:
    """Quantities of the variables, what they cost, and the cost that none can be below.

    Where a search was cut short by its time, or an engine's proof did not hold, the two differ.
    """

    quantity: FloatArray
    cost: float
    lower_bound: float

    @property
    def is_proven(self) -> bool:
        """Whether no other quantities cost less, to half a cent."""
        return self.cost - self.lower_bound <= HALF_A_CENT


@dataclass
class ProgramBuilder:
    """Collects variables and constraints; `build` returns the arrays."""

    _cost: list[float] = field(default_factory=list)
    _upper: list[float] = field(default_factory=list)
    _integer: list[bool] = field(default_factory=list)
    _constraint_lower: list[float] = field(default_factory=list)
    _constraint_upper: list[float] = field(default_factory=list)
    _start: list[int] = field(default_factory=lambda: [0])
    _constraint: list[int] = field(default_factory=list)
    _coefficient: list[float] = field(default_factory=list)

    def constraint(self, lower: float = -inf, upper: float = inf) -> int:
        """Index of a new constraint whose sum must stay between the limits."""
        self._constraint_lower.append(lower)
        self._constraint_upper.append(upper)
        return len(self._constraint_lower) - 1

    def variable(
        self,
        cost: float,
        upper: float,
        entries: Iterable[tuple[int, float]],
        *,
        integer: bool = True,
    ) -> int:
        """Index of a new variable: cost, greatest quantity, (constraint, coefficient) pairs."""
        for constraint, coefficient in entries:
            self._constraint.append(constraint)
            self._coefficient.append(coefficient)
        self._start.append(len(self._constraint))
        self._cost.append(cost)
        self._upper.append(upper)
        self._integer.append(integer)
        return len(self._cost) - 1

    def build(self) -> Program:
        """The program with all variables and constraints so far."""
        return Program(
            np.array(self._cost, dtype=np.float64),
            np.array(self._upper, dtype=np.float64),
            np.array(self._integer, dtype=bool),
            np.array(self._constraint_lower, dtype=np.float64),
            np.array(self._constraint_upper, dtype=np.float64),
            np.array(self._start, dtype=np.int64),
            np.array(self._constraint, dtype=np.int64),
            np.array(self._coefficient, dtype=np.float64),
        )


class LpClaim(NamedTuple):
    """An engine's answer with fractions allowed.

    `quantity` is None where the engine says that there is no answer; `dual` has a value for each
    constraint, of the least cost or of the proof that there is none, or is None. `basic` are the
    variables that stand at none of their limits, and make a corner; the sums of the constraints
    are variables too, after the program's own. None where the engine does not say.
    """

    quantity: FloatArray | None
    dual: FloatArray | None
    basic: IntArray | None = None


class MipClaim(NamedTuple):
    """An engine's answer in whole quantities, what it says that costs, and the least it proved."""

    quantity: FloatArray
    cost: float
    lower_bound: float


class Engine(Protocol):
    """A solver with one program in it.

    Without `presolve` it solves the program as it stands and simplifies nothing first.
    """

    def __init__(self, program: Program, *, presolve: bool = True) -> None: ...

    def limit(self, program: Program) -> None:
        """Take a program that is the same but for the limits of its constraints."""

    def relax(self, lower: FloatArray, upper: FloatArray) -> LpClaim:
        """Least cost with quantities between these limits, fractions allowed."""

    def search(
        self, lower: FloatArray, upper: FloatArray, seconds: float, gap: float = 0.0
    ) -> MipClaim | None:
        """Least cost in whole quantities between these limits; None where none was found in time.

        The search ends at a bound no further than `gap`, a share of the cost.
        """
