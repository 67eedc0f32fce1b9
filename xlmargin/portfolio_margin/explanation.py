"""The portfolio margin requirement as a tree: account, unit, worst point, position.

Every amount carries its paragraph, and the root recomputes from the leaves, which are the losses of
single positions at one point and the minimums of single positions.
"""

from __future__ import annotations

import numpy as np

from xlmargin.arrays import IntArray
from xlmargin.portfolio_margin.portfolio_requirement import PortfolioMargin
from xlmargin.portfolio_margin.units import NO_PARENT, Units
from xlmargin.requirement import Requirement, greatest, share_of, total


def explained(margin: PortfolioMargin) -> Requirement:
    """The requirement of all accounts as a tree of amounts in dollars."""
    accounts = margin.book.positions.accounts
    rule = margin.rules.citations["aggregation"]
    by_account = tuple(_account(margin, i) for i in range(len(accounts)))
    if len(accounts) == 1:
        return total("Portfolio margin requirement", by_account[0].parts, rule)
    return total("Portfolio margin requirement, all accounts", by_account, rule)


def _account(margin: PortfolioMargin, account: int) -> Requirement:
    """One account: the sum of the units that are part of no other."""
    parts = tuple(
        _unit(margin, depth, int(i))
        for depth, units in enumerate(margin.levels)
        for i in np.flatnonzero((units.account == account) & (units.parent == NO_PARENT))
    )
    if margin.strategy_trees:
        parts += (margin.strategy_trees[account],)
    name = margin.book.positions.accounts[account]
    return total(f"Account {name}", parts, margin.rules.citations["aggregation"])


def _unit(margin: PortfolioMargin, depth: int, unit: int) -> Requirement:
    """One unit: the greater of its loss at the worst point and its minimum."""
    units = margin.levels[depth]
    point = int(units.worst_point[unit])
    where = f"Loss at {point_label(margin, units, unit, point)}, the worst point"
    loss = total(where, _losses(margin, depth, unit, point), loss_rule(margin, depth, unit, point))
    return greatest(
        f"{units.level.capitalize()} {units.names[unit]}",
        (loss, _minimum(margin, depth, unit)),
        _rule(margin, "contract_minimum"),
    )


def point_label(margin: PortfolioMargin, units: Units, unit: int, point: int) -> str:
    """Name of a point for a reader: the move of a class group, else D5 ... U5."""
    if units is margin.levels[0]:
        return f"{margin.points.group_moves[units.group[unit], point]:+.2%}"
    return margin.points.names[point]


def loss_rule(margin: PortfolioMargin, depth: int, unit: int, point: int) -> str:
    """Citation of the range that a point belongs to: that of the class, where the unit has one."""
    if depth:
        return _rule(margin, "valuation_points")
    group = margin.groups.groups[margin.levels[0].group[unit]]
    direction = "down" if margin.points.names[point].startswith("D") else "up"
    return _rule(margin, f"valuation_range_{direction}_{group.underlying_class}")


def _losses(margin: PortfolioMargin, depth: int, unit: int, point: int) -> tuple[Requirement, ...]:
    """What the parts of a unit lose at one point; a gain is a negative loss."""
    if depth == 0:
        return tuple(
            Requirement(margin.book.positions.label(i), float(-margin.risk_array[i, point]))
            for i in _positions(margin, unit)
        )
    below = margin.levels[depth - 1]
    return tuple(_counted(margin, depth - 1, int(i), point) for i in _children(below, unit))


def _counted(margin: PortfolioMargin, depth: int, unit: int, point: int) -> Requirement:
    """What a unit contributes to the one above at a point: a loss whole, a gain at its rate."""
    units = margin.levels[depth]
    label = f"{units.level.capitalize()} {units.names[unit]}"
    loss = total(label, _losses(margin, depth, unit, point))
    if units.risk_array[unit, point] <= 0:
        return loss
    offset = ("product_group_offset", "portfolio_group_offset")[depth]
    if depth == 0:
        offset += f"_{margin.groups.groups[units.group[unit]].underlying_class}"
    rate = float(units.gain_rate[unit])
    return share_of(f"{label}: its gain counts at {rate:.0%}", rate, loss, _rule(margin, offset))


def _minimum(margin: PortfolioMargin, depth: int, unit: int) -> Requirement:
    """The minimum of a unit: of its positions, or of the units below."""
    rule = _rule(margin, "contract_minimum")
    if depth:
        below = margin.levels[depth - 1]
        parts = tuple(_minimum(margin, depth - 1, int(i)) for i in _children(below, unit))
        return total("Minimum", parts, rule)
    positions = margin.book.positions
    parts = tuple(
        Requirement(positions.label(i), float(margin.minimum[i]))
        for i in _positions(margin, unit)
        if positions.is_option[i]
    )
    minimum = total(f"Minimum of {margin.levels[0].names[unit]}", parts, rule)
    uncovered = float(margin.uncovered_minimum[unit])
    if not uncovered:
        return minimum
    house = Requirement("Uncovered short options", uncovered, _rule(margin, "short_option_minimum"))
    return greatest("Minimum with the house's", (minimum, house))


def _positions(margin: PortfolioMargin, unit: int) -> list[int]:
    return [int(i) for i in np.flatnonzero(margin.class_unit == unit)]


def _children(units: Units, parent: int) -> IntArray:
    return np.flatnonzero(units.parent == parent)


def _rule(margin: PortfolioMargin, parameter: str) -> str:
    return margin.rules.citations[parameter]
