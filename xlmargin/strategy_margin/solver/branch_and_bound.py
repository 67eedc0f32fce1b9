"""The least cost of a program, with the verified proof of how far below it any answer could be.

The relaxation, which allows fractions, comes first: where its answer is whole it is the least.
Otherwise a few branches are followed by hand, where the relaxation is kept warm, and what they do
not settle goes to the engine's own branch and bound; in a large program first to a search in the
rounding neighbourhood of the relaxation's answer, which finds a good one soon. HiGHS does the work
in either of two forms: held open by `highspy` where that is installed, or called through SciPy,
which is everywhere. Both prove the same least cost, and neither is believed: a claim that does not
hold is worked out again without simplification, and then through SciPy.

What a claim is held against: quantities are held against every constraint, their cost is added up
again, and the bound of a relaxation is recomputed from the duals of its constraints by weak
duality, which holds for any duals, right or wrong. Only the bound of a search in whole quantities
can be taken or left: it is left where the rest of that answer does not hold, or where a cheaper
answer is known.
"""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np

from xlmargin.arrays import FloatArray
from xlmargin.strategy_margin.solver.program import (
    HALF_A_CENT,
    Engine,
    LpClaim,
    MipClaim,
    Program,
    Solution,
)

SECONDS: Final = 8.0
"""How long one program may take before the best answer so far is given with its bound."""

MANY_VARIABLES: Final = 600
"""Programs with more whole variables than this are large: not branched by hand."""

NEARBY: Final = 0.4
"""Share of its time that a large program may spend near the relaxation's answer."""

NEARBY_GAP: Final = 0.002
"""How near the least, as a share, an answer near the relaxation's is good enough."""

LEAST_SECONDS: Final = 0.05
"""What the search of all is given at least, if the time is gone before it."""


def solve(
    program: Program, seconds: float = SECONDS, known: FloatArray | None = None
) -> Solution | None:
    """The least cost of a program in whole quantities; None where the constraints cannot be met.

    `known` are quantities that meet the constraints: the answer where nothing better is found.
    """
    if not program.cost.size:
        return Solution(np.zeros(0), 0.0, 0.0)
    deadline = time.perf_counter() + seconds
    incumbent = Incumbent(program)
    for engine in _engines(program):
        try:
            _solve_by(engine, incumbent, known, deadline)
        except UnverifiedAnswer:
            continue
        return incumbent.solution()
    incumbent.offer_known(known)
    return incumbent.solution()


def _engines(program: Program) -> Iterator[Engine]:
    """The ways to solve a program: the others for a claim that did not hold."""
    fast = _engine()
    yield fast(program)
    yield fast(program, presolve=False)
    yield _scipy_engine()(program)


@cache
def _engine() -> type[Engine]:
    """The faster engine that this host has."""
    if importlib.util.find_spec("highspy") is None:
        return _scipy_engine()
    from xlmargin.strategy_margin.solver.highspy_engine import HighspyEngine

    return HighspyEngine


def _scipy_engine() -> type[Engine]:
    from xlmargin.strategy_margin.solver.scipy_engine import ScipyEngine

    return ScipyEngine


def _solve_by(
    engine: Engine, incumbent: Incumbent, known: FloatArray | None, deadline: float
) -> None:
    """Better the answer, and prove it as far as the time allows, with one engine."""
    program = incumbent.program
    lower, upper = np.zeros_like(program.upper), program.upper
    root = verified_relaxation(program, engine.relax(lower, upper), lower, upper)
    if root.lower_bound == np.inf:
        return
    incumbent.raise_bound(root.lower_bound)
    if root.quantity is None or not _is_tight(program, root):
        raise UnverifiedAnswer("a relaxation whose quantities do not cost what its duals bound")
    if _fractional(program, root.quantity) is None:
        incumbent.offer(root.quantity)
    elif program.integer.sum() <= MANY_VARIABLES:
        _dive(engine, incumbent, root)
    else:
        _rens(engine, incumbent, root.quantity, NEARBY * (deadline - time.perf_counter()))
    if incumbent.is_proven:
        return
    incumbent.offer_known(known)
    left = max(deadline - time.perf_counter(), LEAST_SECONDS)
    found = engine.search(*_reduced_cost_fixing(incumbent, root), left)
    if found is not None:
        incumbent.offer_claim(found)
        incumbent.raise_bound(found.lower_bound)
    elif time.perf_counter() < deadline:
        raise UnverifiedAnswer("a search that ends before its time without an answer")


def _is_tight(program: Program, root: LpRelaxation) -> bool:
    """Whether the quantities of a relaxation cost what its duals bound, as the least must."""
    assert root.quantity is not None
    cost = float(program.cost @ root.quantity)
    return abs(cost - root.lower_bound) <= HALF_A_CENT + TOLERANCE * abs(cost)


def _reduced_cost_fixing(incumbent: Incumbent, root: LpRelaxation) -> tuple[FloatArray, FloatArray]:
    """Limits of the quantities outside of which nothing can cost less than the incumbent.

    Each unit away from the preferred limit adds the variable's reduced cost at least.
    """
    program = incumbent.program
    lower, upper = np.zeros_like(program.upper), program.upper
    if incumbent.quantity is None:
        return lower, upper
    at_lower = program.integer & (root.reduced_cost > TOLERANCE)
    at_upper = program.integer & (root.reduced_cost < -TOLERANCE)
    slack = incumbent.cost - root.lower_bound + HALF_A_CENT
    size = np.where(at_lower | at_upper, np.abs(root.reduced_cost), 1.0)
    reach = np.floor(slack / size + TOLERANCE)
    return (
        np.where(at_upper, np.maximum(lower, upper - reach), lower),
        np.where(at_lower, np.minimum(upper, reach), upper),
    )


def _rens(engine: Engine, incumbent: Incumbent, quantity: FloatArray, seconds: float) -> None:
    """Search with each quantity rounded up or down from the relaxation's; no bound of all."""
    program = incumbent.program
    lower = np.where(program.integer, np.floor(quantity + TOLERANCE), 0.0)
    upper = np.where(program.integer, np.ceil(quantity - TOLERANCE), program.upper)
    found = engine.search(lower, upper, seconds, NEARBY_GAP)
    if found is not None:
        incumbent.offer_claim(found)


def _dive(engine: Engine, incumbent: Incumbent, root: LpRelaxation) -> None:
    """A few branches, depth first; where they settle all, the answer is proven.

    A branch is settled by its own bound, by a whole answer as cheap as its bound, or by its two
    branches.
    """
    program = incumbent.program
    stack = [(root.lower_bound, np.zeros_like(program.upper), program.upper)]
    unsettled, node = np.inf, root
    for number in range(engine.dives):
        above, lower, upper = stack.pop()
        if number:
            node = verified_relaxation(program, engine.relax(lower, upper), lower, upper)
        bound = max(above, node.lower_bound)
        if bound < incumbent.cost - HALF_A_CENT:
            variable = None if node.quantity is None else _fractional(program, node.quantity)
            if node.quantity is None:
                unsettled = min(unsettled, bound)
            elif variable is not None:
                stack += _branches(bound, node.quantity, variable, lower, upper)
            elif incumbent.offer(node.quantity) > bound + HALF_A_CENT:
                unsettled = min(unsettled, bound)
        while stack and stack[-1][0] >= incumbent.cost - HALF_A_CENT:
            stack.pop()
        if not stack:
            break
    open_bound = min((bound for bound, *_ in stack), default=np.inf)
    incumbent.raise_bound(min(incumbent.cost, unsettled, open_bound))


def _branches(
    bound: float, quantity: FloatArray, variable: int, lower: FloatArray, upper: FloatArray
) -> list[tuple[float, FloatArray, FloatArray]]:
    """Both ways to round a variable; the nearer one last, to be taken from the stack first."""
    value = float(quantity[variable])
    above, below = lower.copy(), upper.copy()
    above[variable], below[variable] = np.ceil(value), np.floor(value)
    up, down = (bound, above, upper), (bound, lower, below)
    return [down, up] if value - np.floor(value) > 0.5 else [up, down]


def _fractional(program: Program, quantity: FloatArray) -> int | None:
    """The variable that is furthest from whole among those that must be; None where all are."""
    distance = np.abs(quantity - program.rounded(quantity))
    variable = int(np.argmax(distance))
    return variable if distance[variable] > TOLERANCE else None


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
    limit = np.where(dual > 0, program.constraint_lower, program.constraint_upper)
    without = ~(np.isfinite(limit) & np.isfinite(dual))
    dual, limit = np.where(without, 0.0, dual), np.where(without, 0.0, limit)
    terms = program.coefficient * dual[program.constraint]
    reduced = cost - np.bincount(program.variable, terms, cost.size)
    preferred = np.where((reduced < -TOLERANCE) | (upper < np.inf) & (reduced < 0), upper, lower)
    bound = float(dual @ limit + reduced @ preferred)
    return (bound if bound == bound else -np.inf), reduced


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
        """The same, and the claimed cost must be what the quantities cost."""
        cost = self.offer(claim.quantity)
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
