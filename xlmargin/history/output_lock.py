"""One run at a time for an output: two would write, assemble and discard each other's parts."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from xlmargin.errors import MarginError
from xlmargin.unfinished import lock

_LOCK: Final = ".work.lock"


@contextmanager
def only_run_for(output: Path) -> Iterator[None]:
    """Hold the lock file beside an output; refused while another process holds it.

    The system lets go of the lock when its process ends, however that ends: a file that is left
    behind locks nobody out.
    """
    path = output.with_name(f"{output.name}{_LOCK}")
    file = os.open(path, os.O_RDWR | os.O_CREAT)
    if lock(file) is False or not _is_still_there(file, path):
        os.close(file)
        raise MarginError(f"{output}: another run is writing it; wait until it has ended.")
    try:
        yield
    finally:
        if sys.platform == "win32":  # an open file cannot be removed, nor can another run's
            os.close(file)
            _remove(path)
        else:  # removed while it is held, or it might be another run's by then
            _remove(path)
            os.close(file)


def _is_still_there(file: int, path: Path) -> bool:
    """Whether the path still leads to this file, which a run that ended may have removed."""
    try:
        return os.path.samestat(os.fstat(file), path.stat())
    except OSError:
        return False


def _remove(path: Path) -> None:
    """Remove the lock file, unless something of the user's is in it."""
    with suppress(OSError):
        if not path.stat().st_size:
            path.unlink()
