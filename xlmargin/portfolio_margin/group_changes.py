"""What the portfolio margin requirement changes by if one class group changes.

Only the group itself and those above it are made anew, so that thousands of changes, each by
itself, are one pass over arrays.

Rule: FINRA 4210(g)(7)-(8).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from xlmargin.arrays import FloatArray, IntArray
from xlmargin.book import RulesOfAccounts
from xlmargin.portfolio_margin.portfolio_requirement import (
    NO_CLASS,
    NO_PARENT,
    MarginGroups,
    PortfolioMargin,
    counted,
    delivered_value,
    house_minimum,
    sums,
)
from xlmargin.rulebook import PortfolioRules


@dataclass(frozen=True, eq=False)
class GroupChange:
    """What class groups change by, each by itself; arrays start with the axis (changes,).

    `group` is an index into the class groups. `risk_array`, $, has shape (changes, points);
    `minimum`, $, is that of the contracts; `delivered`, $, has shape (changes, 3).
    """

    group: IntArray
    risk_array: FloatArray
    minimum: FloatArray
    delivered: FloatArray


@dataclass(frozen=True, eq=False)
class GroupSums:
    """The groups of a margined book, and what its class groups add up to.

    `minimum`, $, shape (class groups,), is that of the contracts alone; `delivered`, $, has shape
    (class groups, 3).
    """

    rules: RulesOfAccounts[PortfolioRules]
    levels: tuple[MarginGroups, ...]
    minimum: FloatArray
    delivered: FloatArray

    def after(self, change: GroupChange) -> FloatArray:
        """What the requirement changes by, $, signed, shape (changes,)."""
        changed = np.zeros(len(change.group))
        index, group = np.arange(len(change.group)), change.group
        array, minimum = self._of_class(change)
        for groups, above in zip(self.levels, (*self.levels[1:], None), strict=True):
            alone = groups.parent[group] == NO_PARENT
            requirement = np.maximum(-array.min(axis=1, initial=0.0), minimum)
            changed[index[alone]] = (requirement - groups.requirement[group])[alone]
            if above is None or alone.all():
                break
            inside = ~alone
            index, group, parent = index[inside], group[inside], groups.parent[group[inside]]
            more = counted(array[inside], groups.offset_rate[group]) - groups.counted[group]
            array = above.risk_array[parent] + more
            minimum = above.minimum[parent] - groups.minimum[group] + minimum[inside]
            group = parent
        return changed

    def class_requirement(self, change: GroupChange) -> FloatArray:
        """What the class groups require then, each by itself, $, shape (changes,)."""
        array, minimum = self._of_class(change)
        requirement: FloatArray = np.maximum(-array.min(axis=1, initial=0.0), minimum)
        return requirement

    def _of_class(self, change: GroupChange) -> tuple[FloatArray, FloatArray]:
        """Risk array and minimum of the class groups then, $."""
        group = change.group
        array = self.levels[0].risk_array[group] + change.risk_array
        account = self.levels[0].account[group]
        house = house_minimum(self.delivered[group] + change.delivered, account, self.rules)
        return array, np.maximum(self.minimum[group] + change.minimum, house)


def group_sums(margin: PortfolioMargin, held: IntArray) -> GroupSums:
    """The groups of a margined book as if it held no more than some of its positions, by index."""
    count = len(margin.levels[0])
    inside = held[margin.class_of[held] != NO_CLASS]
    group = margin.class_of[inside]
    book = margin.book
    value = delivered_value(book.positions, margin.spot, book.market.as_of)[inside]
    delivered = sums(value, group, count)
    minimum: FloatArray = sums(margin.minimum[inside, None], group, count)[:, 0]
    classes = replace(
        margin.levels[0],
        risk_array=sums(margin.risk_array[inside], group, count),
        minimum=np.maximum(
            minimum, house_minimum(delivered, margin.levels[0].account, margin.rules)
        ),
    )
    levels = [classes]
    for above in margin.levels[1:]:
        levels.append(_made_of(above, levels[-1]))
    return GroupSums(margin.rules, tuple(levels), minimum, delivered)


def _made_of(groups: MarginGroups, below: MarginGroups) -> MarginGroups:
    """The groups of a level, made anew of those below."""
    inside = np.flatnonzero(below.parent != NO_PARENT)
    parent = below.parent[inside]
    return replace(
        groups,
        risk_array=sums(below.counted[inside], parent, len(groups)),
        minimum=sums(below.minimum[inside, None], parent, len(groups))[:, 0],
    )
