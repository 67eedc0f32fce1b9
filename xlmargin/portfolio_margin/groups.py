"""Margin groups: class groups, product groups and portfolio groups, and how they net.

Inside a class group a gain offsets a loss in full. Between the class groups of a product group, and
between the product groups of a portfolio group, losses count whole and gains count at the offset
rate, point by point: never the worst of one against the best of another. A group whose gains offset
nothing stands by itself, at its own worst point.

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
"""What `parent` holds for a group that is margined by itself."""


class Level(StrEnum):
    """How far positions are netted; the groups of a level are made of those of the one before."""

    CLASS = "class group"
    PRODUCT = "product group"
    PORTFOLIO = "portfolio group"


@dataclass(frozen=True, eq=False)
class MarginGroups:
    """The groups of one level, each of one account; arrays start with the axis (groups,).

    `risk_array`, $, has shape (groups, points). `minimum` is the least requirement, $.
    `offset_rate` is the share of a gain that counts in the group above, which is at index `parent`
    of the next level, or NO_PARENT. `class_group` is the index of the class group in the market's;
    above, that of the first one inside.
    """

    level: Level
    names: tuple[str, ...]
    account: IntArray
    class_group: IntArray
    risk_array: FloatArray
    minimum: FloatArray
    offset_rate: FloatArray
    parent: IntArray

    def __len__(self) -> int:
        return len(self.names)

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
        """The greater of worst loss and minimum, $, of each group taken by itself."""
        return np.maximum(self.worst_loss, self.minimum)

    @property
    def counted(self) -> FloatArray:
        """The risk array as the group above counts it: losses whole, gains at the offset rate."""
        return counted(self.risk_array, self.offset_rate)


def counted(risk_array: FloatArray, offset_rate: FloatArray) -> FloatArray:
    """Losses whole and gains at a rate, $; shapes (groups, points) and (groups,).

    >>> counted(np.array([[-100.0, 100.0]]), np.array([0.9])).tolist()
    [[-100.0, 90.0]]
    """
    return np.where(risk_array > 0, offset_rate[:, None] * risk_array, risk_array)


def joined(
    children: MarginGroups, level: Level, names: Sequence[str], offset_rate: FloatArray
) -> tuple[MarginGroups, MarginGroups]:
    """The groups above: children of one account whose name for the group above is the same.

    `names` holds that name for each child; a child named "", or whose gains offset nothing, is
    margined by itself. `offset_rate`, shape (accounts,), is that of the parents of each account.
    Answers the children with their parents filled in, and the parents.
    """
    is_named = np.array([bool(name) for name in names], dtype=bool)
    inside = np.flatnonzero(is_named & (children.offset_rate > 0))
    keys = [(int(children.account[i]), names[i]) for i in inside.tolist()]
    index = {key: i for i, key in enumerate(dict.fromkeys(keys))}
    parent = np.full(len(children), NO_PARENT, dtype=np.int64)
    parent[inside] = [index[key] for key in keys]
    _, first = np.unique(parent[inside], return_index=True)
    account = np.array([account for account, _ in index], dtype=np.int64)
    parents = MarginGroups(
        level,
        tuple(name for _, name in index),
        account,
        children.class_group[inside[first]],
        sums(children.counted[inside], parent[inside], len(index)),
        sums(children.minimum[inside, None], parent[inside], len(index))[:, 0],
        offset_rate[account],
        np.full(len(index), NO_PARENT, dtype=np.int64),
    )
    return replace(children, parent=parent), parents


def sums(rows: FloatArray, group: IntArray, count: int) -> FloatArray:
    """Sum of the rows that belong to each of `count` groups, shape (groups, columns)."""
    columns = [np.bincount(group, column, count) for column in rows.T]
    return np.column_stack(columns) if columns else np.zeros((count, 0))


def by_account(levels: Sequence[MarginGroups], accounts: int) -> FloatArray:
    """Requirement of each account, $, shape (accounts,): the sum of groups that are in no other."""
    amounts = np.zeros(accounts)
    for groups in levels:
        alone = groups.parent == NO_PARENT
        np.add.at(amounts, groups.account[alone], groups.requirement[alone])
    return amounts
