"""The marginal cost of one more: of each contract held, and of each hundred shares.

One more in the direction held, at today's price. Only what is margined together with it is margined
anew.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from xlmargin.arrays import FloatArray, IntArray
from xlmargin.book import Book
from xlmargin.errors import RefusedPosition
from xlmargin.portfolio_margin import PortfolioMargin
from xlmargin.portfolio_margin.group_changes import GroupChange, group_sums
from xlmargin.portfolio_margin.minimums import contract_minimum, delivered_value
from xlmargin.portfolio_margin.portfolio_requirement import NO_CLASS
from xlmargin.positions import Positions
from xlmargin.strategy_margin import (
    RequirementKind,
    StrategyMargin,
    UnderlyingMargin,
    strategy_margin,
)
from xlmargin.what_if.trades import Key, contract_keys

SHARE_LOT: Final = 100.0
"""Shares that one more of a stock position is: as many as a contract delivers."""


@dataclass(frozen=True, eq=False)
class OneMore:
    """What one more of each contract held would change; arrays of shape (contracts,), $.

    `one` holds it as positions, in the direction held; `quantity` is what is held. Requirements are
    changes; those by strategy are NaN for what the account may not have more of.
    """

    one: Positions
    quantity: FloatArray
    price: FloatArray
    initial: FloatArray
    maintenance: FloatArray
    deposit: FloatArray
    portfolio: FloatArray

    @property
    def cash_needed(self) -> FloatArray:
        """What is paid for it (> 0) or received (< 0) at its price."""
        return self.one.units * self.price


def one_more(portfolio: PortfolioMargin, strategy: StrategyMargin) -> OneMore:
    """One more of everything that a book holds, margined under both regimes."""
    positions = portfolio.book.positions
    held = _held(positions)
    first = np.array([own[0] for own in held], dtype=np.int64)
    quantity = np.array([positions.quantity[own].sum() for own in held])
    price = np.where(positions.is_option, strategy.mark, portfolio.unit_value)[first]
    lot = np.where(positions.is_option, 1.0, SHARE_LOT)[first]
    one = replace(positions.only(first), quantity=np.sign(quantity) * lot, cost=price)
    initial, maintenance, deposit = _by_strategy(strategy, first, one).T
    changed = _by_portfolio(portfolio, first, one)
    return OneMore(one, quantity, price, initial, maintenance, deposit, changed)


def _held(positions: Positions) -> list[list[int]]:
    """The rows of each contract of an account and group, where these do not cancel out."""
    rows: dict[tuple[Key, int], list[int]] = defaultdict(list)
    for i, key in enumerate(contract_keys(positions)):
        if positions.quantity[i] and not positions.is_cash[i]:
            rows[key, int(positions.group[i])].append(i)
    return [own for own in rows.values() if positions.quantity[own].sum()]


def _by_strategy(margin: StrategyMargin, first: IntArray, one: Positions) -> FloatArray:
    """Changes of initial, maintenance and deposit, $, shape (contracts, 3)."""
    of_position = {i: c for c in margin.classes for i in c.holdings.positions}
    changes = np.full((len(first), 3), np.nan)
    for i, position in enumerate(first.tolist()):
        before = of_position[position]
        own = np.array(before.holdings.positions, dtype=np.int64)
        book = replace(margin.book, positions=_with(margin.book, own, one, i))
        mark = np.append(margin.mark[own], margin.mark[position])
        try:
            (after,) = strategy_margin(book, mark).classes
            changes[i] = _amounts(after) - _amounts(before)
        except RefusedPosition:
            continue
    return changes


def _amounts(margin: UnderlyingMargin) -> FloatArray:
    initial, maintenance = (
        margin.requirement(p) for p in (RequirementKind.INITIAL, RequirementKind.MAINTENANCE)
    )
    return np.array([initial, maintenance, margin.deposit])


def _with(book: Book, own: IntArray, one: Positions, index: int) -> Positions:
    return book.positions.only(own).joined(one.only(np.array([index])))


def _by_portfolio(margin: PortfolioMargin, first: IntArray, one: Positions) -> FloatArray:
    """Change of the portfolio margin requirement, $, shape (contracts,)."""
    positions, group = margin.book.positions, margin.class_of[first]
    inside = np.flatnonzero(group != NO_CLASS)
    held = first[inside]
    per_unit = margin.risk_array[held] / positions.units[held, None]
    ones = one.only(inside)
    change = GroupChange(
        group[inside],
        ones.units[:, None] * per_unit,
        contract_minimum(ones, ones.units * margin.unit_value[held], margin.rules),
        delivered_value(ones, margin.spot),
    )
    changed = np.zeros(len(first))
    changed[inside] = group_sums(margin, np.arange(len(positions))).after(change)
    for i in np.flatnonzero(group == NO_CLASS).tolist():
        changed[i] = _not_eligible(margin, int(first[i]), one, i)
    return changed


def _not_eligible(margin: PortfolioMargin, position: int, one: Positions, index: int) -> float:
    """Change of the strategy-based requirement that stands for a position outside, $.

    Only positions of the same account and class group can pair with it.
    """
    positions, underlyings = margin.book.positions, margin.book.market.underlyings
    name = underlyings[positions.underlying[position]].group
    own = np.array(
        [
            i
            for i in margin.not_eligible.tolist()
            if positions.account[i] == positions.account[position]
            and underlyings[positions.underlying[i]].group == name
        ],
        dtype=np.int64,
    )
    book = replace(margin.book, positions=_with(margin.book, own, one, index))
    worth = np.append(margin.unit_value[own], margin.unit_value[position])
    after = margin.frame.ask_strategy_based(book, worth).by_position.sum()
    return float(after - margin.strategy_based_of(own).by_position.sum())
