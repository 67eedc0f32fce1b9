"""A live book that goes on where one of its parts cannot: the others move, its accounts are stale.

What refuses a part keeps it at the prices and marks that it had. They are tried again with each
change, until the part can be margined.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import inf

from xlmargin.computing import time_limit
from xlmargin.live.live_book import LiveBook


@dataclass(frozen=True, eq=False)
class KeptBook:
    """A live book, and what could not be taken into it: by symbol the price, $, and the refusal.

    `seconds` of computing are given to each part; one that takes longer is refused.
    """

    live: LiveBook
    seconds: float = inf
    waiting: Mapping[str, float] = field(default_factory=dict)
    refusals: Mapping[str, Exception] = field(default_factory=dict)

    @classmethod
    def of(cls, live: LiveBook, prices: Mapping[str, float], seconds: float) -> KeptBook:
        """A book as it is put, at these prices; refused where its own cannot be margined."""
        kept = cls(live, seconds).ticked(prices)
        if kept.live is live:
            kept._margined(live)
        return kept

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
        kept = replace(self, waiting={}, refusals={})
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
        """The book once each part has its figures; refused as they are."""
        for part in (part for part in live.parts if not part.is_margined):
            with time_limit(self.seconds):
                _ = part.figures
        return live
