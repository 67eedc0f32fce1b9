"""The portfolio margin requirement: the greatest loss of each unit, or its minimum, summed.

Positions net into class groups, class groups into product groups, product groups into portfolio
groups. A unit that is part of no other is margined by itself; the account's requirement is the sum.

Rule: FINRA 4210(g)(7)-(8); Cboe 10.4.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from xlmargin.arrays import BoolArray, FloatArray, IntArray
from xlmargin.book import Book
from xlmargin.portfolio_margin.ineligible import (
    AskStrategyBased,
    at_prices,
    eligible,
    refused,
)
from xlmargin.portfolio_margin.minimums import contract_minimum, uncovered_minimum
from xlmargin.portfolio_margin.units import NO_PARENT, Level, Units, joined, sums
from xlmargin.requirement import Requirement
from xlmargin.risk_array import (
    ClassGroups,
    ContractTable,
    ValuationPoints,
    class_groups,
    contract_table,
    risk_array,
    unit_value,
    valuation_points,
)
from xlmargin.rulebook import PortfolioRules, portfolio_rules

NO_UNIT = -1
"""What `class_unit` holds for cash and for positions that are not eligible."""


@dataclass(frozen=True, eq=False)
class PortfolioMargin:
    """A book under portfolio margin: its arrays, its units and what they require.

    `risk_array`, $, has shape (positions, points); `minimum`, $, and `mark`, $ per unit,
    (positions,).
    `class_unit` is each position's index into the first of `levels`: classes, product groups,
    portfolio groups. `uncovered_minimum`, $, is the house's, shape (class units,).
    `strategy_based`, $, shape (positions,), is what positions that are not eligible require; their
    rows of `risk_array` are 0.
    """

    book: Book
    rules: PortfolioRules
    groups: ClassGroups
    points: ValuationPoints
    contracts: ContractTable
    spot: FloatArray
    mark: FloatArray
    risk_array: FloatArray
    minimum: FloatArray
    uncovered_minimum: FloatArray
    class_unit: IntArray
    levels: tuple[Units, Units, Units]
    strategy_based: FloatArray
    strategy_trees: tuple[Requirement, ...]
    ask_strategy_based: AskStrategyBased

    @cached_property
    def by_account(self) -> FloatArray:
        """Portfolio margin requirement of each account, $, shape (accounts,)."""
        accounts = len(self.book.positions.accounts)
        by_account = np.zeros(accounts)
        np.add.at(by_account, self.book.positions.account, self.strategy_based)
        for units in self.levels:
            alone = units.parent == NO_PARENT
            np.add.at(by_account, units.account[alone], units.requirement[alone])
        return by_account

    @property
    def market_value(self) -> FloatArray:
        """Market value of each position, $, signed; short positions negative; cash is itself."""
        return self.book.positions.units * self.mark

    @property
    def amount(self) -> float:
        """Portfolio margin requirement of all accounts together, $; accounts do not offset."""
        return float(self.by_account.sum())


def portfolio_margin(book: Book, ask_strategy_based: AskStrategyBased = refused) -> PortfolioMargin:
    """A book under portfolio margin, at its market.

    Positions that are not eligible are asked what `ask_strategy_based` answers for them. Refuses
    the whole book, naming the rows, where a position has no price, or where nothing answers.
    """
    rules = portfolio_rules(book.as_of, book.settings.house, book.settings.overrides)
    groups = class_groups(book.market, rules)
    points = valuation_points(book.market, groups, rules)
    table = contract_table(book)
    spot = book.market.spot
    return margin_at(book, rules, groups, points, table, spot, table.base, ask_strategy_based)


def margin_at(
    book: Book,
    rules: PortfolioRules,
    groups: ClassGroups,
    points: ValuationPoints,
    table: ContractTable,
    spot: FloatArray,
    base: FloatArray,
    ask_strategy_based: AskStrategyBased,
) -> PortfolioMargin:
    """The book under portfolio margin with its underlyings at other prices: arrays re-based.

    `spot` has shape (underlyings,). `base`, $ per unit, shape (contracts,), is what each contract
    is worth there, from which gains and losses are counted.
    """
    positions = book.positions
    moved_spot = spot[:, None] * (1.0 + points.moves)
    gains = table.values(moved_spot) - base[:, None]
    covered = eligible(book)
    array = risk_array(positions, table, spot, moved_spot, gains) * covered[:, None]
    mark = unit_value(positions, table, spot, base)
    minimum = contract_minimum(positions, positions.units * mark, rules) * covered
    class_unit, units = _class_units(book, covered, groups, array, minimum, rules)
    uncovered = uncovered_minimum(positions, spot, class_unit, len(units.names), rules)
    units = replace(units, minimum=np.maximum(units.minimum, uncovered))
    return PortfolioMargin(
        book,
        rules,
        groups,
        points,
        table,
        spot,
        mark,
        array,
        minimum,
        uncovered,
        class_unit,
        _levels(units, groups, rules),
        *_strategy_based(book, covered, spot, mark, ask_strategy_based),
        ask_strategy_based,
    )


def _strategy_based(
    book: Book,
    covered: BoolArray,
    spot: FloatArray,
    mark: FloatArray,
    ask: AskStrategyBased,
) -> tuple[FloatArray, tuple[Requirement, ...]]:
    """What the positions that are not covered require, $ by position, and why, by account."""
    outside = ~covered & ~book.positions.is_cash
    by_position = np.zeros(len(outside))
    if not outside.any():
        return by_position, ()
    made = ask(at_prices(book, spot).only(np.flatnonzero(outside)), mark[outside])
    by_position[outside] = made.by_position
    return by_position, made.by_account


def _class_units(
    book: Book,
    inside: BoolArray,
    groups: ClassGroups,
    array: FloatArray,
    minimum: FloatArray,
    rules: PortfolioRules,
) -> tuple[IntArray, Units]:
    """Each position's class unit, and the class units: one for each account and class group."""
    positions = book.positions
    group = groups.of_underlying[positions.underlying[inside]]
    keys = positions.account[inside] * len(groups.groups) + group
    present, unit = np.unique(keys, return_inverse=True)
    class_unit = np.full(len(positions), NO_UNIT, dtype=np.int64)
    class_unit[inside] = unit
    account, of_group = np.divmod(present, max(len(groups.groups), 1))
    members = [groups.groups[i] for i in of_group]
    units = Units(
        Level.CLASS,
        tuple(g.name for g in members),
        account,
        of_group,
        sums(array[inside], unit, len(present)),
        sums(minimum[inside, None], unit, len(present))[:, 0],
        np.array([rules.product_group_offset[g.underlying_class] for g in members], dtype=float),
        np.full(len(present), NO_PARENT, dtype=np.int64),
    )
    return class_unit, units


def _levels(
    classes: Units, groups: ClassGroups, rules: PortfolioRules
) -> tuple[Units, Units, Units]:
    """The class units with their product groups, and these with their portfolio groups."""
    names = [groups.groups[i].product_group for i in classes.group]
    classes, products = joined(classes, Level.PRODUCT, names, rules.portfolio_group_offset)
    names = [groups.groups[i].portfolio_group for i in products.group]
    products, portfolios = joined(products, Level.PORTFOLIO, names, 0.0)
    return classes, products, portfolios
