"""Proofs tried again: what proved the least of one program may prove that of the next.

From day to day, and from account to account, programs of one form differ in their costs, and in a
coefficient or two. The answer of an earlier one is an upper bound of the next: it costs what it
costs. The branches that settled it bound what any answer costs: at the basis of each one's
relaxation the costs of now give duals, and these bound every answer in the branch by weak duality,
whether the basis is the best one now or not. Where the least of these bounds is what the answer
costs, it is proven again without a search; where not, the program is solved as any other.

Among answers of one cost the one that is proven again may be another than a search would find. So
proofs are shared only where that is asked for, by those who read what a program costs.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final, NamedTuple

import numpy as np

from xlmargin.arrays import FloatArray, IntArray
from xlmargin.strategy_margin.solver.branch_and_bound import OpenProgram, solve
from xlmargin.strategy_margin.solver.program import (
    TOLERANCE,
    Program,
    Solution,
    dual_bound,
    is_feasible,
)

SAME_COST: Final = 1e-6
"""How far below what an answer costs its bound may be, $: no further than a float's noise."""

MOST_VARIABLES: Final = 200
"""Variables up to which a proof is quicker than a search."""

MOST_BRANCHES: Final = 32
"""Branches tried for a proof; one of more would be no quicker than a search. Of a form that is met
for the first time, which may never come again, the relaxation alone."""

MOST_PROOFS: Final = 6
"""Proofs kept of one form."""

MOST_FORMS: Final = 20_000
"""Forms known at once; with more all are forgotten, for most of them never come again."""


class Branch(NamedTuple):
    """Limits of the quantities, and what bounds the cost of every answer within them.

    At its basis `variables` are basic, and `constraints` those whose sums are not. `ray` is None,
    or the duals that prove that there is no answer within the limits.
    """

    lower: FloatArray
    upper: FloatArray
    variables: IntArray
    constraints: IntArray
    ray: FloatArray | None

    def bound(self, program: Program) -> float:
        """What no answer within the limits costs less than, $; infinite where there is none."""
        limits = self.lower, self.upper
        if self.ray is not None:
            nothing = np.zeros_like(program.cost)
            rays = (dual_bound(program, nothing, ray, *limits)[0] for ray in (self.ray, -self.ray))
            return np.inf if max(rays) > TOLERANCE else -np.inf
        dual = np.zeros_like(program.constraint_lower)
        if self.variables.size:
            basis = program.matrix[self.constraints[:, None], self.variables]
            try:
                dual[self.constraints] = np.linalg.solve(basis.T, program.cost[self.variables])
            except np.linalg.LinAlgError:
                return -np.inf
        return dual_bound(program, program.cost, dual, *limits)[0]


class Proof(NamedTuple):
    """An answer, and branches that hold every whole answer between them."""

    quantity: FloatArray
    branches: tuple[Branch, ...]

    def solution(self, program: Program) -> Solution | None:
        """The answer as that of a program of the form; None where it is not proven the least."""
        if not is_feasible(program, self.quantity):
            return None
        cost = float(program.cost @ self.quantity)
        least = cost
        for branch in self.branches:
            least = min(least, branch.bound(program))
            if least < cost - SAME_COST:
                return None
        return Solution(self.quantity, cost, least)


def proof_of(
    opened: OpenProgram, program: Program, solution: Solution, most: int = MOST_BRANCHES
) -> Proof | None:
    """A proof that an answer is the least; None where so few branches do not give one."""
    waiting = [(np.zeros_like(program.upper), program.upper)]
    settled: list[Branch] = []
    for _ in range(most):
        lower, upper = waiting.pop()
        claim = opened.relax(lower, upper)
        basic = np.zeros(0, dtype=np.int64) if claim.basic is None else claim.basic
        sums = basic[basic >= program.cost.size] - program.cost.size
        constraints = np.setdiff1d(np.arange(program.constraint_lower.size), sums)
        ray = claim.dual if claim.quantity is None else None
        branch = Branch(lower, upper, basic[basic < program.cost.size], constraints, ray)
        if claim.quantity is not None and len(branch.variables) != len(constraints):
            return None
        if branch.bound(program) >= solution.cost - SAME_COST:
            settled.append(branch)
            if not waiting:
                return Proof(solution.quantity, tuple(settled))
            continue
        if claim.quantity is None:
            return None
        away = np.abs(claim.quantity - program.rounded(claim.quantity))
        if away[furthest := int(np.argmax(away))] <= TOLERANCE:
            return None
        below, above = upper.copy(), lower.copy()
        below[furthest] = np.floor(claim.quantity[furthest])
        above[furthest] = np.ceil(claim.quantity[furthest])
        waiting += [(lower, below), (above, upper)]
    return None


class Proofs:
    """The proofs of programs by their form."""

    def __init__(self) -> None:
        self._of_form: dict[bytes, list[Proof]] = {}

    def solve(
        self, program: Program, seconds: float, known: FloatArray | None = None
    ) -> Solution | None:
        """The least cost of a program, as `branch_and_bound.solve` answers it."""
        if not 0 < program.cost.size <= MOST_VARIABLES:
            return solve(program, seconds, known)
        proofs = self._of_form.get(form := program.form, [])
        for i, proof in enumerate(proofs):
            if (solution := proof.solution(program)) is not None:
                proofs.insert(0, proofs.pop(i))
                return solution
        opened = OpenProgram(program)
        solution = opened.solve(seconds, known)
        branches = MOST_BRANCHES if form in self._of_form else 1
        new = None if solution is None else proof_of(opened, program, solution, branches)
        if len(self._of_form) >= MOST_FORMS:
            self._of_form.clear()
        self._of_form[form] = ([] if new is None else [new]) + proofs[: MOST_PROOFS - 1]
        return solution


_shared: Final[ContextVar[Proofs | None]] = ContextVar("proofs", default=None)


@contextmanager
def proofs_shared() -> Iterator[None]:
    """Within this, programs of one form share their proofs, from the first to the last."""
    token = _shared.set(_shared.get() or Proofs())
    try:
        yield
    finally:
        _shared.reset(token)


def shared_proofs() -> Proofs | None:
    """The proofs that are shared here; None where none are."""
    return _shared.get()
