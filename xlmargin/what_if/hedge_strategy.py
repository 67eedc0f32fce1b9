"""How many of a candidate lower a strategy-based requirement enough: by trying quantities.

A long option that asks nothing by itself can always be left alone, so that more of it never asks
for more, and the least quantity is found by halving. Anything else may ask for more and then for
less: the first quantities are tried one by one, further ones at growing distances, and what is
found there is not said to be least.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np

from xlmargin.account import values_by_strategy, values_under_portfolio
from xlmargin.arrays import IntArray
from xlmargin.book import Book, rules_of_accounts
from xlmargin.errors import RefusedPosition
from xlmargin.portfolio_margin import PortfolioMargin
from xlmargin.regimes import under_portfolio_margin
from xlmargin.rulebook import strategy_rules
from xlmargin.strategy_margin import RequirementKind, strategy_margin
from xlmargin.strategy_margin.pairing.house_add_ons import counts_together
from xlmargin.what_if.candidates import NOTHING, Found, book_with
from xlmargin.what_if.impact import contract_keys
from xlmargin.what_if.one_more import SHARE_LOT

TRIED: Final = 60
"""Contracts, or lots of shares, that are tried one by one."""


@dataclass(frozen=True, eq=False)
class StrategyHedge:
    """One candidate beside the positions that it may be paired with: all of its class group.

    `one` is a book of one of it, `most` the most of it. `margin` is the portfolio margin of all
    that is held where the positions are those that it does not cover; None by strategy.
    """

    own: Book
    one: Book
    most: int
    margin: PortfolioMargin | None

    def requirement(self, quantity: int) -> float:
        """The requirement with so many of the candidate, $; infinite where that may not be held.

        Less what the equity counts for it, as the least pairing is found. Outside portfolio margin
        what is required of the account beyond what is now.
        """
        book = self._after(quantity)
        try:
            if self.margin is not None:
                account = int(self.one.positions.account[0])
                return self.margin.outside_changed(account, outside(book) - self._outside)
            margin = strategy_margin(book)
            added = float(margin.value_added(RequirementKind.MAINTENANCE).sum())
            return margin.maintenance - added
        except RefusedPosition:
            return np.inf

    def value(self, quantity: int) -> float:
        """What the positions are worth in the regime's equity with so many of the candidate, $."""
        book = self._after(quantity)
        nothing = np.zeros(len(book.positions.accounts))
        if self.margin is not None:
            worth = values_under_portfolio(under_portfolio_margin(book))
            return float(replace(worth, cash=nothing).net_liquidation_value.sum())
        worth = values_by_strategy(strategy_margin(book))
        return float(replace(worth, cash=nothing, value_added=nothing).strategy_equity.sum())

    def freed(self, quantity: int) -> float:
        """What so many of the candidate free, $; below 0 where they ask for more."""
        return self._before - self.requirement(quantity)

    @cached_property
    def _before(self) -> float:
        return self.requirement(0)

    @cached_property
    def _outside(self) -> float:
        return outside(self.own)

    def _after(self, quantity: int) -> Book:
        return book_with(self.own, self.one, quantity) if quantity else self.own

    @property
    def never_requires_more(self) -> bool:
        """Whether each one more can be left alone at nothing: a long option that closes none."""
        if self.one.positions.quantity[0] < 0:
            return False
        *held, key = contract_keys(self.own.positions.joined(self.one.positions))
        if any(k == key and q < 0 for k, q in zip(held, self.own.positions.quantity, strict=True)):
            return False
        alone = book_with(self.own.only(np.array([], dtype=np.int64)), self.one, 1)
        return self.margin is None and strategy_margin(alone).maintenance == 0.0

    @property
    def tried(self) -> list[int]:
        """Quantities to try, ascending: the first one by one or lot by lot, then doubled."""
        step, first = 1, 1
        positions, one = self.own.positions, self.one.positions
        if one.is_stock[0]:
            same = positions.is_stock & (positions.underlying == one.underlying[0])
            shares = float(positions.quantity[same].sum() * one.quantity[0])
            step, first = int(SHARE_LOT), int(np.ceil(-shares % SHARE_LOT))
        tried = [first + step * n for n in range(TRIED)]
        while tried[-1] < self.most:
            tried.append(2 * tried[-1])
        return sorted({min(q, self.most) for q in tried if q > 0})

    def least(self, wanted: float) -> Found:
        """Least quantity found that frees what is wanted, $, or else that frees the most."""
        if not len(self.own.positions):
            return Found(0, 0.0, 0.0, is_proven=True)
        if not self.never_requires_more:
            return self._by_trying(wanted)
        freed = self.freed(self.most)
        enough = self.most if freed > NOTHING else 0
        return self._halved(0, enough, min(wanted, freed), is_proven=True)

    def _by_trying(self, wanted: float) -> Found:
        below = best_below = best = 0
        most_freed = 0.0
        one_by_one = True
        for quantity in self.tried:
            one_by_one &= quantity == below + 1
            freed = self.freed(quantity)
            if freed > most_freed + NOTHING:
                best_below, best, most_freed = below, quantity, freed
            if freed >= wanted - NOTHING:
                break
            below = quantity
        return self._halved(best_below, best, min(wanted, most_freed), is_proven=one_by_one)

    def _halved(self, below: int, enough: int, wanted: float, *, is_proven: bool) -> Found:
        """The first quantity above `below` that frees what `enough` does, if it goes on so."""
        while enough - below > 1:
            middle = (below + enough) // 2
            if self.freed(middle) >= wanted - NOTHING:
                enough = middle
            else:
                below = middle
        value_change = self.value(enough) - self.value(0)
        return Found(enough, self.freed(enough), value_change, is_proven)


def strategy_hedge(
    held: Book, one: Book, most: float, margin: PortfolioMargin | None = None
) -> StrategyHedge:
    """A candidate beside what it may be paired with in its account; all options have marks.

    Beside the whole account where its house asks add-ons for shares of it, or of what forced groups
    hold together. `held` are the positions that portfolio margin does not cover, where a `margin`
    is given.
    """
    rules = rules_of_accounts(held, strategy_rules)
    whole = margin is None and counts_together(held, rules)
    return StrategyHedge(held.only(rows_beside(held, one, whole=whole)), one, int(most), margin)


def outside(book: Book) -> float:
    """What positions that portfolio margin does not cover add up to, $; see `PortfolioMargin`."""
    return float(under_portfolio_margin(book).outside.sum()) if len(book.positions) else 0.0


def rows_beside(held: Book, one: Book, *, whole: bool) -> IntArray:
    """The positions that one may be margined with by strategy, by index: of its account and class.

    All of the account where its house counts the `whole` of it.
    """
    positions, underlyings = held.positions, held.market.underlyings
    name = underlyings[one.positions.underlying[0]].group
    account = one.positions.accounts[one.positions.account[0]]
    own = [
        i
        for i in np.flatnonzero(~positions.is_cash).tolist()
        if positions.accounts[positions.account[i]] == account
        and (whole or underlyings[positions.underlying[i]].group == name)
    ]
    return np.array(own, dtype=np.int64)
