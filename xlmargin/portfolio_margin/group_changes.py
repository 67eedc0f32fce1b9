"""What portfolio margin requires if a class group changes, or if positions are held in multiples.

Only the group itself and those above it are made anew, so that thousands of changes, each by
itself, are one pass over arrays. So are multiples of every position, because its gains and its
minimum are proportional to what is held.

Rule: FINRA 4210(g)(7)-(8).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from xlmargin.arrays import FloatArray, IntArray, summed, sums_by_group
from xlmargin.book import RulesOfAccounts
from xlmargin.computing import check_time_limit
from xlmargin.portfolio_margin.minimums import delivered_value, house_minimum
from xlmargin.portfolio_margin.portfolio_requirement import (
    NO_CLASS,
    NO_PARENT,
    MarginGroups,
    MarginInputs,
    PortfolioMargin,
    counted,
    made_of,
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
            rate, before = groups.offset_rate[group], groups.risk_array[group]
            more = counted(array[inside], rate) - counted(before, rate)
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
    delivered = sums_by_group(value, group, count)
    minimum: FloatArray = sums_by_group(margin.minimum[inside, None], group, count)[:, 0]
    classes = replace(
        margin.levels[0],
        risk_array=sums_by_group(margin.risk_array[inside], group, count),
        minimum=np.maximum(
            minimum, house_minimum(delivered, margin.levels[0].account, margin.rules)
        ),
    )
    levels = [classes]
    for above in margin.levels[1:]:
        levels.append(made_of(above, levels[-1]))
    return GroupSums(margin.rules, tuple(levels), minimum, delivered)


def requirement_of_multiples(margin: PortfolioMargin, multiple: FloatArray) -> FloatArray:
    """What portfolio margin requires of the positions it covers, $, shape (cases, accounts).

    In each case every position is held so many times: `multiple`, 0 or more, shape (cases,
    positions).
    """
    cases, accounts = len(multiple), len(margin.book.positions.accounts)
    values = max(margin.levels[0].risk_array.size, 1)
    run = max(MOST_VALUES // values, 1)
    found = [np.zeros((0, accounts))]
    for start in range(0, cases, run):
        check_time_limit()
        array, minimum = _classes_of_multiples(margin, multiple[start : start + run])
        found.append(requirement_of_classes(margin.inputs, array, minimum))
    return np.concatenate(found)


MOST_VALUES: Final = 2_000_000
"""Gains and losses of groups held at once: cases are taken in runs of no more."""


def requirement_of_classes(
    inputs: MarginInputs, array: FloatArray, minimum: FloatArray
) -> FloatArray:
    """What the positions that portfolio margin covers require in several cases, (cases, accounts).

    `array`, $, is the risk array of the class groups, (cases, class groups, points), `minimum`, $,
    their minimum, (cases, class groups).
    """
    required = np.zeros((len(array), len(inputs.book.positions.accounts)))
    for groups in inputs.levels:
        requirement = np.maximum(-array.min(axis=2, initial=0.0), minimum)
        alone, inside = groups.parent == NO_PARENT, np.flatnonzero(groups.parent != NO_PARENT)
        required += _summed(requirement[:, alone], groups.account[alone], required.shape[1])
        if not inside.size:
            break
        parent, count = groups.parent[inside], int(groups.parent.max()) + 1
        array = array[:, inside]
        array = np.where(array > 0, groups.offset_rate[inside, None] * array, array)
        array = _summed(array, parent, count)
        minimum = _summed(minimum[:, inside], parent, count)
    return required


def _classes_of_multiples(
    margin: PortfolioMargin, multiple: FloatArray
) -> tuple[FloatArray, FloatArray]:
    """Risk array and minimum of each class group in each case, $, (cases, class groups, ...)."""
    classes, positions = margin.levels[0], margin.book.positions
    delivers = delivered_value(positions, margin.spot, margin.book.market.as_of)
    array = np.zeros((len(multiple), *classes.risk_array.shape))
    minimum = np.zeros(array.shape[:2])
    delivered = np.zeros((*minimum.shape, delivers.shape[1]))
    inside = np.flatnonzero(margin.class_of != NO_CLASS)
    order = np.argsort(margin.class_of[inside], kind="stable")
    ends = np.cumsum(np.bincount(margin.class_of[inside], minlength=len(classes)))
    for group, own in enumerate(np.split(inside[order], ends)[:-1]):
        held = multiple[:, own]
        array[:, group] = held @ margin.risk_array[own]
        minimum[:, group] = held @ margin.minimum[own]
        delivered[:, group] = held @ delivers[own]
    account = np.tile(classes.account, len(multiple))
    house = house_minimum(delivered.reshape(-1, delivers.shape[1]), account, margin.rules)
    return array, np.maximum(minimum, house.reshape(minimum.shape))


def _summed(amounts: FloatArray, group: IntArray, count: int) -> FloatArray:
    """Amounts, shape (cases, members, ...), added up to those of so many groups of members."""
    found: FloatArray = np.moveaxis(summed(np.moveaxis(amounts, 1, 0), group, count), 0, 1)
    return found
