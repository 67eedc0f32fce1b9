"""Trades: what is bought and sold, at which price and fee, and the book after them.

A trade nets with what the same account holds of the same contract: held long and short at once, a
contract would be closed out by strategy and charged its minimum twice by portfolio margin.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from xlmargin.arrays import FloatArray
from xlmargin.book import NO_GROUP, Book, Positions
from xlmargin.risk_array import option_marks

Key = tuple[int, int]
"""Account and series: what tells one position of one account from another."""


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

    What the trades of a contract open is one new row, at their average price.
    """
    joint = held.positions.joined(replace(trades.book.positions, cost=trades.price))
    quantity, cost = netted(joint, len(held.positions))
    left = np.flatnonzero((quantity != 0) | (joint.quantity == 0))
    after = replace(joint, quantity=quantity, cost=cost).only(left)
    return Book(after, trades.book.market, held.settings)


def netted(joint: Positions, held: int) -> tuple[FloatArray, FloatArray]:
    """Quantity and cost of each row once the trades behind the rows held, so many, are done.

    What a trade closes is taken from the rows held, first row first, which keep their costs. Trades
    count together, whatever their order: those that name a group first, and in it; the others then
    close what is left in any group. What is bought and sold alike closes what is held both ways,
    and nothing else. What trades open is at the first of their rows.
    """
    quantity, cost = joint.quantity.copy(), joint.cost.copy()
    quantity[held:] = 0.0
    rows_of = rows_of_contracts(joint)
    batches = _batches(joint, held)
    for contract, group in sorted(batches, key=lambda batch: batch[1] == NO_GROUP):
        own = batches[contract, group]
        rows = [i for i in rows_of[contract] if group in (NO_GROUP, int(joint.group[i]))]
        traded = joint.quantity[own]
        net = less_closed(quantity, rows, float(traded.sum()))
        alike = min(traded.clip(min=0.0).sum(), -traded.clip(max=0.0).sum())
        both_ways = min(quantity[rows].clip(min=0.0).sum(), -quantity[rows].clip(max=0.0).sum())
        for closing in (1.0, -1.0):
            less_closed(quantity, rows, closing * min(alike, both_ways))
        if net:
            opening = [i for i in own if joint.quantity[i] * net > 0]
            quantity[opening[0]] = net
            cost[opening[0]] = np.average(joint.cost[opening], weights=joint.quantity[opening])
    return quantity, cost


def less_closed(quantity: FloatArray, rows: Sequence[int], traded: float) -> float:
    """Take what a signed quantity traded closes from these rows; what is left of it to open."""
    for i in rows:
        if quantity[i] * traded < 0:
            closed = np.sign(traded) * min(abs(traded), abs(quantity[i]))
            quantity[i] += closed
            traded -= closed
    return traded


def contract_keys(positions: Positions) -> list[Key]:
    """What each position is a position in: its account, and the contract's series."""
    return list(zip(positions.account.tolist(), positions.contracts.series.tolist(), strict=True))


def rows_of_contracts(joint: Positions) -> dict[Key, list[int]]:
    """The rows of each contract of an account, in their order."""
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
