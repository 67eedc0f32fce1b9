"""What the rows of a comparison are made of: positions, whole or in part.

By strategy a position is divided among the strategies of the least maintenance pairing that use
it. The least initial pairing may be another one; what it asks of a position follows the same
division, so that every amount of a row is about the same positions.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from xlmargin.arrays import FloatArray, IntArray
from xlmargin.book import Book
from xlmargin.strategy_margin import StrategyLine


@dataclass(frozen=True, eq=False)
class ComparisonRows:
    """Rows by account and name, and the pieces of positions they are made of.

    `account` is each row's index into the accounts. `position` and `row` are each piece's; `part`
    is the fraction of its position that a piece is. The parts of a position add up to 1.
    """

    names: tuple[str, ...]
    account: tuple[int, ...]
    position: IntArray
    row: IntArray
    part: FloatArray

    def sums(self, amounts: FloatArray) -> FloatArray:
        """Amounts by position, $, as amounts by row, shape (rows,)."""
        parts = amounts[self.position] * self.part
        return np.bincount(self.row, parts, len(self.names)).astype(np.float64)


def rows_of_underlyings(book: Book) -> ComparisonRows:
    """A row for each account and class group."""
    positions = book.positions
    groups = [u.group for u in book.market.underlyings]
    held = np.flatnonzero(~positions.is_cash)
    names = (groups[u] for u in positions.underlying[held])
    return _rows(positions.account[held], names, held, np.ones(len(held)))


def rows_of_strategies(book: Book, lines: Iterable[StrategyLine]) -> ComparisonRows:
    """A row for each account and name of a strategy in the lines of a pairing."""
    legs = [(line.strategy, leg) for line in lines for leg in line.legs]
    position = np.array([leg.position for _, leg in legs], dtype=np.int64)
    used = np.abs(np.array([leg.quantity for _, leg in legs], dtype=np.float64))
    part = used / np.bincount(position, used)[position] if len(legs) else used
    accounts = book.positions.account[position]
    return _rows(accounts, (name for name, _ in legs), position, part)


def rows_of_accounts(book: Book) -> ComparisonRows:
    """A row for each account, one of nothing but cash included."""
    positions = book.positions
    names = tuple(name or "account" for name in positions.accounts)
    every, ones = np.arange(len(positions)), np.ones(len(positions))
    return ComparisonRows(names, tuple(range(len(names))), every, positions.account, ones)


def _rows(
    account: IntArray, names: Iterable[str], position: IntArray, part: FloatArray
) -> ComparisonRows:
    """The pieces gathered into rows: account by account, names in their order of appearance."""
    keys = list(zip(account.tolist(), names, strict=True))
    rows = sorted(dict.fromkeys(keys), key=lambda key: key[0])
    row_of = {key: i for i, key in enumerate(rows)}
    row = np.array([row_of[key] for key in keys], dtype=np.int64)
    return ComparisonRows(
        tuple(name for _, name in rows), tuple(account for account, _ in rows), position, row, part
    )
