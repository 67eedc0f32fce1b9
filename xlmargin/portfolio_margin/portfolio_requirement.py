"""The portfolio margin requirement: the greatest loss of each group, or its minimum, summed.

Positions net into class groups, class groups into product groups, product groups into portfolio
groups. Inside a class group a gain offsets a loss in full. Between the class groups of a product
group, and between the product groups of a portfolio group, losses count whole and gains count at
the offset rate, point by point: never the worst of one against the best of another. A group that is
part of no other, or whose gains offset nothing, is margined by itself, at its own worst point; the
account's requirement is the sum, with the strategy-based requirement of positions that are not
eligible.

Rule: FINRA 4210(g)(7)-(8); Cboe 10.4; OCC class, product and portfolio groups.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields, replace
from enum import StrEnum
from functools import cached_property, reduce
from typing import Any, TypeVar

import numpy as np

from xlmargin.arrays import (
    BoolArray,
    FloatArray,
    IntArray,
    Names,
    in_rows,
    numbered,
    ranked,
    summed,
    sums_by_group,
)
from xlmargin.book import Book, RulesOfAccounts, covered, rules_of_accounts
from xlmargin.computing import check_time_limit
from xlmargin.portfolio_margin.ineligible import (
    StrategyBased,
    StrategyRequirements,
    refused,
    repriced,
)
from xlmargin.portfolio_margin.minimums import contract_minimum, minimum_of_houses
from xlmargin.risk_array import (
    ClassGroupsOfHouses,
    ContractTable,
    ValuationPoints,
    class_groups,
    contract_table,
    of_houses,
    risk_array,
    unit_value,
    valuation_points,
)
from xlmargin.rulebook import PortfolioRules, portfolio_rules

_Groups = TypeVar("_Groups", bound="GroupsOfLevel")

NO_PARENT = -1
"""What `parent` holds for a group that is margined by itself."""


class GroupLevel(StrEnum):
    """How far positions are netted; the groups of a level are made of those of the one before."""

    CLASS = "class group"
    PRODUCT = "product group"
    PORTFOLIO = "portfolio group"


@dataclass(frozen=True, eq=False)
class GroupsOfLevel:
    """The groups of one level, each of one account, whatever prices are: they require nothing yet.

    Arrays have the shape (groups,). `offset_rate` is the share of a gain that counts in the group
    above, which is at index `parent` of the next level, or NO_PARENT. `class_group` is the index of
    the class group in the market's; above, that of the first one inside.
    """

    level: GroupLevel
    names: Names
    account: IntArray
    class_group: IntArray
    offset_rate: FloatArray
    parent: IntArray

    def __len__(self) -> int:
        return len(self.account)

    def margined(self, risk_array: FloatArray, minimum: FloatArray) -> MarginGroups:
        """The groups with the risk array and the minimum of each, $."""
        alike: dict[str, Any] = {f.name: getattr(self, f.name) for f in fields(GroupsOfLevel)}
        return MarginGroups(**alike, risk_array=risk_array, minimum=minimum)


@dataclass(frozen=True, eq=False)
class MarginGroups(GroupsOfLevel):
    """The groups of one level at some prices.

    `risk_array`, $, has shape (groups, points). `minimum`, $, (groups,), is the least requirement.
    """

    risk_array: FloatArray
    minimum: FloatArray

    @cached_property
    def worst_point(self) -> IntArray:
        """Index of the point with the greatest loss, or the least gain."""
        worst: IntArray = np.argmin(self.risk_array, axis=1)
        return worst

    @cached_property
    def worst_loss(self) -> FloatArray:
        """Largest theoretical loss over the points, $, >= 0."""
        least: FloatArray = reduce(np.minimum, self.risk_array.T)
        return np.maximum(-least, 0.0)

    @cached_property
    def requirement(self) -> FloatArray:
        """The greater of worst loss and minimum, $, of each group taken by itself."""
        return np.maximum(self.worst_loss, self.minimum)


def counted(risk_array: FloatArray, offset_rate: FloatArray) -> FloatArray:
    """Losses whole and gains at a rate, $; shapes (groups, points) and (groups,).

    >>> counted(np.array([[-100.0, 100.0]]), np.array([0.9])).tolist()
    [[-100.0, 90.0]]
    """
    return np.where(risk_array > 0, offset_rate[:, None] * risk_array, risk_array)


def aggregated(children: _Groups, level: GroupLevel, names: Names) -> tuple[_Groups, GroupsOfLevel]:
    """The groups above: children of one account whose name for the group above is the same.

    `names` holds that name for each child; a child named "", or whose gains offset nothing, is
    margined by itself. Answers the children with their parents filled in, and the parents, whose
    gains offset nothing yet.
    """
    is_named = names.where(bool)
    inside = np.flatnonzero(is_named & (children.offset_rate > 0))
    first, own = numbered(children.account[inside] * len(names.words) + names.code[inside])
    parent = np.full(len(children), NO_PARENT, dtype=np.int64)
    parent[inside] = own
    eldest = inside[first]
    parents = GroupsOfLevel(
        level=level,
        names=names.take(eldest),
        account=children.account[eldest],
        class_group=children.class_group[eldest],
        offset_rate=np.zeros(len(eldest)),
        parent=np.full(len(eldest), NO_PARENT, dtype=np.int64),
    )
    return replace(children, parent=parent), parents


def by_account(levels: Sequence[MarginGroups], accounts: int) -> FloatArray:
    """Requirement of each account, $, shape (accounts,): the sum of groups that are in no other."""
    alone = [groups.parent == NO_PARENT for groups in levels]
    account, required = (
        np.concatenate([own[some] for own, some in zip(columns, alone, strict=True)])
        for columns in ([g.account for g in levels], [g.requirement for g in levels])
    )
    return np.bincount(account, required, accounts).astype(np.float64)


NO_CLASS = -1
"""What `class_of` holds for cash and for positions that are not eligible."""


@dataclass(frozen=True, eq=False)
class MarginInputs:
    """What stays as it is when prices move: the book, its rules, groups, points and contracts.

    `eligible` tells which positions portfolio margin covers, shape (positions,); `class_of` is each
    position's index into the first of `levels`, or NO_CLASS. The levels are class groups, product
    groups and portfolio groups.
    """

    book: Book
    rules: RulesOfAccounts[PortfolioRules]
    eligible: BoolArray
    classes: ClassGroupsOfHouses
    class_of: IntArray
    levels: tuple[GroupsOfLevel, GroupsOfLevel, GroupsOfLevel]
    points: ValuationPoints
    contracts: ContractTable
    strategy_requirements: StrategyRequirements

    @cached_property
    def not_eligible(self) -> IntArray:
        """Indexes of the positions that portfolio margin does not cover."""
        return np.flatnonzero(~self.eligible & ~self.book.positions.is_cash)


@dataclass(frozen=True, eq=False)
class Valued:
    """The positions of a book at some prices, or at several together along a middle axis.

    `spot` has shape (underlyings, ...). `unit_value`, $ per unit, shape (positions, ...), is what
    a position is worth, at its mark; `risk_array`, $, has shape (positions, ..., points),
    `minimum`, $, (positions, ...): 0 for what is not eligible. `house_minimum`, $, shape (class
    groups, ...), is the house's for uncovered shorts.
    """

    inputs: MarginInputs
    spot: FloatArray
    unit_value: FloatArray
    risk_array: FloatArray
    minimum: FloatArray
    house_minimum: FloatArray

    def of_classes(self) -> tuple[FloatArray, FloatArray]:
        """Risk array and minimum of each class group, $."""
        inputs, count = self.inputs, len(self.inputs.levels[0])
        group = np.where(inputs.class_of == NO_CLASS, count, inputs.class_of)
        of_contracts = summed(self.minimum, group, count + 1)[:count]
        array = summed(self.risk_array, group, count + 1)[:count]
        return array, np.maximum(of_contracts, self.house_minimum)


@dataclass(frozen=True, eq=False)
class PortfolioMargin(Valued):
    """A book under portfolio margin at some prices: its positions, its groups, what they require.

    `levels` are class groups, product groups and portfolio groups.
    """

    levels: tuple[MarginGroups, MarginGroups, MarginGroups]

    @property
    def book(self) -> Book:
        """The book whose requirement this is."""
        return self.inputs.book

    @property
    def rules(self) -> RulesOfAccounts[PortfolioRules]:
        """The rules in force for each account."""
        return self.inputs.rules

    @property
    def class_of(self) -> IntArray:
        """Each position's index into the class groups, or NO_CLASS."""
        return self.inputs.class_of

    @property
    def not_eligible(self) -> IntArray:
        """Indexes of the positions that portfolio margin does not cover."""
        return self.inputs.not_eligible

    @cached_property
    def strategy_based(self) -> StrategyBased:
        """What the positions that are not eligible require, by strategy."""
        return self.strategy_based_of(self.not_eligible)

    def strategy_based_of(self, chosen: Sequence[int] | IntArray) -> StrategyBased:
        """What some positions require by strategy, at the prices here."""
        if not len(chosen):
            return StrategyBased(np.zeros(0), np.zeros(0), tuple)
        some = np.array(chosen)
        book = repriced(self.book, self.spot).only(some)
        return self.inputs.strategy_requirements(book, self.unit_value[some])

    @cached_property
    def outside(self) -> FloatArray:
        """What each account's positions outside add up to, $, shape (accounts,).

        It requires no less than nothing, but may add up to less.
        """
        account = self.book.positions.account[self.not_eligible]
        count = len(self.book.positions.accounts)
        return np.bincount(account, self.strategy_based.unraised, count).astype(np.float64)

    def outside_changed(self, account: int, change: float) -> float:
        """What the requirement changes by if an account's positions outside add up to more, $."""
        before = float(self.outside[account])
        return max(before + change, 0.0) - max(before, 0.0)

    @cached_property
    def by_account(self) -> FloatArray:
        """Portfolio margin requirement of each account, $, shape (accounts,)."""
        positions = self.book.positions
        amounts = by_account(self.levels, len(positions.accounts))
        accounts = positions.account[self.not_eligible]
        np.add.at(amounts, accounts, self.strategy_based.by_position)
        return amounts

    @property
    def market_value(self) -> FloatArray:
        """Market value of each position, $, signed; short positions negative; cash is itself."""
        return self.book.positions.units * self.unit_value

    @property
    def amount(self) -> float:
        """Portfolio margin requirement of all accounts together, $; accounts do not offset."""
        return float(self.by_account.sum())


def portfolio_margin(
    book: Book,
    strategy_requirements: StrategyRequirements = refused,
    inputs: MarginInputs | None = None,
) -> PortfolioMargin:
    """A book under portfolio margin, at its market, from its inputs where they are known.

    Positions that are not eligible are asked what `strategy_requirements` answers for them. Refuses
    the whole book, naming the rows, where a position has no price, or where nothing answers.
    """
    inputs = inputs or margin_inputs(book, strategy_requirements)
    return remargined(inputs, book.market.spot, inputs.contracts.base)


def margin_inputs(
    book: Book,
    strategy_requirements: StrategyRequirements = refused,
    contracts: ContractTable | None = None,
) -> MarginInputs:
    """What the margin of a book has at whatever prices; refused as the book is.

    `contracts` are the book's, where they are known.
    """
    rules, positions = rules_of_accounts(book, portfolio_rules), book.positions
    eligible = covered(book, rules)
    apart = [
        class_groups(book.market, positions.underlying[own[eligible[own]]], under)
        for under, own in rules.apart(positions.account)
    ]
    points = valuation_points(apart, rules.distinct)
    contracts = contracts or contract_table(book, eligible)
    classes = of_houses(apart)
    class_of, of_classes = _class_level(book, rules, eligible, classes)
    return MarginInputs(
        book=book,
        rules=rules,
        eligible=eligible,
        classes=classes,
        class_of=class_of,
        levels=_levels(of_classes, classes),
        points=points,
        contracts=contracts,
        strategy_requirements=strategy_requirements,
    )


def remargined(inputs: MarginInputs, spot: FloatArray, base: FloatArray) -> PortfolioMargin:
    """The book under portfolio margin with its underlyings at these prices: arrays re-based.

    `spot` has shape (underlyings,). `base`, $ per unit, shape (contracts,), is what each contract
    is worth there, from which gains and losses are counted.
    """
    check_time_limit()
    at_points = inputs.contracts.values(inputs.points.around(spot))
    return remargined_valued(inputs, spot, base, at_points)


def remargined_valued(
    inputs: MarginInputs, spot: FloatArray, base: FloatArray, at_points: FloatArray
) -> PortfolioMargin:
    """The same where the contracts' values at the valuation points are known.

    `at_points`, $ per unit, has shape (contracts, all points).
    """
    valued = valued_at(inputs, spot, base, at_points)
    array, minimum = valued.of_classes()
    classes, *above = inputs.levels
    levels = [classes.margined(array, minimum)]
    for groups in above:
        levels.append(made_of(groups, levels[-1]))
    return PortfolioMargin(**vars(valued), levels=(levels[0], levels[1], levels[2]))


def valued_at(
    inputs: MarginInputs, spot: FloatArray, base: FloatArray, at_points: FloatArray
) -> Valued:
    """Each position at these prices, with an axis more for several together.

    `spot` has shape (underlyings, ...), `base`, $ per unit, (contracts, ...) and `at_points`
    (contracts, ..., all points).
    """
    book, contracts, rules, classes = inputs.book, inputs.contracts, inputs.rules, inputs.levels[0]
    positions = book.positions
    gains, around = at_points - base[..., None], inputs.points.around(spot)
    array = risk_array(positions, contracts, spot, around, gains)
    array = inputs.points.counted(array, rules.of_account[positions.account])
    array[~inputs.eligible] = 0.0
    market_value = np.maximum(base + in_rows(contracts.mark - contracts.base, base), 0.0)
    worth = unit_value(positions, contracts, spot, market_value)
    minimum = np.zeros(worth.shape)
    house = np.zeros((len(classes), *spot.shape[1:]))
    if len(contracts):
        units = in_rows(positions.units, worth)
        minimum = contract_minimum(book, units * worth, rules)
        minimum[~inputs.eligible] = 0.0
        house = minimum_of_houses(book, spot, inputs.class_of, classes.account, rules)
    return Valued(inputs, spot, worth, array, minimum, house)


def made_of(groups: GroupsOfLevel, below: MarginGroups) -> MarginGroups:
    """The groups of a level at some prices, made of those below."""
    inside = np.flatnonzero(below.parent != NO_PARENT)
    parent, offset = below.parent[inside], below.offset_rate[inside]
    return groups.margined(
        sums_by_group(counted(below.risk_array[inside], offset), parent, len(groups)),
        sums_by_group(below.minimum[inside, None], parent, len(groups))[:, 0],
    )


def _class_level(
    book: Book,
    rules: RulesOfAccounts[PortfolioRules],
    eligible: BoolArray,
    classes: ClassGroupsOfHouses,
) -> tuple[IntArray, GroupsOfLevel]:
    """Each position's class group, and the groups: one for each account and class."""
    account, underlying = book.positions.account[eligible], book.positions.underlying[eligible]
    own = classes.of_underlying[rules.of_account[account], underlying]
    keys = account * len(classes.groups) + own
    present, group = ranked(keys)
    class_of = np.full(len(book.positions), NO_CLASS, dtype=np.int64)
    class_of[eligible] = group
    account, class_group = np.divmod(present, max(len(classes.groups), 1))
    offset_rate = np.array([c.offset_rate for c in classes.groups])
    return class_of, GroupsOfLevel(
        level=GroupLevel.CLASS,
        names=Names(class_group, tuple(group.name for group in classes.groups)),
        account=account,
        class_group=class_group,
        offset_rate=offset_rate[class_group] if len(present) else np.zeros(0),
        parent=np.full(len(present), NO_PARENT, dtype=np.int64),
    )


def _levels(
    of_classes: GroupsOfLevel, classes: ClassGroupsOfHouses
) -> tuple[GroupsOfLevel, GroupsOfLevel, GroupsOfLevel]:
    """The class groups with their product groups, and these with their portfolio groups."""
    groups = classes.groups
    names = Names.of([group.product_group for group in groups]).take(of_classes.class_group)
    of_classes, products = aggregated(of_classes, GroupLevel.PRODUCT, names)
    rates = np.array([groups[i].portfolio_offset for i in products.class_group])
    products = replace(products, offset_rate=rates)
    names = Names.of([group.portfolio_group for group in groups]).take(products.class_group)
    products, portfolios = aggregated(products, GroupLevel.PORTFOLIO, names)
    return of_classes, products, portfolios
