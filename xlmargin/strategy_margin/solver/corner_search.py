"""The least cost of a program from the corner of its relaxation: cut off, fixed, and branched.

Nothing that costs as much as a cutoff is of interest, and with it every quantity is left out whose
reduced cost alone would cost as much. In what remains constraints that all whole quantities meet
cut the corner off, a few times over: the cost there rises most of the way to the least. A cutoff
just above it leaves out nearly all else, and the branches of what is left are few. Where nothing
costs less than a cutoff it is a bound itself, and a higher one is tried.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

import numpy as np

from xlmargin.arrays import FloatArray
from xlmargin.strategy_margin.solver.branching import Branches, Rises, fractional
from xlmargin.strategy_margin.solver.cuts import rounding_cuts
from xlmargin.strategy_margin.solver.program import (
    HALF_A_CENT,
    TOLERANCE,
    CutProgram,
    Incumbent,
    LpClaim,
    LpRelaxation,
    Program,
    verified_relaxation,
)
from xlmargin.strategy_margin.solver.tableau import Ended, Tableau

Corner: TypeAlias = Callable[[FloatArray, FloatArray], Tableau | None]
"""The corner of a relaxation between narrower limits of the variables, if there is one."""

CUTOFFS: Final[tuple[float, ...]] = (4e-3, 1.6e-2, 6.4e-2, np.inf)
"""How far above the relaxation cutoffs are, as shares of it, one after another."""

NEAR: Final = 2.5e-4
"""How far above the corner that is left when all is cut off the first cutoff is, as a share."""

LIKELY: Final = 1.5
"""The same in distances of the least found before, in a program that is solved again."""

FURTHER: Final = 4.0
"""How many times further each next one is."""

ROUNDS: Final = 3
"""How many times over a corner is cut off."""

LEAST_GAIN: Final = 0.1
"""The share of what all cuts have raised the cost by that makes another round worth it."""

MOST_BRANCHES: Final = 1500
"""Branches after which a program is left to an engine's own search."""

MOST_WORK: Final = 250_000_000
"""The same in entries of their tables."""


def search_from(
    corner: Corner, root: LpRelaxation, incumbent: Incumbent, rises: Rises, deadline: float
) -> None:
    """Better an answer, and prove it, as far as is quickly done from the corner of a relaxation."""
    program, left = incumbent.program, MOST_BRANCHES
    for share in CUTOFFS:
        above = max(share * abs(root.lower_bound), 1.0)
        cutoff = min(root.lower_bound + above, incumbent.cost)
        limits = reduced_cost_fixing(
            program, root, np.zeros_like(program.upper), program.upper, cutoff
        )
        here = corner(*limits)
        if here is None:
            return
        left = min(left, MOST_WORK // max(here.table.size, 1))
        branches = Branches(incumbent, rises, deadline, left)
        bound = _settled(branches, here, cutoff)
        incumbent.raise_bound(bound)
        left = branches.left
        if incumbent.is_proven or bound < cutoff - HALF_A_CENT or left <= 0:
            return


def _settled(branches: Branches, corner: Tableau, cutoff: float) -> float:
    """The cost that nothing between the limits of a corner is below, $; at most the cutoff."""
    incumbent = branches.incumbent
    program, ended = _cut_off(incumbent.program, corner, cutoff)
    lower, upper = corner.lower[: corner.size], corner.upper[: corner.size]
    node = verified_relaxation(program, LpClaim(corner.quantity, corner.dual), lower, upper)
    if ended is not Ended.LEAST:
        return min(cutoff, node.lower_bound)
    likely = branches.rises.gap * LIKELY
    above = max(likely if likely == likely else NEAR * abs(node.lower_bound), 1.0)
    while True:
        near = min(node.lower_bound + above, cutoff, incumbent.cost)
        limits = reduced_cost_fixing(incumbent.program, node, lower, upper, near)
        bound = branches.settle(program, corner.narrowed(*limits).compact(), near)
        if near >= min(cutoff, incumbent.cost) or bound < near - HALF_A_CENT:
            branches.rises.gap = bound - node.lower_bound
            return bound
        above *= FURTHER


def _cut_off(own: Program, corner: Tableau, cutoff: float) -> tuple[CutProgram, Ended]:
    """The program with the constraints that cut its corner off, which moves; and how that ended."""
    program = CutProgram(own, np.zeros((0, own.cost.size)), np.zeros(0))
    start = corner.cost
    for _ in range(ROUNDS):
        rows = fractional(own, corner)
        if not rows.size:
            break
        cuts = rounding_cuts(program, corner, rows)
        if not len(cuts[0]):
            break
        before = corner.cost
        program = program.joined(*cuts)
        corner.join(*cuts)
        ended = corner.solve(cutoff)
        if ended is not Ended.LEAST:
            return program, ended
        if corner.cost - before <= LEAST_GAIN * (corner.cost - start):
            break
    return program, Ended.LEAST


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
