"""The least cost of a program, with the verified proof of how far below it any answer could be.

The relaxation, which allows fractions, comes first: where its answer is whole it is the least.
Otherwise a few branches are followed by hand, where the relaxation is kept warm, and what they do
not settle goes to the engine's own branch and bound; in a large program first to a search in the
rounding neighbourhood of the relaxation's answer, which finds a good one soon. HiGHS does the work
in either of two forms: held open by `highspy` where that is installed, or called through SciPy,
which is everywhere. Both prove the same least cost, and neither is believed: a claim that does not
hold (`verification`) is worked out again without simplification, and then through SciPy.
"""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Iterator
from functools import cache
from typing import Final

import numpy as np

from xlmargin.arrays import FloatArray
from xlmargin.strategy_margin.solver.engine import Engine
from xlmargin.strategy_margin.solver.program import HALF_A_CENT, Program, Solution
from xlmargin.strategy_margin.solver.verification import (
    TOLERANCE,
    Incumbent,
    LpRelaxation,
    UnverifiedAnswer,
    verified_relaxation,
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
