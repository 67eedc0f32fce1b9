"""The day of the accounts that are kept, moved on when the exchange's next day begins.

A day begins at midnight in New York; on days on which the exchange is closed that of before stands.
Rules, houses, interest and the time to expirations are then those of the new day; prices and marks
stay, as taken on it. It only ever goes forward, and nowhere unless that was asked for at the start.
What cannot be margined on the new day, positions that have expired say, stays on the old one: that
is said, and tried again once something of the book has changed, or at the next look where it is the
journal that takes nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from threading import Event, Thread
from typing import Final
from zoneinfo import ZoneInfo

from xlmargin.cells.problems import refusal
from xlmargin.margin_calls import business_day_before, is_business_day
from xlmargin.service.acceptance import Acceptance, Precondition
from xlmargin.service.journal import JournalUnwritten
from xlmargin.service.restated import with_day
from xlmargin.service.snapshot import Published
from xlmargin.service.stated import Stated

NEW_YORK: Final = "America/New_York"
_BETWEEN: Final = 5.0
"""Seconds between two looks at the clock: one that was asleep or set is seen too."""


def now_utc() -> dt.datetime:
    """The time of now."""
    return dt.datetime.now(dt.UTC)


def exchange_day(moment: dt.datetime) -> dt.date:
    """The day of the exchange at a moment: the last on which it trades, from its midnight on."""
    day = moment.astimezone(ZoneInfo(NEW_YORK)).date()
    return day if is_business_day(day) else business_day_before(day)


class _Ahead(Exception):
    """A book of that day, or of a later one, is accepted and not in the figures yet."""


@dataclass
class Roller:
    """Looks at the clock, and moves the day of the book on; `problem` says why it stays behind."""

    acceptance: Acceptance
    published: Published
    say: Callable[[str], None]
    now: Callable[[], dt.datetime] = now_utc
    between: float = _BETWEEN
    problem: str = ""
    _refused: tuple[dt.date, Stated] | None = None
    _version: int = 0
    _ends: Event = field(default_factory=Event)
    _thread: Thread | None = None

    def start(self) -> None:
        """Begin to look."""
        self._ends.clear()
        self._thread = Thread(target=self._run, name="xlmargin-roller", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """End."""
        self._ends.set()
        if self._thread is not None:
            self._thread.join()

    def look(self) -> None:
        """Move the day on where a later one has begun."""
        if (current := self.published.snapshot) is None:
            return
        day, was = exchange_day(self.now()), current.kept.live.book.as_of
        if day <= was:
            self.problem = ""
            return
        if current.version < self._version or self._refused == (day, current.stated):
            return

        def moved(stated: Stated, _: Mapping[str, float]) -> Stated:
            if stated.read().book().as_of >= day:
                raise _Ahead
            return with_day(stated, day)

        try:
            answer = self.acceptance.change(moved, None, Precondition())
        except _Ahead:
            return
        except Exception as error:
            if not isinstance(error, JournalUnwritten):  # which may take it at the next look
                self._refused = day, current.stated
            self._say(f"the figures are of {was}, and cannot be of {day}: {refusal(error)}")
        else:
            self.problem, self._refused, self._version = "", None, answer["version"]

    def _run(self) -> None:
        while not self._ends.wait(self.between):
            try:
                self.look()
            except Exception as error:  # such as a machine without time zones
                self._say(f"the day is not known: {refusal(error)}")

    def _say(self, problem: str) -> None:
        """Say what is wrong, once while it is the same."""
        if problem != self.problem:
            self.problem = problem
            self.say(problem)
