"""What is told, brought to receivers that were named at the start: each event at least once.

A receiver's queue is the journal itself, with a place of its own in it that outlives a restart:
nothing piles up in memory, and the writer waits for nobody. Events go in their order, one at a
time; one that is not taken is tried again, later and later, until the journal has forgotten it.
Who missed what is forgotten is told so, and then the latest of each, as a reader of the stream is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Final, Literal, get_args

from xlmargin.cells.problems import refusal
from xlmargin.live import Hook
from xlmargin.service.journal import Journal, JournalEvent, JournalUnwritten
from xlmargin.service.stream import CloudEvent, Stream, Subscription
from xlmargin.service.writer import STATE

_Notice = Literal["alert", "as_of_changed"]
NOTICES: Final[frozenset[_Notice]] = frozenset(get_args(_Notice))
"""Kinds of events that are told where nothing else is asked for: all but states."""
SOONEST, LATEST = 5.0, 3600.0
"""Time to the second try, and the most between two tries, s: twice as long after each."""
_MOST_DOUBLED: Final = 20
_AT_ONCE: Final = 100
_ENDS: Final = 2.0
"""How long the end of the service waits for a receiver, s."""


class NotTaken(Exception):
    """A receiver has not taken an event; it may say in how many seconds it will."""

    def __init__(self, why: str, seconds: float = 0.0) -> None:
        super().__init__(why)
        self.seconds = seconds


class NotWanted(Exception):
    """A receiver wants no further events."""


@dataclass(frozen=True)
class Receiver:
    """Who is told: a name, the key of its place in the journal, what it wants, and how it is told.

    `send` returns once an event is taken, and else raises `NotTaken` or `NotWanted`.
    """

    name: str
    key: str
    wanted: Subscription
    send: Callable[[CloudEvent], None]


def hook_receiver(hook: Hook, say: Callable[[str], None]) -> Receiver:
    """A program that is started with each notice; a failure of it is said, and not repeated."""

    def send(event: CloudEvent) -> None:
        if failed := hook.run(event):
            say(f"The hook {failed}.")

    return Receiver("hook", f"hook {hook.words}", Subscription(types=NOTICES), send)


@dataclass
class Delivery:
    """One receiver, brought what the journal has, by a thread of its own.

    Its place is the last event when it is named for the first time, and is kept then. `say` is told
    of the first failure in a row.
    """

    receiver: Receiver
    stream: Stream
    say: Callable[[str], None]
    soonest: float = SOONEST
    at: int = 0
    _last: int = 0
    _more: Event = field(default_factory=Event)
    _ends: Event = field(default_factory=Event)
    _thread: Thread | None = None

    @property
    def _journal(self) -> Journal:
        return self.stream.journal

    def start(self) -> None:
        """Begin, where it was left."""
        self._ends.clear()
        place, (_, self._last) = self._journal.place_of(self.receiver.key), self._journal.bounds()
        self.at = self._last if place is None else place
        if place is None:
            with suppress(JournalUnwritten):  # which tells no event either
                self._keep(self.at)
        self._thread = Thread(target=self._run, name="xlmargin-delivery", daemon=True)
        self._thread.start()

    def wake(self, last: int) -> None:
        """Say that there are events, up to the sequence of the last."""
        self._last = last
        self._more.set()

    @property
    def pending(self) -> int:
        """How many events come after the one at which the receiver is."""
        return max(self._last - self.at, 0)

    def close(self) -> None:
        """End; what is not taken then waits in the journal."""
        self._ends.set()
        self._more.set()
        if self._thread is not None:
            self._thread.join(_ENDS)

    def _run(self) -> None:
        failures = 0
        while True:
            self._more.clear()
            if self._ends.is_set():  # looked at after that: the end says that there is more
                return
            try:
                more = self._send_next()
            except NotWanted as error:
                self.say(f"{self.receiver.name}: {error}; it is told nothing until a restart.")
                return
            except Exception as error:
                wait = min(self.soonest * 2**failures, LATEST)
                if isinstance(error, NotTaken):
                    wait = max(wait, min(error.seconds, LATEST))
                if failures == 0 and not self._ends.is_set():
                    why = error if isinstance(error, NotTaken) else refusal(error)
                    self.say(f"{self.receiver.name}: {why}; tried again until it is taken.")
                failures = min(failures + 1, _MOST_DOUBLED)
                self._ends.wait(wait)
                continue
            failures = 0
            if not more:
                self._more.wait()

    def _send_next(self) -> bool:
        """Send what comes next, and keep the place after it; whether there may be more."""
        events = self._journal.events_after(self.at, _AT_ONCE)
        if events is None:
            reset, latest = self.stream.latest(self.receiver.wanted, self.at)
            for each in (reset, *latest):
                self.receiver.send(each)
            self._keep(int(reset["sequence"]))
            return True
        for event in events:
            if self.receiver.wanted.has(event) and not _is_overtaken(event, events):
                self.receiver.send(self.stream.cloud_event(event))
                self._keep(event.sequence)
        if events and self.at != events[-1].sequence:
            self._keep(events[-1].sequence)
        return bool(events)

    def _keep(self, sequence: int) -> None:
        self._journal.keep_place(self.receiver.key, sequence)
        self.at = sequence


def _is_overtaken(event: JournalEvent, events: Iterable[JournalEvent]) -> bool:
    """Whether it is a state of an account of which a later one waits too: states are whole."""
    return event.type == STATE and any(
        (e.type, e.account) == (STATE, event.account) and e.sequence > event.sequence
        for e in events
    )
