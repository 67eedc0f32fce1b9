"""The marginal cost of one more: of each contract held, and of each hundred shares.

One more in the direction held, at today's price; of a contract held both ways, in the direction of
the net position, and what it closes is closed as by any trade. Only what is margined together with
it is margined anew; by strategy, what closes nothing is one contract more in the program of its
class, which is solved again for each.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from xlmargin.arrays import FloatArray, IntArray
from xlmargin.book import NO_GROUP, Book, Positions
from xlmargin.errors import RefusedPosition
from xlmargin.portfolio_margin import PortfolioMargin
from xlmargin.portfolio_margin.group_changes import GroupChange, group_sums
from xlmargin.portfolio_margin.minimums import contract_minimum, delivered_value
from xlmargin.portfolio_margin.portfolio_requirement import (
    NO_CLASS,
)
from xlmargin.strategy_margin import (
    RequirementKind,
    StrategyMargin,
    UnderlyingMargin,
    strategy_margin,
)
from xlmargin.strategy_margin.pairing.house_add_ons import counts_together
from xlmargin.strategy_margin.pairing.one_contract_more import one_contract_more
from xlmargin.what_if.impact import Key, contract_keys, netted, rows_of_contracts

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
    rows = _rows_of_each(margin.book.positions, first)
    together = counts_together(margin.book, margin.rules)
    changes = np.full((len(first), 3), np.nan)
    in_class: dict[int, list[int]] = defaultdict(list)
    for i, own in enumerate(rows):
        held = of_position[own[0]]
        quantity = margin.book.positions.quantity[own] * one.quantity[i]
        may_join = one.is_option[i] and held.holdings.group == NO_GROUP and not held.is_cash
        if may_join and not together and (quantity >= 0).all():
            in_class[id(held)].append(i)
            continue
        before = list({id(c): c for c in map(of_position.__getitem__, own)}.values())
        if together:
            before = [c for c in margin.classes if c.account == held.account]
        changes[i] = _change(margin, before, int(first[i]), one, i)
    for joining in in_class.values():
        held, index = of_position[int(first[joining[0]])], np.array(joining)
        changes[index] = _changes_in_class(margin, held, first[index], one.only(index))
    return changes


def _rows_of_each(positions: Positions, first: IntArray) -> list[list[int]]:
    """The rows of the contracts of these rows, each itself first."""
    same, keys = rows_of_contracts(positions), contract_keys(positions)
    return [[row, *(other for other in same[keys[row]] if other != row)] for row in first.tolist()]


def _change(
    margin: StrategyMargin,
    before: Sequence[UnderlyingMargin],
    position: int,
    one: Positions,
    index: int,
) -> FloatArray:
    """What one more changes in these classes margined anew; NaN where they may not have it."""
    own = np.array(sorted(r for c in before for r in c.holdings.positions), dtype=np.int64)
    after, source = _after(margin.book, own, position, one, index)
    try:
        made = strategy_margin(after, margin.mark[source]).classes
        amounts = [*map(_amounts, made), *(-_amounts(c) for c in before)]
    except RefusedPosition:
        return np.full(3, np.nan)
    change: FloatArray = np.sum(amounts, axis=0)
    return change


def _changes_in_class(
    margin: StrategyMargin, held: UnderlyingMargin, first: IntArray, ones: Positions
) -> FloatArray:
    """What one more of each of these options, which closes nothing, changes in their class."""
    positions, own = margin.book.positions, np.array(held.holdings.positions)
    with_all = replace(margin.book, positions=positions.only(own).joined(ones))
    (joined,) = strategy_margin(with_all, margin.mark[np.append(own, first)]).classes
    option_of = {
        lot.position: i for i, option in enumerate(joined.holdings.options) for lot in option.lots
    }
    more = [option_of[len(own) + i] for i in range(len(first))]
    initial, deposit = RequirementKind.INITIAL, joined.deposit_kind
    kinds = list(dict.fromkeys((initial, RequirementKind.MAINTENANCE, deposit)))
    changed = one_contract_more(joined.holdings, more, kinds, joined.rules)
    legs = [joined.holdings.option_legs(initial)[i] for i in more]
    proceeds = [0.0 if leg.is_long else leg.multiplier * leg.value for leg in legs]
    to_deposit, added = changed[deposit]
    return np.column_stack(
        [
            changed[initial][0],
            changed[RequirementKind.MAINTENANCE][0],
            to_deposit - added - proceeds,
        ]
    )


def _amounts(margin: UnderlyingMargin) -> FloatArray:
    initial, maintenance = (
        margin.requirement(p) for p in (RequirementKind.INITIAL, RequirementKind.MAINTENANCE)
    )
    return np.array([initial, maintenance, margin.deposit])


def _after(
    book: Book, own: IntArray, position: int, one: Positions, index: int
) -> tuple[Book, IntArray]:
    """These positions of a book with one more traded; and which position each of them was."""
    joint = book.positions.only(own).joined(one.only(np.array([index])))
    quantity, cost = netted(joint, len(own))
    left = np.flatnonzero(quantity)
    after = replace(joint, quantity=quantity, cost=cost).only(left)
    return replace(book, positions=after), np.append(own, position)[left]


@dataclass(frozen=True, eq=False)
class _Closed:
    """What one more of each contract closes: rows that hold it the other way, by index.

    `share` is the part of the row that is closed, `contract` an index into the contracts;
    `opened`, shape (contracts,), is the part of the one more that closes nothing.
    """

    contract: IntArray
    row: IntArray
    share: FloatArray
    opened: FloatArray

    def added(self, of_one: FloatArray, of_row: FloatArray) -> FloatArray:
        """What each contract adds of a figure; first axes are (contracts,) and (positions,)."""
        change = (of_one.T * self.opened).T
        np.add.at(change, self.contract, -(of_row[self.row].T * self.share).T)
        return change


def _closed(positions: Positions, first: IntArray, one: Positions) -> _Closed:
    same, keys = rows_of_contracts(positions), contract_keys(positions)
    contract, row, share, opened = [], [], [], np.ones(len(first))
    for i, position in enumerate(first.tolist()):
        own = np.array(same[keys[position]])
        if (positions.quantity[own] * one.quantity[i] >= 0).all():
            continue  # nothing is held the other way
        joint = positions.only(own).joined(one.only(np.array([i])))
        left, _ = netted(joint, len(own))
        for k in np.flatnonzero(left[:-1] != joint.quantity[:-1]).tolist():
            contract.append(i)
            row.append(own[k])
            share.append(1.0 - left[k] / joint.quantity[k])
        opened[i] = left[-1] / joint.quantity[-1]
    index = np.array([contract, row], dtype=np.int64)
    return _Closed(index[0], index[1], np.array(share), opened)


def _by_portfolio(margin: PortfolioMargin, first: IntArray, one: Positions) -> FloatArray:
    """Change of the portfolio margin requirement, $, shape (contracts,)."""
    positions, group = margin.book.positions, margin.class_of[first]
    inside = np.flatnonzero(group != NO_CLASS)
    held = first[inside]
    per_unit = margin.risk_array[held] / positions.units[held, None]
    ones = one.only(inside)
    closed = _closed(positions, held, ones)
    minimum = contract_minimum(
        replace(margin.book, positions=ones),
        ones.units * margin.unit_value[held],
        margin.rules,
    )
    change = GroupChange(
        group[inside],
        closed.added(ones.units[:, None] * per_unit, margin.risk_array),
        closed.added(minimum, margin.minimum),
        delivered_value(ones, margin.spot, margin.book.market.as_of),
    )
    changed = np.zeros(len(first))
    changed[inside] = group_sums(margin, np.arange(len(positions))).after(change)
    for i in np.flatnonzero(group == NO_CLASS).tolist():
        changed[i] = _not_eligible(margin, int(first[i]), one, i)
    return changed


def _not_eligible(margin: PortfolioMargin, position: int, one: Positions, index: int) -> float:
    """Change of the strategy-based requirement that stands for a position outside, $.

    Only positions of the same account and class group can pair with it; the account as a whole
    requires no less than nothing.
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
    book, source = _after(margin.book, own, position, one, index)
    after = margin.inputs.strategy_requirements(book, margin.unit_value[source]).unraised.sum()
    change = float(after - margin.strategy_based_of(own).unraised.sum())
    return margin.outside_changed(int(positions.account[position]), change)
