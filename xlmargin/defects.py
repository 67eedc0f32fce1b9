"""Defects of xlmargin's own: each leaves a trace in a log, and a short id for cell and screen.

The log names the kind of an error and the lines of code that it came through. What the error says
may quote cells - positions, prices - and so is logged at debug level only, which is off unless a
program that uses xlmargin turns it on. Nothing of the log is imported before there is a defect.
"""

from __future__ import annotations

import os
import sys
import zlib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Final

import xlmargin

if TYPE_CHECKING:
    from logging import Logger, LogRecord
    from types import TracebackType

DEBUG: Final = "XLMARGIN_DEBUG"
"""Where this is 1 in the environment, a defect is raised as it is."""

LOG: Final = "XLMARGIN_LOG"
"""The path of the log, where it is not to lie in the usual place."""

_MOST_BYTES: Final = 500_000
"""Length at which the log begins anew; the one before is kept beside it."""


def internal_error(error: Exception) -> str:
    """A defect in words that fit into a cell: its id, its kind, and where its trace is logged.

    The id is that of the place in the code, so that the same defect has the same everywhere; its
    trace is logged once in a process.
    """
    if os.environ.get(DEBUG) == "1":
        raise error
    chain = list(_chain(error))
    places = [f"{type(e).__name__} {_innermost(e.__traceback__)}" for e in chain]
    number = f"{zlib.crc32(' '.join(places).encode()) & 0xFFFF:04X}"
    said = f"internal error {number} ({type(error).__name__})"
    try:
        path = log_file()
        log = _log(path)
        if number not in _LOGGED:
            log.error("internal error %s, %s\n%s", number, xlmargin.__version__, _trace(chain))
            _LOGGED.add(number)
        log.debug("internal error %s: %r", number, error)
    except Exception:  # there may be no place to write to, and the defect may be in what it says
        return said
    return f"{said}, see {path}"


_LOGGED: Final[set[str]] = set()
"""Defects of this process whose trace is logged."""


def log_file() -> Path:
    """Where defects are logged; a RuntimeError where the user has no folder."""
    if stated := os.environ.get(LOG):
        return Path(stated)
    if sys.platform == "win32":
        folder = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        folder = Path.home() / "Library" / "Logs"
    else:
        folder = Path(os.environ.get("XDG_STATE_HOME") or Path.home() / ".local" / "state")
    return folder / "xlmargin" / "xlmargin.log"


@cache
def _log(path: Path) -> Logger:
    """The log of this name, which also writes to the file; the file is open only while it does."""
    import logging
    from logging.handlers import RotatingFileHandler

    class File(RotatingFileHandler):
        def emit(self, record: LogRecord) -> None:
            super().emit(record)
            self.close()

        def handleError(self, record: LogRecord) -> None:  # noqa: N802
            raise

    path.parent.mkdir(parents=True, exist_ok=True)
    file = File(path, maxBytes=_MOST_BYTES, backupCount=1, encoding="utf-8", delay=True)
    file.setFormatter(logging.Formatter("%(asctime)s %(process)d %(message)s"))
    log = logging.getLogger("xlmargin")
    log.addHandler(file)
    return log


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    """An error, and those that it came from."""
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _innermost(trace: TracebackType | None) -> str:
    """File and line where an error was raised."""
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    return f"{Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else ""


def _trace(chain: list[BaseException]) -> str:
    """The kinds of errors and the code that they came through, without what they say."""
    from traceback import format_tb

    return "\ncame from ".join(
        f"{type(e).__name__}\n{''.join(format_tb(e.__traceback__))}" for e in chain
    )
