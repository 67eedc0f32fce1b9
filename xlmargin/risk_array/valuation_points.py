"""Valuation points: the moves of the underlying at which the rule takes theoretical value.

Five equal steps down and five up, to the ends of the class's range; the unchanged price is no
point. A house, by its profile or for a symbol, adds its own ten points to the rule's ten and takes
none away, so that it can only raise a requirement.

Rule: FINRA 4210(g)(2), theoretical gains and losses; range table in SEC Release 34-46576.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from xlmargin.arrays import FloatArray
from xlmargin.market import Market
from xlmargin.risk_array.class_groups import NO_GROUP, ClassGroup, ClassGroups
from xlmargin.rulebook import PortfolioRules, ValuationRange

WHOLE_PRICE = -1.0
"""The lowest move there is: a price does not fall below zero."""


@dataclass(frozen=True, eq=False)
class ValuationPoints:
    """The points of every underlying, lowest move of its class group first.

    `moves` has shape (underlyings, points): each underlying's own move, its factor included, so
    that an inverse fund rises where its index falls; NaN where its class group is not held.
    `group_moves` has shape (class groups, points): the moves that all members share, or else those
    of the group's index. `names` are D5 ... D1, U1 ... U5; a house's points follow the rule's.
    """

    moves: FloatArray
    group_moves: FloatArray
    names: tuple[str, ...]
    per_table: int
    """Points of the rule, which come first; a house with ranges of its own has as many more."""

    def around(self, spot: FloatArray) -> FloatArray:
        """Prices at the points around these, $, shape (underlyings, points)."""
        prices: FloatArray = spot[:, None] * (1.0 + self.moves)
        return prices

    @property
    def shown(self) -> slice:
        """The points to show: the house's where it has its own, else the rule's."""
        return slice(-self.per_table, None)

    @property
    def house_has_own(self) -> bool:
        """Whether a house has points beside the rule's."""
        return len(self.names) > self.per_table

    def is_house(self, point: int) -> bool:
        """Whether a point is a house's, not the rule's."""
        return point >= self.per_table


def valuation_points(groups: ClassGroups, rules: PortfolioRules) -> ValuationPoints:
    """The valuation points of every underlying whose class group is held."""
    tables = [[rules.ranges[g.underlying_class] for g in groups.groups]]
    house = [house_range(g, rules) for g in groups.groups]
    if any((a.up, a.down) != (b.up, b.down) for a, b in zip(tables[0], house, strict=True)):
        tables.append(house)
    table_moves = np.hstack([_table_moves(table, rules) for table in tables])
    group_factor = np.array([g.factor for g in groups.groups])
    moves = np.full((len(groups.factor), table_moves.shape[1]), np.nan)
    held = groups.of_underlying != NO_GROUP
    moves[held] = groups.factor[held, None] * table_moves[groups.of_underlying[held]]
    names = point_names(rules.valuation_points.valuation_points_per_side)
    return ValuationPoints(
        np.maximum(moves, WHOLE_PRICE),
        np.maximum(group_factor[:, None] * table_moves, WHOLE_PRICE),
        names * len(tables),
        len(names),
    )


def points_of_moves(market: Market, moves: FloatArray, class_groups: int) -> ValuationPoints:
    """The user's own moves of the market in the place of valuation points, in their order.

    A leveraged or inverse fund moves by its factor times a move; a class group is named by the move
    of the market.
    """
    return ValuationPoints(
        np.maximum(np.outer(market.leverage, moves), WHOLE_PRICE),
        np.tile(moves, (class_groups, 1)),
        tuple(f"{100 * move:+.4g}%" for move in moves.tolist()),
        len(moves),
    )


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


def _table_moves(table: list[ValuationRange], rules: PortfolioRules) -> FloatArray:
    """Moves of every class group by its range, shape (class groups, points)."""
    per_side = rules.valuation_points.valuation_points_per_side
    rows = [moves_of_range(each, per_side) for each in table]
    return np.array(rows, dtype=np.float64).reshape(len(rows), 2 * per_side)


def house_range(group: ClassGroup, rules: PortfolioRules) -> ValuationRange:
    """The range that the house asks of a class group, for its class and for its symbols."""
    of_class = rules.house_ranges[group.underlying_class]
    up, down = max(of_class.up, group.house_up), max(of_class.down, group.house_down)
    if (up, down) == (of_class.up, of_class.down):
        return of_class
    return replace(of_class, up=up, down=down, rule=f"{of_class.rule}; {_FOR_THE_SYMBOL}")


_FOR_THE_SYMBOL: Final = "raised by the house's move for the symbol"
