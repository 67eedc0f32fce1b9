"""Folders in which a file is written until it is whole, and none left behind by a run that died."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

PREFIX: Final = ".xlmargin-"
_LOCK: Final = ".being-written"
"""File by which a folder is known as ours, and that its run holds locked."""
SECONDS_TO_LOCK: Final = 10.0
"""How long a run may take to lock the file of the folder that it has made."""


@contextmanager
def unfinished_folder(parent: Path) -> Iterator[Path]:
    """A folder in another one for what is not whole yet; it ends with all that is left in it.

    Those of runs that were killed are removed first. A folder without the file that marks it, or
    whose file somebody holds, is left alone.
    """
    for folder in parent.glob(f"{PREFIX}*"):
        _remove_left(folder)
    folder = Path(tempfile.mkdtemp(prefix=PREFIX, dir=parent))
    file = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT)
    lock(file)
    try:
        yield folder
    finally:
        os.close(file)
        shutil.rmtree(folder, ignore_errors=True)


def _remove_left(folder: Path) -> None:
    """Remove a folder of ours that nobody writes in any more."""
    mark = folder / _LOCK
    try:
        if folder.is_symlink() or time.time() - mark.lstat().st_mtime < SECONDS_TO_LOCK:
            return
        file = os.open(mark, os.O_RDWR)
    except OSError:
        return
    is_left = lock(file) is True
    os.close(file)
    if is_left:
        shutil.rmtree(folder, ignore_errors=True)


def lock(file: int) -> bool | None:
    """Lock an open file for this process: whether it is ours now, None where no locks are given.

    The system lets go of the lock when the file is closed or its process ends, however that ends.
    """
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except (BlockingIOError, PermissionError):
        return False
    except OSError:
        return None
    return True
