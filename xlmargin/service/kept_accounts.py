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
    `emit` is called with each list of new events.
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
    ) -> None:
        self.journal = journal
        self.pending, self.published = Pending(window), Published()
        self.acceptance = Acceptance(journal, computing, self.pending, self.published, seconds)
        self.writer = Writer(journal, computing, self.pending, self.published, keep, emit)

    def start(self) -> None:
        """Read the journal, and keep its accounts from now on."""
        self.acceptance.read()
        self.writer.start(self.acceptance)

    def close(self) -> None:
        """End the writer, once all that was accepted is in the figures."""
        self.pending.close()
        self.writer.join()
