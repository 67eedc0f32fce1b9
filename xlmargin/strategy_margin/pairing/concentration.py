"""What a house adds to the maintenance of stock that is much beside its volume or its issue.

The account's net shares of a symbol, in all its classes and forced groups, beside the average daily
volume and beside the shares outstanding; options do not count. Shares of the account's gross and of
an industry are not among the measures, so that each symbol's add-on depends on it alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np

from xlmargin.book import Book
from xlmargin.market import Underlying
from xlmargin.rulebook import ByKey, StrategyRules
from xlmargin.rules_of_accounts import RulesOfAccounts
from xlmargin.settings import AccountType


def with_add_ons(book: Book, rules: RulesOfAccounts[StrategyRules]) -> Sequence[Book]:
    """The book as each account sees it: its underlyings with the account's own add-ons.

    None in a cash account, which pays in full.
    """
    positions, accounts = book.positions, len(book.positions.accounts)
    asked = [any(own.asks_add_ons) for own in rules.distinct]
    if book.settings.account_type is AccountType.CASH or not any(asked):
        return (book,) * accounts
    shares = np.zeros((accounts, len(book.market.underlyings)))
    stock = np.flatnonzero(~positions.is_cash & ~positions.is_option)
    np.add.at(
        shares, (positions.account[stock], positions.underlying[stock]), positions.units[stock]
    )
    return tuple(_seen(book, own, rules.of(i)) for i, own in enumerate(np.abs(shares).tolist()))


def _seen(book: Book, shares: Sequence[float], rules: StrategyRules) -> Book:
    listed = book.market.underlyings
    added = [add_on(u, held, rules) for u, held in zip(listed, shares, strict=True)]
    if not any(added):
        return book
    underlyings = tuple(
        replace(u, house=replace(u.house, add_on=own)) if own else u
        for u, own in zip(listed, added, strict=True)
    )
    return replace(book, market=replace(book.market, underlyings=underlyings))


def add_on(underlying: Underlying, shares: float, rules: StrategyRules) -> float:
    """What so many shares add to the maintenance rate, as a share of their market value.

    The sum of both measures, each at the greatest add-on of the bands that the shares are beyond;
    nothing by a measure whose volume or number of shares is not stated.

    Rule: FINRA 4210(d)(1): a house may ask more.
    """
    steps = rules.concentration
    days, share = shares / underlying.adv, shares / underlying.shares_outstanding
    return _of_band(days, steps.volume_days, steps.volume_add_on) + _of_band(
        share, steps.ownership_share, steps.ownership_add_on
    )


def _of_band(found: float, begins: ByKey[str, float], adds: ByKey[str, float]) -> float:
    return max((adds[band] for band, limit in begins.items() if found > limit), default=0.0)
