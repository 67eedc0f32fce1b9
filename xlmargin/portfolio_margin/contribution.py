"""What each position adds to the requirement, in three readings.

Standalone: the requirement of the position by itself. Marginal: the requirement with the position
less the requirement without it. Share: its part of the requirement as it stands, at the point that
binds; the shares of all positions add up to the requirement.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xlmargin.arrays import FloatArray, IntArray
from xlmargin.portfolio_margin.minimums import delivered_value, house_minimum
from xlmargin.portfolio_margin.portfolio_requirement import NO_UNIT, PortfolioMargin
from xlmargin.portfolio_margin.units import NO_PARENT, counted, sums

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
    return Contribution(_standalone(margin), _marginal(margin), _share(margin))


def _standalone(margin: PortfolioMargin) -> FloatArray:
    """The greater of each position's own worst loss and its own minimum."""
    worst_loss: FloatArray = -np.min(margin.risk_array, axis=1, initial=0.0)
    delivered = delivered_value(margin.book.positions, margin.spot)
    minimum = np.maximum(margin.minimum, house_minimum(delivered, margin.rules))
    standalone = np.where(margin.class_unit != NO_UNIT, np.maximum(worst_loss, minimum), 0.0)
    for i in _outside(margin):
        standalone[i] = _strategy_based(margin, [i])
    return standalone


def _marginal(margin: PortfolioMargin) -> FloatArray:
    """Requirement with each position less without it: its unit, and those above, made anew."""
    marginal = np.zeros(len(margin.book.positions))
    outside = _outside(margin)
    for i in outside:
        rest = [other for other in outside if other != i]
        marginal[i] = margin.strategy_based.sum() - _strategy_based(margin, rest)
    position = np.flatnonzero(margin.class_unit != NO_UNIT)
    unit = margin.class_unit[position]
    array = margin.levels[0].risk_array[unit] - margin.risk_array[position]
    minimum = _class_minimum_without(margin, position, unit)
    for units, above in zip(margin.levels, (*margin.levels[1:], None), strict=True):
        alone = units.parent[unit] == NO_PARENT
        without = np.maximum(-array.min(axis=1, initial=0.0), minimum)
        marginal[position[alone]] = (units.requirement[unit] - without)[alone]
        if above is None or alone.all():
            break
        inside = ~alone
        position, unit, parent = position[inside], unit[inside], units.parent[unit[inside]]
        change = counted(array[inside], units.gain_rate[unit]) - units.counted[unit]
        array = above.risk_array[parent] + change
        minimum = above.minimum[parent] - units.minimum[unit] + minimum[inside]
        unit = parent
    return marginal


def _outside(margin: PortfolioMargin) -> list[int]:
    """The positions that are not eligible."""
    outside = (margin.class_unit == NO_UNIT) & ~margin.book.positions.is_cash
    return [int(i) for i in np.flatnonzero(outside)]


def _strategy_based(margin: PortfolioMargin, chosen: list[int]) -> float:
    """Strategy-based requirement, $, of some positions by themselves."""
    if not chosen:
        return 0.0
    book = margin.book.only(np.array(chosen))
    return float(margin.ask_strategy_based(book, margin.mark[chosen]).by_position.sum())


def _class_minimum_without(
    margin: PortfolioMargin, position: IntArray, unit: IntArray
) -> FloatArray:
    """Minimum of each position's class unit once the position is gone, $."""
    units = len(margin.levels[0].names)
    delivered = delivered_value(margin.book.positions, margin.spot)[position]
    contracts: FloatArray = sums(margin.minimum[position, None], unit, units)[unit, 0]
    house = house_minimum(sums(delivered, unit, units)[unit] - delivered, margin.rules)
    return np.maximum(contracts - margin.minimum[position], house)


def _share(margin: PortfolioMargin) -> FloatArray:
    """Each position's part of the requirement, at the point or in the minimum that binds."""
    classes = margin.levels[0]
    binding = _binding_points(margin)
    loss_binds = binding.point != NO_POINT
    own_minimum = margin.minimum.copy()
    inside = np.flatnonzero(margin.class_unit != NO_UNIT)
    unit = margin.class_unit[inside]
    of_contracts = sums(margin.minimum[inside, None], unit, len(classes.names))[:, 0]
    with np.errstate(invalid="ignore", divide="ignore"):
        raised = np.where(of_contracts > 0, classes.minimum / of_contracts, 1.0)
    own_minimum[inside] *= raised[unit]
    loss = -margin.risk_array[inside, binding.point[unit]] * binding.factor[unit]
    share = margin.strategy_based.copy()
    share[inside] = np.where(loss_binds[unit], loss, own_minimum[inside])
    return share


@dataclass(frozen=True, eq=False)
class _Binding:
    """For each class unit: the point at which its margined unit is worst, and how it counts there.

    `point` is NO_POINT where the minimum binds; `factor` is the product of the gain rates that
    apply to the class unit's gain or loss on its way up.
    """

    point: IntArray
    factor: FloatArray


def _binding_points(margin: PortfolioMargin) -> _Binding:
    classes = margin.levels[0]
    point = np.full(len(classes.names), NO_POINT, dtype=np.int64)
    factor = np.ones(len(classes.names))
    path = _units_above(margin)
    for units, unit in zip(margin.levels, path, strict=True):
        at = np.flatnonzero(unit != NO_PARENT)
        binds = units.worst_loss[unit[at]] >= units.minimum[unit[at]]
        point[at] = np.where(binds, units.worst_point[unit[at]], NO_POINT)
    for units, unit, above in zip(margin.levels, path, path[1:], strict=False):
        at = np.flatnonzero((above != NO_PARENT) & (point != NO_POINT))
        gains = units.risk_array[unit[at], point[at]] > 0
        factor[at] *= np.where(gains, units.gain_rate[unit[at]], 1.0)
    return _Binding(point, factor)


def _units_above(margin: PortfolioMargin) -> list[IntArray]:
    """For each class unit, the unit of each level that it is in, itself first, or NO_PARENT."""
    path = [np.arange(len(margin.levels[0].names))]
    for units in margin.levels[:-1]:
        above = np.full_like(path[0], NO_PARENT)
        inside = path[-1] != NO_PARENT
        above[inside] = units.parent[path[-1][inside]]
        path.append(above)
    return path
