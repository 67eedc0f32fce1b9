"""The accounts that are kept: what is accepted, the writer that margins it, what readers see."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock

from xlmargin.service.acceptance import Acceptance
from xlmargin.service.journal import Journal, JournalEvent
from xlmargin.service.pending import Pending
from xlmargin.service.snapshot import Published
from xlmargin.service.writer import Writer


class KeptAccounts:
    """The accounts of a journal, from `start` to `close`.

    `computing` is held by whoever margins; `window`, s, is how long what comes is gathered, and
    `keep`, s, how long events are kept. `seconds` of computing are given to each part of a book.
    `emit` is called with each list of new events. Figures that stay old are `stale` after so many
    seconds, never after 0.
    """

    def __init__(
        self,
        journal: Journal,
        computing: Lock,
        emit: Callable[[list[JournalEvent]], None],
        *,
        window: float,
        seconds: float,
        keep: float,
        stale: float = 0.0,
    ) -> None:
        self.journal, self._stale = journal, stale
        self.pending, self.published = Pending(window), Published()
        self.acceptance = Acceptance(journal, computing, self.pending, self.published, seconds)
        self.writer = Writer(journal, computing, self.pending, self.published, keep, emit)

    @property
    def age(self) -> float:
        """Seconds for which what is accepted has waited to be in the figures; 0 for none."""
        shown = self.published.snapshot
        return self.pending.age(0 if shown is None else shown.version)

    @property
    def late(self) -> str:
        """Why no order is judged by the figures: what came long ago is not in them yet; or ""."""
        is_late = 0 < self._stale < self.age
        return f"the figures are more than {self._stale:g} s late." if is_late else ""

    @property
    def old(self) -> str:
        """Why the service is not ready for the figures of some accounts; or "". It names none."""
        found = self.published.stale_for(self._stale) if self._stale else 0
        says = f"for more than {self._stale:g} s: {found}; GET /v1/alerts says why."
        return f"accounts of old figures {says}" if found else ""

    def start(self) -> None:
        """Read the journal, and keep its accounts from now on."""
        self.acceptance.read()
        self.writer.start(self.acceptance)

    def close(self) -> None:
        """End the writer, once all that was accepted is in the figures."""
        self.pending.close()
        self.writer.join()
