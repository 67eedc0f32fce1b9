"""What a house adds to the maintenance of stock for concentration, account by account.

A house may add to the maintenance of stock that is much of its account, volume or issue: the
account's net shares of a symbol, in all its classes and forced groups, beside the average daily
volume, the shares outstanding and the account's gross; its net value in an industry beside the
gross. The gross is the value of all that moves, long and short added up, each symbol net: options,
cash, Treasury securities and money market funds are not in it, which makes shares of it greater
(unconfirmed: what the ladder's gross is). Shares of the gross depend on everything in the account,
so that its classes do not add up: who margins a part of an account margins the whole.

Rule: FINRA 4210(d)(1): a house may ask more.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from math import fsum, nan
from typing import TypeAlias

import numpy as np

from xlmargin.book import Book, RulesOfAccounts
from xlmargin.market import Underlying
from xlmargin.rulebook import StrategyRules
from xlmargin.rulebook.sections import ByKey


def counts_together(book: Book, rules: RulesOfAccounts[StrategyRules]) -> bool:
    """Whether add-ons count more of an account of the book than what is margined together."""
    forced = bool(book.positions.groups)
    return any(own.adds_by_gross or (forced and any(own.has_add_ons)) for own in rules.distinct)


def with_add_ons(
    book: Book, rules: RulesOfAccounts[StrategyRules], *, by_gross: bool = True
) -> Sequence[Book]:
    """The book as each account sees it: its underlyings with the account's own add-ons.

    Those by share of the gross only where the book has whole accounts (`by_gross`). None in a cash
    account, which pays in full.
    """
    positions, accounts = book.positions, len(book.positions.accounts)
    if book.is_cash_account:
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
    beside = _gross_measures(listed, shares, rules) if by_gross else [()] * len(listed)
    added = [
        (*_own_measures(u, abs(held), rules), *more) if held else ()
        for u, held, more in zip(listed, shares, beside, strict=True)
    ]
    if not any(added):
        return book
    underlyings = tuple(
        replace(u, house=replace(u.house, add_on=fsum(points for points, _ in own), why=_why(own)))
        if own
        else u
        for u, own in zip(listed, added, strict=True)
    )
    return replace(book, market=replace(book.market, underlyings=underlyings))


_Measure: TypeAlias = tuple[float, str]
"""What one measure adds to the maintenance rate, as a share of market value, and what it found."""


def _why(measures: Sequence[_Measure]) -> str:
    """What an add-on is made of, for a reader: "20% for 2.5 days of volume"."""
    return ", ".join(f"{_percent(points)} for {found}" for points, found in measures)


def _own_measures(underlying: Underlying, shares: float, rules: StrategyRules) -> list[_Measure]:
    """What so many shares add by their symbol alone, each at the band that they are beyond.

    Nothing by a measure whose volume or number of shares is not stated.

    Rule: FINRA 4210(d)(1): a house may ask more.
    """
    steps = rules.concentration
    days, share = shares / underlying.adv, shares / underlying.shares_outstanding
    by_volume = _of_band(days, steps.volume_days, steps.volume_add_on)
    by_issue = _of_band(share, steps.ownership_share, steps.ownership_add_on)
    measures = (
        (by_volume, f"{days:.4g} days of volume"),
        (by_issue, f"{_percent(share)} of the issue"),
    )
    return [each for each in measures if each[0]]


def _gross_measures(
    listed: Sequence[Underlying], shares: Sequence[float], rules: StrategyRules
) -> list[list[_Measure]]:
    """What an account's signed shares of each symbol add by their share of its gross.

    And by that of their industry, long less short, unless one position is too great a share by
    itself; nothing where no industry is stated.

    Rule: FINRA 4210(d)(1): a house may ask more.
    """
    steps, moves = rules.concentration, [not u.underlying_class.stands_still for u in listed]
    value = [u.spot * own if m else 0.0 for u, own, m in zip(listed, shares, moves, strict=True)]
    gross = sum(map(abs, value)) or nan
    industry: dict[str, float] = defaultdict(float)
    for underlying, own in zip(listed, value, strict=True):
        industry[underlying.industry] += own / gross
    industry[""] = nan
    counts = not max(map(abs, value), default=0.0) / gross > steps.industry_position_share
    measures = []
    for underlying, own in zip(listed, value, strict=True):
        share, whole = abs(own) / gross, abs(industry[underlying.industry])
        points = steps.long_gross_add_on if own > 0 else steps.short_gross_add_on
        of_gross = _of_band(share, steps.gross_share, points)
        of_industry = _of_band(whole, steps.industry_share, steps.industry_add_on)
        both = (
            (of_gross, f"{_percent(share)} of the account's gross"),
            (of_industry if counts else 0.0, f"{_percent(whole)} of it in {underlying.industry}"),
        )
        measures.append([each for each in both if each[0] and own])
    return measures


def _of_band(found: float, begins: ByKey[str, float], adds: ByKey[str, float]) -> float:
    return max((adds[band] for band, limit in begins.items() if found > limit), default=0.0)


def _percent(share: float) -> str:
    return f"{100 * share:.4g}%"
