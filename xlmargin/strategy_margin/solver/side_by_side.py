"""Many small programs solved as one, their relaxations side by side.

They share no variable and no constraint, so that the least of all together is the least of each.
No quantity costs less than its program's duals bound. So where all together cost what their duals
bound together, each of them does, and each is proven. A program whose quantities are not whole
there is left to be solved by itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Final

import numpy as np

from xlmargin.arrays import IntArray
from xlmargin.strategy_margin.solver.branch_and_bound import solve_relaxation
from xlmargin.strategy_margin.solver.program import (
    HALF_A_CENT,
    TOLERANCE,
    Program,
    Solution,
    dual_bound,
    is_feasible,
)

AT_ONCE: Final = 200
"""Programs that are solved as one: of more each step takes longer, of fewer there are more."""


def side_by_side(programs: Sequence[Program]) -> Iterator[Solution | None]:
    """The least cost of each program; None for one that is to be solved by itself."""
    for first in range(0, len(programs), AT_ONCE):
        yield from _solved(programs[first : first + AT_ONCE])


def _solved(programs: Sequence[Program]) -> list[Solution | None]:
    joint, places, first = _joint(programs)
    claim = solve_relaxation(joint)
    if claim.quantity is None or claim.dual is None:
        return [None] * len(programs)
    of = np.searchsorted(first, places, side="right") - 1
    is_whole = np.ones(len(programs), dtype=bool)
    is_whole[of[np.abs(claim.quantity - joint.rounded(claim.quantity)) > TOLERANCE]] = False
    settled = replace(joint, integer=joint.integer & is_whole[of])
    bound, _ = dual_bound(joint, joint.cost, claim.dual, np.zeros_like(joint.upper), joint.upper)
    own = settled.rounded(claim.quantity)
    gap = max(0.0, float(joint.cost @ own) - bound)
    if not is_feasible(settled, claim.quantity) or not gap <= HALF_A_CENT:
        return [None] * len(programs)
    quantity = np.zeros(first[-1])
    quantity[places] = own
    found: list[Solution | None] = []
    for i, (begin, end) in enumerate(pairwise(first.tolist())):
        own = quantity[begin:end]
        cost = float(programs[i].cost @ own)
        found.append(Solution(own, cost, cost - gap) if is_whole[i] else None)
    return found


def _joint(programs: Sequence[Program]) -> tuple[Program, IntArray, IntArray]:
    """The programs as one; the places of its variables among all; the first of each program.

    With the first ones is the end of the last. Variables that are nothing, and constraints that
    hold none of the others, are left out.
    """
    first, row, entry = (
        np.cumsum([0, *sizes])
        for sizes in zip(
            *((p.cost.size, p.constraint_lower.size, p.coefficient.size) for p in programs),
            strict=True,
        )
    )
    starts = [program.start[:-1] + before for program, before in zip(programs, entry, strict=False)]
    rows = [program.constraint + before for program, before in zip(programs, row, strict=False)]
    joint = Program(
        cost=np.concatenate([program.cost for program in programs]),
        upper=np.concatenate([program.upper for program in programs]),
        integer=np.concatenate([program.integer for program in programs]),
        constraint_lower=np.concatenate([program.constraint_lower for program in programs]),
        constraint_upper=np.concatenate([program.constraint_upper for program in programs]),
        start=np.append(np.concatenate(starts), entry[-1]),
        constraint=np.concatenate(rows),
        coefficient=np.concatenate([program.coefficient for program in programs]),
    )
    return *_without_nothing(joint), first


def _without_nothing(program: Program) -> tuple[Program, IntArray]:
    """A program without variables that are nothing and constraints of none; the places of others.

    A constraint of no variable stays where nothing does not meet it.
    """
    is_entry = (program.coefficient != 0) & (program.upper > 0)[program.variable]
    entries = np.bincount(program.variable[is_entry], minlength=program.cost.size)
    is_variable = (program.upper > 0) & ((entries > 0) | (program.cost < 0))
    is_row = (program.constraint_lower > 0) | (program.constraint_upper < 0)
    is_row[program.constraint[is_entry]] = True
    left = Program(
        cost=program.cost[is_variable],
        upper=program.upper[is_variable],
        integer=program.integer[is_variable],
        constraint_lower=program.constraint_lower[is_row],
        constraint_upper=program.constraint_upper[is_row],
        start=np.concatenate([[0], np.cumsum(entries[is_variable])]),
        constraint=(np.cumsum(is_row) - 1)[program.constraint[is_entry]],
        coefficient=program.coefficient[is_entry],
    )
    return left, np.flatnonzero(is_variable)
