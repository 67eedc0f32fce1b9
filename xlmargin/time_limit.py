"""A limit of time for who waits for an answer, kept by what may take long to compute."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final

from xlmargin.errors import MarginError

_clock: Final = getattr(time, "thread_time", time.process_time)
"""Work of one's own alone, s: a machine busy with other things refuses nothing that it did not."""

_limit: ContextVar[tuple[float, float] | None] = ContextVar("limit", default=None)
"""Seconds given, and the time when they are over; None where nobody has set a limit."""


class _TimeIsOver(BaseException):
    """Raised in the middle of a computation: nothing on the way takes it for a failed part."""


class TimeLimitReached(MarginError):
    """A computation takes longer than its caller waits; no part of it is answered."""

    def __init__(self, seconds: float) -> None:
        super().__init__(
            f"time: found no answer within {seconds:.10g} s, wanted fewer rows (one account or"
            " underlying after the other), or xlmargin report or whatif, or Python, which wait."
        )


@contextmanager
def time_limit(seconds: float) -> Iterator[None]:
    """Refuse what takes longer than this, infinity: nothing. An outer limit goes before."""
    outer = _limit.get()
    token = _limit.set(outer or (seconds, _clock() + seconds))
    try:
        yield
    except _TimeIsOver:
        raise TimeLimitReached(seconds) from None
    finally:
        _limit.reset(token)


def is_unlimited() -> bool:
    """Whether the caller waits as long as it takes."""
    limit = _limit.get()
    return limit is not None and limit[0] == math.inf


def seconds_left() -> float:
    """Time until the limit, s; infinity where there is none, below 0 where it is over."""
    limit = _limit.get()
    return math.inf if limit is None else float(limit[1] - _clock())


def check_time_limit() -> None:
    """Refuse where the time is over: called between the steps of what may take long."""
    if seconds_left() < 0:
        raise _TimeIsOver
