"""A small mixed-integer program, what engines claim of it, and what of that is believed.

A program knows nothing of margin: quantities of variables, within constraints, at the least cost. A
variable is something that may be done some number of times at a cost; a constraint is a sum over
the variables that must stay between two limits.

Nothing that an engine claims is believed: quantities are held against every constraint and their
cost is added up. The bound of a relaxation is recomputed from the duals of its constraints by weak
duality, which holds for any duals, right or wrong. Only the bound of a search in whole quantities
can be taken or left: it is left where the rest of that answer does not hold, or where a cheaper
answer is known.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from functools import cached_property
from hashlib import blake2b
from math import inf
from typing import Final, NamedTuple, Protocol

import numpy as np

from xlmargin.arrays import BoolArray, FloatArray, IntArray, beside

HALF_A_CENT: Final = 0.005
"""Costs, $, that differ by less are the same."""

TOLERANCE: Final = 1e-6
"""How far a quantity may be from whole, and a sum outside its limits as a share of its terms."""

DENSE: Final = 64
"""Entries of the whole matrix that are worked through while one is looked up by its place."""


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

    def weighed(self, dual: FloatArray) -> FloatArray:
        """The sums of the constraints so many times each, by variable.

        `dual` has shape (..., constraints), the answer (..., variables).
        """
        if DENSE * self.coefficient.size >= self.constraint_lower.size * self.cost.size:
            return dual @ self.matrix
        terms = self.coefficient * dual[..., self.constraint]
        first, is_empty = self.start[:-1], np.diff(self.start) == 0
        padded = np.concatenate([terms, np.zeros((*terms.shape[:-1], 1))], axis=-1)
        return np.where(is_empty, 0.0, np.add.reduceat(padded, first, axis=-1))

    def rounded(self, quantity: FloatArray) -> FloatArray:
        """Quantities with those that must be whole rounded to whole numbers."""
        return np.where(self.integer, np.round(quantity), quantity)


@dataclass(frozen=True, eq=False)
class CutProgram:
    """A program with more constraints: sums of its variables that are at least so much.

    `rows` has shape (constraints, variables), `least` an entry a row. They say nothing that is not
    so of every answer of the program in whole quantities.
    """

    program: Program
    rows: FloatArray
    least: FloatArray

    @property
    def cost(self) -> FloatArray:
        """What one of each variable costs, $."""
        return self.program.cost

    @cached_property
    def constraint_lower(self) -> FloatArray:
        """The least sum of each constraint, the program's own first."""
        return np.concatenate([self.program.constraint_lower, self.least])

    @cached_property
    def constraint_upper(self) -> FloatArray:
        """The greatest sum of each constraint."""
        return np.concatenate([self.program.constraint_upper, np.full(self.least.size, inf)])

    def weighed(self, dual: FloatArray) -> FloatArray:
        """The sums of the constraints so many times each, by variable; as a program's own."""
        own = self.program.constraint_lower.size
        found: FloatArray = dual[..., :own] @ self.program.matrix + dual[..., own:] @ self.rows
        return found

    def joined(self, rows: FloatArray, least: FloatArray) -> CutProgram:
        """The same with more such constraints."""
        joined = np.concatenate([self.rows, rows]), np.concatenate([self.least, least])
        return CutProgram(self.program, *joined)


@dataclass(frozen=True, eq=False)
class Solution:
    """Quantities of the variables, what they cost, and the cost that none can be below.

    Where a search was cut short by its time, or an engine's proof did not hold, the two differ.
    """

    quantity: FloatArray
    cost: float
    lower_bound: float

    @property
    def gap(self) -> float:
        """How much less than these other quantities may cost, $, 0 or more."""
        return max(0.0, self.cost - self.lower_bound)

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
    _limits: tuple[list[float], list[float]] = field(default_factory=lambda: ([], []))
    _start: list[int] = field(default_factory=lambda: [0])
    _constraint: list[int] = field(default_factory=list)
    _coefficient: list[float] = field(default_factory=list)

    def constraint(self, lower: float = -inf, upper: float = inf) -> int:
        """Index of a new constraint whose sum must stay between the limits."""
        for limits, limit in zip(self._limits, (lower, upper), strict=True):
            limits.append(limit)
        return len(self._limits[0]) - 1

    def variable(
        self,
        cost: float,
        upper: float,
        entries: Iterable[tuple[int, float]],
        *,
        integer: bool = True,
    ) -> int:
        """Index of a new variable: cost, greatest quantity, (constraint, coefficient) pairs."""
        for row, coefficient in entries:
            self._constraint.append(row)
            self._coefficient.append(coefficient)
        self._start.append(len(self._constraint))
        self._cost.append(cost)
        self._upper.append(upper)
        self._integer.append(integer)
        return len(self._cost) - 1

    def build(self) -> Program:
        """The program with all variables and constraints so far."""
        (program,) = self.build_each()
        return program

    def build_each(self) -> list[Program]:
        """A program of each row of columns; what is a number they share.

        One alone where nothing is a column.
        """
        every = (self._cost, self._upper, *self._limits, self._coefficient)
        columns = [np.atleast_2d(beside(amounts)) for amounts in every]
        count = max(map(len, columns))
        integer, start, constraint = (
            np.array(self._integer, dtype=bool),
            np.array(self._start, dtype=np.int64),
            np.array(self._constraint, dtype=np.int64),
        )
        each = (list(own) if len(own) == count else [own[0]] * count for own in columns)
        return [
            Program(cost, upper, integer, lower, most, start, constraint, coefficient)
            for cost, upper, lower, most, coefficient in zip(*each, strict=True)
        ]


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


class UnverifiedAnswer(Exception):
    """An engine's claim that does not hold."""


@dataclass(frozen=True, eq=False)
class LpRelaxation:
    """The least cost with fractions allowed: verified bound, quantities as claimed.

    `lower_bound` is infinite where it is verified that nothing meets the constraints;
    `reduced_cost` is what one more of each variable adds to it at least. Both follow from the
    duals alone.
    """

    lower_bound: float
    quantity: FloatArray | None
    reduced_cost: FloatArray


def is_feasible(program: Program, quantity: FloatArray) -> bool:
    """Whether quantities are whole where they must be, and meet their limits and constraints."""
    if not np.isfinite(quantity).all():
        return False
    terms, size = quantity[program.variable] * program.coefficient, program.constraint_lower.size
    total = np.bincount(program.constraint, terms, size)
    slack = TOLERANCE * (1 + np.bincount(program.constraint, np.abs(terms), size))
    return bool(
        (np.abs(quantity - program.rounded(quantity)) <= TOLERANCE).all()
        and (quantity >= -TOLERANCE).all()
        and (quantity <= program.upper + TOLERANCE).all()
        and (total >= program.constraint_lower - slack).all()
        and (total <= program.constraint_upper + slack).all()
    )


def dual_bound(
    program: Program | CutProgram,
    cost: FloatArray,
    dual: FloatArray,
    lower: FloatArray,
    upper: FloatArray,
) -> tuple[float, FloatArray]:
    """What no quantities between the limits can cost less than, and the reduced costs.

    Each constraint counts at the limit that its dual is for, each variable at the limit that its
    reduced cost prefers. A dual for a limit that its constraint does not have counts for nothing.
    """
    bound, reduced = dual_bounds(program, cost, dual[None], lower[None], upper[None])
    return float(bound[0]), reduced[0]


def dual_bounds(
    program: Program | CutProgram,
    cost: FloatArray,
    dual: FloatArray,
    lower: FloatArray,
    upper: FloatArray,
) -> tuple[FloatArray, FloatArray]:
    """The same of many duals at once, each between limits of its own; a row for each."""
    limit = np.where(dual > 0, program.constraint_lower, program.constraint_upper)
    without = ~(np.isfinite(limit) & np.isfinite(dual))
    dual, limit = np.where(without, 0.0, dual), np.where(without, 0.0, limit)
    reduced = cost - program.weighed(dual)
    preferred = np.where((reduced < -TOLERANCE) | (upper < np.inf) & (reduced < 0), upper, lower)
    bound = (dual * limit).sum(axis=1) + (reduced * preferred).sum(axis=1)
    return np.where(np.isnan(bound), -np.inf, bound), reduced


def verified_relaxation(
    program: Program | CutProgram, claim: LpClaim, lower: FloatArray, upper: FloatArray
) -> LpRelaxation:
    """What follows from an engine's answer with fractions allowed.

    That there is no answer is proven by duals that bound a cost of nothing above nothing.
    """
    none, nothing = np.zeros_like(program.constraint_lower), np.zeros_like(program.cost)
    dual = none if claim.dual is None else claim.dual
    if claim.quantity is None:
        for ray in (dual, -dual):
            if dual_bound(program, nothing, ray, lower, upper)[0] > TOLERANCE:
                return LpRelaxation(np.inf, None, nothing)
        dual = none
    bound, reduced = dual_bound(program, program.cost, dual, lower, upper)
    return LpRelaxation(bound, claim.quantity, reduced)


@dataclass(eq=False)
class Incumbent:
    """The cheapest verified quantities so far, and the verified cost that none can be below."""

    program: Program
    quantity: FloatArray | None = None
    cost: float = np.inf
    lower_bound: float = -np.inf

    def offer(self, quantity: FloatArray) -> float:
        """What quantities cost, kept if they are cheaper; refused where they do not hold."""
        if not is_feasible(self.program, quantity):
            raise UnverifiedAnswer("quantities that are not whole or break a constraint")
        whole = self.program.rounded(quantity)
        cost = float(self.program.cost @ whole)
        if cost < self.cost:
            self.quantity, self.cost = whole, cost
        return cost

    def offer_known(self, quantity: FloatArray | None) -> None:
        """The same for quantities that may be none, or not meet the constraints after all."""
        if quantity is not None and is_feasible(self.program, quantity):
            self.offer(quantity)

    def offer_claim(self, claim: MipClaim) -> None:
        """The same, and they must cost what is claimed, and no less than the claimed bound."""
        cost = self.offer(claim.quantity)
        if not claim.lower_bound <= cost + HALF_A_CENT:
            raise UnverifiedAnswer(f"a bound of {claim.lower_bound:g} above a cost of {cost:g}")
        if not abs(claim.cost - cost) <= HALF_A_CENT + TOLERANCE * abs(cost):
            raise UnverifiedAnswer(f"a cost of {claim.cost:g} for quantities that cost {cost:g}")

    def raise_bound(self, lower_bound: float) -> None:
        """A bound of all quantities; refused where a cheaper answer is known."""
        if not lower_bound <= self.cost + HALF_A_CENT:
            raise UnverifiedAnswer(f"a bound of {lower_bound:g} above a cost of {self.cost:g}")
        self.lower_bound = max(self.lower_bound, lower_bound)

    @property
    def is_proven(self) -> bool:
        """Whether no other quantities cost less, to half a cent."""
        return self.cost - self.lower_bound <= HALF_A_CENT

    def solution(self) -> Solution | None:
        """The answer so far; None where nothing was found."""
        if self.quantity is None:
            return None
        return Solution(self.quantity, self.cost, min(self.lower_bound, self.cost))
