"""The least cost of a program, with the proof of how far below it any answer could be.

The relaxation, which allows fractions, comes first: where its answer is whole it is the least.
Otherwise a few branches are followed by hand on the relaxation kept warm, and what they do not
settle goes to the solver's own branch and bound. HiGHS does the work in either of two forms: held
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
from xlmargin.strategy_margin.program import HALF_A_CENT, Program, Solution

SECONDS: Final = 5.0
"""How long one program may take before the best answer so far is given with its bound."""

BRANCHES: Final = 32
"""How many relaxations are tried by hand before the solver's own branch and bound."""

MANY_COLUMNS: Final = 600
"""Programs with more whole columns than this are not branched by hand."""

WHOLE: Final = 1e-6
"""A quantity this close to a whole number is that number."""


class Engine(Protocol):
    """What is asked of a solver for one program; None where there is no answer."""

    def __init__(self, program: Program) -> None: ...

    def relaxed(self, lower: FloatArray, upper: FloatArray) -> tuple[float, FloatArray] | None:
        """Least cost with quantities between these limits, fractions allowed."""

    def searched(self, seconds: float, start: FloatArray | None) -> Solution | None:
        """Least cost in whole quantities that branch and bound finds in this time."""


def solved(program: Program, seconds: float = SECONDS) -> Solution | None:
    """The least cost of a program in whole quantities; None where the rows cannot be met."""
    if not program.cost.size:
        return Solution(np.zeros(0), 0.0, 0.0)
    deadline = time.perf_counter() + seconds
    engine = _engine()(program)
    root = engine.relaxed(np.zeros_like(program.upper), program.upper)
    if root is None:
        return None
    bound, quantity = root
    if _fractional(program, quantity) is None:
        return Solution(_rounded(program, quantity), bound, bound)
    found = _branched(program, engine, root) if program.whole.sum() <= MANY_COLUMNS else None
    if found is not None and found.is_proven:
        return found
    start = None if found is None else found.quantity
    searched = engine.searched(max(deadline - time.perf_counter(), 0.05), start)
    return _better(found, searched, bound)


def _better(found: Solution | None, searched: Solution | None, bound: float) -> Solution | None:
    """The cheaper of two answers, with the higher of the bounds."""
    answers = [s for s in (found, searched) if s is not None]
    if not answers:
        return None
    best = min(answers, key=lambda s: s.cost)
    return Solution(
        best.quantity, best.cost, min(max(bound, *(s.bound for s in answers)), best.cost)
    )


def _branched(program: Program, engine: Engine, root: tuple[float, FloatArray]) -> Solution | None:
    """The best whole answer in a few branches, depth first; if cut short, bound by the root."""
    best: Solution | None = None
    stack = [(root[0], np.zeros_like(program.upper), program.upper)]
    node: tuple[float, FloatArray] | None = root
    for _ in range(BRANCHES):
        bound, lower, upper = stack.pop()
        if node is None:
            node = engine.relaxed(lower, upper)
        if node is not None and (best is None or node[0] < best.cost - HALF_A_CENT):
            column = _fractional(program, node[1])
            if column is None:
                best = Solution(_rounded(program, node[1]), node[0], root[0])
            else:
                stack += _branches(node, column, lower, upper)
        node = None
        while stack and best is not None and stack[-1][0] >= best.cost - HALF_A_CENT:
            stack.pop()
        if not stack:
            break
    if best is None:
        return None
    bound = best.cost if not stack else root[0]
    return Solution(best.quantity, best.cost, bound)


def _branches(
    node: tuple[float, FloatArray], column: int, lower: FloatArray, upper: FloatArray
) -> list[tuple[float, FloatArray, FloatArray]]:
    """Both ways to round a column; the nearer one last, to be taken from the stack first."""
    bound, quantity = node[0], float(node[1][column])
    above, below = lower.copy(), upper.copy()
    above[column], below[column] = np.ceil(quantity), np.floor(quantity)
    up, down = (bound, above, upper), (bound, lower, below)
    return [down, up] if quantity - np.floor(quantity) > 0.5 else [up, down]


def _fractional(program: Program, quantity: FloatArray) -> int | None:
    """The column that is furthest from whole among those that must be; None where all are."""
    distance = np.where(program.whole, np.abs(quantity - np.round(quantity)), 0.0)
    column = int(distance.argmax())
    return column if distance[column] > WHOLE else None


def _rounded(program: Program, quantity: FloatArray) -> FloatArray:
    return np.where(program.whole, np.round(quantity), quantity)


@cache
def _engine() -> type[Engine]:
    """The faster engine that this host has."""
    if importlib.util.find_spec("highspy") is not None:
        from xlmargin.strategy_margin.solver_highspy import HighspyEngine

        return HighspyEngine
    from xlmargin.strategy_margin.solver_scipy import ScipyEngine

    return ScipyEngine
