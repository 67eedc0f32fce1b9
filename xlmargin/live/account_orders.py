"""What orders of one account change, of a book that is kept: its parts that they touch, alone."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import fields

import numpy as np

from xlmargin.book import Book, amount_of_accounts
from xlmargin.book_parts import joined_underlyings
from xlmargin.live.live_book import LiveBook, Part
from xlmargin.what_if import Impact, Trades
from xlmargin.what_if.impact import Figures, book_after, figures_of, traded_names


def impact_on_account(live: LiveBook, account: str, held: Book, trades: Trades) -> Impact:
    """What trades of one account do to it; arrays of the answer have shape (1,).

    `held` are its positions at the prices of the live book, in a market of their own, and what the
    trades were read beside. The figures before are the live book's; of those after, the parts that
    the trades touch are margined anew.
    """
    of_live, own = live.accounts.index(account), held.positions.accounts.index(account)
    before = _of(live.figures, of_live)
    after = before
    if len(trades.fee):
        symbols, touched = _touched(live, held, trades)
        positions, names = held.positions, [u.symbol for u in held.market.underlyings]
        inside = np.array([names[u] in symbols for u in positions.underlying.tolist()], dtype=bool)
        rows = np.flatnonzero(inside & ~positions.is_cash & (positions.account == own))
        fresh = _of(figures_of(book_after(held.only(rows), trades)), own)
        after = _exchanged(before, (_of(part.figures, of_live) for part in touched), fresh)
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
    listed = live.book.market.underlyings
    touched = []
    for part in live.parts:
        of_part = {listed[i].symbol for i in part.underlyings}
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
