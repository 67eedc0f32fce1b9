"""What readers see: the figures of one version, put in the place of those before all at once.

Who reads waits for nobody; who waits for a version is told once the figures contain it.
"""

from __future__ import annotations

import time
from collections.abc import Mapping
from concurrent.futures import Future
from dataclasses import dataclass, field
from functools import cached_property
from threading import Lock

from xlmargin.excel.ranges import Ranges
from xlmargin.live import KeptBook
from xlmargin.service.account_states import State, of_version, public_name
from xlmargin.service.alerts import LastAlerts, Watching
from xlmargin.service.problems import Refusal
from xlmargin.service.stated import Stated


@dataclass(frozen=True, eq=False)
class Snapshot:
    """The figures of one version."""

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

    @cached_property
    def unproven(self) -> int:
        """Classes whose strategy-based requirement is not proven to be the least."""
        return int(self.kept.live.now.unproven.sum())

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
class Published:
    """The snapshot of now; `problem` says why there is none, or why it is not the newest."""

    snapshot: Snapshot | None = None
    problem: str = "the journal is being read"
    _stale_since: dict[str, float] = field(default_factory=dict)
    _waiting: list[tuple[int, Future[int]]] = field(default_factory=list)
    _lock: Lock = field(default_factory=Lock)

    @property
    def current(self) -> Snapshot:
        """The figures of now; refused where there are none yet."""
        if self.snapshot is None:
            raise self.without_book()
        return self.snapshot

    def stale_for(self, seconds: float) -> int:
        """How many accounts have held for so long what cannot be margined at its price."""
        until = time.monotonic() - seconds
        return sum(since <= until for since in [*self._stale_since.values()])

    @property
    def base(self) -> tuple[Stated, KeptBook]:
        """The book of the figures of now, as it was stated and as it is kept."""
        return self.current.stated, self.current.kept

    def without_book(self) -> Refusal:
        """Why there are no figures."""
        if self.problem:
            return Refusal(503, self.problem)
        return Refusal(409, "nothing is kept yet, wanted a book: PUT /v1/book.")

    def show(self, snapshot: Snapshot) -> None:
        """Put a snapshot in the place of the one before."""
        now, stale = time.monotonic(), snapshot.kept.stale
        with self._lock:
            self.snapshot, self.problem = snapshot, ""
            self._stale_since = {name: self._stale_since.get(name, now) for name in stale}
            reached = [future for version, future in self._waiting if version <= snapshot.version]
            self._waiting = [each for each in self._waiting if each[0] > snapshot.version]
        for future in reached:
            if future.set_running_or_notify_cancel():
                future.set_result(snapshot.version)

    def when(self, version: int) -> Future[int]:
        """The version of the figures, once they contain one."""
        future: Future[int] = Future()
        with self._lock:
            if self.snapshot is not None and self.snapshot.version >= version:
                future.set_result(self.snapshot.version)
            else:
                self._waiting.append((version, future))
        return future
