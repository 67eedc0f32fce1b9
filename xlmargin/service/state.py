"""The book that is kept, and its one writer: accepted, margined, told, in this order.

What is accepted is in the journal before it is answered. One thread takes all that was accepted
since its last run together, margins what it touches, writes what there is to tell, and puts the new
figures in the place of the old ones, all at once: who reads waits for nobody.
"""

from __future__ import annotations

import datetime as dt
import json
import time
from collections.abc import Callable, Iterable, Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import sha256
from threading import Condition, Lock, Thread
from typing import Any, Final

from xlmargin.cells.values import refusal
from xlmargin.errors import InputError, MarginError, Problem
from xlmargin.excel.ranges import Ranges
from xlmargin.live import KeptBook, LiveBook
from xlmargin.service.account_states import State, account_states, is_same, of_version, public_name
from xlmargin.service.alerts import (
    ALERT,
    BROKER_FIGURES,
    THRESHOLDS,
    LastAlerts,
    Watching,
    last_alerts,
    watching,
)
from xlmargin.service.journal import Accepted, Journal, JournalEvent
from xlmargin.service.problems import Refusal
from xlmargin.service.sent import warnings_of
from xlmargin.service.stated import TODAY, Stated, records_of

STATE: Final = "org.xlmargin.account.state.v1"
GONE: Final = "org.xlmargin.account.gone.v1"
"""Told in the place of a state once a book without the account was put."""
REMEMBERED: Final = 24 * 3600.0
"""How long the answer to a request with a key is given again, s."""
_BESIDE: Final = (THRESHOLDS, BROKER_FIGURES)
"""Ranges that stay when another book is put."""
_BETWEEN: Final = 600.0
"""Time between two looks for what is too old, s."""
_AGAIN: Final = 0.5
"""How long the writer waits before it tries a journal again that took nothing, s."""


class NoBook(Refusal):
    """Nothing has been put yet."""

    status = 409


class NotReady(Refusal):
    """The journal is being read, or what is in it cannot be margined."""

    status = 503


class OtherVersion(Refusal):
    """A change is meant for another version than the one that is kept."""

    status = 412


class OtherRequest(Refusal):
    """A key of a request was used for another one."""


@dataclass(frozen=True)
class Precondition:
    """How a change is asked for: for which version alone, and by which key only once."""

    version: int | None = None
    key: str | None = None


@dataclass(frozen=True, eq=False)
class Snapshot:
    """The figures of one version: all that readers see."""

    version: int
    stated: Stated
    kept: KeptBook
    states: Mapping[str, State]
    watching: Watching
    alerts: LastAlerts

    def state(self, account: str) -> State:
        """The state of an account, by its name."""
        return of_version(self.states[account], self.version)

    @cached_property
    def accounts(self) -> Mapping[str, str]:
        """The accounts by the names that programs call them."""
        return {public_name(account): account for account in self.kept.live.accounts}

    def ranges(self, account: str) -> Ranges:
        """The positions of an account, by its name, at the prices and marks of now."""
        if account not in self._ranges:
            own = self.accounts[account]
            self._ranges[account] = self.stated.now(self.kept.live, own)
        return self._ranges[account]

    @cached_property
    def _ranges(self) -> dict[str, Ranges]:
        return {}


@dataclass
class _Pending:
    """What was accepted and is not in the figures yet."""

    version: int = 0
    base: tuple[Stated, KeptBook] | None = None
    prices: dict[str, float] = field(default_factory=dict)
    since: float | None = None


@dataclass
class KeptAccounts:
    """The accounts kept: what was accepted, and the figures as far as they are.

    `computing` is held by whoever margins; `window`, s, is how long the writer gathers what comes.
    `seconds` of computing are given to each part of a book; events are kept for `keep`, s. The
    writer calls `emit` with each list of new events, and `measured` with the seconds of each batch;
    `taken` counts prices.
    """

    journal: Journal
    computing: Lock
    window: float = 0.05
    seconds: float = 5.0
    keep: float = 7 * 24 * 3600.0
    emit: Callable[[list[JournalEvent]], None] = lambda _: None
    measured: Callable[[float], None] = lambda _: None
    taken: int = 0
    snapshot: Snapshot | None = None
    problem: str = "the journal is being read"
    sequence: int = 0
    _version: int = 0
    _stated: Stated | None = None
    _prices: dict[str, float] = field(default_factory=dict)
    _listed: frozenset[str] = frozenset()
    _pending: _Pending = field(default_factory=_Pending)
    _working_since: float | None = None
    _waiting: list[tuple[int, Future[int]]] = field(default_factory=list)
    _moved: Condition = field(default_factory=Condition)
    _changing: Lock = field(default_factory=Lock)
    _latest: dict[str, State] = field(default_factory=dict)
    _alerts: LastAlerts = field(default_factory=dict)
    _forgot: float = 0.0
    _writer: Thread | None = None
    _ends: bool = False

    def start(self) -> None:
        """Read the journal, and keep its accounts from now on."""
        self._ends = False
        stored = self.journal.stored()
        _, self.sequence = self.journal.bounds()
        last = self.journal.last_events()
        self._latest = {e.account: json.loads(e.data) for e in last if e.type == STATE}
        for state in self._latest.values():
            del state["version"]
        self._alerts = last_alerts(e.data for e in last if e.type == ALERT)
        self._version, self._prices = stored.version, dict(stored.prices)
        if stored.ranges:
            self._stated = Stated(stored.ranges, stored.positions)
        else:
            self.problem = ""
        self._writer = Thread(target=self._run, name="xlmargin-writer", daemon=True)
        self._writer.start()

    def close(self) -> None:
        """End the writer, once all that was accepted is in the figures."""
        with self._moved:
            self._ends = True
            self._moved.notify_all()
        if self._writer is not None:
            self._writer.join()

    @property
    def current(self) -> Snapshot:
        """The figures of now; refused where there are none yet."""
        if self.snapshot is None:
            raise self._without_book()
        return self.snapshot

    def _without_book(self) -> Refusal:
        if self.problem:
            return NotReady(self.problem)
        return NoBook("nothing is kept yet, wanted a book: PUT /v1/book.")

    @property
    def age(self) -> float:
        """Seconds for which what is accepted has waited to be in the figures; 0 for none."""
        since = [s for s in (self._pending.since, self._working_since) if s is not None]
        return time.monotonic() - min(since) if since else 0.0

    def put(self, given: Mapping[str, Any], precondition: Precondition) -> dict[str, Any]:
        """Keep a book in the place of the one that is kept; a refused one leaves that there."""
        with self._changing:
            with self._moved:
                answered = self._answered(given, precondition)
            if answered is not None:
                return answered
            ranges_sent = {name: each for name, each in given.items() if name != "positions"}
            positions: dict[int, Mapping[str, Any]] = dict(
                enumerate(records_of(given.get("positions")))
            )
            beside = {n: self._stated.ranges.get(n) for n in _BESIDE} if self._stated else {}
            today = {TODAY: dt.date.today().isoformat()}
            stated = Stated({**beside, **today, **ranges_sent}, positions)
            with self.computing:
                ranges = stated.read()
                kept = KeptBook.of(LiveBook.of(ranges.book()), {}, self.seconds)
                warnings = warnings_of(ranges)
                watching(stated, ranges.book())
            with self._moved:
                version = self._next(precondition)
                answer = {
                    "version": version,
                    "positions": len(kept.live.book.positions),
                    "accounts": [public_name(a) for a in kept.live.accounts],
                    "parts": len(kept.live.parts),
                    "warnings": warnings,
                }
                change = Accepted(version, stated.ranges, positions, {}, True)
                self._accept(change, given, precondition, answer)
                self._stated, self._prices = stated, {}
                self._listed = frozenset(kept.live.book.market.index_of)
                self._pending.base, self._pending.prices = (stated, kept), {}
                return answer

    def price(self, prices: Any, given: Any, precondition: Precondition) -> dict[str, Any]:
        """Take prices of underlyings, by symbol, $: all of them or none."""
        with self._moved:
            if (answer := self._answered(given, precondition)) is not None:
                return answer
            version = self._next(precondition)
            if not self._listed:
                raise self._without_book()
            taken = accepted_prices(prices, self._listed)
            answer = {"version": version}
            self._accept(Accepted(version, prices=taken), given, precondition, answer)
            self._prices |= taken
            self._pending.prices |= taken
            self.taken += len(taken)
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
            with self._moved:
                answered = self._answered(given, precondition)
                before, prices = self._stated, dict(self._prices)
            if answered is not None:
                return answered
            if before is None or self.snapshot is None:
                raise self._without_book()
            taken = {} if priced is None else accepted_prices(priced, self._listed)
            with self.computing:
                stated = changed(before, prices | taken)
                live = self.snapshot.kept.live.replaced(stated.read().book())
                watching(stated, live.book)
                kept = KeptBook.of(live, {}, self.seconds)
            with self._moved:
                version = self._next(precondition)
                answer = {"version": version}
                differs = {
                    name: each
                    for name, each in stated.ranges.items()
                    if before.ranges.get(name) != each
                }
                change = Accepted(version, differs, stated.changes_from(before), taken)
                self._accept(change, given, precondition, answer)
                self._stated = stated
                self._prices |= taken
                self._listed = frozenset(live.book.market.index_of)
                prices = {s: p for s, p in self._prices.items() if s in self._listed}
                self._pending.base, self._pending.prices = (stated, kept), prices
                return answer

    def when(self, version: int) -> Future[int]:
        """The version of the figures, once they contain one."""
        future: Future[int] = Future()
        with self._moved:
            if self.snapshot is not None and self.snapshot.version >= version:
                future.set_result(self.snapshot.version)
            else:
                self._waiting.append((version, future))
        return future

    def _next(self, precondition: Precondition) -> int:
        if precondition.version is not None and precondition.version != self._version:
            raise OtherVersion(f"If-Match: found {precondition.version}, wanted {self._version}.")
        return self._version + 1

    def _answered(self, given: Any, precondition: Precondition) -> dict[str, Any] | None:
        """What the same request was answered before; refused where it was another one."""
        if precondition.key is None:
            return None
        found = self.journal.answered(precondition.key, time.time() - REMEMBERED)
        if found is None:
            return None
        digest, answer = found
        if digest != _digest(given):
            raise OtherRequest("Idempotency-Key: used for another request.")
        return dict(answer)

    def _accept(
        self, change: Accepted, given: Any, precondition: Precondition, answer: Mapping[str, Any]
    ) -> None:
        """Write a change, and wake the writer; `_moved` is held."""
        if precondition.key is not None:
            change = replace(change, request=(precondition.key, _digest(given), answer))
        self.journal.accept(change)
        self._version = self._pending.version = change.version
        if self._pending.since is None:
            self._pending.since = time.monotonic()
        self._moved.notify_all()

    def _run(self) -> None:
        """The writer."""
        try:
            self._restore()
        except Exception as error:
            self.problem = refusal(error)
        while (pending := self._next_batch()) is not None:
            started = time.monotonic()
            try:
                self._publish(pending)
                self.measured(time.monotonic() - started)
                self._forget()
            except Exception as error:
                self.problem = refusal(error)
                self._put_back(pending)
                if self._ends:
                    return
                time.sleep(_AGAIN)

    def _forget(self) -> None:
        """Forget what is older than it is kept, now and then."""
        now = time.time()
        if now - self._forgot >= min(_BETWEEN, self.keep):
            self._forgot = now
            self.journal.forget(now - self.keep, now - REMEMBERED)

    def _restore(self) -> None:
        """The figures of what the journal has, told where they are not what was told last."""
        if (stated := self._stated) is None:
            return
        with self.computing:
            book = stated.read().book()
            kept = KeptBook.of(LiveBook.of(book), self._prices, self.seconds)
        with self._moved:
            if self._pending.base is None:
                self._listed = frozenset(book.market.index_of)
                self._pending.base, self._pending.version = (stated, kept), self._version
                self._pending.since = time.monotonic()

    def _next_batch(self) -> _Pending | None:
        """All that was accepted since the last; None once it is over."""
        with self._moved:
            self._moved.wait_for(lambda: self._ends or self._pending.version)
            if not self._pending.version:
                return None
            self._moved.wait_for(lambda: self._ends, self.window)
            pending, self._pending = self._pending, _Pending()
            self._working_since = pending.since
            return pending

    def _put_back(self, pending: _Pending) -> None:
        """What could not be told is there still, before what has come meanwhile."""
        with self._moved:
            later = self._pending
            later.version = max(pending.version, later.version)
            if later.base is None:
                later.base = pending.base
                later.prices = {**pending.prices, **later.prices}
            later.since = pending.since
            self._working_since = None

    def _publish(self, pending: _Pending) -> None:
        """Margin a batch, write what there is to tell of it, and show it."""
        states: Mapping[str, State] = {}
        if pending.base is not None:
            stated, before = pending.base
            watched = watching(stated, before.live.book)
        else:
            assert self.snapshot is not None
            stated, before, states = self.snapshot.stated, self.snapshot.kept, self.snapshot.states
            watched = self.snapshot.watching
        with self.computing:
            kept = before.ticked(pending.prices)
        changed = kept.accounts_changed(before) if states else {*kept.live.accounts}
        fresh = account_states(kept, changed)
        states = {**states, **fresh}
        moved = {n: s for n, s in fresh.items() if not is_same(s, self._latest.get(n))}
        gone = self._latest.keys() - states.keys()
        alerts = dict(watched.alerts(fresh, self._alerts))
        events = self._events(moved, sorted(gone), alerts, pending.version)
        self.journal.tell(events)
        self.sequence += len(events)
        self._latest = {n: s for n, s in self._latest.items() if n not in gone} | moved
        self._alerts = {**self._alerts, **alerts}
        with self._moved:
            self.snapshot = Snapshot(pending.version, stated, kept, states, watched, self._alerts)
            self.problem, self._working_since = "", None
            reached = [w for w in self._waiting if w[0] <= pending.version]
            self._waiting = [w for w in self._waiting if w[0] > pending.version]
        for _, future in reached:
            if future.set_running_or_notify_cancel():
                future.set_result(pending.version)
        self.emit(events)

    def _events(
        self, states: Mapping[str, State], gone: Iterable[str], alerts: LastAlerts, version: int
    ) -> list[JournalEvent]:
        """The states that have changed, and then what there is to say of them."""
        now = time.time()
        changes = [(STATE, "state", name, state) for name, state in states.items()]
        changes += [(GONE, "state", name, {"account": name}) for name in gone]
        changes += [(ALERT, f"alert {fig}", own, alert) for (own, fig), alert in alerts.items()]
        bodies = [json.dumps(of_version(data, version)) for *_, data in changes]
        return [
            JournalEvent(self.sequence + n + 1, now, version, type_, account, bodies[n], kind)
            for n, (type_, kind, account, _) in enumerate(changes)
        ]


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


def _digest(given: Any) -> str:
    return sha256(json.dumps(given, sort_keys=True).encode()).hexdigest()
