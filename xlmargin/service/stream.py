"""The stream of what was told: CloudEvents by their sequence, over WebSocket and as events of SSE.

Both read one generator. It first gives what the reader has missed, or all states where it does not
say what it had or the journal does not reach back to there; then what comes. An event that was told
is in the journal: a reader that goes away comes back with its last sequence. One that is too slow
for its queue is sent away, and nobody waits for it.

Source: CloudEvents 1.0 (JSON format, extension `sequence`).
"""

from __future__ import annotations

import asyncio
import datetime as dt
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any, Final

from anyio.to_thread import run_sync

from xlmargin.service.journal import Journal, JournalEvent

LIVE: Final = "org.xlmargin.live"
RESET: Final = "org.xlmargin.reset.v1"
HEARTBEAT: Final = "org.xlmargin.heartbeat"
MOST_WAITING: Final = 256
"""Events that wait for one reader."""
SECONDS: Final = 15.0
"""Between two heartbeats."""
_AT_ONCE: Final = 500
_DIGITS: Final = 20

CloudEvent = dict[str, Any]


class TooSlow(Exception):
    """A reader takes less than is told; it comes back with its last sequence."""


@dataclass(frozen=True)
class Subscription:
    """What a reader wants: of which accounts and kinds (None: of all), and after which event.

    `journal` is the one whose event that was, where the reader says so.
    """

    after: int | None = None
    accounts: frozenset[str] | None = None
    types: frozenset[str] | None = None
    journal: str | None = None

    def has(self, event: JournalEvent) -> bool:
        """Whether an event is one of them; one of no account concerns all."""
        of_account = self.accounts is None or event.account in ("", *self.accounts)
        kind = event.type.split(".")[-2].replace("gone", "state")
        return of_account and (self.types is None or kind in self.types)


@dataclass(eq=False)
class _Reader:
    """A reader's queue, filled by the event loop that it belongs to."""

    wanted: Subscription
    loop: asyncio.AbstractEventLoop
    queue: asyncio.Queue[JournalEvent] = field(default_factory=lambda: asyncio.Queue(MOST_WAITING))
    is_slow: bool = False
    last: int = 0
    """The sequence up to which it has been told all there is."""

    def take(self, events: list[JournalEvent]) -> None:
        """Queue events; a reader whose queue is full gets no more."""
        for event in events:
            self.is_slow = self.is_slow or self.queue.full()
            if not self.is_slow:
                self.queue.put_nowait(event)


@dataclass(eq=False)
class Stream:
    """The events of a journal and whoever reads them; `source` names the service in each."""

    journal: Journal
    source: str
    closed_slow: int = 0
    _readers: set[_Reader] = field(default_factory=set)

    @property
    def clients(self) -> int:
        """Readers that are there."""
        return len(self._readers)

    def tell(self, events: list[JournalEvent]) -> None:
        """Hand events to all readers; called by the writer's thread, which waits for nobody."""
        for reader in tuple(self._readers):
            own = [event for event in events if reader.wanted.has(event)]
            if own and not reader.loop.is_closed():
                reader.loop.call_soon_threadsafe(reader.take, own)

    async def events(self, wanted: Subscription) -> AsyncIterator[CloudEvent]:
        """What a reader is told, without end; raises `TooSlow` once its queue is full."""
        reader = _Reader(wanted, asyncio.get_running_loop())
        self._readers.add(reader)
        try:
            async for event in self._missed(reader):
                yield event
            last = reader.last
            yield self.own_event(LIVE, last)
            while True:
                next_event = await self._next(reader)
                if next_event is None:
                    yield self.own_event(HEARTBEAT, last)
                elif next_event.sequence > last:
                    last = next_event.sequence
                    yield self.cloud_event(next_event)
        finally:
            self._readers.discard(reader)

    async def _next(self, reader: _Reader) -> JournalEvent | None:
        """The next event; None where there is none for as long as a heartbeat."""
        if reader.is_slow and reader.queue.empty():
            raise self.too_slow()
        try:
            return await asyncio.wait_for(reader.queue.get(), SECONDS)
        except TimeoutError:
            return None

    def too_slow(self) -> TooSlow:
        """That a reader is sent away; counted."""
        self.closed_slow += 1
        return TooSlow()

    async def _missed(self, reader: _Reader) -> AsyncIterator[CloudEvent]:
        """Events after the one that a reader had last, or else the latest of each."""
        wanted, is_new = reader.wanted, reader.wanted.after is None
        reader.last = wanted.after or 0
        is_known = not is_new and wanted.journal in (None, self.journal.id)
        after = self.journal.events_after
        while True:
            events = await run_sync(after, reader.last, _AT_ONCE) if is_known else None
            if events is None:
                reset, latest = await run_sync(self.latest, wanted, reader.last)
                for each in latest if is_new else (reset, *latest):
                    yield each
                reader.last, is_known, is_new = int(reset["sequence"]), True, False
                continue
            for event in events:
                if wanted.has(event):
                    yield self.cloud_event(event)
            if not events:
                return
            reader.last = events[-1].sequence

    def latest(self, wanted: Subscription, after: int) -> tuple[CloudEvent, list[CloudEvent]]:
        """That what comes after an event is forgotten, and the latest of each that is wanted."""
        first, last = self.journal.bounds()
        events = [e for e in self.journal.last_events(last) if wanted.has(e) and not _is_over(e)]
        reset = self.own_event(RESET, last, {"after": after, "first": first, "last": last})
        return reset, [self.cloud_event(event) for event in events]

    def cloud_event(self, event: JournalEvent) -> CloudEvent:
        """An event as it is sent."""
        return {
            **self.own_event(event.type, event.sequence, json.loads(event.data)),
            "id": f"{self.journal.id}-{event.sequence}",
            "time": _time(event.at),
            **({"subject": event.account} if event.account else {}),
        }

    def own_event(self, type_: str, sequence: int, data: Any = None) -> CloudEvent:
        """An event of the stream itself, of no account, as it is sent."""
        now = dt.datetime.now(dt.UTC).timestamp()
        found = {
            "specversion": "1.0",
            "id": f"{self.journal.id}-{type_.removeprefix('org.xlmargin.')}-{now:.6f}",
            "source": self.source,
            "type": type_,
            "time": _time(now),
            "sequence": f"{sequence:0{_DIGITS}}",
        }
        return found if data is None else {**found, "data": data}


def _time(seconds: float) -> str:
    moment = dt.datetime.fromtimestamp(seconds, dt.UTC)
    return moment.isoformat(timespec="milliseconds").replace("+00:00", "Z")


def _is_over(event: JournalEvent) -> bool:
    """Whether an event says that there is nothing to say any more: a light that is green again."""
    return bool(json.loads(event.data).get("light") == "green")
