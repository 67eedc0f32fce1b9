"""What each position adds to the requirement, in three readings.

Standalone: the requirement of the position by itself. Marginal: the requirement with the position
less the requirement without it. Share: its part of the requirement as it stands, at the point that
binds; the shares of all positions add up to the requirement.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xlmargin.arrays import FloatArray, IntArray, sums_by_group
from xlmargin.portfolio_margin.group_changes import GroupChange, group_sums
from xlmargin.portfolio_margin.minimums import delivered_value, house_minimum
from xlmargin.portfolio_margin.portfolio_requirement import (
    NO_CLASS,
    NO_PARENT,
    PortfolioMargin,
)

NO_POINT = -1
"""What stands for the binding point where the minimum binds."""


@dataclass(frozen=True, eq=False)
class Contribution:
    """Three readings of each position's requirement, $, shape (positions,)."""

    standalone: FloatArray
    marginal: FloatArray
    share: FloatArray


def contribution(margin: PortfolioMargin) -> Contribution:
    """What each position of a book contributes to its portfolio margin requirement."""
    return Contribution(_standalone(margin), _marginal(margin), shares(margin))


def shares(margin: PortfolioMargin) -> FloatArray:
    """Each position's part of the requirement, $, at the point or in the minimum that binds."""
    classes = margin.levels[0]
    binding = _binding_points(margin)
    inside = np.flatnonzero(margin.class_of != NO_CLASS)
    group = margin.class_of[inside]
    of_contracts = sums_by_group(margin.minimum[inside, None], group, len(classes))[:, 0]
    with np.errstate(invalid="ignore", divide="ignore"):
        raised = np.where(of_contracts > 0, classes.minimum / of_contracts, 1.0)
    minimum = margin.minimum[inside] * raised[group]
    loss = -margin.risk_array[inside, binding.point[group]] * binding.factor[group]
    share = np.zeros(len(margin.book.positions))
    share[inside] = np.where(binding.point[group] == NO_POINT, minimum, loss)
    share[margin.not_eligible] = margin.strategy_based.by_position
    return share


def _standalone(margin: PortfolioMargin) -> FloatArray:
    """The greater of each position's own worst loss and its own minimum."""
    worst_loss: FloatArray = -np.min(margin.risk_array, axis=1, initial=0.0)
    delivered = delivered_value(margin.book.positions, margin.spot, margin.book.market.as_of)
    house = house_minimum(delivered, margin.book.positions.account, margin.rules)
    minimum = np.maximum(margin.minimum, house)
    standalone = np.where(margin.class_of != NO_CLASS, np.maximum(worst_loss, minimum), 0.0)
    for i in margin.not_eligible:
        standalone[i] = margin.strategy_based_of([i]).by_position.sum()
    return standalone


def _marginal(margin: PortfolioMargin) -> FloatArray:
    """Requirement with each position less without it: its group, and those above, made anew."""
    marginal = np.zeros(len(margin.book.positions))
    inside = np.flatnonzero(margin.class_of != NO_CLASS)
    gone = GroupChange(
        margin.class_of[inside],
        -margin.risk_array[inside],
        -margin.minimum[inside],
        -delivered_value(margin.book.positions, margin.spot, margin.book.market.as_of)[inside],
    )
    marginal[inside] = -group_sums(margin, inside).after(gone)
    marginal[margin.not_eligible] = _marginal_by_strategy(margin)
    return marginal


def _marginal_by_strategy(margin: PortfolioMargin) -> list[float]:
    """Strategy-based requirement with and without each position that is not eligible, $.

    Only positions of the same account and class group can pair with it; the account as a whole
    requires no less than nothing.
    """
    positions, underlyings = margin.book.positions, margin.book.market.underlyings
    together: dict[tuple[int, str], list[int]] = {}
    for i in margin.not_eligible.tolist():
        key = (int(positions.account[i]), underlyings[positions.underlying[i]].group)
        together.setdefault(key, []).append(i)
    marginal = {}
    for own in together.values():
        whole = margin.strategy_based_of(own).unraised.sum()
        for i in own:
            rest = [other for other in own if other != i]
            gone = float(margin.strategy_based_of(rest).unraised.sum() - whole)
            marginal[i] = -margin.outside_changed(int(positions.account[i]), gone)
    return [marginal[i] for i in margin.not_eligible.tolist()]


@dataclass(frozen=True, eq=False)
class _Binding:
    """For each class group: the point at which its margined group is worst, and how it counts.

    `point` is NO_POINT where the minimum binds; `factor` is the product of the offset rates that
    apply to the class group's gain or loss on its way up.
    """

    point: IntArray
    factor: FloatArray


def _binding_points(margin: PortfolioMargin) -> _Binding:
    classes = margin.levels[0]
    point = np.full(len(classes), NO_POINT, dtype=np.int64)
    factor = np.ones(len(classes))
    path = _groups_above(margin)
    for groups, group in zip(margin.levels, path, strict=True):
        at = np.flatnonzero(group != NO_PARENT)
        binds = groups.worst_loss[group[at]] > groups.minimum[group[at]]
        point[at] = np.where(binds, groups.worst_point[group[at]], NO_POINT)
    for groups, group, above in zip(margin.levels, path, path[1:], strict=False):
        at = np.flatnonzero((above != NO_PARENT) & (point != NO_POINT))
        gains = groups.risk_array[group[at], point[at]] > 0
        factor[at] *= np.where(gains, groups.offset_rate[group[at]], 1.0)
    return _Binding(point, factor)


def _groups_above(margin: PortfolioMargin) -> list[IntArray]:
    """For each class group, the group of each level that it is in, itself first, or NO_PARENT."""
    path = [np.arange(len(margin.levels[0]))]
    for groups in margin.levels[:-1]:
        above = np.full_like(path[0], NO_PARENT)
        inside = path[-1] != NO_PARENT
        above[inside] = groups.parent[path[-1][inside]]
        path.append(above)
    return path
