"""Branches of a program followed by hand on the warm relaxation, each settled by its own bound.

A small program's answer is often found by rounding what is furthest from whole, a few times over.
Of a program that was solved before, with other limits of its constraints, more is known: how far
the least was above the bound of the relaxation, and what rounding each variable raised it by. A
cutoff is set there: what cannot cost less is left out, and with it every quantity whose reduced
cost alone would cost as much. Where nothing costs less than the cutoff it is a bound itself, and a
higher one is tried; else the cheapest answer below it is the least. The variable is rounded whose
two ways promise to raise the bound most; of one not rounded yet that is tried.
"""

from __future__ import annotations

from typing import Final, NamedTuple

import numpy as np

from xlmargin.arrays import FloatArray, IntArray
from xlmargin.strategy_margin.solver.program import HALF_A_CENT, Engine, Program
from xlmargin.strategy_margin.solver.verification import (
    TOLERANCE,
    Incumbent,
    LpRelaxation,
    verified_relaxation,
)

SMALL: Final = 80
"""Variables up to which a program is branched by hand the first time."""

FIRST_TIME: Final = 16
"""Relaxations of branches that are then worth their time."""

NEXT_TIME: Final = 200
"""The same of a program that was solved before."""

CUTOFF: Final = 1.1
"""How far above the relaxation the first cutoff is, in distances of the least found before."""

NEXT_CUTOFF: Final = 3.0
"""How many times further each next one is."""

TRIED: Final = 4
"""How many of the most promising variables are tried where they were not rounded yet."""

_LEAST_RISE: Final = 1e-3
"""A rise of the bound that counts as none, $."""


class _Branch(NamedTuple):
    """Limits of the quantities, the bound known of them, and what was rounded last, and how far.

    `up` is 1 for a variable rounded up, 0 for one rounded down.
    """

    lower_bound: float
    lower: FloatArray
    upper: FloatArray
    variable: int
    up: int
    distance: float


class Branching:
    """One program in an engine, and what rounding each of its variables has raised the bound by."""

    def __init__(self, engine: Engine, program: Program) -> None:
        self.engine = engine
        self._rise = np.zeros((2, program.cost.size))
        self._times = np.zeros((2, program.cost.size))
        self._gap = np.nan
        self._left = 0

    def settle(self, incumbent: Incumbent, root: LpRelaxation) -> None:
        """Better an answer, and prove it, as far as is quickly done."""
        if not self.engine.stays_warm:
            return
        if np.isnan(self._gap):
            self._left = FIRST_TIME if incumbent.program.cost.size <= SMALL else 0
            incumbent.raise_bound(self._settled(incumbent, root, np.inf, 0))
            return
        self._left = NEXT_TIME
        above = max(CUTOFF * self._gap, 1.0)
        while self._left > 0 and not incumbent.is_proven:
            cutoff = min(root.lower_bound + above, incumbent.cost)
            settled = self._settled(incumbent, root, cutoff, TRIED)
            incumbent.raise_bound(settled)
            if settled < min(cutoff, incumbent.cost):
                return
            above *= NEXT_CUTOFF

    def learn(self, gap: float) -> None:
        """How far the least was above the bound of the relaxation."""
        self._gap = gap

    def _settled(
        self, incumbent: Incumbent, root: LpRelaxation, cutoff: float, tried: int
    ) -> float:
        """The cost that nothing is below, by the branches that may cost less than the cutoff.

        A branch is settled by its own bound, by a whole answer as cheap as its bound, or by its two
        branches.
        """
        program = incumbent.program
        lower, upper = np.zeros_like(program.upper), program.upper
        stack = self._branches(program, root, lower, upper, cutoff, tried)
        unsettled = np.inf
        while stack and self._left > 0:
            branch = stack.pop()
            cutoff = min(cutoff, incumbent.cost)
            if branch.lower_bound >= cutoff - HALF_A_CENT:
                continue
            node = self._relaxed(program, branch)
            bound = max(branch.lower_bound, node.lower_bound)
            if bound >= cutoff - HALF_A_CENT:
                continue
            if node.quantity is None:
                unsettled = min(unsettled, bound)
            elif fractional(program, node.quantity).size:
                stack += self._branches(program, node, branch.lower, branch.upper, cutoff, tried)
            elif incumbent.offer(node.quantity) > bound + HALF_A_CENT:
                unsettled = min(unsettled, bound)
        open_bound = min((branch.lower_bound for branch in stack), default=np.inf)
        return min(cutoff, incumbent.cost, unsettled, open_bound)

    def _relaxed(self, program: Program, branch: _Branch) -> LpRelaxation:
        """The relaxation of a branch; what its rounding raised the bound by is kept in mind."""
        self._left -= 1
        lower, upper = branch.lower, branch.upper
        node = verified_relaxation(program, self.engine.relax(lower, upper), lower, upper)
        if node.lower_bound < np.inf:
            rise = max(node.lower_bound - branch.lower_bound, 0.0)
            self._rise[branch.up, branch.variable] += rise / branch.distance
            self._times[branch.up, branch.variable] += 1
        return node

    def _branches(
        self,
        program: Program,
        node: LpRelaxation,
        lower: FloatArray,
        upper: FloatArray,
        cutoff: float,
        tried: int,
    ) -> list[_Branch]:
        """Both ways to round a variable; the nearer one last, to be taken from the stack first."""
        assert node.quantity is not None
        lower, upper = reduced_cost_fixing(program, node, lower, upper, cutoff)
        variables = fractional(program, node.quantity)
        shares = node.quantity[variables] - np.floor(node.quantity[variables])
        for place in np.argsort(-self._promise(variables, shares), kind="stable")[:tried].tolist():
            for branch in _rounded(node, lower, upper, int(variables[place])):
                if not self._times[branch.up, branch.variable]:
                    self._relaxed(program, branch)
        best = int(np.argmax(self._promise(variables, shares)))
        down, up = _rounded(node, lower, upper, int(variables[best]))
        return [down, up] if shares[best] > 0.5 else [up, down]

    def _promise(self, variables: IntArray, shares: FloatArray) -> FloatArray:
        """How much rounding each variable either way promises to raise the bound, to compare."""
        rise, times = self._rise[:, variables], self._times[:, variables]
        mean = self._rise.sum() / max(self._times.sum(), 1.0)
        expected = np.where(times > 0, rise / np.maximum(times, 1.0), mean)
        ways = expected * np.stack([shares, 1.0 - shares])
        promise: FloatArray = np.maximum(ways, _LEAST_RISE).prod(axis=0)
        return promise


def _rounded(
    node: LpRelaxation, lower: FloatArray, upper: FloatArray, variable: int
) -> tuple[_Branch, _Branch]:
    """The branches with a variable rounded down and rounded up."""
    assert node.quantity is not None
    value = float(node.quantity[variable])
    below, above = upper.copy(), lower.copy()
    below[variable], above[variable] = np.floor(value), np.ceil(value)
    return (
        _Branch(node.lower_bound, lower, below, variable, 0, value - np.floor(value)),
        _Branch(node.lower_bound, above, upper, variable, 1, np.ceil(value) - value),
    )


def fractional(program: Program, quantity: FloatArray) -> IntArray:
    """The variables that are not whole and must be."""
    return np.flatnonzero(np.abs(quantity - program.rounded(quantity)) > TOLERANCE)


def reduced_cost_fixing(
    program: Program, node: LpRelaxation, lower: FloatArray, upper: FloatArray, cutoff: float
) -> tuple[FloatArray, FloatArray]:
    """Limits of the quantities outside of which nothing between these can cost less than a cutoff.

    Each unit away from the preferred limit adds the variable's reduced cost at least.
    """
    if cutoff == np.inf:
        return lower, upper
    at_lower = program.integer & (node.reduced_cost > TOLERANCE)
    at_upper = program.integer & (node.reduced_cost < -TOLERANCE)
    slack = cutoff - node.lower_bound + HALF_A_CENT
    size = np.where(at_lower | at_upper, np.abs(node.reduced_cost), 1.0)
    reach = np.floor(slack / size + TOLERANCE)
    return (
        np.where(at_upper, np.maximum(lower, upper - reach), lower),
        np.where(at_lower, np.minimum(upper, lower + reach), upper),
    )
