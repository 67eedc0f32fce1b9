"""What was accepted and is not in the figures yet, gathered until the writer takes it."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from threading import Condition

from xlmargin.live import KeptBook
from xlmargin.service.stated import Stated

Base = tuple[Stated, KeptBook]
"""A book as it was stated, and as it is kept."""


@dataclass(frozen=True)
class Batch:
    """Accepted together: up to which version, prices, $, a book in the place of the one before.

    `since` is when the first of it was accepted, of the monotonic clock. Prices of the book before
    are none of one that is put `anew`.
    """

    version: int
    since: float
    prices: Mapping[str, float]
    base: Base | None
    anew: bool = False

    def and_then(self, later: Batch | None) -> Batch:
        """This and what was accepted after it, together."""
        if later is None:
            return self
        if later.base is not None:
            anew = self.anew or later.anew
            return Batch(later.version, self.since, later.prices, later.base, anew)
        prices = {**self.prices, **later.prices}
        return Batch(later.version, self.since, prices, self.base, self.anew)


@dataclass
class Pending:
    """The batch that waits; `window`, s, is how long one is gathered."""

    window: float = 0.05
    _batch: Batch | None = None
    _taken: Batch | None = None
    _moved: Condition = field(default_factory=Condition)
    _ends: bool = False

    def age(self, shown: int) -> float:
        """Seconds for which what was accepted after the version `shown` has waited; 0 for none."""
        with self._moved:
            waiting = [batch for batch in (self._taken, self._batch) if batch is not None]
        since = [batch.since for batch in waiting if batch.version > shown]
        return time.monotonic() - min(since) if since else 0.0

    @property
    def base(self) -> Base | None:
        """The book that comes in the place of the one in the figures; None where that stays."""
        waits = self._both
        return None if waits is None else waits.base

    @property
    def _both(self) -> Batch | None:
        with self._moved:
            return self._batch if self._taken is None else self._taken.and_then(self._batch)

    @property
    def is_empty(self) -> bool:
        """Whether nothing waits to be taken."""
        return self._batch is None

    @property
    def ends(self) -> bool:
        """Whether nothing comes any more."""
        return self._ends

    def close(self) -> None:
        """Say that nothing comes any more: what waits is taken at once."""
        with self._moved:
            self._ends = True
            self._moved.notify_all()

    def add(
        self,
        version: int,
        prices: Mapping[str, float],
        base: Base | None = None,
        *,
        anew: bool = False,
    ) -> None:
        """Add a change, and wake the writer; prices with a base are all that count beside it."""
        new = Batch(version, time.monotonic(), prices, base, anew)
        with self._moved:
            self._batch = new if self._batch is None else self._batch.and_then(new)
            self._moved.notify_all()

    def take(self) -> Batch | None:
        """All that was accepted since the last; None once it is over."""
        with self._moved:
            self._moved.wait_for(lambda: self._ends or self._batch)
            if self._batch is not None:
                self._moved.wait_for(lambda: self._ends, self.window)
            self._taken, self._batch = self._batch, None
            return self._taken

    def done(self) -> None:
        """The batch that was taken is in the figures."""
        self._taken = None

    def put_back(self) -> None:
        """What was taken and could not be told waits again, before what has come meanwhile."""
        with self._moved:
            self._batch, self._taken = self._both, None
