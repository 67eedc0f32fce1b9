"""A live book that goes on where one of its parts cannot: the others move, its accounts are stale.

What refuses a part keeps it at the prices and marks that it had. They are tried again with each
change, until the part can be margined.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field, replace
from functools import cached_property
from math import inf
from typing import Final

import numpy as np

from xlmargin.computing import time_limit
from xlmargin.defects import internal_error
from xlmargin.errors import MarginError
from xlmargin.live.live_book import LiveBook

_A_PART: Final = 0.1
"""Seconds of computing for each part that is margined with others, beside those for one alone."""


@dataclass(frozen=True, eq=False)
class KeptBook:
    """A live book, and what could not be taken into it: by symbol the price, $, and the refusal.

    Of the parts that were `given_up`, by index, no proof was found.

    `seconds` of computing are given to each part; one that takes longer is refused. What moves is
    bounded at first, and proven by and by.
    """

    live: LiveBook
    seconds: float = inf
    waiting: Mapping[str, float] = field(default_factory=dict)
    refusals: Mapping[str, Exception] = field(default_factory=dict)
    given_up: frozenset[int] = frozenset()

    @classmethod
    def of(cls, live: LiveBook, prices: Mapping[str, float], seconds: float) -> KeptBook:
        """A book as it is put, at these prices; refused where its own cannot be margined."""
        kept = cls(live, seconds).ticked(prices)
        return kept if kept.live is not live else replace(kept, live=kept._margined(live))

    def ticked(self, prices: Mapping[str, float]) -> KeptBook:
        """The book at these prices of its underlyings, and at those that wait, where it can be.

        All symbols are listed, and all prices above 0.
        """
        wanted = {**self.waiting, **prices}
        if not wanted:
            return self
        try:
            return KeptBook(self._margined(self.live.ticked(wanted)), self.seconds)
        except Exception:
            return self._by_part(wanted)

    def proven(self) -> KeptBook:
        """The book with one part more proven: one of the account with the least cushion.

        A part that refuses keeps what bounds it, until it moves; so does one with a defect, which
        is logged.
        """
        part = self._next_unproven
        try:
            with time_limit(self.seconds):
                return replace(self, live=self.live.proven([part]))
        except Exception as error:
            if not isinstance(error, MarginError):
                internal_error(error)
            return replace(self, given_up=self.given_up | {part})

    @property
    def to_prove(self) -> Set[int]:
        """The parts, by index, that may be proven."""
        return {*self.live.unproven} - self.given_up

    @cached_property
    def unproven(self) -> frozenset[str]:
        """The accounts of which a figure is not proven."""
        names, unproven = self.live.accounts, self.live.now.unproven
        return frozenset(names[i] for i in np.flatnonzero(unproven).tolist())

    @property
    def _next_unproven(self) -> int:
        excess, account = self.live.strategy, self.live.book.positions.account
        least = np.nan_to_num(excess.excess / np.maximum(excess.equity, 1.0), nan=inf)
        parts = self.live.parts
        return min(self.to_prove, key=lambda n: float(least[account[parts[n].rows]].min()))

    @property
    def stale(self) -> Mapping[str, Exception]:
        """The accounts that hold what could not be margined, and why."""
        found: dict[str, Exception] = {}
        if not self.refusals:
            return found
        positions, index = self.live.book.positions, self.live.book.market.index_of
        for part in self.live.parts:
            why = [e for s, e in self.refusals.items() if index.get(s) in part.underlyings]
            for account in positions.account[part.rows].tolist() if why else ():
                found.setdefault(positions.accounts[account], why[0])
        return found

    def prices_of(self, symbols: Set[str]) -> Mapping[str, float]:
        """The prices, $, at which some underlyings are margined: not those that wait."""
        market = self.live.book.market
        return {symbol: market.underlyings[market.index_of[symbol]].spot for symbol in symbols}

    def accounts_changed(self, before: KeptBook) -> set[str]:
        """The accounts whose figures, or whose staleness, may differ from the book before.

        That is one that this one was ticked from.
        """
        names = self.live.accounts
        moved = {names[i] for i in self.live.accounts_changed(before.live)}
        return moved | self.stale.keys() | before.stale.keys()

    def _by_part(self, prices: Mapping[str, float]) -> KeptBook:
        """Each part by itself; what is held in none goes first, and all together."""
        index = self.live.book.market.index_of
        groups: dict[int, dict[str, float]] = {}
        part_of = {u: n for n, part in enumerate(self.live.parts) for u in part.underlyings}
        for symbol, price in prices.items():
            groups.setdefault(part_of.get(index[symbol], -1), {})[symbol] = price
        kept = KeptBook(self.live, self.seconds)
        for _, own in sorted(groups.items()):
            try:
                kept = replace(kept, live=self._margined(kept.live.ticked(own)))
            except Exception as refusal:
                kept = replace(
                    kept,
                    waiting={**kept.waiting, **own},
                    refusals={**kept.refusals, **dict.fromkeys(own, refusal)},
                )
        return kept

    def _margined(self, live: LiveBook) -> LiveBook:
        """The book once each part has its figures, or what bounds them; refused as they are."""
        with time_limit(self.seconds + _A_PART * len(live.unproven)):
            return live.bounded()
