"""The one writer: what was accepted is margined, told, and shown, in this order.

One thread takes all that was accepted since its last run together, margins what it touches, writes
what there is to tell, and puts the new figures in the place of the old ones, all at once. After
prices these have what bounds the strategy-based figures; while nothing waits they are proven, those
of the account with the least cushion first.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from threading import Lock, Thread
from typing import Final

from xlmargin.cells.problems import refusal
from xlmargin.live import KeptBook
from xlmargin.service.acceptance import REMEMBERED, Acceptance
from xlmargin.service.account_states import State, account_states, is_same, of_version
from xlmargin.service.alerts import ALERT, LastAlerts, last_alerts, watching
from xlmargin.service.journal import Journal, JournalEvent, JournalUnwritten
from xlmargin.service.pending import Batch, Pending
from xlmargin.service.snapshot import Published, Snapshot

STATE: Final = "org.xlmargin.account.state.v1"
GONE: Final = "org.xlmargin.account.gone.v1"
"""Told in the place of a state once a book without the account was put."""
AS_OF_CHANGED: Final = "org.xlmargin.as_of_changed.v1"
"""Told before the states of another day; it is of no account."""
PORTFOLIO: Final = "portfolio"
STRATEGY: Final = "strategy"
"""The regimes by which the time until there are figures is measured."""
_BETWEEN: Final = 600.0
"""Time between two looks for what is too old, s."""
_A_WHILE: Final = 0.25
"""How long is proven before it is told, s."""
_AT_LEAST: Final = 1.0
"""Time after which a part is proven although more waits, s."""
_AGAIN: Final = 0.5
"""How long the writer waits before it tries a journal again that took nothing, s."""


@dataclass
class Writer:
    """Margins what waits, and tells of it what is not what it told last.

    `computing` is held by whoever margins; events are kept for `keep`, s. It calls `emit` with each
    list of new events, and `measured` with a regime and the seconds from taking a batch until its
    figures are there: by strategy once they are proven, those of all that came since proven ones.
    """

    journal: Journal
    computing: Lock
    pending: Pending
    published: Published
    keep: float
    emit: Callable[[list[JournalEvent]], None]
    measured: Callable[[str, float], None] = lambda *_: None
    _sequence: int = 0
    _latest: dict[str, State] = field(default_factory=dict)
    _day: str = ""
    _alerts: LastAlerts = field(default_factory=dict)
    _forgot: float = 0.0
    _proved: float = 0.0
    _unproven_since: float | None = None
    _thread: Thread | None = None

    def start(self, acceptance: Acceptance) -> None:
        """Go on after what the journal tells last, once what it has is margined."""
        _, self._sequence = self.journal.bounds()
        last = self.journal.last_events()
        self._latest = {e.account: json.loads(e.data) for e in last if e.type == STATE}
        for state in self._latest.values():
            del state["version"]
        self._day = max((s.get("as_of", "") for s in self._latest.values()), default="")
        self._alerts = last_alerts(e.data for e in last if e.type == ALERT)
        run = self._run
        self._thread = Thread(target=run, args=(acceptance,), name="xlmargin-writer", daemon=True)
        self._thread.start()

    def join(self) -> None:
        """Wait until all that was accepted is in the figures."""
        if self._thread is not None:
            self._thread.join()

    def _run(self, acceptance: Acceptance) -> None:
        try:
            acceptance.restore()
        except Exception as error:
            self.published.problem = refusal(error)
        while (batch := self.pending.take()) is not None:
            started = time.monotonic()
            try:
                self._publish(batch)
                self.measured(PORTFOLIO, time.monotonic() - started)
                self._prove_all()
                self._measure_proof(started)
                self._forget()
            except Exception as error:
                self.published.problem = refusal(error)
                self.pending.put_back()
                if self.pending.ends:
                    return
                time.sleep(_AGAIN)

    def _measure_proof(self, started: float) -> None:
        """Tell how long it took until all is proven, from the first batch since that was so."""
        if self._unproven_since is None:
            self._unproven_since = started
        if not self.published.current.kept.live.unproven:
            self.measured(STRATEGY, time.monotonic() - self._unproven_since)
            self._unproven_since = None

    def _forget(self) -> None:
        """Forget what is older than it is kept, now and then; later where the journal does not."""
        now = time.time()
        if now - self._forgot >= min(_BETWEEN, self.keep):
            with suppress(JournalUnwritten):  # the figures are there all the same
                self.journal.forget(now - self.keep, now - REMEMBERED)
                self._forgot = now

    def _publish(self, batch: Batch) -> None:
        """Margin a batch, write what there is to tell of it, and show it."""
        states: Mapping[str, State] = {}
        if batch.base is not None:
            stated, before = batch.base
            watched = watching(stated, before.live.book)
        else:
            last = self.published.current
            stated, before, states, watched = last.stated, last.kept, last.states, last.watching
        with self.computing:
            kept = before.ticked(self._shown_since(batch)).ticked(batch.prices)
        margined = kept.prices_of(batch.prices.keys() | before.waiting.keys())
        self._show(Snapshot(batch.version, stated, kept, states, watched, {}), before, margined)
        self.pending.done()

    def _shown_since(self, batch: Batch) -> Mapping[str, float]:
        """Prices, $, of the figures of now that a book in their place was margined without.

        Where a later price is refused its figures stand at these, not at those of before.
        """
        if batch.base is None or batch.anew or (last := self.published.snapshot) is None:
            return {}
        listed = batch.base[1].live.book.market
        return {
            u.symbol: u.spot
            for u in last.kept.live.book.market.underlyings
            if u.symbol in listed.index_of
            and u.spot != listed.underlyings[listed.index_of[u.symbol]].spot
        }

    def _prove_all(self) -> None:
        """Prove what is bounded until something waits; tried again where it could not be told."""
        while True:
            try:
                if not self._prove():
                    return
            except Exception as error:
                self.published.problem = refusal(error)
                if self.pending.ends or not self.pending.is_empty:
                    return
                time.sleep(_AGAIN)

    def _prove(self) -> bool:
        """Prove for a while what is bounded, and tell it; whether there is time for more."""
        last, started = self.published.current, time.monotonic()
        kept = last.kept
        if started - self._proved < _AT_LEAST and not self.pending.is_empty:
            return False
        while kept.to_prove and time.monotonic() - started < _A_WHILE:
            with self.computing:
                kept = kept.proven()
            self._proved = time.monotonic()
            if not self.pending.is_empty:
                break
        if kept is not last.kept:
            self._show(replace(last, kept=kept), last.kept, {})
        return bool(kept.to_prove) and self.pending.is_empty and not self.pending.ends

    def _show(self, new: Snapshot, before: KeptBook, margined: Mapping[str, float]) -> None:
        """Tell what differs from what was told, of the accounts that differ, and show it all.

        `margined` are the prices, $, of the figures where these may not be those of before.
        """
        kept, states = new.kept, new.states
        changed = kept.accounts_changed(before) if states else {*kept.live.accounts}
        fresh = account_states(kept, changed, new.stated.refused)
        states = {**states, **fresh}
        moved = {n: s for n, s in fresh.items() if not is_same(s, self._latest.get(n))}
        gone = self._latest.keys() - states.keys()
        alerts = dict(new.watching.alerts(fresh, self._alerts, states))
        day = kept.live.book.as_of.isoformat()
        changes = list[tuple[str, str, str, State]]()
        if self._day not in ("", day):
            changes.append((AS_OF_CHANGED, "as_of", "", {"as_of": day, "was": self._day}))
        changes += [(STATE, "state", name, state) for name, state in moved.items()]
        changes += [(GONE, "state", name, {"account": name}) for name in sorted(gone)]
        changes += [(ALERT, f"alert {fig}", own, alert) for (own, fig), alert in alerts.items()]
        events = self._events(changes, new.version)
        self.journal.tell(events, new.version, margined)
        self._sequence, self._day = self._sequence + len(events), day
        self._latest = {n: s for n, s in self._latest.items() if n not in gone} | moved
        self._alerts = {**self._alerts, **alerts}
        self.published.show(replace(new, states=states, alerts=self._alerts))
        self.emit(events)

    def _events(
        self, changes: Iterable[tuple[str, str, str, State]], version: int
    ) -> list[JournalEvent]:
        """Changes as events: each of a type, in the place of the last of its kind and account."""
        now = time.time()
        return [
            JournalEvent(n, now, version, type_, own, json.dumps(of_version(data, version)), kind)
            for n, (type_, kind, own, data) in enumerate(changes, self._sequence + 1)
        ]
