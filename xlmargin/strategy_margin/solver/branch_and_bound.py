"""The least cost of a program, with the verified proof of how far below it any answer could be.

The relaxation, which allows fractions, comes first: where its answer is whole it is the least.
Otherwise branches are followed from its corner, and what they do not settle goes to the engine's
own branch and bound; in a large program first to a search in the rounding neighbourhood of the
relaxation's answer, which finds a good one soon. HiGHS does the work
in either of two forms: held open by `highspy` where that is installed, or called through SciPy,
which is everywhere. Both prove the same least cost, and neither is believed: a claim that does not
hold is worked out again without simplification, and then through SciPy.

A program may be held open and solved again with other limits of its constraints: each relaxation
starts at the first one's corner, and branches as the last ones taught.
"""

from __future__ import annotations

import importlib.util
import time
from collections.abc import Iterator
from dataclasses import replace
from functools import cache, cached_property
from typing import Final, NamedTuple

import numpy as np

from xlmargin.arrays import FloatArray
from xlmargin.strategy_margin.solver.branching import Rises
from xlmargin.strategy_margin.solver.corner_search import Corner, reduced_cost_fixing, search_from
from xlmargin.strategy_margin.solver.corners import tableau_of
from xlmargin.strategy_margin.solver.program import (
    HALF_A_CENT,
    TOLERANCE,
    Engine,
    Incumbent,
    LpClaim,
    LpRelaxation,
    Program,
    Solution,
    UnverifiedAnswer,
    verified_relaxation,
)
from xlmargin.strategy_margin.solver.tableau import Ended, Tableau

SECONDS: Final = 8.0
"""How long one program may take before the best answer so far is given with its bound."""

MANY_VARIABLES: Final = 600
"""Programs with more whole variables than this are large: not branched by hand."""

NEARBY: Final = 0.4
"""Share of its time that a large program may spend near the relaxation's answer."""

NEARBY_GAP: Final = 0.002
"""How near the least, as a share, an answer near the relaxation's is good enough."""

CUTOFFS: Final[tuple[float, ...]] = (1e-3, 4e-3, 1.6e-2, 6.4e-2)
"""How far above the bound of the relaxation a search looks, as shares of it, one after another.

In a large program as far as the answer nearby.
"""

LEAST_SECONDS: Final = 0.05
"""What the search of all is given at least, if the time is gone before it."""


class _Way(NamedTuple):
    """A way to solve a program: its relaxation, the corner of that, and what searches beyond."""

    claim: LpClaim
    corner: Corner
    engine: Engine


class OpenProgram:
    """A program held open in an engine, to be solved more than once."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._engine = _engine()(program)
        self._corner: Tableau | None = None
        self._is_moved = False

    @cached_property
    def _rises(self) -> Rises:
        """What rounding has raised the cost by, from one solution to the next."""
        return Rises(self._program.cost.size)

    def solve(self, seconds: float = SECONDS, known: FloatArray | None = None) -> Solution | None:
        """The least cost in whole quantities; None where the constraints cannot be met.

        `known` are quantities that meet the constraints: the answer where nothing better is found.
        """
        return self._solve(self._program, seconds, known)

    def solve_with(
        self, lower: FloatArray, upper: FloatArray, seconds: float = SECONDS
    ) -> Solution | None:
        """The same with other limits of the constraints."""
        program = replace(self._program, constraint_lower=lower, constraint_upper=upper)
        if self._corner is None:
            nothing = np.zeros_like(program.upper)
            claim = self._engine.relax(nothing, program.upper)
            self._corner = tableau_of(self._program, claim, nothing, program.upper)
        self._engine.limit(program)
        return self._solve(program, seconds, None)

    def relax(self, lower: FloatArray, upper: FloatArray) -> LpClaim:
        """What its engine claims to be the least between these limits, fractions allowed."""
        return self._engine.relax(lower, upper)

    def _solve(self, program: Program, seconds: float, known: FloatArray | None) -> Solution | None:
        if not program.cost.size:
            return Solution(np.zeros(0), 0.0, 0.0)
        deadline = time.perf_counter() + seconds
        incumbent = Incumbent(program)
        for way in self._ways(program):
            try:
                self._solve_by(way, incumbent, known, deadline)
            except UnverifiedAnswer:
                continue
            return incumbent.solution()
        incumbent.offer_known(known)
        return incumbent.solution()

    def _solve_by(
        self, way: _Way, incumbent: Incumbent, known: FloatArray | None, deadline: float
    ) -> None:
        """Better the answer, and prove it as far as the time allows, in one way."""
        program = incumbent.program
        lower, upper = np.zeros_like(program.upper), program.upper
        root = verified_relaxation(program, way.claim, lower, upper)
        if root.lower_bound == np.inf:
            return
        incumbent.raise_bound(root.lower_bound)
        if root.quantity is None or not _is_tight(program, root):
            raise UnverifiedAnswer("a relaxation whose quantities do not cost what its duals bound")
        if _is_whole(program, root.quantity):
            incumbent.offer(root.quantity)
            return
        incumbent.offer_known(known)
        search_from(way.corner, root, incumbent, self._rises, deadline)
        if not incumbent.is_proven:
            cutoffs = CUTOFFS
            if program.integer.sum() > MANY_VARIABLES:
                cutoffs = ()  # the answer nearby is the cutoff
                _rens(
                    way.engine, incumbent, root.quantity, NEARBY * (deadline - time.perf_counter())
                )
            _search(way.engine, incumbent, root, deadline, cutoffs)

    def _ways(self, program: Program) -> Iterator[_Way]:
        """The ways to solve the program: the others for a claim that did not hold."""
        if self._corner is not None:
            corner = _moved(self._corner, program)
            if corner is not None:
                self._corner = self._corner if self._is_moved else corner
                self._is_moved = True
                claim = LpClaim(corner.quantity, corner.dual)
                yield _Way(claim, corner.narrowed, self._engine)
        yield _by_engine(program, self._engine)
        yield _by_engine(program, _engine()(program, presolve=False))
        yield _by_engine(program, _scipy_engine()(program))


def _by_engine(program: Program, engine: Engine) -> _Way:
    """The relaxation as an engine solves it."""
    claim = engine.relax(np.zeros_like(program.upper), program.upper)

    def corner(lower: FloatArray, upper: FloatArray) -> Tableau | None:
        found = tableau_of(program, claim, lower, upper)
        return found and found.narrowed(lower, upper)

    return _Way(claim, corner, engine)


def _moved(corner: Tableau, program: Program) -> Tableau | None:
    """The corner of a program that is the same but for the limits of its constraints, if found."""
    lower, upper = (
        np.concatenate([side[: corner.size], moved])
        for side, moved in (
            (corner.lower, program.constraint_lower),
            (corner.upper, program.constraint_upper),
        )
    )
    found = corner.moved(lower, upper)
    return found if found.solve(np.inf) is Ended.LEAST else None


def solve(
    program: Program, seconds: float = SECONDS, known: FloatArray | None = None
) -> Solution | None:
    """The least cost of a program in whole quantities; None where the constraints cannot be met.

    `known` are quantities that meet the constraints: the answer where nothing better is found.
    """
    return OpenProgram(program).solve(seconds, known)


def solve_relaxation(program: Program) -> LpClaim:
    """What the faster engine claims of a program with fractions allowed."""
    return _engine()(program).relax(np.zeros_like(program.upper), program.upper)


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


def _search(
    engine: Engine,
    incumbent: Incumbent,
    root: LpRelaxation,
    deadline: float,
    cutoffs: tuple[float, ...],
) -> None:
    """The engine's own branch and bound, below one cutoff after the other.

    What a cutoff leaves out costs as much at least. So the first answer below its cutoff is the
    least, and the nearer the cutoff, the less there is to search.
    """
    program = incumbent.program
    lower, upper = np.zeros_like(program.upper), program.upper
    for share in (*cutoffs, np.inf):
        above = max(share * abs(root.lower_bound), HALF_A_CENT)
        cutoff = min(root.lower_bound + above, incumbent.cost)
        left = max(deadline - time.perf_counter(), LEAST_SECONDS)
        limits = reduced_cost_fixing(program, root, lower, upper, cutoff)
        found = engine.search(*limits, left)
        is_over = time.perf_counter() >= deadline
        if found is not None:
            incumbent.offer_claim(found)
            incumbent.raise_bound(min(found.lower_bound, cutoff))
        elif cutoff == incumbent.cost and not is_over:
            raise UnverifiedAnswer("a search that ends before its time without an answer")
        if incumbent.cost <= cutoff or is_over:
            return


def _is_whole(program: Program, quantity: FloatArray) -> bool:
    """Whether quantities are whole where they must be."""
    return bool((np.abs(quantity - program.rounded(quantity)) <= TOLERANCE).all())


def _is_tight(program: Program, root: LpRelaxation) -> bool:
    """Whether the quantities of a relaxation cost what its duals bound, as the least must."""
    assert root.quantity is not None
    cost = float(program.cost @ root.quantity)
    return abs(cost - root.lower_bound) <= HALF_A_CENT + TOLERANCE * abs(cost)


def _rens(engine: Engine, incumbent: Incumbent, quantity: FloatArray, seconds: float) -> None:
    """Search with each quantity rounded up or down from the relaxation's; no bound of all."""
    program = incumbent.program
    lower = np.where(program.integer, np.floor(quantity + TOLERANCE), 0.0)
    upper = np.where(program.integer, np.ceil(quantity - TOLERANCE), program.upper)
    found = engine.search(lower, upper, seconds, NEARBY_GAP)
    if found is not None:
        incumbent.offer_claim(found)
