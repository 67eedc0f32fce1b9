"""Puts the add-in where Excel opens it, tells it of this Python, and takes both away again.

Only files that bear our mark are written over or removed.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

import xlmargin
from xlmargin.errors import MarginError
from xlmargin.excel.worksheet_function import WorksheetFunction
from xlmargin.hosts.classic.add_in import add_in, made_of
from xlmargin.hosts.classic.config_sheet import python_of
from xlmargin.hosts.classic.places import Places
from xlmargin.hosts.classic.user_settings import MARK, is_ours, read_user_settings, settings_text

_CLOSE_EXCEL: Final = "close Excel, which has it open, and run the command again."


class Outcome(StrEnum):
    """What becomes of a file."""

    WRITTEN = "written"
    UNCHANGED = "unchanged"
    REMOVED = "removed"
    NOT_THERE = "not there"
    ANOTHERS = "left as it is, for another program wrote it"


@dataclass(frozen=True)
class Step:
    """A file, what becomes of it, and what it is to hold; nothing where it is to go."""

    path: Path
    outcome: Outcome
    content: bytes = b""

    def do(self) -> None:
        """Write or remove the file."""
        try:
            if self.outcome is Outcome.WRITTEN:
                _write(self.path, self.content)
            elif self.outcome is Outcome.REMOVED:
                self.path.unlink()
        except PermissionError as error:
            raise MarginError(f"{self.path}: cannot be changed ({error}); {_CLOSE_EXCEL}") from None


def installing(places: Places, functions: Iterable[WorksheetFunction]) -> list[Step]:
    """What is to be done to install; refused where another's file has the add-in's name."""
    settings = python_of(places.interpreter, places.code)
    return [
        _written(places.add_in, add_in(functions, settings)),
        _settings_written(places.settings, settings),
    ]


def uninstalling(places: Places) -> list[Step]:
    """What is to be done to remove all that installing wrote."""
    return [_add_in_removed(places.add_in), _settings_removed(places)]


def _written(path: Path, content: bytes) -> Step:
    if path.exists() and made_of(path) is None:
        raise MarginError(
            f"{path}: found a file that xlmargin did not write; wanted it moved or renamed."
        )
    same = path.exists() and path.read_bytes() == content
    return Step(path, Outcome.UNCHANGED if same else Outcome.WRITTEN, content)


def _settings_written(path: Path, settings: dict[str, str]) -> Step:
    """Our settings among those that the user has added to our file."""
    before = read_user_settings(path)
    if path.exists() and MARK not in before:
        return Step(path, Outcome.ANOTHERS)
    content = settings_text({**before, MARK: xlmargin.__version__, **settings})
    same = path.exists() and path.read_bytes() == content
    return Step(path, Outcome.UNCHANGED if same else Outcome.WRITTEN, content)


def _add_in_removed(path: Path) -> Step:
    if not path.exists():
        return Step(path, Outcome.NOT_THERE)
    return Step(path, Outcome.REMOVED if made_of(path) else Outcome.ANOTHERS)


def _settings_removed(places: Places) -> Step:
    """Without our settings; the file goes where it has no others."""
    path = places.settings
    if not path.exists():
        return Step(path, Outcome.NOT_THERE)
    if not is_ours(path):
        return Step(path, Outcome.ANOTHERS)
    ours = {MARK, *python_of(places.interpreter, places.code)}
    kept = {name: value for name, value in read_user_settings(path).items() if name not in ours}
    if kept:
        return Step(path, Outcome.WRITTEN, settings_text(kept))
    return Step(path, Outcome.REMOVED)


def _write(path: Path, content: bytes) -> None:
    """Write the file whole or not at all; beside its folder, for Excel opens all that is in it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(prefix=".xlmargin-", dir=path.parent.parent) as folder:
        whole = Path(folder) / path.name
        whole.write_bytes(content)
        whole.replace(path)
