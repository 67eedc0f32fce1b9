"""Candidates: contracts that might be traded to lower a requirement, and what they would close."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from xlmargin.arrays import FloatArray, IntArray
from xlmargin.book import NO_GROUP, Book, Positions
from xlmargin.book_parts import rows_touched
from xlmargin.risk_array import option_marks
from xlmargin.what_if.impact import Key, Trades, book_after, contract_keys

NOTHING: Final = 1e-6
"""Dollars; amounts that differ by less are the same, for sums of floating-point numbers are."""


@dataclass(frozen=True, eq=False)
class Candidates:
    """What might be traded: one contract or share of each, and the most of it.

    `one` holds each at a quantity of +1 (to buy) or -1 (to sell), its fee being that of any
    quantity. `most`, contracts or shares, is a whole number, 1 or more, shape (candidates,).
    """

    one: Trades
    most: FloatArray

    def __len__(self) -> int:
        return len(self.most)

    @property
    def positions(self) -> Positions:
        """One of each candidate."""
        return self.one.book.positions

    def accounts_in(self, held: Book) -> IntArray:
        """The index of each candidate's account among those of a book."""
        one = self.positions
        index = [held.positions.accounts.index(one.accounts[a]) for a in one.account]
        return np.array(index, dtype=np.int64)

    def beside(self, held: Book) -> tuple[Book, int]:
        """The parts held that candidates touch, one of each behind them; how many are held."""
        rows = rows_touched(held, self.one.book)
        joint = held.positions.only(rows).joined(self.positions)
        return Book(joint, self.one.book.market, held.settings), len(rows)

    def cost(self, quantity: FloatArray) -> FloatArray:
        """What so many cost with the fee, $, shape (candidates,); < 0 is received; none is free.

        `quantity` is a magnitude.
        """
        paid = quantity * self.positions.units * self.one.price + self.one.fee
        return np.where(quantity > 0, paid, 0.0)


@dataclass(frozen=True, eq=False)
class SizedOrders:
    """Orders of which the greatest quantity is looked for, and how many are ordered.

    `ordered`, a magnitude, is NaN where it is not stated; `name_share`, a fraction, is what the
    order's name may have of the account's portfolio margin requirement, NaN where there is no
    limit; shape (orders,).
    """

    one: Candidates
    ordered: FloatArray
    name_share: FloatArray

    def __len__(self) -> int:
        return len(self.ordered)


@dataclass(frozen=True)
class Found:
    """So many of a candidate, what they free and what they change the positions' value by ($).

    Proven is that no lesser quantity frees as much, and where it is not enough, that none does.
    """

    quantity: int
    freed: float
    value_change: float
    is_proven: bool


def closed_rows(joint: Positions, held: int) -> list[list[int]]:
    """For each candidate the rows that trading it would close first, in their order.

    `joint` has the held positions, so many, before the candidates. Rows are closed that hold the
    same contract in the same account the other way, in the candidate's group where it names one.
    """
    rows: dict[Key, list[int]] = {}
    keys = contract_keys(joint)
    for i, key in enumerate(keys[:held]):
        rows.setdefault(key, []).append(i)
    return [
        [
            i
            for i in rows.get(keys[c], ())
            if joint.quantity[i] * joint.quantity[c] < 0
            and joint.group[c] in (NO_GROUP, joint.group[i])
        ]
        for c in range(held, len(joint))
    ]


def marked(joint: Book) -> Book:
    """The book with every option at its mark, so that trying quantities values none anew."""
    positions = joint.positions
    mark = np.where(positions.is_option, option_marks(joint), positions.mark)
    return replace(joint, positions=replace(positions, mark=mark))


def book_with(held: Book, one: Book, quantity: float) -> Book:
    """A book once so many of what another holds one of are traded."""
    many = replace(one.positions, quantity=one.positions.quantity * quantity)
    return book_after(held, Trades(replace(one, positions=many), np.zeros(1)))
