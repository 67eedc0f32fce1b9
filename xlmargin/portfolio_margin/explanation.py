"""The portfolio margin requirement as a tree: account, group, worst point, position.

Every amount carries its paragraph, and the root recomputes from the leaves, which are the losses of
single positions at one point and the minimums of single positions.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import pairwise

import numpy as np

from xlmargin.arrays import FloatArray, IntArray
from xlmargin.portfolio_margin.minimums import uncapped_minimum
from xlmargin.portfolio_margin.portfolio_requirement import (
    NO_PARENT,
    MarginGroups,
    PortfolioMargin,
)
from xlmargin.requirement import Requirement, greatest, of_accounts, share_of, total
from xlmargin.risk_array.valuation_points import house_range

RULE_POINT = " (rule)"
"""What marks a point of the rule where the house has points of its own, which are shown."""


def explained(margin: PortfolioMargin) -> Requirement:
    """The requirement of all accounts as a tree of amounts in dollars.

    Of very many accounts the first are explained in detail.
    """
    rule = margin.rules.citations["aggregation"]
    return of_accounts("Portfolio margin requirement", _Tree(margin).accounts(), rule)


def point_label(margin: PortfolioMargin, groups: MarginGroups, group: int, point: int) -> str:
    """Name of a point for a reader: the move of a class group, else D5 ... U5."""
    points, class_group = margin.inputs.points, groups.class_group[group]
    label = points.names[point]
    if groups is margin.levels[0]:
        label = f"{points.group_moves[class_group, point]:+.2%}"
    by_rule = points.has_own[class_group] and not points.is_house(point)
    return label + RULE_POINT if by_rule else label


def loss_rule(margin: PortfolioMargin, groups: MarginGroups, group: int, point: int) -> str:
    """Citation of the range that a point belongs to, of the factor that multiplies it, of offsets.

    A group of groups counts gains at offsets.
    """
    classes, rules = margin.inputs.classes.groups, margin.rules.of(groups.account[group])
    inside = classes[groups.class_group[group]]
    if margin.inputs.points.is_house(point):
        citation = house_range(inside, rules).rule
    else:
        citation = inside.range.rule
    offsets = (inside.offset_rule, inside.portfolio_rule)[: margin.levels.index(groups)]
    return "; ".join(dict.fromkeys(filter(None, (citation, inside.factor_rule, *offsets))))


def minimum_rule(margin: PortfolioMargin, groups: MarginGroups, group: int) -> str:
    """Citation of the minimum of a group: the house's where that is the greater, or a report's."""
    house_binds = (
        groups is margin.levels[0]
        and margin.house_minimum[group] > 0
        and margin.house_minimum[group] >= groups.minimum[group]
    )
    citations = margin.rules.of(groups.account[group]).citations
    if house_binds:
        return citations["short_option_minimum"]
    inside = margin.inputs.classes.groups[groups.class_group[group]]
    return inside.minimum_rule or citations["contract_minimum"]


class _Tree:
    """The tree of a book, made from the top down; what belongs together is looked up once."""

    def __init__(self, margin: PortfolioMargin) -> None:
        self._margin = margin

    @cached_property
    def _positions_of(self) -> list[IntArray]:
        """The positions of each class group."""
        return _members(self._margin.class_of, len(self._margin.levels[0]))

    @cached_property
    def _children_of(self) -> list[list[IntArray]]:
        """For each level but the first, the groups of the level below that are in each group."""
        below = pairwise(self._margin.levels)
        return [_members(children.parent, len(groups)) for children, groups in below]

    @cached_property
    def _uncapped(self) -> FloatArray:
        return uncapped_minimum(self._margin.book, self._margin.rules)

    def accounts(self) -> tuple[Requirement, ...]:
        """What each account requires: the sum of the groups that are part of no other."""
        names, rules = self._margin.book.positions.accounts, self._margin.rules
        parts: list[list[Requirement]] = [[] for _ in names]
        for depth, groups in enumerate(self._margin.levels):
            for group in np.flatnonzero(groups.parent == NO_PARENT).tolist():
                parts[groups.account[group]].append(self._group(depth, group))
        for account, tree in enumerate(self._margin.strategy_based.by_account()):
            if tree.parts:
                parts[account].append(tree)
        return tuple(
            total(rules.heading(account, name), own, rules.of(account).citations["aggregation"])
            for account, (name, own) in enumerate(zip(names, map(tuple, parts), strict=True))
        )

    def _citations(self, account: int) -> Mapping[str, str]:
        """Where the numbers that one account is under are stated."""
        return self._margin.rules.of(account).citations

    def _group(self, depth: int, group: int) -> Requirement:
        """One group: the greater of its loss at the worst point and its minimum."""
        margin, groups = self._margin, self._margin.levels[depth]
        point = int(groups.worst_point[group])
        where = f"Loss at {point_label(margin, groups, group, point)}, the worst point"
        losses = tuple(self._losses(depth, group, point))
        return greatest(
            f"{groups.level.capitalize()} {groups.names[group]}",
            (
                total(where, losses, loss_rule(margin, groups, group, point)),
                self._minimum(depth, group),
            ),
            self._citations(groups.account[group])["contract_minimums"],
        )

    def _losses(self, depth: int, group: int, point: int) -> Iterator[Requirement]:
        """What the parts of a group lose at one point; a gain is a negative loss."""
        if depth:
            for child in self._children_of[depth - 1][group].tolist():
                yield self._counted(depth - 1, child, point)
            return
        labels, own = self._margin.book.positions.labels, self._positions_of[group]
        losses = (0.0 - self._margin.risk_array[own, point]).tolist()
        for i, loss in zip(own.tolist(), losses, strict=True):
            yield Requirement(labels[i], loss)

    def _counted(self, depth: int, group: int, point: int) -> Requirement:
        """What a group contributes to the one above at a point: a loss whole, a gain at a rate."""
        groups = self._margin.levels[depth]
        label = f"{groups.level.capitalize()} {groups.names[group]}"
        loss = total(label, tuple(self._losses(depth, group, point)))
        if groups.risk_array[group, point] <= 0:
            return loss
        inside = self._margin.inputs.classes.groups[groups.class_group[group]]
        rate = float(groups.offset_rate[group])
        counts = f"{label}: its gain counts at {rate:.0%}"
        rule = inside.portfolio_rule if depth else inside.offset_rule
        return share_of(counts, rate, loss, rule)

    def _minimum(self, depth: int, group: int) -> Requirement:
        """The minimum of a group: of its positions, or of the groups below."""
        groups = self._margin.levels[depth]
        name, citations = groups.names[group], self._citations(groups.account[group])
        inside = self._margin.inputs.classes.groups[groups.class_group[group]]
        rule = inside.minimum_rule or citations["contract_minimum"]
        if depth:
            children = self._children_of[depth - 1][group].tolist()
            parts = tuple(self._minimum(depth - 1, child) for child in children)
            return total(f"Minimum of {name}", parts, rule)
        minimum = total(f"Minimum of {name}", tuple(self._contract_minimums(group)), rule)
        uncovered = float(self._margin.house_minimum[group])
        if not uncovered:
            return minimum
        house_rule = citations["short_option_minimum"]
        house = Requirement("The house's for uncovered short options", uncovered, house_rule)
        return greatest(f"Minimum of {name} and of the house", (minimum, house), house_rule)

    def _contract_minimums(self, group: int) -> Iterator[Requirement]:
        """The minimum of each option of a class group, and whether its value caps it."""
        positions, minimum = self._margin.book.positions, self._margin.minimum
        account = self._margin.levels[0].account[group]
        cap = self._citations(account)["long_contract_minimum_cap"]
        own = self._positions_of[group]
        options = own[positions.is_option[own]]
        capped = minimum[options] < self._uncapped[options]
        columns = zip(options.tolist(), minimum[options].tolist(), capped.tolist(), strict=True)
        for i, amount, is_capped in columns:
            label = positions.labels[i] + (", no more than its value" if is_capped else "")
            yield Requirement(label, amount, cap if is_capped else "")


def _members(group_of: IntArray, count: int) -> list[IntArray]:
    """The indexes that belong to each group; those below 0 belong to none."""
    order = np.argsort(group_of, kind="stable")
    bounds = np.searchsorted(group_of[order], np.arange(count + 1))
    return [order[start:end] for start, end in pairwise(bounds)]
