"""Orders of which the greatest quantity is looked for, each beside what its account holds."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xlmargin.arrays import FloatArray, IntArray
from xlmargin.book import Book
from xlmargin.book_parts import rows_touched
from xlmargin.what_if.candidates import Candidates


@dataclass(frozen=True, eq=False)
class SizedOrders:
    """One of each order, the most of it that is looked at, and how many are ordered.

    `ordered`, a magnitude, is NaN where it is not stated; `name_share`, a fraction, is what the
    order's name may have of the account's portfolio margin requirement, NaN where there is no
    limit; shape (orders,).
    """

    one: Candidates
    ordered: FloatArray
    name_share: FloatArray

    def __len__(self) -> int:
        return len(self.ordered)

    def accounts_in(self, held: Book) -> IntArray:
        """The index of each order's account among those of a book."""
        one = self.one.positions
        index = [held.positions.accounts.index(one.accounts[a]) for a in one.account]
        return np.array(index, dtype=np.int64)

    def beside(self, held: Book) -> tuple[Book, int]:
        """The parts held that orders touch, one of each order behind them; how many are held."""
        rows = rows_touched(held, self.one.one.book)
        joint = held.positions.only(rows).joined(self.one.positions)
        return Book(joint, self.one.one.book.market, held.settings), len(rows)
