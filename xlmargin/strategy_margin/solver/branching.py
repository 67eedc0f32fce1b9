"""Branches of a program between limits, each followed on its own table and settled by its bound.

A variable that is not whole is rounded down in one branch and up in another, until each branch is
at a whole answer, or can hold none that costs less than a cutoff. The branch that promises to be
cheapest is followed first, and followed on to its end. The variable is rounded whose two ways raise
the cost most: by what its row of the table says at least, and by what rounding it has raised the
cost by elsewhere.

What is proven is the cost that no branch is below: of the duals that each ended with, worked out
from the program itself when all is over.
"""

from __future__ import annotations

import heapq
import time
from dataclasses import dataclass, field
from itertools import count
from typing import Final, NamedTuple

import numpy as np

from xlmargin.arrays import FloatArray, IntArray
from xlmargin.strategy_margin.solver.program import (
    HALF_A_CENT,
    TOLERANCE,
    CutProgram,
    Incumbent,
    Program,
    dual_bounds,
)
from xlmargin.strategy_margin.solver.tableau import FAR, Ended, Tableau

LEAST_RISE: Final = 1e-3
"""A rise of the cost that counts as none, $."""

GREATEST_RISE: Final = 1.5
"""A rise of the cost that counts as enough, in distances from the corner to the cutoff."""


PATIENCE: Final = 30
"""Branches that are settled before any variables are tried."""

TRIED: Final = 4
"""How many of the most promising variables are tried where they were not rounded yet."""

TRIED_PIVOTS: Final = 10
"""Exchanges after which a trial ends."""


class Rises:
    """What rounding each variable down and up has raised the cost by, $ per unit, on average.

    `gap` is how far the least was above the corner when the program was solved last, if it was.
    """

    def __init__(self, size: int) -> None:
        self.gap = np.nan
        self._rise = np.zeros((2, size))
        self._times = np.zeros((2, size))
        self._of_all = [0.0, 0]

    def learn(self, variable: int, rise: float, distance: float) -> None:
        """What rounding a variable has raised the cost by; `distance` is below 0 for down."""
        each = max(rise, 0.0) / abs(distance)
        self._rise[int(distance > 0), variable] += each
        self._times[int(distance > 0), variable] += 1
        self._of_all[0] += each
        self._of_all[1] += 1

    def knows(self, variable: int, distance: float) -> bool:
        """Whether a variable was rounded that way before."""
        return bool(self._times[int(distance > 0), variable])

    def expected(self, variables: IntArray) -> FloatArray:
        """$ per unit, shape (2, variables): that of all variables where one was not rounded yet."""
        rise, times = self._rise[:, variables], self._times[:, variables]
        of_all = self._of_all[0] / max(self._of_all[1], 1)
        return np.where(times > 0, rise / np.maximum(times, 1.0), of_all)


class _Node(NamedTuple):
    """A corner, and the rows of its table whose variables are not whole and must be."""

    corner: Tableau
    fractional: IntArray


class _Branch(NamedTuple):
    """A corner, and the variable to be moved from it, by so much, to a whole number."""

    corner: Tableau
    variable: int
    distance: float
    limit: float


@dataclass(eq=False)
class Branches:
    """The branches of a program between the limits of a corner that is its least."""

    incumbent: Incumbent
    rises: Rises
    deadline: float
    left: int
    _duals: list[FloatArray] = field(init=False)
    _limits: list[tuple[FloatArray, FloatArray]] = field(init=False)
    _waiting: list[tuple[float, int, _Branch]] = field(init=False)
    _number: count[int] = field(default_factory=count)

    def settle(self, program: CutProgram, corner: Tableau, cutoff: float) -> float:
        """The cost that nothing between the limits is below, $; at most the cutoff.

        `program` is that of the corner, with what cut it off.
        The incumbent is bettered on the way. Where branches or time have ended first the bound is
        that of the branches which are left.
        """
        self._duals, self._limits, self._waiting = [], [], []
        here = self._looked_at(corner, cutoff)
        while here is not None or self._waiting:
            if self.incumbent.is_proven:
                return min(cutoff, self.incumbent.lower_bound)
            if self.left <= 0 or time.perf_counter() > self.deadline:
                break
            if here is not None:
                here = self._rounded(here, cutoff)
            elif self._waiting[0][2].corner.cost < self._below(cutoff):
                here = self._follow(heapq.heappop(self._waiting)[2], cutoff)
            else:  # an answer has been found since that costs no more
                _, _, branch = heapq.heappop(self._waiting)
                self._settled(branch.corner, branch.corner.dual, branch)
        if here is not None:
            self._settled(here.corner, here.corner.dual)
        for _, _, branch in self._waiting:
            self._settled(branch.corner, branch.corner.dual, branch)
        lower, upper = (np.array(side) for side in zip(*self._limits, strict=True))
        duals = np.array(self._duals)
        bounds, _ = dual_bounds(program, program.cost, duals, lower, upper)
        cost = self.incumbent.cost
        return min(cutoff, cost, float(bounds.min()))

    def _below(self, cutoff: float) -> float:
        """What a branch must cost less than."""
        return min(cutoff, self.incumbent.cost) - HALF_A_CENT / 2

    def _follow(self, branch: _Branch, cutoff: float) -> _Node | None:
        """The corner that is least with a variable rounded; None where the branch is settled."""
        corner, before = branch.corner, branch.corner.cost
        corner.limit(branch.variable, branch.limit, up=branch.distance > 0)
        self.left -= 1
        ended = corner.solve(self._below(cutoff))
        self.rises.learn(branch.variable, corner.cost - before, branch.distance)
        if ended is not Ended.LEAST:
            self._settled(corner, corner.dual)
            return None
        return self._looked_at(corner, cutoff)

    def _looked_at(self, corner: Tableau, cutoff: float) -> _Node | None:
        """A corner that is to be branched; None for one that is whole, and so an answer."""
        if corner.cost < self._below(cutoff):
            rows = fractional(self.incumbent.program, corner)
            if rows.size:
                return _Node(corner, rows)
            self.incumbent.offer(corner.quantity)
        self._settled(corner, corner.dual)
        return None

    def _rounded(self, node: _Node, cutoff: float) -> _Node | None:
        """Both ways to round a variable: the nearer one is followed, the other waits."""
        (corner, rows), below = node, self._below(cutoff)
        value = corner.basic_value[rows]
        steps = np.stack([np.floor(value) - value, np.ceil(value) - value])
        rises = corner.rises(rows, steps)
        place = self._most_promising(corner, rows, steps, rises, below)
        row, cheaper = int(rows[place]), []
        down, up = np.abs(steps[:, place])
        for way in (0, 1) if down <= up else (1, 0):
            step, rise = float(steps[way, place]), float(rises[way, place])
            branch = _branch(corner, row, step)
            if corner.cost + rise < below:
                cheaper.append((corner.cost + rise, branch))
            else:
                self.left -= 1
                enough = min(rise, below - corner.cost + 1.0, FAR)
                self._settled(corner, corner.dual_beyond(row, step, enough), branch)
        for cost, branch in cheaper[1:]:
            waiting = branch._replace(corner=corner.copy())
            heapq.heappush(self._waiting, (round(cost, 2), -next(self._number), waiting))
        return self._follow(cheaper[0][1], cutoff) if cheaper else None

    def _most_promising(
        self,
        corner: Tableau,
        rows: IntArray,
        steps: FloatArray,
        rises: FloatArray,
        below: float,
    ) -> int:
        """The place of the variable whose two ways are likely to raise the cost most.

        In a program of many branches the best of those not rounded yet are tried first.
        """
        variables = corner.basic[rows]

        def promise() -> FloatArray:
            likely = np.maximum(rises, self.rises.expected(variables) * np.abs(steps))
            counted = np.clip(likely, LEAST_RISE, GREATEST_RISE * (below - corner.cost))
            both: FloatArray = counted.prod(axis=0)
            return both

        if len(self._duals) > PATIENCE:
            for place in np.argsort(-promise(), kind="stable")[:TRIED].tolist():
                for step in steps[:, place].tolist():
                    if not self.rises.knows(int(variables[place]), step):
                        self._try(_branch(corner, int(rows[place]), step), below)
        return int(promise().argmax())

    def _try(self, branch: _Branch, below: float) -> None:
        """Learn what rounding a variable raises the cost by, after a few exchanges."""
        tried, before = branch.corner.copy(), branch.corner.cost
        tried.limit(branch.variable, branch.limit, up=branch.distance > 0)
        ended = tried.solve(below, TRIED_PIVOTS)
        after = max(tried.cost, below) if ended is Ended.CUT_OFF else tried.cost
        self.rises.learn(branch.variable, after - before, branch.distance)

    def _settled(self, corner: Tableau, dual: FloatArray, branch: _Branch | None = None) -> None:
        """Keep the duals that a branch ended with, and its limits."""
        lower, upper = corner.lower[: corner.size].copy(), corner.upper[: corner.size].copy()
        if branch is not None:
            side = lower if branch.distance > 0 else upper
            side[branch.variable] = branch.limit
        self._duals.append(dual)
        self._limits.append((lower, upper))


def _branch(corner: Tableau, row: int, distance: float) -> _Branch:
    """The variable of a row of a corner's table moved by so much, to a whole number."""
    limit = round(float(corner.basic_value[row]) + distance)
    return _Branch(corner, int(corner.basic[row]), distance, float(limit))


def fractional(program: Program, corner: Tableau) -> IntArray:
    """The rows of a corner's table whose variables are not whole and must be."""
    own = np.flatnonzero(corner.basic < corner.size)
    own = own[program.integer[corner.basic[own]]]
    value = corner.basic_value[own]
    return own[np.abs(value - np.round(value)) > TOLERANCE]
