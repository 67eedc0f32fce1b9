"""The first move of the market, going outward, at which an excess reaches zero.

Excess along moves is not monotone for books of options: it is looked at on a grid, and refined
between the first two moves of which the outer one leaves none. What dips below zero and comes back
between two moves of the grid is not seen. Its steps are 1% up to 10%, 2% up to 30% and 5% beyond,
down to -99% and up to +100%.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, TypeAlias

import numpy as np

from xlmargin.arrays import BoolArray, FloatArray, IntArray
from xlmargin.errors import MarginError

_BOTH: Final = tuple(i / 100 for i in (*range(1, 10), *range(10, 30, 2), *range(30, 100, 5)))
MOVES_DOWN: Final = (*(-move for move in _BOTH), -0.99)
MOVES_UP: Final = (*_BOTH, 1.0)

WAYS: Final = (MOVES_DOWN, MOVES_UP)
ALL_MOVES: Final = tuple(move for each in zip(*WAYS, strict=True) for move in each)
"""The moves of both ways in turns, outward, as excess is looked at along them together."""
RINGS: Final = ((0.0, *ALL_MOVES[:20]), ALL_MOVES[20:40], ALL_MOVES[40:])
"""No move and those up to 10%, those up to 30%, those beyond."""

NARROW: Final = 1e-10
"""Width of a bracket, as a move, at which its root is known."""

_MOST_STEPS: Final = 100

ExcessAt: TypeAlias = Callable[[FloatArray], FloatArray]
"""Excess of each account, $, after moves of its own; arrays of one shape, (accounts, ...)."""


@dataclass(frozen=True, eq=False)
class Bracket:
    """Moves between which the excess of each account reaches zero, shape (accounts, ...).

    There is excess at `inner` and none at `outer`; both are NaN for an account that has no such
    moves. There may be one of each way.
    """

    inner: FloatArray
    outer: FloatArray

    @property
    def exists(self) -> BoolArray:
        """Which have one."""
        return ~np.isnan(self.outer)

    @property
    def of_either_way(self) -> BoolArray:
        """Which accounts have one of either way, shape (accounts,)."""
        return np.asarray(self.exists.any(axis=1))


def first_of_ways(excess: FloatArray, has_excess: BoolArray) -> IntArray:
    """The index of the first move of each way that leaves an account no excess.

    Shape (accounts, ways). `excess`, $, is along `ALL_MOVES`, or those of them up to which it is
    known. As many as a way has moves where each leaves some, and for accounts that have none at
    present. Refused where an excess up to there is not known.
    """
    along = excess.reshape(len(excess), -1, len(WAYS))
    without = ~(along > 0) & has_excess[:, None, None]
    first = np.where(without.any(axis=1), without.argmax(axis=1), len(MOVES_UP))
    reached = np.take_along_axis(np.isnan(along) & without, without.argmax(axis=1)[:, None], 1)
    unknown = np.argwhere(reached[:, 0])
    if unknown.size:
        way, move = min((way, int(first[account, way])) for account, way in unknown.tolist())
        after = f"after a move of {WAYS[way][move]:+.0%} of the market"
        raise MarginError(f"a position has no value {after}.")
    return first


def bracket_of_ways(outer: IntArray) -> Bracket:
    """Neighbours among the moves of each way by the index of the outer, shape (accounts, ways).

    None where it is beyond the last.
    """
    at, ways = np.array([(0.0, *moves, np.nan) for moves in WAYS]), np.arange(len(WAYS))
    inner = np.where(outer < len(MOVES_UP), at[ways, outer], np.nan)
    return Bracket(inner, at[ways, outer + 1])


def column_of_ways(outer: IntArray) -> IntArray:
    """Where the moves of these indexes stand in `ALL_MOVES`; the last of a way for none of it."""
    ways = len(WAYS)
    return ways * np.minimum(outer, len(MOVES_UP) - 1) + np.arange(ways)


def root(
    excess_at: ExcessAt, bracket: Bracket, known: tuple[FloatArray, ...] | None = None
) -> FloatArray:
    """The move at which the excess of each account is zero, in the shape of the bracket.

    `known` are the excesses at the inner and at the outer moves, $, and a third move beside the
    inner one with its excess, where these are known. NaN without a bracket. All accounts take each
    step together, in Chandrupatla's way: by inverse quadratic interpolation where three points
    allow it, else by halves, until the bracket or a step is no wider than `NARROW`.
    """
    looking = bracket.exists
    if not looking.any():
        return bracket.outer
    last, other = bracket.inner, bracket.outer
    if known is None:
        at_last, at_other = excess_at(last), excess_at(other)
        third, at_third = other, at_other
    else:
        at_last, at_other, third, at_third = known
    for _ in range(_MOST_STEPS):
        share = _share(last, other, third, at_last, at_other, at_third, looking)
        move = last + share * (other - last)
        at_move = excess_at(move)
        same = np.sign(at_move) == np.sign(at_last)
        third, at_third = np.where(same, last, other), np.where(same, at_last, at_other)
        other, at_other = np.where(same, other, last), np.where(same, at_other, at_last)
        last, at_last = move, at_move
        width = np.abs(other - last)
        is_near = np.abs(at_last) * width <= NARROW / 2 * np.abs(at_other - at_last)
        looking = looking & (width > NARROW) & ~is_near
        if not looking.any():
            break
    return np.where(np.abs(at_last) <= np.abs(at_other), last, other)


def _share(
    last: FloatArray,
    other: FloatArray,
    third: FloatArray,
    at_last: FloatArray,
    at_other: FloatArray,
    at_third: FloatArray,
    looking: BoolArray,
) -> FloatArray:
    """How far from the last point towards the other the next one is; 0 where all is settled."""
    with np.errstate(all="ignore"):  # flat or equal points are halved instead
        place = (last - other) / (third - other)
        level = (at_last - at_other) / (at_third - at_other)
        curve = at_last / (at_other - at_last) * at_third / (at_other - at_third)
        curve += (
            (third - last) / (other - last)
            * at_last / (at_third - at_last)
            * at_other / (at_third - at_other)
        )  # fmt: skip
        least = NARROW / 2 / np.abs(other - last)
        smooth = (level**2 < place) & ((1 - level) ** 2 < 1 - place) & np.isfinite(curve)
    share = np.where(smooth, np.clip(curve, least, 1 - least), 0.5)
    return np.where(looking, share, 0.0)
