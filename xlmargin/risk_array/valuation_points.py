"""Valuation points: the moves of the underlying at which the rule takes theoretical value.

Five equal steps down and five up, to the ends of the class's range; the unchanged price is no
point. A house profile adds its own ten points to the rule's ten and takes none away, so that it can
only raise a requirement.

Rule: FINRA 4210(g)(2), theoretical gains and losses; range table in SEC Release 34-46576.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from xlmargin.arrays import FloatArray, IntArray
from xlmargin.instruments import UnderlyingClass
from xlmargin.market import Market
from xlmargin.risk_array.class_groups import ClassGroups
from xlmargin.rulebook import PortfolioRules, ValuationRange

WHOLE_PRICE = -1.0
"""The lowest move there is: a price does not fall below zero."""


@dataclass(frozen=True, eq=False)
class ValuationPoints:
    """The points of every underlying, lowest move of its class group first.

    `moves` has shape (underlyings, points): each underlying's own move, its factor included, so
    that an inverse fund rises where its group falls. `group_moves` has shape (class groups,
    points): the moves that all members share, or else those of the group's index. `names` are
    D5 ... D1, U1 ... U5; a house's points follow the rule's.
    """

    moves: FloatArray
    group_moves: FloatArray
    names: tuple[str, ...]
    shown: slice
    """The ten points to show: the house's where it has its own, else the rule's."""


def valuation_points(market: Market, groups: ClassGroups, rules: PortfolioRules) -> ValuationPoints:
    """The valuation points of every underlying of the market."""
    tables = [rules.ranges]
    if _wider(rules):
        tables.append(rules.house_ranges)
    group_moves = np.hstack([_group_moves(groups, table, rules) for table in tables])
    factor = market.leverage if rules.leverage_multiplies_range else np.sign(market.leverage)
    moves = np.maximum(factor[:, None] * group_moves[groups.of_underlying], WHOLE_PRICE)
    names = point_names(rules.points_per_side)
    shown = slice(-len(names), None)
    group_moves = _shared_moves(groups.of_underlying, moves, group_moves)
    return ValuationPoints(moves, group_moves, names * len(tables), shown)


def moves_of_range(valuation_range: ValuationRange, points_per_side: int) -> FloatArray:
    """The moves of one range, lowest first: equal steps on each side, without the unchanged price.

    >>> moves_of_range(ValuationRange(up=0.06, down=0.08, rule="", remark=""), 2).tolist()
    [-0.08, -0.04, 0.03, 0.06]
    """
    steps = np.arange(1, points_per_side + 1) / points_per_side
    return np.concatenate([-valuation_range.down * steps[::-1], valuation_range.up * steps])


def point_names(points_per_side: int) -> tuple[str, ...]:
    """Names of the points, lowest first: D5 ... D1, U1 ... U5."""
    steps = range(1, points_per_side + 1)
    return (*(f"D{step}" for step in reversed(steps)), *(f"U{step}" for step in steps))


def _group_moves(
    groups: ClassGroups,
    table: Mapping[UnderlyingClass, ValuationRange],
    rules: PortfolioRules,
) -> FloatArray:
    """Moves of every class group by one table of ranges, shape (class groups, points)."""
    rows = [moves_of_range(table[g.underlying_class], rules.points_per_side) for g in groups.groups]
    return np.array(rows, dtype=np.float64).reshape(len(rows), 2 * rules.points_per_side)


def _shared_moves(
    of_underlying: IntArray, moves: FloatArray, group_moves: FloatArray
) -> FloatArray:
    """Moves of each group: its members' own where all have the same, else those of the group."""
    _, first = np.unique(of_underlying, return_index=True)
    unlike = np.any(moves != moves[first][of_underlying], axis=1)
    differing = np.bincount(of_underlying, unlike) > 0
    return np.where(differing[:, None], group_moves, moves[first])


def _wider(rules: PortfolioRules) -> bool:
    return any(
        (house.up, house.down) != (rules.ranges[c].up, rules.ranges[c].down)
        for c, house in rules.house_ranges.items()
    )
