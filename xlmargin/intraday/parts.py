"""The parts of an account that are margined apart: their requirements add up.

By strategy these are the classes, or the whole account where a house asks add-ons by share of its
gross. Under portfolio margin they are the outermost groups: class groups with the product group and
the portfolio group that they are in.

Rule: FINRA 4210(f)(2), (g)(8).
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np

from xlmargin.arrays import IntArray
from xlmargin.book import Book, Positions, rules_of_accounts
from xlmargin.market import Market
from xlmargin.rulebook import strategy_rules
from xlmargin.settings import AccountType

CASH_PART: Final = -1
"""The part that cash is in, which requires nothing."""


def parts_of(positions: Positions, book: Book) -> IntArray:
    """The part of an account that each position belongs to, shape (positions,)."""
    account_type = book.settings.account_type
    rules = rules_of_accounts(book, strategy_rules).distinct
    if account_type is AccountType.MARGIN and any(own.asks_by_gross for own in rules):
        of_underlying = [0] * len(book.market.underlyings)
    else:
        of_underlying = _parts(book.market, account_type)
    return np.array(
        [of_underlying[u] if u >= 0 else CASH_PART for u in positions.underlying.tolist()],
        dtype=np.int64,
    )


def _parts(market: Market, account_type: AccountType) -> list[int]:
    """The part of each underlying: those that share a group of any level are in one."""
    underlyings = market.underlyings
    part = list(range(len(underlyings)))
    levels: list[Iterable[str]] = [[u.group for u in underlyings]]
    if account_type is AccountType.PORTFOLIO:
        levels.append([u.product_group for u in underlyings])
        levels.append([u.portfolio_group for u in underlyings])
    for names in levels:
        first: dict[str, int] = {}
        for i, name in enumerate(names):
            own, other = part[i], part[first.setdefault(name, i)]
            if name and own != other:
                part = [other if p == own else p for p in part]
    return part
