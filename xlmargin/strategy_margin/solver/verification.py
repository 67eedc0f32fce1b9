"""What is believed of an engine's claims: quantities, costs and bounds, each worked out again.

Quantities are held against every constraint and their cost is added up. The bound of a relaxation
is recomputed from the duals of its constraints by weak duality, which holds for any duals, right or
wrong. Only the bound of a search in whole quantities can be taken or left: it is left where the
rest of that answer does not hold, or where a cheaper answer is known.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from xlmargin.arrays import FloatArray
from xlmargin.strategy_margin.solver.program import (
    HALF_A_CENT,
    LpClaim,
    MipClaim,
    Program,
    Solution,
)

TOLERANCE: Final = 1e-6
"""How far a quantity may be from whole, and a sum outside its limits as a share of its terms."""


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
    program: Program, cost: FloatArray, dual: FloatArray, lower: FloatArray, upper: FloatArray
) -> tuple[float, FloatArray]:
    """What no quantities between the limits can cost less than, and the reduced costs.

    Each constraint counts at the limit that its dual is for, each variable at the limit that its
    reduced cost prefers. A dual for a limit that its constraint does not have counts for nothing.
    """
    bound, reduced = dual_bounds(program, cost, dual[None], lower[None], upper[None])
    return float(bound[0]), reduced[0]


def dual_bounds(
    program: Program, cost: FloatArray, dual: FloatArray, lower: FloatArray, upper: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """The same of many duals at once, each between limits of its own; a row for each."""
    limit = np.where(dual > 0, program.constraint_lower, program.constraint_upper)
    without = ~(np.isfinite(limit) & np.isfinite(dual))
    dual, limit = np.where(without, 0.0, dual), np.where(without, 0.0, limit)
    reduced = cost - program.by_variable(program.coefficient * dual[:, program.constraint])
    preferred = np.where((reduced < -TOLERANCE) | (upper < np.inf) & (reduced < 0), upper, lower)
    bound = (dual * limit).sum(axis=1) + (reduced * preferred).sum(axis=1)
    return np.where(np.isnan(bound), -np.inf, bound), reduced


def verified_relaxation(
    program: Program, claim: LpClaim, lower: FloatArray, upper: FloatArray
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
