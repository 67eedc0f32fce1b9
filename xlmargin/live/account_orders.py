"""What orders of one account change, of a book that is kept: its parts that they touch, alone."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from xlmargin.arrays import IntArray
from xlmargin.book import Book
from xlmargin.book_parts import joined_underlyings
from xlmargin.live.live_book import LiveBook
from xlmargin.live.parts import Part
from xlmargin.what_if import Impact, Trades
from xlmargin.what_if.impact import Figures, book_after, figures_of, impact_of, summed


def impact_on_account(live: LiveBook, account: str, held: Book, trades: Trades) -> Impact:
    """What trades of one account do to it; arrays of the answer have shape (1,).

    `held` are its positions at the prices of the live book, in a market of their own, and what the
    trades were read beside. The figures before are the live book's, those of parts that it has not
    proven the account's own; of those after, the parts that the trades touch are margined anew.
    """
    of_live, own = live.accounts.index(account), held.positions.accounts.index(account)
    before = _before(live, of_live, held, own)
    after = before
    if len(trades.fee):
        symbols, touched = _touched(live, held, trades)
        rows = _rows_of(held, own, symbols)
        fresh = figures_of(book_after(held.only(rows), trades)).of_account(own)
        gone = summed(_of_parts(live, of_live, held, own, touched), 1)
        after = before.changed(gone, fresh)
    return impact_of(held, trades, before, after, live.cash[[of_live]], [own])


def _before(live: LiveBook, of_live: int, held: Book, own: int) -> Figures:
    """The figures of an account, all of them proven."""
    if not live.unproven:
        return live.now.of_account(of_live)
    account = live.book.positions.account
    mine = [part for part in live.parts if (account[part.rows] == of_live).any()]
    return summed(_of_parts(live, of_live, held, own, mine), 1)


def _of_parts(
    live: LiveBook, of_live: int, held: Book, own: int, parts: Sequence[Part]
) -> list[Figures]:
    """The figures of an account in these parts; those not proven are margined as one."""
    found = [part.figures.of_account(of_live) for part in parts if part.is_proven]
    bounded = [part.symbols for part in parts if not part.is_proven]
    if bounded:
        rows = _rows_of(held, own, set[str]().union(*bounded))
        found.append(figures_of(held.only(rows)).of_account(own))
    return found


def _rows_of(held: Book, own: int, symbols: set[str]) -> IntArray:
    """The rows of an account on underlyings, by symbol."""
    positions, names = held.positions, [u.symbol for u in held.market.underlyings]
    inside = np.array([names[u] in symbols for u in positions.underlying.tolist()], dtype=bool)
    return np.flatnonzero(inside & ~positions.is_cash & (positions.account == own))


def _touched(live: LiveBook, held: Book, trades: Trades) -> tuple[set[str], list[Part]]:
    """The symbols that are margined with what is traded, and the parts of the live book of them."""
    market = trades.book.market
    joint = Book(held.positions.joined(trades.book.positions), market, held.settings)
    first = joined_underlyings(joint)
    traded = trades.book.positions
    groups = set(first[traded.underlying[~traded.is_cash]].tolist())
    symbols = {
        u.symbol for u, group in zip(market.underlyings, first, strict=True) if group in groups
    }
    touched = [part for part in live.parts if part.symbols & symbols]
    return symbols.union(*(part.symbols for part in touched)), touched
