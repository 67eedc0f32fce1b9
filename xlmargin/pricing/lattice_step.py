"""The steps of a lattice from the end of a period between two ex-dates back to its start.

A step gives each node but the outermost the value of holding, which is the discounted mean of three
values one step later: with every step back a period has a node fewer on either side.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np

from xlmargin.arrays import BoolArray, Columns, FloatArray
from xlmargin.pricing.contracts import OptionTerms
from xlmargin.pricing.lattice_grid import Nodes, Period, squared_change


@dataclass(frozen=True, eq=False)
class Continuation(Columns):
    """The weights of the three values; arrays `(contracts,)`.

    `up`, `stay` and `down` are discounted probabilities, `move` that of any move, not discounted.
    They keep the mean of the price and the variance of its logarithm.
    """

    up: FloatArray
    stay: FloatArray
    down: FloatArray
    move: FloatArray

    @classmethod
    def of(
        cls, contracts: OptionTerms, period: Period, nodes: Nodes, volatility: FloatArray
    ) -> Continuation:
        """The weights in every step of a period."""
        move = squared_change(volatility**2 * period.step) / nodes.spacing**2
        discount = np.exp(-contracts.dividend_yield * period.step)
        ratio = np.exp(nodes.spacing)
        up = discount * move / (1 + ratio)
        return cls(up, discount * (1 - move), up * ratio, move)

    def held(self, after: FloatArray, out: FloatArray, scratch: FloatArray) -> None:
        """Put in `out` what contracts are worth if held until `after`, a step later.

        `out` and `scratch`, of any content, have two nodes fewer than `after`.
        """
        np.multiply(after[2:], self.up, out=out)
        np.multiply(after[:-2], self.down, out=scratch)
        out += scratch
        np.multiply(after[1:-1], self.stay, out=scratch)
        out += scratch


@dataclass(frozen=True, eq=False)
class ExerciseStep:
    """American values above what exercise pays, from those of holding for a step.

    To take the greater of holding and exercise after each step would leave out the days in between.
    Beside a boundary they are known. In units of a step, let w be the value above what exercise
    pays, over the interest that exercise earns in the step, and y the distance to the boundary over
    the standard deviation of the logarithm: an option that is just being held obeys

        w = y^2 on one side of the boundary and 0 on the other,

    for that is what diffuses by as much as the interest takes away. Within a node's distance of the
    boundary, 1 / sqrt(move), the mean of the step finds 0 beyond it instead of the parabola, and is
    too low for it: if g is the mean less the interest,

        w = g + (1 - sqrt(move) y)^2 / 2.

    The distance is that of the node a step later, sqrt(w), if it was held then. Otherwise it is the
    one at which a boundary that stands still gives w = y^2. The greater of both is right for each:
    before an ex-date the boundary, seen backward, rises from nothing and does not stand still.

    Exercise earns `on_share` and `on_strike` in a step, with the sign of a call and in forward
    dollars: the share's yield, `(nodes, contracts)`, None if none has any, and less the interest on
    the strike, `(steps, contracts)`; 0 for an option that is not exercised on any day, whose
    `least` is minus infinity and not 0. In a part of the step, 1 - `part`, waiting for a dividend
    earns more; at the start of the period it earns `waiting` more.
    """

    on_share: FloatArray | None
    on_strike: FloatArray
    part: FloatArray
    least: FloatArray
    move: FloatArray
    waiting: FloatArray

    @classmethod
    def of(
        cls,
        contracts: OptionTerms,
        period: Period,
        any_day: BoolArray,
        price: FloatArray,
        waiting: FloatArray,
        move: FloatArray,
    ) -> ExerciseStep:
        """What exercise earns in every step of a period.

        `waiting` is how much more waiting earns than exercise at the end of the period.
        """
        sign = np.where(contracts.call, 1.0, -1.0) * any_day
        to_start = np.arange(int(period.steps[0]))[::-1, None]  # steps left
        strike = contracts.strike_in_forward_dollars(period.start + to_start * period.step)
        later = contracts.strike_in_forward_dollars(period.start + (to_start + 1) * period.step)
        at_end = contracts.strike_in_forward_dollars(period.end)
        earned, waits = sign * (later - strike), waiting + sign * (strike - at_end)
        with np.errstate(divide="ignore", invalid="ignore"):
            part = np.where(earned > 0, np.clip(-waits / earned, 0.0, 1.0), 1.0)
        paid = sign * -np.expm1(-contracts.dividend_yield * period.step)
        return cls(
            on_share=paid * price if paid.any() else None,
            on_strike=sign * strike * np.expm1(-contracts.rate * period.step),
            part=part,
            least=np.where(any_day, 0.0, -np.inf),
            move=move,
            waiting=waits[-1],
        )

    def first(self, count: int) -> ExerciseStep:
        """The same for the first so many contracts."""
        return ExerciseStep(
            None if self.on_share is None else self.on_share[:, :count],
            self.on_strike[:, :count],
            self.part[:, :count],
            self.least[:count],
            self.move[:count],
            self.waiting[:count],
        )

    def american(self, held: FloatArray, after: FloatArray, step: int, rows: slice) -> None:
        """Put American values in place of `after`, those a step later, from the means of these.

        All are less what exercise pays, at some of the rows of nodes.
        """
        interest, part = self.on_strike[step], self.part[step]
        if self.on_share is not None:
            interest = interest + self.on_share[rows]
        held -= interest
        beside = held < interest * (part / self.move)
        beside &= held > interest * (-0.5 * part)
        node, contract = np.divmod(beside.ravel().nonzero()[0], held.shape[1])
        if not node.size:
            np.maximum(held, self.least, out=after)
            return
        earned = interest[contract] if self.on_share is None else interest[node, contract]
        value = _beside_boundary(
            held[node, contract],
            after[node, contract],
            earned * part[contract],
            self.move[contract],
        )
        np.maximum(held, self.least, out=after)
        after[node, contract] = value


def _beside_boundary(
    gain: FloatArray, after: FloatArray, interest: FloatArray, move: FloatArray
) -> FloatArray:
    """The value above what exercise pays at nodes beside a boundary (see `ExerciseStep`).

    `gain` and `after` are g and the w of a step later, both times the interest.
    """
    root_move, unit = np.sqrt(move), np.sqrt(interest)
    standing = np.sqrt(np.maximum(2 * interest + (4 - 2 * move) * gain, 0.0))
    standing = (standing - root_move * unit) / (2 - move)
    distance = np.maximum(standing, np.sqrt(np.maximum(after, 0.0)))
    left_out = np.maximum(unit - root_move * distance, 0.0)
    return np.asarray(np.maximum(gain + 0.5 * left_out * left_out, 0.0))


def work_back(
    value: FloatArray,
    period: Period,
    continuation: Continuation,
    exercise: ExerciseStep | None = None,
) -> None:
    """Put the values at the start of a period, `(nodes, contracts)`, in place of those at its end.

    Contracts have the order of their steps, the most first: those with fewer steps join later. As
    many nodes on either side as the first has steps keep older values. With `exercise` values are
    those above what exercise pays.
    """
    most, scratch = int(period.steps[0]), np.empty((2, *value.shape))
    counts = np.unique(period.steps)[::-1]
    for steps, until in pairwise([*counts.tolist(), 0]):
        count = int(np.count_nonzero(period.steps >= steps))
        weights, early = continuation.take(slice(count)), exercise and exercise.first(count)
        for step in range(most - steps, most - until):
            rows = slice(step + 1, len(value) - step - 1)
            after = value[step : len(value) - step, :count]
            held, other = scratch[:, rows, :count]
            weights.held(after, held, other)
            if early is None:
                after[1:-1] = held
            else:
                early.american(held, after[1:-1], step, rows)
