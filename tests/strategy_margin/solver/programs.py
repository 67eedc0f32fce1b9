"""Programs whose least cost is known otherwise."""

from __future__ import annotations

from math import inf

import numpy as np

from xlmargin.strategy_margin.solver.program import Program, ProgramBuilder


def knapsack(count: int, seed: int) -> Program:
    """Things of random weight and cost; as much as needed must be packed at the least cost."""
    rng, builder = np.random.default_rng(seed), ProgramBuilder()
    row = builder.constraint(lower=float(17 * count))
    for weight, cost in zip(rng.integers(5, 60, count), rng.integers(5, 60, count), strict=True):
        builder.variable(float(cost), 3.0, [(row, float(weight))])
    return builder.build()


def by_table(program: Program) -> float:
    """Least cost of a knapsack, from the least cost of every weight below."""
    needed = int(program.constraint_lower[0])
    least = [0.0] + [inf] * needed
    for cost, weight in zip(program.cost, program.coefficient, strict=True):
        for _ in range(3):
            least = [
                min(least[w], least[max(w - int(weight), 0)] + cost) for w in range(needed + 1)
            ]
    return least[needed]
