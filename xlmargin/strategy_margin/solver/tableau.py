"""A program at a corner of its relaxation, written out: the dual simplex method on arrays.

The sums of the constraints are variables too, after the program's own: constraint k is variable
`size + k`. At a corner some variables stand at a limit, and each of the others, the basic ones, is
a sum of these: `table` has its coefficients. What a program costs above the corner is a sum of the
same variables, with the reduced costs as coefficients. The corner costs least between any limits
in which no basic variable is outside its own; where limits have changed the dual simplex method
exchanges variables until that is so again, and the cost only rises on the way. So the table tells
of each limit that is moved what it costs at least, before anything is solved again.

The reduced costs of the constraints' sums are the duals, true ones or not: what they prove is
worked out from the program itself (`verification`), and never taken from here.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import Enum, auto
from functools import cache
from typing import Final

import numpy as np

from xlmargin.arrays import BoolArray, FloatArray, IntArray

OUTSIDE: Final = 1e-7
"""How far a basic variable may be outside its limits, as a share of its scale."""

LEAST_PIVOT: Final = 1e-7
"""The least coefficient by which two variables are exchanged."""

FAR: Final = 1e6
"""How far up the cost is followed at most, $, where nothing meets the limits."""

MOST_PIVOTS: Final = 200
"""Exchanges after which a corner is left unsolved, with the bound that it has."""


class Ended(Enum):
    """How the dual simplex method ended."""

    LEAST = auto()
    """At the corner that costs least."""
    CUT_OFF = auto()
    """Where nothing can cost less than the cutoff, or nothing meets the limits."""
    UNSOLVED = auto()


@dataclass(frozen=True, eq=False)
class LeftOut:
    """Sums that cannot move, left out of a table: as they stood in it, for their duals.

    The cost is one and the same at any corner. So a reduced cost here is what it was, less what the
    variables that were basic then, and are not now, cost of what the sum moved them by.
    """

    sums: IntArray
    cost_then: FloatArray
    basic: IntArray
    table: FloatArray

    def reduced_cost(self, reduced_cost: FloatArray) -> FloatArray:
        """Of these sums, given that of all other variables, which is 0 for basic ones."""
        found: FloatArray = self.cost_then - reduced_cost[self.basic] @ self.table
        return found


@dataclass(eq=False)
class Tableau:
    """A corner of a program between limits; changed in place as it is solved.

    `table` has shape (basic, nonbasic). `lower` and `upper` are the limits of all variables, those
    of the constraints' sums after the program's own. `side` is 1 for a variable at its lower limit,
    -1 at its upper one, 0 for one that cannot move. `scale` is that of each variable: 1, and for a
    constraint's sum its greatest coefficient.
    """

    size: int
    lower: FloatArray
    upper: FloatArray
    scale: FloatArray
    basic: IntArray
    nonbasic: IntArray
    table: FloatArray
    basic_value: FloatArray
    value: FloatArray
    side: FloatArray
    reduced_cost: FloatArray
    cost: float
    leaving: tuple[int, float] = (-1, 0.0)
    """The basic variable that was last on its way to a limit, and its reduced cost there."""
    left_out: LeftOut | None = None

    def copy(self) -> Tableau:
        """The same corner, to be changed apart."""
        return Tableau(
            size=self.size,
            lower=self.lower.copy(),
            upper=self.upper.copy(),
            scale=self.scale,
            basic=self.basic.copy(),
            nonbasic=self.nonbasic.copy(),
            table=self.table.copy("F"),
            basic_value=self.basic_value.copy(),
            value=self.value.copy(),
            side=self.side.copy(),
            reduced_cost=self.reduced_cost.copy(),
            cost=self.cost,
            leaving=self.leaving,
            left_out=self.left_out,
        )

    @property
    def quantity(self) -> FloatArray:
        """The quantities of the program's variables here; those left out of the table are fixed."""
        found = self.lower[: self.size].copy()
        for variable, value in ((self.nonbasic, self.value), (self.basic, self.basic_value)):
            own = variable < self.size
            found[variable[own]] = value[own]
        return found

    @property
    def dual(self) -> FloatArray:
        """The duals of the constraints: what one more of each of their sums would cost."""
        return self._dual(self.reduced_cost, self.leaving)

    def dual_beyond(self, row: int, distance: float, rise: float) -> FloatArray:
        """The duals that prove what it costs at least to move a basic variable; see `rises`."""
        rate = rise / distance
        return self._dual(self.reduced_cost - rate * self.table[row], (int(self.basic[row]), rate))

    def _dual(self, reduced_cost: FloatArray, leaving: tuple[int, float]) -> FloatArray:
        whole = np.zeros(self.lower.size + 1)
        whole[self.nonbasic] = reduced_cost
        whole[leaving[0]] = leaving[1]  # the last entry is that of none
        if self.left_out is not None:
            whole[self.left_out.sums] = self.left_out.reduced_cost(whole[:-1])
        return whole[self.size : -1]

    def limit(self, variable: int, limit: float, *, up: bool) -> None:
        """Let a variable be no less than a limit, or no more."""
        (self.lower if up else self.upper)[variable] = limit

    def moved(self, lower: FloatArray, upper: FloatArray) -> Tableau:
        """The same corner between other limits of all variables; those at a limit move with it."""
        at_upper = self.side < 0
        low, high = lower[self.nonbasic], upper[self.nonbasic]
        fixed = self.lower[self.nonbasic] == self.upper[self.nonbasic]
        at_upper |= fixed & (self.reduced_cost < 0)
        value = np.where(at_upper, high, low)
        change = value - self.value
        return replace(
            self.copy(),
            lower=lower,
            upper=upper,
            value=value,
            side=side_of(at_upper, low, high),
            basic_value=self.basic_value + self.table @ change,
            cost=self.cost + float(self.reduced_cost @ change),
        )

    def narrowed(self, lower: FloatArray, upper: FloatArray) -> Tableau:
        """The same corner between narrower limits of the program's variables, which it is within.

        Variables that cannot move are left out, and sums that cannot leave their limits.
        """
        limits = (
            np.concatenate([narrow, own[self.size :]])
            for narrow, own in ((lower, self.lower), (upper, self.upper))
        )
        low, high = limits
        moves = (self.nonbasic >= self.size) | (low[self.nonbasic] < high[self.nonbasic])
        nonbasic, table = self.nonbasic[moves], self.table[:, moves]
        value = self.value[moves]
        stays = _always_inside(self, table, nonbasic, value, low, high)
        at_upper = self.side[moves] < 0
        return Tableau(
            size=self.size,
            lower=low,
            upper=high,
            scale=self.scale,
            basic=self.basic[~stays],
            nonbasic=nonbasic,
            table=np.asfortranarray(table[~stays]),
            basic_value=self.basic_value[~stays],
            value=value,
            side=side_of(at_upper, low[nonbasic], high[nonbasic]),
            reduced_cost=self.reduced_cost[moves],
            cost=self.cost,
        )

    def compact(self) -> Tableau:
        """The same corner without the columns of sums that cannot move, whose duals are kept."""
        out = (self.nonbasic >= self.size) & (self.side == 0)
        sums, basic = self.nonbasic[out], self.basic.copy()
        kept = LeftOut(sums, self.reduced_cost[out], basic, self.table[:, out])
        return replace(
            self,
            nonbasic=self.nonbasic[~out],
            table=np.asfortranarray(self.table[:, ~out]),
            value=self.value[~out],
            side=self.side[~out],
            reduced_cost=self.reduced_cost[~out],
            left_out=kept,
        )

    def join(self, rows: FloatArray, least: FloatArray) -> None:
        """Take in constraints, whose sums of the program's variables are at least so much.

        `rows` has shape (constraints, variables).
        """
        own, at_limit = self.basic < self.size, self.nonbasic < self.size
        table = rows[:, self.basic[own]] @ self.table[own]
        table[:, at_limit] += rows[:, self.nonbasic[at_limit]]
        value = rows @ self.quantity
        self.scale = np.concatenate([self.scale, np.abs(rows).max(axis=1)])
        self.basic = np.concatenate([self.basic, self.lower.size + np.arange(least.size)])
        self.lower = np.concatenate([self.lower, least])
        self.upper = np.concatenate([self.upper, np.full(least.size, np.inf)])
        self.table = np.asfortranarray(np.concatenate([self.table, table]))
        self.basic_value = np.concatenate([self.basic_value, value])

    def rises(self, rows: IntArray, steps: FloatArray) -> FloatArray:
        """What the cost rises by at least, $, if basic variables must move down, or up.

        `rows` are theirs in the table; `steps`, shape (2, rows), is how far each moves, below 0 for
        down, as is the first row. The rise is infinite where that cannot be.
        """
        moves = self.table[rows] * self.side
        helps = np.abs(moves) > LEAST_PIVOT
        each = np.maximum(self.reduced_cost * self.side, 0.0) / np.where(helps, np.abs(moves), 1.0)
        each[~helps] = np.inf
        rates = [
            np.where(way, each, np.inf).min(axis=1, initial=np.inf)
            for way in (moves < 0, moves > 0)
        ]
        rise: FloatArray = np.array(rates) * np.abs(steps)
        return rise

    def solve(self, cutoff: float, most: int = MOST_PIVOTS) -> Ended:
        """Go to the corner that costs least, unless that is the cutoff or more.

        At most so many variables are exchanged.
        """
        sides = self.lower, self.upper, self.scale
        low, high, scale = (side[self.basic] for side in sides)
        for _ in range(most):
            below, above = low - self.basic_value, self.basic_value - high
            outside = np.maximum(below, above) / scale
            row = int(outside.argmax()) if outside.size else 0
            if not outside.size or outside[row] <= OUTSIDE:
                return Ended.LEAST
            up = bool(below[row] > above[row])
            far = float(max(below[row], above[row]))
            if not self._exchange(row, far, cutoff, up=up):
                return Ended.CUT_OFF
            low[row], high[row], scale[row] = (side[self.basic[row]] for side in sides)
        return Ended.UNSOLVED

    def _exchange(self, row: int, outside: float, cutoff: float, *, up: bool) -> bool:
        """Bring a basic variable to the limit that it is outside of, if it costs less than so much.

        The nonbasic variables that bring it nearer are passed by in order of what they cost, to
        their other limits, until the next one brings it all the way: that takes its place. Where
        none does the reduced costs go on until the cutoff is proven. Afterwards the table is of no
        use if it cost too much, and only the reduced costs are.
        """
        direction = 1.0 if up else -1.0
        pivots = self.table[row].copy()
        moves = pivots * self.side * direction
        helping = (moves > LEAST_PIVOT).nonzero()[0]
        helps = moves[helping]
        each = np.maximum(self.reduced_cost[helping] * self.side[helping], 0.0) / helps
        variables = self.nonbasic[helping]
        whole_way = helps * (self.upper[variables] - self.lower[variables])
        enough = outside - OUTSIDE * self.scale[self.basic[row]]
        cheapest = int(each.argmin()) if each.size else 0
        if each.size and whole_way[cheapest] >= enough:
            left = each <= each[cheapest]
        else:
            order = each.argsort(kind="stable")
            far = np.cumsum(whole_way[order])
            passed = int((far < enough).sum())
            if passed == helping.size:
                nearest = outside - (float(far[-1]) if far.size else 0.0)
                rate = float(each[order[-1]]) if far.size else 0.0
                rate += min(max(cutoff - self.cost, 0.0) + 1.0, FAR) / nearest
                self._turn(row, direction * rate, pivots)
                return False
            self._pass(helping[order[:passed]])
            left = each <= each[order[passed]]
            left[order[:passed]] = False
        ties = left.nonzero()[0]
        column = int(helping[ties[helps[ties].argmax()]])
        limits = self.lower if up else self.upper
        step = float(limits[self.basic[row]] - self.basic_value[row]) / pivots[column]
        self.cost += float(self.reduced_cost[column] * step)
        self._turn(row, float(self.reduced_cost[column] / pivots[column]), pivots)
        if self.cost >= cutoff:
            return False
        self._pivot(row, column, step, pivots, up=up)
        return True

    def _turn(self, row: int, rate: float, pivots: FloatArray) -> None:
        """Let a basic variable cost so much a unit, $, and the others less by what they move it."""
        self.reduced_cost -= rate * pivots
        self.leaving = int(self.basic[row]), rate

    def _pass(self, columns: IntArray) -> None:
        """Move nonbasic variables to their other limits."""
        if not columns.size:
            return
        variables = self.nonbasic[columns]
        value = np.where(self.side[columns] > 0, self.upper[variables], self.lower[variables])
        change = value - self.value[columns]
        self.basic_value += self.table[:, columns] @ change
        self.cost += float(self.reduced_cost[columns] @ change)
        self.value[columns] = value
        self.side[columns] *= -1.0

    def _pivot(self, row: int, column: int, step: float, pivots: FloatArray, *, up: bool) -> None:
        """A basic variable and a nonbasic one, moved by a step, take each other's place."""
        leaves, enters = self.basic[row], self.nonbasic[column]
        coefficients, pivot = self.table[:, column].copy(), pivots[column]
        self.basic_value += coefficients * step
        self.basic_value[row] = self.value[column] + step
        self.reduced_cost[column] = self.leaving[1]
        coefficients /= pivot
        _rank_one_update()(-1.0, coefficients, pivots, a=self.table, overwrite_a=True)
        self.table[:, column] = coefficients
        self.table[row] = -pivots / pivot
        self.table[row, column] = 1.0 / pivot
        self.basic[row], self.nonbasic[column] = enters, leaves
        self.value[column] = self.lower[leaves] if up else self.upper[leaves]
        moves = self.lower[leaves] < self.upper[leaves]
        self.side[column] = (1.0 if up else -1.0) if moves else 0.0
        self.leaving = (-1, 0.0)


@cache
def _rank_one_update() -> Callable[..., FloatArray]:
    """The BLAS routine that changes a table in place, loaded when the first program needs it."""
    from scipy.linalg.blas import dger

    return dger


def side_of(at_upper: BoolArray, lower: FloatArray, upper: FloatArray) -> FloatArray:
    """1 for a variable at its lower limit, -1 at its upper one, 0 where these are the same."""
    return np.where(lower >= upper, 0.0, np.where(at_upper, -1.0, 1.0))


def _always_inside(
    tableau: Tableau,
    table: FloatArray,
    nonbasic: IntArray,
    value: FloatArray,
    lower: FloatArray,
    upper: FloatArray,
) -> BoolArray:
    """The basic sums that no values of the nonbasic variables bring outside their limits."""
    down, up = lower[nonbasic] - value, upper[nonbasic] - value
    with np.errstate(invalid="ignore"):  # infinitely far times a coefficient of 0
        ways = [np.where(table == 0.0, 0.0, table * way) for way in (down, up)]
    least = tableau.basic_value + np.minimum(*ways).sum(axis=1)
    most = tableau.basic_value + np.maximum(*ways).sum(axis=1)
    own = tableau.basic
    inside: BoolArray = (own >= tableau.size) & (least >= lower[own]) & (most <= upper[own])
    return inside
