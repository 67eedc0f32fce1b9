"""One step back in a lattice: the value of holding, and what exercise within the step adds."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from xlmargin.arrays import FloatArray, IntArray
from xlmargin.pricing.contracts import Contracts
from xlmargin.pricing.lattice_grid import Levels, Nodes


@dataclass(frozen=True, eq=False)
class Continuation:
    """What options are worth if they are held for a step: the discounted mean of three values.

    `up`, `stay` and `down` are discounted probabilities of each step, `move` that of any move, not
    discounted; `(steps, contracts)`. They keep the mean of the price and the variance of its
    logarithm. `ratio` is that of the price at a node to that at the node below; `(contracts,)`.
    """

    up: FloatArray
    stay: FloatArray
    down: FloatArray
    move: FloatArray
    ratio: FloatArray

    @classmethod
    def of(
        cls, contracts: Contracts, levels: Levels, nodes: Nodes, volatility: FloatArray
    ) -> Continuation:
        """The weights of every step of some lattices."""
        step = np.diff(levels.years, axis=0)
        variance = volatility**2 * step
        move = (variance + 0.25 * variance**2) / nodes.spacing**2
        ratio = np.exp(nodes.spacing)
        discount = np.exp(-contracts.dividend_yield * step)
        up = discount * move / (1 + ratio)
        return cls(up, discount * (1 - move), up * ratio, move, ratio)

    def on(
        self, value: FloatArray, rows: slice, top: IntArray, scratch: FloatArray
    ) -> Callable[[int], None]:
        """A function that puts in place of `value[rows]` the values of holding from a level.

        The outermost nodes, the first of the rows and each contract's `top`, get the values on the
        straight line (in price) through the next two; nodes above the top do not matter.
        `scratch`, of the shape of `value`, may be of any content. Views are made here once: with
        few contracts making them takes as long as the arithmetic.
        """
        contracts = value.shape[1]
        here, numbers = value[rows], value.ravel()
        above, middle, below = here[2:], here[1:-1], here[:-2]
        moved, other = scratch[rows][1:-1], np.empty_like(middle)
        first, inward = np.full_like(top, rows.start), contracts * np.array([[1], [-1]])
        edge = np.stack([first, top]) * contracts + np.arange(contracts)
        second, third = edge + inward, edge + 2 * inward
        slope = np.stack([1 / self.ratio, self.ratio])

        def step_back(level: int) -> None:
            np.multiply(above, self.up[level], out=moved)
            np.multiply(below, self.down[level], out=other)
            np.add(moved, other, out=moved)
            np.multiply(middle, self.stay[level], out=other)
            np.add(moved, other, out=middle)
            near = numbers[second]
            numbers[edge] = near + (near - numbers[third]) * slope

        return step_back


@dataclass(frozen=True, eq=False)
class EarlyExerciseInStep:
    """American values at a level, from those of holding until the next one.

    To take the greater of holding and exercise at each level would leave out the days between two
    levels. Beside a boundary they are known. In units of a step, let w be the value less what
    exercise pays, over the interest that exercise earns in the step, and y the distance to the
    boundary over the standard deviation of the logarithm: an option that is just being held obeys

        w = y^2 above the boundary and 0 below it,

    for that is what diffuses by as much as the interest takes away. With probability `move` the
    lattice moves by 1 / sqrt(move): held for a step, y^2 becomes

        g = (1 - move / 2) y^2 + sqrt(move) y - 1/2

    within a node's distance of the boundary, -1/2 at the boundary itself. Read backward, the g that
    a node has tells its y, and that its w. From one node's distance on, w is g.

    Before an ex-date, seen backward, the boundary rises from nothing and does not stand still. What
    g leaves out is then the parabola below the boundary of the level after: at most half the square
    of the distance, in nodes, of the next node below. So that boundary is followed.

    `in_step`, `(steps, 3, contracts)`, has what exercise earns in a step: a share's yield, to be
    multiplied by its price, and the interest on the strike, to be taken off, both with the sign of
    a call and in forward dollars, and both less for a step in a part of which waiting for a
    dividend earns more; and sqrt(move). `boundary` is the number of the node, a fraction between
    two, at the level after; NaN if none.
    """

    sign: FloatArray
    in_step: FloatArray
    boundary: FloatArray

    @classmethod
    def of(
        cls,
        contracts: Contracts,
        levels: Levels,
        strike: FloatArray,
        last_dividend: FloatArray,
        continuation: Continuation,
    ) -> EarlyExerciseInStep:
        """What exercise earns in every step; `strike` in forward dollars, `(levels, contracts)`."""
        step = np.diff(levels.years, axis=0)
        sign = np.where(contracts.call, 1.0, -1.0)
        earned = strike[:-1] * -np.expm1(-contracts.rate * step)
        paid = -np.expm1(-contracts.dividend_yield * step)
        dividends = np.where(contracts.call, 0.0, np.vstack([levels.dividends, last_dividend]))
        at_money = sign * (paid * strike[:-1] - earned)
        waiting = np.empty_like(step)  # for the next dividend is worth so much after the interest
        after = dividends[-1]
        for level in reversed(range(levels.steps)):
            np.subtract(after, at_money[level], out=waiting[level])
            after = np.maximum(waiting[level], 0.0) + dividends[level]
        share = np.clip(-waiting / np.maximum(at_money, 1e-300), 0.0, 1.0)
        share = np.where(at_money > 0, share, 1.0) * sign
        in_step = np.stack([share * paid, share * earned, np.sqrt(continuation.move)], axis=1)
        return cls(sign, in_step, np.full(len(sign), np.nan))

    def exercise(
        self,
        value: FloatArray,
        paid: FloatArray,
        price: FloatArray,
        level: int,
        first_row: int,
        count: IntArray,
        gain: FloatArray,
    ) -> None:
        """Put American values in place of the values of holding; `paid` is what exercise pays.

        All are `(nodes, contracts)`, the first of the nodes being `first_row`, a contract's own
        ending before `count`; `gain` may be of any content. Only the two nodes on either side of a
        boundary, exercised and held, need more than the greater of both; a third tells where the
        boundary is.
        """
        np.subtract(value, paid, out=gain)
        np.maximum(value, paid, out=value)
        holds = gain > 0
        after, contracts = self.boundary.copy(), value.shape[1]
        self.boundary.fill(np.nan)
        lower = np.flatnonzero(holds[1:] != holds[:-1])
        row, of = np.divmod(lower, contracts)
        own = row < count[of] - 2
        if not own.all():
            lower, row, of = lower[own], row[own], of[own]
        if not lower.size:
            return
        held_below = holds.ravel()[lower]
        away = 1 - 2 * held_below
        row += held_below
        node = lower + held_below * contracts + _THREE * (away * contracts)
        earns, earned, root_move = self.in_step[level].take(of, axis=1)
        interest = earns * price.take(node, mode="clip") - earned
        follows = away != self.sign[of]  # the boundary next to the options out of the money
        row += first_row
        with np.errstate(all="ignore"):  # no interest: the greater of the two stands
            g = gain.take(node, mode="clip") / interest
            square = 2 - root_move * root_move
            y = np.fmax((np.sqrt(2 + 2 * square * g) - root_move) / square, 0.0)
            w = np.where(y * root_move < 1, y * y, g)
            distance = (row - after[of]) * away
            swept = np.fmax(g + 0.5 * np.fmax(_UP_TO_ONE - distance, 0.0) ** 2, 0.0)
            w = np.where(follows, np.fmin(w, swept), w)
            root = np.sqrt(w)
            between = np.where(
                root[0] > 0, root[0] / (root[1] - root[0]), root[1] / (root[2] - root[1])
            )
            added = interest[:2] * w[:2]
        beside, numbers = node[:2], value.ravel()
        american = np.where(interest[:2] > 0, paid.take(beside) + added, numbers[beside])
        numbers[beside] = american
        place = row + away * ((root[0] <= 0) - np.fmin(np.fmax(between, 0.0), 1.0))
        self.boundary[of[follows]] = place[follows]


_THREE = np.arange(3)[:, None]
_UP_TO_ONE = 1 - _THREE
