"""A copy of the journal each day, for the day on which its disk fails."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread
from typing import Final

from xlmargin.errors import MarginError
from xlmargin.service.journal import Journal

DAY: Final = 24 * 3600.0
_AGAIN: Final = 600.0
"""Seconds after which a copy that could not be written is tried again."""


@contextmanager
def copied(journal: Journal, target: Path | None, every: float = DAY) -> Iterator[None]:
    """While this lasts a copy of a journal is written, whenever the last one is so many s old."""
    if target is None:
        yield
        return
    ends = Event()
    thread = Thread(target=_copy, args=(journal, target, every, ends), daemon=True)
    thread.start()
    try:
        yield
    finally:
        ends.set()
        thread.join()


def _copy(journal: Journal, target: Path, every: float, ends: Event) -> None:
    wait = every - (time.time() - target.stat().st_mtime) if target.exists() else 0.0
    while not ends.wait(max(0.0, wait)):
        try:
            journal.copy_to(target)
            wait = every
        except (MarginError, OSError) as error:
            logging.getLogger("xlmargin").warning("no copy of the journal: %s", error)
            wait = min(_AGAIN, every)
