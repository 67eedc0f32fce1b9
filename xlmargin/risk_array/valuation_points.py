"""Valuation points: the moves of the underlying at which the rule takes theoretical value.

Five equal steps down and five up, to the ends of the class's range; the unchanged price is no
point. A house, by its profile or for a symbol, adds its own ten points to the rule's ten and takes
none away, so that it can only raise a requirement.

Rule: FINRA 4210(g)(2), theoretical gains and losses; range table in SEC Release 34-46576.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from xlmargin.arrays import BoolArray, FloatArray, IntArray
from xlmargin.computing import ContentCache
from xlmargin.market import Market
from xlmargin.risk_array.class_groups import NO_GROUP, ClassGroup, ClassGroups
from xlmargin.rulebook import PortfolioRules, ValuationRange

WHOLE_PRICE = -1.0
"""The lowest move there is: a price does not fall below zero."""


@dataclass(frozen=True, eq=False)
class ValuationPoints:
    """The points of every underlying, lowest move of its class group first.

    `moves` has shape (underlyings, all points): each underlying's own move, its factor included, so
    that an inverse fund rises where its index falls; NaN where its class group is not held. `own`,
    shape (rules, points), says by index which of them count under each of the rules. `group_moves`
    has shape (class groups, points): the moves that all members share, or else those of the group's
    index. `names` are D5 ... D1, U1 ... U5; a house's points follow the rule's. `has_own` tells of
    each class group whether its house has points beside the rule's.
    """

    moves: FloatArray
    own: IntArray
    group_moves: FloatArray
    names: tuple[str, ...]
    per_table: int
    """Points of the rule, which come first; beside a house with ranges of its own as many more."""
    has_own: BoolArray

    def around(self, spot: FloatArray) -> FloatArray:
        """Prices at all points around these, $, shape (underlyings, ..., all points)."""
        moves = self.moves.reshape(len(spot), *(1,) * (spot.ndim - 1), self.moves.shape[1])
        prices: FloatArray = spot[..., None] * (1.0 + moves)
        return prices

    def counted(self, at_all: FloatArray, rules: IntArray) -> FloatArray:
        """Values at the points that count: (rows, ..., all points) in, (rows, ..., points) out.

        `rules` says by index under which of the rules each row is.
        """
        if len(self.own) == 1:
            return at_all
        ones = (1,) * (at_all.ndim - 2)
        points = self.own[rules].reshape(len(at_all), *ones, self.own.shape[1])
        found: FloatArray = np.take_along_axis(at_all, points, axis=-1)
        return found

    @property
    def shown(self) -> slice:
        """The points to show: the house's where it has its own, else the rule's."""
        return slice(-self.per_table, None)

    def is_house(self, point: int) -> bool:
        """Whether a point is a house's, not the rule's."""
        return point >= self.per_table


def valuation_points(
    classes: Sequence[ClassGroups], rules: Sequence[PortfolioRules]
) -> ValuationPoints:
    """The valuation points of every underlying whose class group is held, under each of the rules.

    Where one house has points of its own, the others have the rule's twice.
    """
    return _POINTS.get((*classes, *rules), lambda _: _valuation_points(classes, rules))


_POINTS: Final = ContentCache[tuple[ClassGroups | PortfolioRules, ...], ValuationPoints](
    most=32, most_size=2_000_000, size=lambda _, points: points.moves.size
)
"""Bounded by moves, in all: class groups are remembered too, and the same as long as they are."""


def _valuation_points(
    classes: Sequence[ClassGroups], rules: Sequence[PortfolioRules]
) -> ValuationPoints:
    apart = [_TablesOfHouse.of(own, under) for own, under in zip(classes, rules, strict=True)]
    tables = max(len(each.moves) for each in apart)
    blocks: list[FloatArray] = []
    own = [[_placed(blocks, each.moves[min(t, len(each.moves) - 1)]) for t in range(tables)]
           for each in apart]  # fmt: skip
    names = point_names(rules[0].valuation_points.valuation_points_per_side)
    here = np.arange(len(names))
    return ValuationPoints(
        np.hstack([np.where(np.isnan(block), blocks[0], block) for block in blocks]),
        np.array([np.concatenate([len(names) * b + here for b in of_house]) for of_house in own]),
        np.vstack([each.of_groups(tables) for each in apart]),
        names * tables,
        len(names),
        np.repeat([len(each.moves) > 1 for each in apart], [len(c.groups) for c in classes]),
    )


@dataclass(frozen=True, eq=False)
class _TablesOfHouse:
    """The rule's points, and a house's where it has any: of underlyings, and of class groups.

    Each of `moves` has shape (underlyings, points), each of `group_moves` (class groups, points).
    """

    moves: list[FloatArray]
    group_moves: list[FloatArray]

    @classmethod
    def of(cls, groups: ClassGroups, rules: PortfolioRules) -> _TablesOfHouse:
        tables = [[g.range for g in groups.groups]]
        house = [house_range(g, rules) for g in groups.groups]
        if any((a.up, a.down) != (b.up, b.down) for a, b in zip(tables[0], house, strict=True)):
            tables.append(house)
        held = groups.of_underlying != NO_GROUP
        group_factor = np.array([g.factor for g in groups.groups])
        moves, group_moves = [], []
        for of_class in (_table_moves(table, rules) for table in tables):
            own = np.full((len(held), of_class.shape[1]), np.nan)
            own[held] = groups.factor[held, None] * of_class[groups.of_underlying[held]]
            moves.append(np.maximum(own, WHOLE_PRICE))
            group_moves.append(np.maximum(group_factor[:, None] * of_class, WHOLE_PRICE))
        return cls(moves, group_moves)

    def of_groups(self, tables: int) -> FloatArray:
        """Moves of the class groups, shape (class groups, points of so many tables)."""
        return np.hstack([self.group_moves[min(t, len(self.moves) - 1)] for t in range(tables)])


def _placed(blocks: list[FloatArray], moves: FloatArray) -> int:
    """Where moves stand among the blocks of moves: in one that says the same, else in a new one."""
    for i, block in enumerate(blocks):
        both = ~np.isnan(block) & ~np.isnan(moves)
        if np.array_equal(block[both], moves[both]):
            blocks[i] = np.where(np.isnan(block), moves, block)
            return i
    blocks.append(moves)
    return len(blocks) - 1


def points_of_moves(
    market: Market, moves: FloatArray, class_groups: int, rules: int
) -> ValuationPoints:
    """The user's own moves of the market in the place of valuation points, in their order.

    A leveraged or inverse fund moves by its factor times a move; a class group is named by the move
    of the market. They are the same under all of the rules, so many.
    """
    return ValuationPoints(
        np.maximum(np.outer(market.leverage, moves), WHOLE_PRICE),
        np.tile(np.arange(len(moves)), (rules, 1)),
        np.tile(moves, (class_groups, 1)),
        tuple(f"{100 * move:+.4g}%" for move in moves.tolist()),
        len(moves),
        np.zeros(class_groups, dtype=bool),
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
    """The range that the house requires of a class group, for its class and for its symbols.

    An end that the house leaves as the rule has it is that of the group's own range.
    """
    own, of_class = group.range, rules.house_ranges[group.underlying_class]
    of_rule = rules.ranges[group.underlying_class]
    house = replace(
        of_class,
        up=own.up if of_class.up == of_rule.up else max(own.up, of_class.up),
        down=own.down if of_class.down == of_rule.down else max(own.down, of_class.down),
    )
    if (house.up, house.down) == (own.up, own.down):
        house = own
    up, down = max(house.up, group.house_up), max(house.down, group.house_down)
    if (up, down) == (house.up, house.down):
        return house
    return replace(house, up=up, down=down, rule=f"{house.rule}; {_FOR_THE_SYMBOL}")


_FOR_THE_SYMBOL: Final = "raised by the house's move for the symbol"
