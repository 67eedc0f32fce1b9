"""What orders of one account change, of a book that is kept: its parts that they touch, alone."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields

import numpy as np

from xlmargin.arrays import IntArray
from xlmargin.book import Book, amount_of_accounts
from xlmargin.book_parts import joined_underlyings
from xlmargin.live.live_book import LiveBook
from xlmargin.live.parts import Part
from xlmargin.what_if import Impact, Trades
from xlmargin.what_if.impact import Figures, book_after, figures_of, traded_names


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
        fresh = _of(figures_of(book_after(held.only(rows), trades)), own)
        proven = [_of(part.figures, of_live) for part in touched if part.is_proven]
        bounded = [_symbols(live, part) for part in touched if not part.is_proven]
        gone = proven + _own_figures(held, own, bounded)
        after = _exchanged(before, gone, fresh)
    accounts, index = held.positions.accounts, [own]
    return Impact(
        held,
        before,
        after,
        live.cash[[of_live]],
        trades.by_account(trades.cash, accounts)[index],
        trades.by_account(trades.fee, accounts)[index],
        np.nan_to_num(amount_of_accounts(held, "sma"))[index],
        [traded_names(trades, accounts)[own]],
    )


def _before(live: LiveBook, of_live: int, held: Book, own: int) -> Figures:
    """The figures of an account, all of them proven."""
    if not live.unproven:
        return _of(live.now, of_live)
    account = live.book.positions.account
    mine = [part for part in live.parts if (account[part.rows] == of_live).any()]
    bounded = [_symbols(live, part) for part in mine if not part.is_proven]
    known = [_of(part.figures, of_live) for part in mine if part.is_proven]
    nothing = Figures(**{name: np.zeros(1) for name in _AMOUNTS}, by_name=[{}])
    figures = nothing
    for one in (*known, *_own_figures(held, own, bounded)):
        figures = _exchanged(figures, (), one)
    return figures


def _own_figures(held: Book, own: int, parts: Sequence[set[str]]) -> list[Figures]:
    """The figures of an account in parts, by their symbols, margined as one; none for no part."""
    if not parts:
        return []
    return [_of(figures_of(held.only(_rows_of(held, own, set[str]().union(*parts)))), own)]


def _rows_of(held: Book, own: int, symbols: set[str]) -> IntArray:
    """The rows of an account on underlyings, by symbol."""
    positions, names = held.positions, [u.symbol for u in held.market.underlyings]
    inside = np.array([names[u] in symbols for u in positions.underlying.tolist()], dtype=bool)
    return np.flatnonzero(inside & ~positions.is_cash & (positions.account == own))


def _symbols(live: LiveBook, part: Part) -> set[str]:
    """The underlyings of a part."""
    listed = live.book.market.underlyings
    return {listed[i].symbol for i in part.underlyings}


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
    touched = []
    for part in live.parts:
        of_part = _symbols(live, part)
        if of_part & symbols:
            touched.append((part, of_part))
    return symbols.union(*(own for _, own in touched)), [part for part, _ in touched]


def _of(every: Figures, account: int) -> Figures:
    """The figures of one account alone."""
    amounts = {name: getattr(every, name)[[account]] for name in _AMOUNTS}
    return Figures(**amounts, by_name=[every.by_name[account]])


def _exchanged(whole: Figures, gone: Iterable[Figures], fresh: Figures) -> Figures:
    """Figures with those of some parts in the place of what they were before."""
    amounts = {name: getattr(whole, name) + getattr(fresh, name) for name in _AMOUNTS}
    by_name = dict(whole.by_name[0])
    for part in gone:
        for name in _AMOUNTS:
            amounts[name] = amounts[name] - getattr(part, name)
        for name in part.by_name[0]:
            by_name.pop(name, None)
    return Figures(**amounts, by_name=[{**by_name, **fresh.by_name[0]}])


_AMOUNTS = [field.name for field in fields(Figures) if field.name != "by_name"]
