"""The portfolio margin requirement: the greatest loss of each group, or its minimum, summed.

Positions net into class groups, class groups into product groups, product groups into portfolio
groups. Inside a class group a gain offsets a loss in full. Between the class groups of a product
group, and between the product groups of a portfolio group, losses count whole and gains count at
the offset rate, point by point: never the worst of one against the best of another. A group that is
part of no other, or whose gains offset nothing, is margined by itself, at its own worst point; the
account's requirement is the sum, with the strategy-based requirement of positions that are not
eligible.

However little a portfolio can lose, the least is an amount for each unit of the multiplier of each
option contract, long or short, hedged or not; of a long position it is never more than its value.

Rule: FINRA 4210(g)(7)-(8); Cboe 10.4; OCC class, product and portfolio groups.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from functools import cached_property
from typing import Any, TypeVar

import numpy as np

from xlmargin.arrays import (
    BoolArray,
    FloatArray,
    IntArray,
    Names,
    in_rows,
    numbered,
    summed,
    sums_by_group,
)
from xlmargin.book import Book, Positions, RulesOfAccounts, covered, rules_of_accounts
from xlmargin.computing import check_time_limit
from xlmargin.contracts import STANDARD_CONTRACT, InstrumentKind
from xlmargin.portfolio_margin.ineligible import (
    StrategyBased,
    StrategyRequirements,
    refused,
    repriced,
)
from xlmargin.risk_array import (
    ClassGroupsOfHouses,
    ContractTable,
    ValuationPoints,
    class_groups,
    contract_table,
    of_houses,
    points_of_moves,
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
        return MarginGroups(
            self.level,
            self.names,
            self.account,
            self.class_group,
            self.offset_rate,
            self.parent,
            risk_array,
            minimum,
        )


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
        loss: FloatArray = -np.min(self.risk_array, axis=1)
        return np.maximum(loss, 0.0)

    @cached_property
    def requirement(self) -> FloatArray:
        """The greater of worst loss and minimum, $, of each group taken by itself."""
        return np.maximum(self.worst_loss, self.minimum)

    @property
    def counted(self) -> FloatArray:
        """The risk array as the group above counts it: losses whole, gains at the offset rate."""
        return counted(self.risk_array, self.offset_rate)


def counted(risk_array: FloatArray, offset_rate: FloatArray) -> FloatArray:
    """Losses whole and gains at a rate, $; shapes (groups, points) and (groups,).

    >>> counted(np.array([[-100.0, 100.0]]), np.array([0.9])).tolist()
    [[-100.0, 90.0]]
    """
    return np.where(risk_array > 0, offset_rate[:, None] * risk_array, risk_array)


def aggregated(
    children: _Groups, level: GroupLevel, names: Names, offset_rate: FloatArray
) -> tuple[_Groups, GroupsOfLevel]:
    """The groups above: children of one account whose name for the group above is the same.

    `names` holds that name for each child; a child named "", or whose gains offset nothing, is
    margined by itself. `offset_rate`, shape (accounts,), is that of the parents of each account.
    Answers the children with their parents filled in, and the parents.
    """
    is_named = names.where(bool)
    inside = np.flatnonzero(is_named & (children.offset_rate > 0))
    first, own = numbered(children.account[inside] * len(names.words) + names.code[inside])
    parent = np.full(len(children), NO_PARENT, dtype=np.int64)
    parent[inside] = own
    eldest = inside[first]
    account = children.account[eldest]
    parents = GroupsOfLevel(
        level,
        names.take(eldest),
        account,
        children.class_group[eldest],
        offset_rate[account],
        np.full(len(eldest), NO_PARENT, dtype=np.int64),
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

    `eligible` tells which positions portfolio margin covers, shape (positions,).
    """

    book: Book
    rules: RulesOfAccounts[PortfolioRules]
    eligible: BoolArray
    classes: ClassGroupsOfHouses
    points: ValuationPoints
    contracts: ContractTable
    strategy_requirements: StrategyRequirements
    remembered: dict[str, Any] = field(default_factory=dict, init=False)
    """What was found of them once."""

    @cached_property
    def not_eligible(self) -> IntArray:
        """Indexes of the positions that portfolio margin does not cover."""
        return np.flatnonzero(~self.eligible & ~self.book.positions.is_cash)

    @cached_property
    def class_of(self) -> IntArray:
        """Each position's index into the class groups, or NO_CLASS."""
        return self._grouped[0]

    @cached_property
    def levels(self) -> tuple[GroupsOfLevel, GroupsOfLevel, GroupsOfLevel]:
        """The groups of each level."""
        return self._grouped[1]

    @cached_property
    def _grouped(self) -> tuple[IntArray, tuple[GroupsOfLevel, GroupsOfLevel, GroupsOfLevel]]:
        class_of, classes = _class_level(self)
        return class_of, _levels(self, classes)


@dataclass(frozen=True, eq=False)
class PortfolioMargin:
    """A book under portfolio margin at some prices: its arrays, its groups, what they require.

    `spot` has shape (underlyings,). `unit_value`, $ per unit, is what a position is worth, at its
    mark; `risk_array`, $, has shape (positions, points), 0 for positions that are
    not eligible. `minimum` is each position's, $. `class_of` is each position's index into the
    first of `levels`: classes, product groups, portfolio groups. `house_minimum`, $, shape (class
    groups,), is the house's for uncovered shorts.
    """

    frame: MarginInputs
    spot: FloatArray
    unit_value: FloatArray
    risk_array: FloatArray
    minimum: FloatArray
    house_minimum: FloatArray
    class_of: IntArray
    levels: tuple[MarginGroups, MarginGroups, MarginGroups]

    @property
    def book(self) -> Book:
        """The book whose requirement this is."""
        return self.frame.book

    @property
    def rules(self) -> RulesOfAccounts[PortfolioRules]:
        """The rules in force for each account."""
        return self.frame.rules

    @property
    def points(self) -> ValuationPoints:
        """The valuation points of the book's underlyings."""
        return self.frame.points

    @property
    def not_eligible(self) -> IntArray:
        """Indexes of the positions that portfolio margin does not cover."""
        return self.frame.not_eligible

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
        return self.frame.strategy_requirements(book, self.unit_value[some])

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
    book: Book, strategy_requirements: StrategyRequirements = refused
) -> PortfolioMargin:
    """A book under portfolio margin, at its market.

    Positions that are not eligible are asked what `strategy_requirements` answers for them. Refuses
    the whole book, naming the rows, where a position has no price, or where nothing answers.
    """
    frame = margin_frame(book, strategy_requirements)
    return remargined(frame, book.market.spot, frame.contracts.base)


def margin_frame(
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
    return MarginInputs(book, rules, eligible, classes, points, contracts, strategy_requirements)


def remargined(frame: MarginInputs, spot: FloatArray, base: FloatArray) -> PortfolioMargin:
    """The book under portfolio margin with its underlyings at these prices: arrays re-based.

    `spot` has shape (underlyings,). `base`, $ per unit, shape (contracts,), is what each contract
    is worth there, from which gains and losses are counted.
    """
    check_time_limit()
    at_points = frame.contracts.values(frame.points.around(spot))
    return remargined_valued(frame, spot, base, at_points)


def margin_at_moves(margin: PortfolioMargin, moves: FloatArray) -> PortfolioMargin:
    """The same book with its risk arrays at moves of the market, not at the valuation points.

    A leveraged or inverse fund moves by its factor times a move, a fraction.
    """
    frame = margin.frame
    count = len(frame.rules.distinct)
    points = points_of_moves(frame.book.market, moves, len(frame.classes.groups), count)
    return remargined(replace(frame, points=points), margin.spot, frame.contracts.base)


def remargined_valued(
    frame: MarginInputs, spot: FloatArray, base: FloatArray, at_points: FloatArray
) -> PortfolioMargin:
    """The same where the contracts' values at the valuation points are known.

    `at_points`, $ per unit, has shape (contracts, all points).
    """
    valued = valued_at(frame, spot, base, at_points)
    array, minimum = valued.of_classes()
    classes, *above = frame.levels
    levels = [classes.margined(array, minimum)]
    for groups in above:
        levels.append(made_of(groups, levels[-1]))
    return PortfolioMargin(
        frame,
        spot,
        valued.worth,
        valued.risk_array,
        valued.minimum,
        valued.house,
        frame.class_of,
        (levels[0], levels[1], levels[2]),
    )


@dataclass(frozen=True, eq=False)
class Valued:
    """The positions of a book at some prices, or at several together along a middle axis.

    What a unit is worth, $, shape (positions, ...); risk array, $, (positions, ..., points), and
    minimum, $, (positions, ...), 0 for what is not eligible; the house's minimum of each class
    group, $, (class groups, ...).
    """

    frame: MarginInputs
    worth: FloatArray
    risk_array: FloatArray
    minimum: FloatArray
    house: FloatArray

    def of_classes(self) -> tuple[FloatArray, FloatArray]:
        """Risk array and minimum of each class group, $."""
        frame, count = self.frame, len(self.frame.levels[0])
        group = np.where(frame.class_of == NO_CLASS, count, frame.class_of)
        of_contracts = summed(self.minimum, group, count + 1)[:count]
        array = summed(self.risk_array, group, count + 1)[:count]
        return array, np.maximum(of_contracts, self.house)


def valued_at(
    frame: MarginInputs, spot: FloatArray, base: FloatArray, at_points: FloatArray
) -> Valued:
    """Each position at these prices, with an axis more for several together.

    `spot` has shape (underlyings, ...), `base`, $ per unit, (contracts, ...) and `at_points`
    (contracts, ..., all points).
    """
    positions, contracts, rules = frame.book.positions, frame.contracts, frame.rules
    gains, around = at_points - base[..., None], frame.points.around(spot)
    array = risk_array(positions, contracts, spot, around, gains)
    array = frame.points.counted(array, rules.of_account[positions.account])
    array[~frame.eligible] = 0.0
    market_value = np.maximum(base + in_rows(contracts.mark - contracts.base, base), 0.0)
    worth = unit_value(positions, contracts, spot, market_value)
    minimum = np.zeros(worth.shape)
    house = np.zeros((len(frame.levels[0]), *spot.shape[1:]))
    if len(contracts):
        units = in_rows(positions.units, worth)
        minimum = contract_minimum(frame.book, units * worth, rules)
        minimum[~frame.eligible] = 0.0
        house = _house_minimum(frame, spot)
    return Valued(frame, worth, array, minimum, house)


def made_of(groups: GroupsOfLevel, below: MarginGroups) -> MarginGroups:
    """The groups of a level at some prices, made of those below."""
    inside = np.flatnonzero(below.parent != NO_PARENT)
    if not inside.size:
        nothing = np.zeros((len(groups), below.risk_array.shape[1]))
        return groups.margined(nothing, nothing.sum(axis=1))
    parent, offset = below.parent[inside], below.offset_rate[inside]
    return groups.margined(
        sums_by_group(counted(below.risk_array[inside], offset), parent, len(groups)),
        sums_by_group(below.minimum[inside, None], parent, len(groups))[:, 0],
    )


def _class_level(frame: MarginInputs) -> tuple[IntArray, GroupsOfLevel]:
    """Each position's class group, and the groups: one for each account and class."""
    positions, classes, inside = frame.book.positions, frame.classes, frame.eligible
    account = positions.account[inside]
    own = classes.of_underlying[frame.rules.of_account[account], positions.underlying[inside]]
    keys = account * len(classes.groups) + own
    present, group = np.unique(keys, return_inverse=True)
    class_of = np.full(len(positions), NO_CLASS, dtype=np.int64)
    class_of[inside] = group
    account, class_group = np.divmod(present, max(len(classes.groups), 1))
    offset_rate = np.array([c.offset_rate for c in classes.groups])
    return class_of, GroupsOfLevel(
        GroupLevel.CLASS,
        Names(class_group, tuple(group.name for group in classes.groups)),
        account,
        class_group,
        offset_rate[class_group] if len(present) else np.zeros(0),
        np.full(len(present), NO_PARENT, dtype=np.int64),
    )


def _house_minimum(frame: MarginInputs, spot: FloatArray) -> FloatArray:
    """The house's minimum for uncovered short options of each class group, $."""
    inside, classes, book = frame.eligible, frame.levels[0], frame.book
    if not frame.rules.amounts(lambda r: r.contract_minimums.short_option_minimum).any():
        return np.zeros((len(classes), *spot.shape[1:]))
    delivered = delivered_value(book.positions, spot, book.market.as_of)[inside]
    of_class = summed(delivered, frame.class_of[inside], len(classes))
    return house_minimum(of_class, classes.account, frame.rules)


def _levels(
    frame: MarginInputs, classes: GroupsOfLevel
) -> tuple[GroupsOfLevel, GroupsOfLevel, GroupsOfLevel]:
    """The class groups with their product groups, and these with their portfolio groups."""
    groups = frame.classes.groups
    names = Names.of([group.product_group for group in groups]).take(classes.class_group)
    none = np.zeros(len(frame.book.positions.accounts))
    classes, products = aggregated(classes, GroupLevel.PRODUCT, names, none)
    rates = np.array([groups[i].portfolio_offset for i in products.class_group])
    products = replace(products, offset_rate=rates)
    names = Names.of([group.portfolio_group for group in groups]).take(products.class_group)
    products, portfolios = aggregated(products, GroupLevel.PORTFOLIO, names, none)
    return classes, products, portfolios


_DELIVERING = (InstrumentKind.CALL, InstrumentKind.PUT, InstrumentKind.STOCK)


def contract_minimum(
    book: Book, market_value: FloatArray, rules: RulesOfAccounts[PortfolioRules]
) -> FloatArray:
    """Minimum of each position, $, >= 0, shape (positions, ...); shares and cash have none.

    `market_value`, $, is signed, shape (positions, ...).
    """
    positions, minimum = book.positions, in_rows(uncapped_minimum(book, rules), market_value)
    is_capped = rules.amounts(lambda r: r.contract_minimums.long_contract_minimum_cap) > 0
    capped = is_capped[positions.account] & (positions.quantity > 0)
    return np.where(in_rows(capped, market_value), np.minimum(minimum, market_value), minimum)


def uncapped_minimum(book: Book, rules: RulesOfAccounts[PortfolioRules]) -> FloatArray:
    """Minimum of each position before the cap of long ones, $, >= 0, shape (positions,).

    That which a report states for the underlying, never less than the rule's.
    """
    positions, minimum = book.positions, np.zeros(len(book.positions))
    options = np.flatnonzero(positions.is_option)
    stated = book.market.published_minimum[positions.underlying[options]] / STANDARD_CONTRACT
    least = rules.amounts(lambda r: r.contract_minimums.contract_minimum)
    per_unit = np.fmax(stated, least[positions.account[options]])
    minimum[options] = per_unit * np.abs(positions.units[options])
    return minimum


def delivered_value(positions: Positions, spot: FloatArray, as_of: float) -> FloatArray:
    """Value of what each position's units deliver, $, signed, shape (positions, ..., 3).

    The columns are calls, puts and shares; a position fills the one of its own kind. `spot`, $,
    has shape (underlyings, ...). A long option that has settled by `as_of`, a serial day, covers
    nothing any more.
    """
    gone = positions.contracts.settled(as_of) & (positions.quantity > 0)
    held = np.flatnonzero(~positions.is_cash & ~gone)
    value = np.zeros((len(positions), *spot.shape[1:], len(_DELIVERING)))
    own = spot[positions.underlying[held]]
    own = in_rows(positions.units[held], own) * own
    for column, kind in enumerate(_DELIVERING):
        value[held, ..., column] = np.where(in_rows(positions.kind[held] == kind, own), own, 0.0)
    return value


def house_minimum(
    delivered: FloatArray, account: IntArray, rules: RulesOfAccounts[PortfolioRules]
) -> FloatArray:
    """A house's share of the value that uncovered short options would deliver, $, (groups, ...).

    Short calls are covered by long calls and long shares, short puts by long puts and short
    shares, whatever their strikes and expirations: the houses print no more than "uncovered".
    `delivered` is the sum of `delivered_value` over each class group, shape (groups, ..., 3);
    `account` tells whose each is.
    """
    calls, puts, shares = np.moveaxis(delivered, -1, 0)
    uncovered_calls = np.maximum(0.0, -calls - np.maximum(shares, 0.0))
    uncovered_puts = np.maximum(0.0, -puts + np.minimum(shares, 0.0))
    share = rules.amounts(lambda r: r.contract_minimums.short_option_minimum)
    minimum: FloatArray = in_rows(share[account], calls) * (uncovered_calls + uncovered_puts)
    return minimum
