"""The least cost of a program, with the proof of how far below it any answer could be.

The relaxation, which allows fractions, comes first: where its answer is whole it is the least.
Otherwise a few branches are followed by hand, where the relaxation is kept warm, and what they do
not settle goes to the solver's own branch and bound; in a large program first to a search near the
relaxation's answer, which finds a good one soon. HiGHS does the work in either of two forms: held
open by `highspy` where that is installed, or called through SciPy, which is everywhere. Both prove
the same least cost.
"""

from __future__ import annotations

import importlib.util
import time
from functools import cache
from typing import Final, Protocol

import numpy as np

from xlmargin.arrays import FloatArray
from xlmargin.strategy_margin.solver.program import HALF_A_CENT, Program, Relaxed, Solution

SECONDS: Final = 8.0
"""How long one program may take before the best answer so far is given with its bound."""

MANY_COLUMNS: Final = 600
"""Programs with more whole columns than this are large: not branched by hand."""

NEARBY: Final = 0.4
"""Share of its time that a large program may spend near the relaxation's answer."""

NEARBY_GAP: Final = 0.002
"""How near the least, as a share, an answer near the relaxation's is good enough."""

LEAST_SECONDS: Final = 0.05
"""What the search of all is given at least, if the time is gone before it."""

WHOLE: Final = 1e-6
"""A quantity this close to a whole number is that number."""


class Engine(Protocol):
    """What is asked of a solver for one program; None where there is no answer."""

    branches: int
    """How many relaxations are worth trying by hand before the search."""

    def __init__(self, program: Program) -> None: ...

    def relaxed(self, lower: FloatArray, upper: FloatArray) -> Relaxed | None:
        """Least cost with quantities between these limits, fractions allowed."""

    def searched(
        self,
        lower: FloatArray,
        upper: FloatArray,
        seconds: float,
        start: FloatArray | None = None,
        gap: float = 0.0,
    ) -> Solution | None:
        """Least cost in whole quantities between these limits that branch and bound finds in time.

        `start` is an answer to begin from. The search ends at a bound no further than `gap`, a
        share of the cost.
        """


def solved(
    program: Program, seconds: float = SECONDS, known: FloatArray | None = None
) -> Solution | None:
    """The least cost of a program in whole quantities; None where the rows cannot be met.

    `known` are quantities that meet the rows: the answer where the time is too short for a better.
    """
    if not program.cost.size:
        return Solution(np.zeros(0), 0.0, 0.0)
    deadline = time.perf_counter() + seconds
    engine = _engine()(program)
    root = engine.relaxed(np.zeros_like(program.upper), program.upper)
    if root is None:
        return None
    if _fractional(program, root.quantity) is None:
        return Solution(_rounded(program, root.quantity), root.cost, root.cost)
    if program.whole.sum() <= MANY_COLUMNS:
        found = _branched(program, engine, root)
    else:
        found = _nearby(program, engine, root.quantity, NEARBY * seconds)
    if found is not None and found.cost - max(root.cost, found.bound) <= HALF_A_CENT:
        return Solution(found.quantity, found.cost, found.cost)
    lower, upper = _worth_trying(program, root, found)
    left = max(deadline - time.perf_counter(), LEAST_SECONDS)
    start = None if found is None else found.quantity
    searched = engine.searched(lower, upper, left, start)
    best = _cheapest(program, found, searched, known)
    if best is None:
        return None
    bound = root.cost if searched is None else max(root.cost, searched.bound)
    return Solution(best.quantity, best.cost, min(bound, best.cost))


def _worth_trying(
    program: Program, root: Relaxed, found: Solution | None
) -> tuple[FloatArray, FloatArray]:
    """Limits of the quantities outside of which nothing can cost less than the answer found.

    Each unit away from the relaxation's answer adds the column's marginal cost at least.
    """
    lower, upper = np.zeros_like(program.upper), program.upper
    if found is None:
        return lower, upper
    at_lower = program.whole & (root.marginal > WHOLE)
    at_upper = program.whole & (root.marginal < -WHOLE)
    slack = found.cost - root.cost + HALF_A_CENT
    reach = np.floor(slack / np.where(at_lower | at_upper, np.abs(root.marginal), 1.0) + WHOLE)
    return (
        np.where(at_upper, np.maximum(lower, upper - reach), lower),
        np.where(at_lower, np.minimum(upper, reach), upper),
    )


def _cheapest(
    program: Program, found: Solution | None, searched: Solution | None, known: FloatArray | None
) -> Solution | None:
    """The cheapest of the answers there are."""
    answers = [answer for answer in (found, searched) if answer is not None]
    if known is not None:
        answers.append(Solution(known, float(program.cost @ known), -np.inf))
    return min(answers, key=lambda answer: answer.cost, default=None)


def _nearby(
    program: Program, engine: Engine, quantity: FloatArray, seconds: float
) -> Solution | None:
    """An answer with each quantity rounded up or down from the relaxation's; no bound of all."""
    lower = np.where(program.whole, np.floor(quantity + WHOLE), 0.0)
    upper = np.where(program.whole, np.ceil(quantity - WHOLE), program.upper)
    found = engine.searched(lower, upper, seconds, gap=NEARBY_GAP)
    return None if found is None else Solution(found.quantity, found.cost, -np.inf)


def _branched(program: Program, engine: Engine, root: Relaxed) -> Solution | None:
    """The best whole answer in a few branches, depth first; if cut short, bound by the root."""
    best: Solution | None = None
    stack = [(root.cost, np.zeros_like(program.upper), program.upper)]
    node: Relaxed | None = root
    for _ in range(engine.branches):
        _, lower, upper = stack.pop()
        if node is None:
            node = engine.relaxed(lower, upper)
        if node is not None and (best is None or node.cost < best.cost - HALF_A_CENT):
            column = _fractional(program, node.quantity)
            if column is None:
                best = Solution(_rounded(program, node.quantity), node.cost, root.cost)
            else:
                stack += _branches(node, column, lower, upper)
        node = None
        while stack and best is not None and stack[-1][0] >= best.cost - HALF_A_CENT:
            stack.pop()
        if not stack:
            break
    if best is None:
        return None
    bound = best.cost if not stack else root.cost
    return Solution(best.quantity, best.cost, bound)


def _branches(
    node: Relaxed, column: int, lower: FloatArray, upper: FloatArray
) -> list[tuple[float, FloatArray, FloatArray]]:
    """Both ways to round a column; the nearer one last, to be taken from the stack first."""
    bound, quantity = node.cost, float(node.quantity[column])
    above, below = lower.copy(), upper.copy()
    above[column], below[column] = np.ceil(quantity), np.floor(quantity)
    up, down = (bound, above, upper), (bound, lower, below)
    return [down, up] if quantity - np.floor(quantity) > 0.5 else [up, down]


def _fractional(program: Program, quantity: FloatArray) -> int | None:
    """The column that is furthest from whole among those that must be; None where all are."""
    distance = np.where(program.whole, np.abs(quantity - np.round(quantity)), 0.0)
    column = int(np.argmax(distance))
    return column if distance[column] > WHOLE else None


def _rounded(program: Program, quantity: FloatArray) -> FloatArray:
    return np.where(program.whole, np.round(quantity), quantity)


@cache
def _engine() -> type[Engine]:
    """The faster engine that this host has."""
    if importlib.util.find_spec("highspy") is not None:
        from xlmargin.strategy_margin.solver.highspy_engine import HighspyEngine

        return HighspyEngine
    from xlmargin.strategy_margin.solver.scipy_engine import ScipyEngine

    return ScipyEngine
