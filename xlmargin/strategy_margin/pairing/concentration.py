"""What a house adds to the maintenance of stock that is much of its account, volume or issue.

The account's net shares of a symbol, in all its classes and forced groups, beside the average daily
volume, the shares outstanding and the account's gross; its net value in an industry beside the
gross. The gross is the value of all that moves, long and short added up, each symbol net: options,
cash, Treasury securities and money market funds are not in it, which makes shares of it greater
(unconfirmed: what the ladder's gross is). Shares of the gross depend on everything in the account,
so that its classes do not add up: who margins a part of an account margins the whole.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from math import nan

import numpy as np

from xlmargin.book import Book, RulesOfAccounts
from xlmargin.market import Underlying
from xlmargin.rulebook import ByKey, StrategyRules
from xlmargin.settings import AccountType


def counts_together(book: Book, rules: RulesOfAccounts[StrategyRules]) -> bool:
    """Whether add-ons count more of an account of the book than what is margined together."""
    forced = bool(book.positions.groups)
    return any(own.asks_by_gross or (forced and any(own.asks_add_ons)) for own in rules.distinct)


def with_add_ons(
    book: Book, rules: RulesOfAccounts[StrategyRules], *, by_gross: bool = True
) -> Sequence[Book]:
    """The book as each account sees it: its underlyings with the account's own add-ons.

    Those by share of the gross only where the book has whole accounts (`by_gross`). None in a cash
    account, which pays in full.
    """
    positions, accounts = book.positions, len(book.positions.accounts)
    asked = [any(own.asks_add_ons) or own.asks_by_gross for own in rules.distinct]
    if book.settings.account_type is AccountType.CASH or not any(asked):
        return (book,) * accounts
    shares = np.zeros((accounts, len(book.market.underlyings)))
    stock = np.flatnonzero(~positions.is_cash & ~positions.is_option)
    np.add.at(
        shares, (positions.account[stock], positions.underlying[stock]), positions.units[stock]
    )
    return tuple(
        _seen(book, own, rules.of(account), by_gross=by_gross)
        for account, own in enumerate(shares.tolist())
    )


def _seen(book: Book, shares: Sequence[float], rules: StrategyRules, *, by_gross: bool) -> Book:
    listed = book.market.underlyings
    added = [add_on(u, abs(held), rules) for u, held in zip(listed, shares, strict=True)]
    if by_gross:
        more = add_ons_by_gross(listed, shares, rules)
        added = [one + other for one, other in zip(added, more, strict=True)]
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


def add_ons_by_gross(
    listed: Sequence[Underlying], shares: Sequence[float], rules: StrategyRules
) -> list[float]:
    """What an account's signed shares of each symbol add to the rate by their share of its gross.

    And by that of their industry, long less short, unless one position is too great a share by
    itself; nothing where no industry is stated.

    Rule: FINRA 4210(d)(1): a house may ask more.
    """
    steps, moves = rules.concentration, [not u.underlying_class.stands_still for u in listed]
    value = [u.spot * own if m else 0.0 for u, own, m in zip(listed, shares, moves, strict=True)]
    gross = sum(map(abs, value)) or nan
    industry: dict[str, float] = defaultdict(float)
    for underlying, own in zip(listed, value, strict=True):
        industry[underlying.industry] += own
    industry.pop("", None)
    greatest = max(map(abs, value), default=0.0) / gross
    counts = not greatest > steps.industry_position_share
    added = []
    for underlying, own in zip(listed, value, strict=True):
        points = steps.long_gross_add_on if own > 0 else steps.short_gross_add_on
        of_gross = _of_band(abs(own) / gross, steps.gross_share, points)
        whole = abs(industry[underlying.industry]) if underlying.industry and own else 0.0
        of_industry = _of_band(whole / gross, steps.industry_share, steps.industry_add_on)
        added.append(of_gross + (of_industry if counts else 0.0))
    return added


def _of_band(found: float, begins: ByKey[str, float], adds: ByKey[str, float]) -> float:
    return max((adds[band] for band, limit in begins.items() if found > limit), default=0.0)
