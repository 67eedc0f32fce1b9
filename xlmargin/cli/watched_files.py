"""Files that are watched: read once they are whole, and again when they change.

They are looked at again and again, for their size, their time and their place: no message of an
operating system tells of a file on a share of the network, nor of one that a program writes beside
and renames. A change counts once two looks in a row find all files alike, and the read between
them: what is being written is waited for. A file that has lost more than a tenth of its size must
rest longer. A text whose last line had an end and has none now is half written, however long nobody
writes on.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, TypeVar

from xlmargin.errors import MarginError
from xlmargin.importers.files import TEXT_SUFFIXES

PATIENCE: Final = 5.0
"""How long what cannot be read is waited for before that is said, s."""

SHRUNK: Final = 0.9
"""Share of its size below which a file has lost what may still be to come."""

_Stamp = tuple[int, int, int] | None
_T = TypeVar("_T")


@dataclass
class WatchedFiles:
    """Files, looked at every so many seconds."""

    paths: Sequence[Path]
    every: float
    _read: list[_Stamp] = field(default_factory=list)
    _ended: dict[Path, bool] = field(default_factory=dict)

    def read(self, reading: Callable[[], _T]) -> _T:
        """What a reading answers of the files once they are whole; refused where it refuses.

        A refusal counts after so much patience, where the files stay as they are: a half-written
        workbook cannot be read either. The first reading has none.
        """
        until = time.monotonic() + (PATIENCE if self._read else 0.0)
        while True:
            seen = self._at_rest()
            try:
                self._refuse_unended()
                found = reading()
                ended = {path: _has_end(path) for path in self._texts}
            except (MarginError, OSError):
                if self._stamps() == seen and time.monotonic() >= until:
                    self._read = seen
                    raise
                time.sleep(self.every)
                continue
            if self._stamps() == seen:
                self._read, self._ended = seen, ended
                return found

    def wait(self, until: float) -> bool:
        """Wait for a change, until a time of the monotonic clock; whether there was one."""
        while self._stamps() == self._read:
            if (left := until - time.monotonic()) <= 0:
                return False
            time.sleep(min(self.every, left))
        return True

    def _at_rest(self) -> list[_Stamp]:
        """The stamps of the files, once they rest."""
        seen, since = self._stamps(), time.monotonic()
        while True:
            time.sleep(self.every)
            again = self._stamps()
            if again != seen:
                seen, since = again, time.monotonic()
            elif not self._shrunk(seen) or time.monotonic() >= since + PATIENCE:
                return seen

    def _shrunk(self, seen: Sequence[_Stamp]) -> bool:
        pairs = zip(self._read, seen, strict=False)
        return any(old and new and new[1] < SHRUNK * old[1] for old, new in pairs)

    def _stamps(self) -> list[_Stamp]:
        return [_stamp(path) for path in self.paths]

    @property
    def _texts(self) -> list[Path]:
        return [path for path in self.paths if path.suffix.lower() in TEXT_SUFFIXES]

    def _refuse_unended(self) -> None:
        for path in self._texts:
            if self._ended.get(path) and not _has_end(path):
                found = "a last line without an end, as of a file half written"
                raise MarginError(f"{path.name}: found {found}, wanted the whole file.")


def _stamp(path: Path) -> _Stamp:
    """What changes when a file is written or replaced; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_mtime_ns, found.st_size, found.st_ino


def _has_end(path: Path) -> bool:
    """Whether a text ends with the end of a line."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(size - 2, 0))
        return file.read().rstrip(b"\0")[-1:] in (b"\n", b"\r")
