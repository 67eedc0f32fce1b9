"""Where Excel looks for add-ins, where Python is, and the add-in put there or taken away.

Only a file that bears our mark is written over or removed.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import xlmargin
from xlmargin.errors import MarginError
from xlmargin.hosts.classic.config_sheet import COMMON, ENVIRONMENT, INTERPRETER, python_of
from xlmargin.hosts.classic.shipped import FILE, made_of, shipped, with_settings
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


def named_python() -> Path:
    """The interpreter that the add-in names, with the folder of this user."""
    return Path(expanded(COMMON[INTERPRETER]))


def expanded(text: str) -> str:
    """A text with the values of the environment where it names them between signs of per cent."""
    return re.sub("%([^%]+)%", lambda name: os.environ.get(name[1], name[0]), text)


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


def refuse_unnamed(found: Places) -> None:
    """Refuse where the add-in as it is shipped would not find this Python, on Windows."""
    named = named_python()
    if sys.platform == "win32" and _in_its_folder(found.interpreter) != _in_its_folder(named):
        raise MarginError(
            f"found this Python, {found.interpreter}; the add-in names {COMMON[INTERPRETER]},"
            f" which is the same file for every user. Wanted xlmargin there (py -m venv"
            f' "{ENVIRONMENT}"), or --python "{found.interpreter}" for an add-in that only this'
            " machine can use."
        )


def _in_its_folder(path: Path) -> str:
    """A file by its folder's one true name; itself it may be a link to another."""
    return os.path.normcase(path.parent.resolve() / path.name)


def _code() -> Path:
    spec = find_spec(PYTHON_MODULE)
    if spec is None or spec.origin is None:
        raise MarginError(f"found no module {PYTHON_MODULE}: install xlmargin again.")
    return Path(spec.origin).parents[PYTHON_MODULE.count(".")]


_QUESTION: Final = (
    "import importlib.util, xlmargin; "
    f"print(xlmargin.__version__, importlib.util.find_spec('{PYTHON_MODULE}').origin, sep='\\n')"
)

_SECONDS: Final = 60.0


def settings_for(interpreter: Path) -> dict[str, str]:
    """The settings that name it; refused where it does not answer, or has not this xlmargin."""
    try:
        done = subprocess.run(
            [interpreter, "-P", "-c", _QUESTION],
            capture_output=True, text=True, timeout=_SECONDS, check=False,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        raise MarginError(f"{interpreter}: does not run ({error}); wanted a python.exe.") from None
    version, _, origin = done.stdout.strip().partition("\n")
    if done.returncode or not origin:
        said = " ".join(done.stderr.split()[-12:])
        raise MarginError(f"{interpreter}: has no xlmargin ({said}); install it there first.")
    if version != xlmargin.__version__:
        raise MarginError(
            f"{interpreter}: has xlmargin {version}, wanted {xlmargin.__version__}, that of the"
            " add-in; install it there first."
        )
    return python_of(interpreter.absolute(), Path(origin).parents[PYTHON_MODULE.count(".")])


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
