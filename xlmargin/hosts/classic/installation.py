"""Puts the add-in where Excel opens it, and takes it away again.

Only a file that bears our mark is written over or removed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from xlmargin.errors import MarginError
from xlmargin.hosts.classic.places import Places
from xlmargin.hosts.classic.shipped import made_of, shipped, with_settings
from xlmargin.unfinished import unfinished_folder


class InstallOutcome(StrEnum):
    """What becomes of the add-in."""

    WRITTEN = "written"
    UNCHANGED = "unchanged"
    REMOVED = "removed"
    NOT_THERE = "not there"


@dataclass(frozen=True)
class InstallStep:
    """A file, what becomes of it, and what it is to hold; nothing where it is to go."""

    path: Path
    outcome: InstallOutcome
    content: bytes = b""

    @property
    def changes(self) -> bool:
        """Whether anything is to be done."""
        return self.outcome in (InstallOutcome.WRITTEN, InstallOutcome.REMOVED)

    def do(self) -> None:
        """Write or remove the file."""
        try:
            if self.outcome is InstallOutcome.WRITTEN:
                _write(self.path, self.content)
            elif self.outcome is InstallOutcome.REMOVED:
                self.path.unlink()
        except PermissionError as error:
            raise MarginError(
                f"{self.path}: cannot be changed ({error}); close Excel, which has it open, and"
                " run the command again."
            ) from None


def installing(places: Places, settings: Mapping[str, str]) -> InstallStep:
    """What is to be done to install: the add-in as it is shipped, but for these settings.

    Refused where another's file has the add-in's name.
    """
    path = places.add_in
    _refuse_another_s(path)
    content = with_settings(shipped(), settings) if settings else shipped()
    same = path.exists() and path.read_bytes() == content
    return InstallStep(path, InstallOutcome.UNCHANGED if same else InstallOutcome.WRITTEN, content)


def uninstalling(places: Places) -> InstallStep:
    """What is to be done to remove it; refused where the file is another's."""
    path = places.add_in
    _refuse_another_s(path)
    return InstallStep(path, InstallOutcome.REMOVED if path.exists() else InstallOutcome.NOT_THERE)


def _refuse_another_s(path: Path) -> None:
    if path.exists() and made_of(path) is None:
        raise MarginError(
            f"{path}: found a file that xlmargin did not write; wanted it moved or renamed."
        )


def _write(path: Path, content: bytes) -> None:
    """Write the file whole or not at all; beside its folder, for Excel opens all that is in it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with unfinished_folder(path.parent.parent) as folder:
        whole = folder / path.name
        whole.write_bytes(content)
        whole.replace(path)
