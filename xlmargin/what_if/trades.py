"""Trades: what is bought and sold, at which price and fee, and the book after them.

A trade nets with what the same account holds of the same contract: held long and short at once, a
contract would be closed out by strategy and charged its minimum twice by portfolio margin.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Final

import numpy as np

from xlmargin.arrays import FloatArray, IntArray
from xlmargin.book import Book
from xlmargin.positions import Positions
from xlmargin.risk_array import option_marks

Key = tuple[Hashable, ...]
"""What tells one position of one account from another."""

NO_GROUP: Final = -1
"""What `group` holds for a position whose pairing is not forced."""


@dataclass(frozen=True, eq=False)
class Trades:
    """Trades of the accounts of some book, each a position bought (> 0) or sold (< 0).

    `book` holds them as positions, in the market that the book after them is margined in; a row of
    cash is money paid in (> 0) or out. `fee`, $, >= 0, has shape (trades,).
    """

    book: Book
    fee: FloatArray

    @cached_property
    def price(self) -> FloatArray:
        """Trade price, $ per unit, shape (trades,): as stated, else what the option is worth."""
        cost = self.book.positions.cost
        unstated = np.isnan(cost)
        return np.where(unstated, option_marks(self.book), cost) if unstated.any() else cost

    @cached_property
    def cash(self) -> FloatArray:
        """Cash that each trade brings (> 0) or takes (< 0) before its fee, $, shape (trades,)."""
        positions = self.book.positions
        return np.where(positions.is_cash, positions.quantity, -positions.units * self.price)

    def by_account(self, amounts: FloatArray, accounts: Sequence[str]) -> FloatArray:
        """The sum of each account's amounts, shape (accounts,), in the order of these accounts."""
        positions = self.book.positions
        index = {name: i for i, name in enumerate(accounts)}
        by_account = np.zeros(len(accounts))
        np.add.at(by_account, [index[positions.accounts[a]] for a in positions.account], amounts)
        return by_account


def book_after(held: Book, trades: Trades) -> Book:
    """The book once the trades are done; its cash is that of before.

    What a trade closes is taken from the rows held, first row first, which keep their costs. What
    the trades of a contract open is one new row, at their average price. Trades count together,
    whatever their order: those that name a group first, and in it; the others then close what is
    left in any group.
    """
    traded = replace(trades.book.positions, cost=trades.price, row=-trades.book.positions.row)
    joint = joined(held.positions, traded)
    quantity, cost = joint.quantity.copy(), joint.cost.copy()
    count = len(held.positions)
    quantity[count:] = 0.0
    rows_of = _rows_of_contracts(joint)
    batches = _batches(joint, count)
    for contract, group in sorted(batches, key=lambda batch: batch[1] == NO_GROUP):
        own = batches[contract, group]
        net = float(joint.quantity[own].sum())
        for i in rows_of[contract]:
            if group in (NO_GROUP, int(joint.group[i])) and quantity[i] * net < 0:
                closed = np.sign(net) * min(abs(net), abs(quantity[i]))
                quantity[i] += closed
                net -= closed
        if net:
            opening = [i for i in own if joint.quantity[i] * net > 0]
            quantity[opening[0]] = net
            cost[opening[0]] = np.average(joint.cost[opening], weights=joint.quantity[opening])
    left = np.flatnonzero((quantity != 0) | (joint.quantity == 0))
    after = replace(joint, quantity=quantity, cost=cost).only(left)
    return Book(after, trades.book.market, held.settings)


def joined(one: Positions, other: Positions) -> Positions:
    """Positions of two ranges as one, those of the first before; both point at one market.

    Accounts and groups are the same where their names are.
    """
    accounts, groups = _distinct(one.accounts, other.accounts), _distinct(one.groups, other.groups)
    columns = {
        field.name: np.concatenate([getattr(one, field.name), getattr(other, field.name)])
        for field in fields(Positions)
        if isinstance(getattr(one, field.name), np.ndarray)
    }
    columns["account"][len(one) :] = _renumbered(other.account, other.accounts, accounts)
    columns["group"][len(one) :] = _renumbered(other.group, other.groups, groups)
    symbols = one.symbol + other.symbol
    return replace(one, symbol=symbols, accounts=accounts, groups=groups, **columns)


def contract_keys(positions: Positions) -> list[Key]:
    """What each position is a position in: its account and its contract's terms."""
    columns = (
        positions.account,
        positions.underlying,
        positions.kind,
        positions.american,
        np.nan_to_num(positions.strike),
        np.nan_to_num(positions.expiration),
        positions.multiplier,
    )
    return list(zip(positions.symbol, *(column.tolist() for column in columns), strict=True))


def _distinct(names: Sequence[str], others: Sequence[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*names, *others]))


def _renumbered(index: IntArray, names: Sequence[str], among: Sequence[str]) -> IntArray:
    """Indexes into the names as indexes into others that hold them all; -1 stays."""
    index_of = {name: i for i, name in enumerate(among)}
    place = [index_of[name] for name in names]
    return np.array([place[i] if i >= 0 else i for i in index.tolist()], dtype=np.int64)


def _rows_of_contracts(joint: Positions) -> dict[Key, list[int]]:
    rows: dict[Key, list[int]] = defaultdict(list)
    for i, key in enumerate(contract_keys(joint)):
        rows[key].append(i)
    return rows


def _batches(joint: Positions, count: int) -> dict[tuple[Key, int], list[int]]:
    """The trades that count together: those of one contract, by the group that they name."""
    batches: dict[tuple[Key, int], list[int]] = defaultdict(list)
    for i, key in enumerate(contract_keys(joint)):
        if i >= count and not joint.is_cash[i]:
            batches[key, int(joint.group[i])].append(i)
    return batches
