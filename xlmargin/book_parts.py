"""The parts of a book: positions that can be margined together, apart from all others.

Positions on different underlyings meet in a requirement only where something joins these:

- a class group; under portfolio margin a product group and a portfolio group too, in which gains on
  one offset losses on another;
- a forced group of an account, whose rows are paired together;
- an account that has written options which portfolio margin does not cover: all that it does not
  cover requires nothing at the least, as a whole;
- an account whose house adds to the maintenance of stock by shares of the account's gross: its
  stock.

A part is all positions on underlyings that are so joined, directly or through others. Every figure
of an account that has no cash in it - a requirement, a deposit, an equity less cash - is the sum
over the parts, under either regime. So a price that moves, a row that changes or an order costs the
part that it touches, and the others are as they were. What counts an account as a whole stands on
top of the sums: its cash, its special memorandum account, its least equity, its excess.

Accounts do not offset one another, and a part may be cut by account too, as long as volatilities
are not read off the series of the book (`sticky_moneyness`). They are left together because they
share contracts, which are valued once. A part is margined as a book with the whole market: what a
class group is made of is said by the market's rows, held or not.

Rule: FINRA 4210(c), (d)(1), (f)(2), (g)(7)-(8).
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Iterator

import numpy as np

from xlmargin.arrays import BoolArray, IntArray, numbered
from xlmargin.book import NO_GROUP, Book, covered, rules_of_accounts
from xlmargin.rulebook import portfolio_rules, strategy_rules

_Link = tuple[int, Hashable]
"""An underlying, by index, and something that joins it to every other that has it too."""


def independent_parts(book: Book) -> tuple[IntArray, ...]:
    """The positions of each part, by index, ascending; parts in the order of their first position.

    Cash is in no part. Every other position is in one, those of quantity 0 too.
    """
    positions = book.positions
    held = np.flatnonzero(~positions.is_cash)
    first, part = numbered(joined_underlyings(book)[positions.underlying[held]])
    by_part = held[np.argsort(part, kind="stable")]
    return tuple(np.split(by_part, np.cumsum(np.bincount(part))[:-1])) if len(first) else ()


def rows_touched(held: Book, ordered: Book) -> IntArray:
    """The positions held that may be margined together with any that are ordered, by index.

    `ordered` is in the market that lists what both are on. Ascending, cash not among them.
    """
    joint = Book(held.positions.joined(ordered.positions), ordered.market, held.settings)
    count = len(held.positions)
    touched = [own for own in independent_parts(joint) if (own >= count).any()]
    rows = np.concatenate([np.zeros(0, dtype=np.int64), *touched])
    return np.sort(rows[rows < count])


def joined_underlyings(book: Book, *, portfolio: bool = True, strategy: bool = True) -> IntArray:
    """The part of each underlying of the market, shape (underlyings,): the first of those joined.

    `portfolio` and `strategy` tell under which regimes positions are margined: what joins under
    both, or under one alone.
    """
    underlyings = book.market.underlyings
    links: list[_Link] = [(i, ("class", u.group)) for i, u in enumerate(underlyings)]
    links += _forced(book)
    if portfolio:
        links += _grouped(book)
        links += _outside(book)
    if strategy:
        links += _by_gross(book)
    return _joined(len(underlyings), links)


def _joined(count: int, links: Iterable[_Link]) -> IntArray:
    """For each of so many, the first of all that links join it to."""
    before = list(range(count))
    known: dict[Hashable, int] = {}

    def first(i: int) -> int:
        while before[i] != i:
            before[i] = i = before[before[i]]
        return i

    for i, shared in links:
        one, other = first(i), first(known.setdefault(shared, i))
        before[max(one, other)] = min(one, other)
    return np.array([first(i) for i in range(count)], dtype=np.int64)


def _grouped(book: Book) -> Iterator[_Link]:
    """The groups whose gains and losses offset.

    Rule: FINRA 4210(g)(8).
    """
    for i, underlying in enumerate(book.market.underlyings):
        if underlying.product_group:
            yield i, ("product", underlying.product_group)
        if underlying.portfolio_group:
            yield i, ("portfolio", underlying.portfolio_group)


def _forced(book: Book) -> Iterator[_Link]:
    """The forced groups, each of one account."""
    positions = book.positions
    rows = np.flatnonzero((positions.group != NO_GROUP) & ~positions.is_cash)
    for i in rows.tolist():
        whose = int(positions.account[i]), int(positions.group[i])
        yield int(positions.underlying[i]), ("forced", *whose)


def _outside(book: Book) -> Iterator[_Link]:
    """The accounts that have written options outside portfolio margin: all that it does not cover.

    A written option may leave less than nothing, which what else is outside takes up.

    Rule: FINRA 4210(g)(7)(D).
    """
    positions = book.positions
    outside = ~positions.is_cash & ~covered(book, rules_of_accounts(book, portfolio_rules))
    written = outside & positions.is_option & (positions.quantity < 0)
    if written.any():
        has_written = np.zeros(len(positions.accounts), dtype=bool)
        has_written[positions.account[written]] = True
        yield from _of_accounts(book, outside & has_written[positions.account], "outside")


def _by_gross(book: Book) -> Iterator[_Link]:
    """The accounts whose house asks by shares of the gross: their stock. A cash account pays all.

    Rule: FINRA 4210(d)(1).
    """
    if not book.is_cash_account:
        rules = rules_of_accounts(book, strategy_rules)
        adding = rules.amounts(lambda own: own.adds_by_gross) > 0
        stock = book.positions.is_stock
        yield from _of_accounts(book, stock & adding[book.positions.account], "gross")


def _of_accounts(book: Book, chosen: BoolArray, why: str) -> Iterator[_Link]:
    """What some positions, shape (positions,), are on, joined account by account."""
    positions = book.positions
    pairs = np.stack([positions.underlying[chosen], positions.account[chosen]])
    for underlying, account in np.unique(pairs, axis=1).T.tolist():
        yield underlying, (why, account)
