"""What is accepted: checked, in the journal before it is answered, then the writer's to margin."""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from hashlib import sha256
from threading import Lock
from typing import Any, Final

from xlmargin.book import Book
from xlmargin.errors import InputError, MarginError, Problem
from xlmargin.live import KeptBook, LiveBook
from xlmargin.service.account_states import public_name
from xlmargin.service.alerts import BROKER_FIGURES, EVERY, THRESHOLDS, watching
from xlmargin.service.journal import Accepted, Journal
from xlmargin.service.pending import Pending
from xlmargin.service.problems import Refusal
from xlmargin.service.records import records_of, warnings_of
from xlmargin.service.refused_accounts import (
    Margined,
    described,
    kept_where_possible,
    refused_of,
    without,
)
from xlmargin.service.snapshot import Published
from xlmargin.service.stated import PUT, Stated

REMEMBERED: Final = 24 * 3600.0
"""How long the answer to a request with a key is given again, s."""
_BESIDE: Final = (THRESHOLDS, BROKER_FIGURES)
"""The ranges that stay when another book is put, as working orders do."""


@dataclass(frozen=True)
class Precondition:
    """How a change is asked for: for which version alone, and by which key only once.

    `request` is the method and the path by which it comes: the key is of that request alone.
    """

    version: int | None = None
    key: str | None = None
    request: str = ""


@dataclass
class Acceptance:
    """What was accepted so far, and what is done to accept more.

    `computing` is held by whoever margins; `seconds` of it are given to each part of a book;
    `taken` counts prices.
    """

    journal: Journal
    computing: Lock
    pending: Pending
    published: Published
    seconds: float = 5.0
    taken: int = 0
    _version: int = 0
    _stated: Stated | None = None
    _prices: dict[str, float] = field(default_factory=dict)
    _margined: Mapping[str, float] = field(default_factory=dict)
    _listed: frozenset[str] = frozenset()
    _accepting: Lock = field(default_factory=Lock)
    _changing: Lock = field(default_factory=Lock)

    def read(self) -> None:
        """Read what the journal has, where nothing was put yet."""
        if self._listed:
            return
        stored = self.journal.stored()
        self._version, self._prices = stored.version, dict(stored.prices)
        self._margined = stored.margined or stored.prices  # what wrote none of them told these
        if stored.ranges:
            self._stated = Stated.of_journal(stored.ranges, stored.positions)
        else:
            self.published.problem = ""

    def restore(self) -> None:
        """Margin what the journal has, for the writer; a book that is put meanwhile goes before.

        It stands at the prices of the figures that were told last: what could not be margined at
        those that came since keeps its figures, and the writer tries them.
        """
        if self._listed or (stated := self._stated) is None:
            return
        with self.computing:
            stated = stated.priced()
            book = stated.read().book()
            kept, refused = kept_where_possible(
                book, self._live(LiveBook.of, self._prices, self._margined)
            )
            stated = stated.without(refused)
        with self._accepting:
            if not self._listed:
                self._stated, self._listed = stated, frozenset(book.market.index_of)
                self.pending.add(self._version, dict(self._prices), (stated, kept))

    def put(self, given: Mapping[str, Any], precondition: Precondition) -> dict[str, Any]:
        """Keep a book in the place of the one that is kept; a refused one leaves that there.

        One of which some accounts can be margined is kept: the others say why they cannot.
        """
        with self._changing:
            if (answered := self._before(given, precondition)) is not None:
                return answered
            ranges_sent = {name: each for name, each in given.items() if name != "positions"}
            positions: dict[int, Mapping[str, Any]] = dict(
                enumerate(records_of("positions", given.get("positions")))
            )
            before = self._stated
            beside = {n: before.ranges[n] for n in _BESIDE if n in before.ranges} if before else {}
            stated = Stated(
                {**beside, **ranges_sent},
                positions,
                today=dt.date.today(),
                marked_at={PUT: time.time()},
                working=before.working if before else {},
            )
            with self.computing:
                stated = stated.priced()
                ranges = stated.read()
                _refuse_names(ranges.book())
                kept, refused = kept_where_possible(ranges.book(), self._live(LiveBook.of, {}))
                warnings = warnings_of(ranges)
                watching(stated, ranges.book())
                stated = stated.without(refused)
            with self._accepting:
                version = self._next(precondition)
                answer = {
                    "version": version,
                    "positions": len(positions),
                    "accounts": [public_name(a) for a in kept.live.accounts],
                    "parts": len(kept.live.parts),
                    "warnings": warnings,
                    "refused": described(stated.refused),
                }
                change = Accepted(version, stated.journalled, positions, all_anew=True)
                self._accept(change, given, precondition, answer)
                self._stated, self._prices = stated, {}
                self._listed = frozenset(kept.live.book.market.index_of)
                self.pending.add(version, {}, (stated, kept), anew=True)
                return answer

    def price(self, prices: Any, given: Any, precondition: Precondition) -> dict[str, Any]:
        """Take prices of underlyings, by symbol, $: all of them or none."""
        with self._accepting:
            if (answer := self._answered(given, precondition)) is not None:
                return answer
            version = self._next(precondition)
            if not self._listed:
                raise self.published.without_book()
            taken = accepted_prices(prices, self._listed)
            answer = {"version": version}
            self._accept(Accepted(version, prices=taken), given, precondition, answer)
            self._prices |= taken
            self.taken += len(taken)
            self.pending.add(version, taken)
            return answer

    def change(
        self,
        changed: Callable[[Stated, Mapping[str, float]], Stated],
        given: Any,
        precondition: Precondition,
        priced: Any = None,
    ) -> dict[str, Any]:
        """Take a change of what was stated, by what was and the prices of now; margined first.

        It may come with prices, all of which count before it.
        """
        with self._changing:
            if (answered := self._before(given, precondition)) is not None:
                return answered
            before, kept = self.pending.base or self.published.base
            taken = {} if priced is None else accepted_prices(priced, self._listed)
            spots = {**self._prices, **taken}
            with self.computing:
                stated = changed(before, spots).priced()
                for name in stated.unpriced.keys() - before.refused.keys():
                    raise stated.unpriced[name]
                book = stated.read().book()
                _refuse_names(book)
                watching(stated, book)
                margined = self._live(kept.live.replaced, spots)
                there = [name for name in stated.refused if name in book.positions.accounts]
                refused = refused_of(book, there, margined)
                kept = margined(without(book, refused))
                stated = stated.without(refused)
            with self._accepting:
                version = self._next(precondition)
                answer = {"version": version}
                was, now = before.journalled, stated.journalled
                differs = {name: each for name, each in now.items() if was.get(name) != each}
                change = Accepted(version, differs, stated.changes_from(before), taken)
                self._accept(change, given, precondition, answer)
                self._stated = stated
                self._prices |= taken
                self._listed = frozenset(book.market.index_of)
                prices = {s: p for s, p in self._prices.items() if s in self._listed}
                self.pending.add(version, prices, (stated, kept))
                return answer

    def _live(
        self,
        live: Callable[[Book], LiveBook],
        accepted: Mapping[str, float],
        prices: Mapping[str, float] | None = None,
    ) -> Margined:
        """How a book is margined as it is live, at these prices of its underlyings.

        Where marks were taken far from its own prices, it stands at those that were accepted.
        """
        return lambda book: KeptBook.of(
            live(book).at_its_marks(accepted), prices or {}, self.seconds
        )

    def _before(self, given: Any, precondition: Precondition) -> dict[str, Any] | None:
        """What the same request was answered; what is of another version is not margined."""
        with self._accepting:
            answered = self._answered(given, precondition)
            if answered is None:
                self._next(precondition)
            return answered

    def _next(self, precondition: Precondition) -> int:
        if precondition.version is not None and precondition.version != self._version:
            found = f"found {precondition.version}, wanted {self._version}"
            raise Refusal(412, f"If-Match: {found}.")
        return self._version + 1

    def _answered(self, given: Any, precondition: Precondition) -> dict[str, Any] | None:
        """What the same request was answered before; refused where it was another one."""
        if precondition.key is None:
            return None
        found = self.journal.answered(precondition.key, time.time() - REMEMBERED)
        if found is None:
            return None
        digest, answer = found
        if digest != _digest(given, precondition):
            raise Refusal(422, "Idempotency-Key: used for another request.")
        return dict(answer)

    def _accept(
        self, change: Accepted, given: Any, precondition: Precondition, answer: Mapping[str, Any]
    ) -> None:
        """Write a change; `_accepting` is held."""
        if precondition.key is not None:
            change = replace(
                change, request=(precondition.key, _digest(given, precondition), answer)
            )
        self.journal.accept(change)
        self._version = change.version


def accepted_prices(prices: Any, listed: frozenset[str]) -> dict[str, float]:
    """Prices by symbol, $; refused with all that is wrong with them."""
    if not isinstance(prices, dict) or not prices:
        raise MarginError("prices: wanted an object of symbols and prices.")
    problems = []
    for symbol, price in prices.items():
        if symbol not in listed:
            wanted = "a symbol of the market that was put"
            problems.append(Problem("prices", 0, symbol, repr(symbol), wanted))
        elif isinstance(price, bool) or not isinstance(price, int | float) or not price > 0:
            problems.append(Problem("prices", 0, symbol, json.dumps(price)[:40], "a price above 0"))
    if problems:
        raise InputError(problems)
    return {symbol: float(price) for symbol, price in prices.items()}


def _refuse_names(book: Book) -> None:
    """Refuse an account that is called as another is or as all together are, or that no path is."""
    positions, problems = book.positions, []
    for i, name in enumerate(positions.accounts):
        if name == EVERY:
            wanted = "another name: alerts and a broker's totals call all accounts together so"
        elif name == public_name("") and "" in positions.accounts:
            wanted = "another name: rows without an account are called so"
        elif "/" in name or name in (".", ".."):
            wanted = "a name without /, which is part of a path"
        else:
            continue
        row = int(positions.row[positions.account == i][0])
        problems.append(Problem("positions", row, "account", repr(name), wanted))
    if problems:
        raise InputError(problems)


def _digest(given: Any, precondition: Precondition) -> str:
    content = json.dumps([precondition.request, given], sort_keys=True)
    return sha256(content.encode()).hexdigest()
