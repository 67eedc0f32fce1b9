"""Margin units: class groups, product groups and portfolio groups, and how they net.

Inside a class group a gain offsets a loss in full. Between the class groups of a product group, and
between the product groups of a portfolio group, losses count whole and gains count at the offset
rate, point by point: never the worst of one against the best of another.

Rule: FINRA 4210(g)(8); Cboe 10.4; OCC class, product and portfolio groups.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property

import numpy as np

from xlmargin.arrays import FloatArray, IntArray

NO_PARENT = -1
"""What `parent` holds for a unit that is margined by itself."""


class Level(StrEnum):
    """How far positions are netted; each level is made of units of the one before."""

    CLASS = "class group"
    PRODUCT = "product group"
    PORTFOLIO = "portfolio group"


@dataclass(frozen=True, eq=False)
class Units:
    """The margin units of one level over all accounts; arrays start with the axis (units,).

    `risk_array`, $, has shape (units, points). `minimum` is the sum of the minimums of the
    positions inside, $. `gain_rate` is the share of a gain that counts in the unit above, which is
    at index `parent` of the next level, or NO_PARENT. `group` is the class group's index, at the
    level of classes, and of its first class group above.
    """

    level: Level
    names: tuple[str, ...]
    account: IntArray
    group: IntArray
    risk_array: FloatArray
    minimum: FloatArray
    gain_rate: FloatArray
    parent: IntArray

    @cached_property
    def worst_point(self) -> IntArray:
        """Index of the point with the greatest loss, or the least gain."""
        worst: IntArray = np.argmin(self.risk_array, axis=1)
        return worst

    @cached_property
    def worst_loss(self) -> FloatArray:
        """Largest theoretical loss over the points, $, >= 0."""
        loss: FloatArray = -np.min(self.risk_array, axis=1)
        return np.maximum(loss, 0.0)

    @cached_property
    def requirement(self) -> FloatArray:
        """The greater of worst loss and minimum, $, of each unit taken by itself."""
        return np.maximum(self.worst_loss, self.minimum)

    @property
    def counted(self) -> FloatArray:
        """The risk array as the unit above counts it: losses whole, gains at the gain rate."""
        return counted(self.risk_array, self.gain_rate)


def counted(risk_array: FloatArray, gain_rate: FloatArray) -> FloatArray:
    """Losses whole and gains at a rate, $; shapes (units, points) and (units,).

    >>> counted(np.array([[-100.0, 100.0]]), np.array([0.9])).tolist()
    [[-100.0, 90.0]]
    """
    return np.where(risk_array > 0, gain_rate[:, None] * risk_array, risk_array)


def joined(
    children: Units, level: Level, names: Sequence[str], gain_rate: float
) -> tuple[Units, Units]:
    """The units above: children of one account whose name for the unit above is the same.

    `names` holds that name for each child; a child named "" is margined by itself. Answers the
    children with their parents filled in, and the parents.
    """
    keys = list(zip(children.account.tolist(), names, strict=True))
    index = {key: i for i, key in enumerate(dict.fromkeys(key for key in keys if key[1]))}
    parent = np.array([index.get(key, NO_PARENT) for key in keys], dtype=np.int64)
    inside = np.flatnonzero(parent != NO_PARENT)
    _, first = np.unique(parent[inside], return_index=True)
    parents = Units(
        level,
        tuple(name for _, name in index),
        np.array([account for account, _ in index], dtype=np.int64),
        children.group[inside[first]],
        sums(children.counted[inside], parent[inside], len(index)),
        sums(children.minimum[inside, None], parent[inside], len(index))[:, 0],
        np.full(len(index), gain_rate),
        np.full(len(index), NO_PARENT, dtype=np.int64),
    )
    return replace(children, parent=parent), parents


def sums(rows: FloatArray, unit: IntArray, units: int) -> FloatArray:
    """Sum of the rows that belong to each unit, shape (units, points)."""
    columns = [np.bincount(unit, column, units) for column in rows.T]
    return np.column_stack(columns) if columns else np.zeros((units, 0))
