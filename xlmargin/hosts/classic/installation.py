"""Puts the add-in where Excel opens it, with this Python named in it, and takes it away again.

Only a file that bears our mark is written over or removed.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import Final

from xlmargin.errors import MarginError
from xlmargin.excel.worksheet_function import WorksheetFunction
from xlmargin.hosts.classic.add_in import FILE, add_in, made_of
from xlmargin.hosts.classic.macro_book import python_of
from xlmargin.hosts.classic.wrappers import PYTHON_MODULE
from xlmargin.unfinished import unfinished_folder

_STORE: Final = "windowsapps"
"""The folder of programs that come from Microsoft's store."""


@dataclass(frozen=True)
class Places:
    """The folder that Excel opens on starting, and this Python."""

    startup: Path
    interpreter: Path
    code: Path
    """The folder from which the package of the Python functions is imported."""
    base: Path
    """The folder of the Python that the interpreter comes from."""

    @property
    def is_of_the_store(self) -> bool:
        """Whether this Python came from Microsoft's store: what it writes, Excel does not see."""
        parts = (*self.interpreter.parts, *self.base.parts)
        return any(part.casefold() == _STORE for part in parts)

    @property
    def add_in(self) -> Path:
        """Where the add-in is put."""
        return self.startup / FILE


def places(startup: Path | None = None) -> Places:
    """The places of this user, but for the folder that is named."""
    roaming = Path(os.environ.get("APPDATA") or Path.home() / "AppData" / "Roaming")
    usual = roaming / "Microsoft" / "Excel" / "XLSTART"
    return Places(startup or usual, Path(sys.executable), _code(), Path(sys.base_prefix))


def refuse_elsewhere(startup: Path | None, found: Places) -> None:
    """Refuse to install where no Excel would see it; but where a folder is named, it is tried."""
    if found.is_of_the_store:
        raise MarginError(
            f"found the Python of Microsoft's store, {found.base}, whose files Excel does not see;"
            " wanted Python from python.org."
        )
    if sys.platform != "win32" and startup is None:
        raise MarginError(
            f"found {sys.platform}, wanted Windows: only there Excel calls Python through an"
            " add-in of this kind. On the Mac and the web use xlwings Lite; to try it out, name a"
            " folder with --startup."
        )


def _code() -> Path:
    spec = find_spec(PYTHON_MODULE)
    if spec is None or spec.origin is None:
        raise MarginError(f"found no module {PYTHON_MODULE}: install xlmargin again.")
    return Path(spec.origin).parents[PYTHON_MODULE.count(".")]


class Outcome(StrEnum):
    """What becomes of the add-in."""

    WRITTEN = "written"
    UNCHANGED = "unchanged"
    REMOVED = "removed"
    NOT_THERE = "not there"


@dataclass(frozen=True)
class Step:
    """A file, what becomes of it, and what it is to hold; nothing where it is to go."""

    path: Path
    outcome: Outcome
    content: bytes = b""

    @property
    def changes(self) -> bool:
        """Whether anything is to be done."""
        return self.outcome in (Outcome.WRITTEN, Outcome.REMOVED)

    def do(self) -> None:
        """Write or remove the file."""
        try:
            if self.outcome is Outcome.WRITTEN:
                _write(self.path, self.content)
            elif self.outcome is Outcome.REMOVED:
                self.path.unlink()
        except PermissionError as error:
            raise MarginError(
                f"{self.path}: cannot be changed ({error}); close Excel, which has it open, and"
                " run the command again."
            ) from None


def installing(places: Places, functions: Iterable[WorksheetFunction]) -> Step:
    """What is to be done to install; refused where another's file has the add-in's name."""
    path = places.add_in
    _refuse_another_s(path)
    content = add_in(functions, python_of(places.interpreter, places.code))
    same = path.exists() and path.read_bytes() == content
    return Step(path, Outcome.UNCHANGED if same else Outcome.WRITTEN, content)


def uninstalling(places: Places) -> Step:
    """What is to be done to remove it; refused where the file is another's."""
    path = places.add_in
    _refuse_another_s(path)
    return Step(path, Outcome.REMOVED if path.exists() else Outcome.NOT_THERE)


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
