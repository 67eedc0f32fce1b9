"""LibreOffice on this machine: the program, and a Python that can speak with it."""

from __future__ import annotations

import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from xlmargin.errors import MarginError

WANTED: Final = (
    "wanted LibreOffice 7.4 or later with its Python; on Debian and Ubuntu: apt-get install"
    " libreoffice-calc python3-uno libreoffice-script-provider-python"
)
_ON_MAC: Final = Path("/Applications/LibreOffice.app/Contents/MacOS/soffice")
_SYSTEM_PYTHON: Final = Path("/usr/bin/python3")
_ASK: Final = "import sys, uno; print('%d.%d' % sys.version_info[:2])"
_PATIENCE: Final = 30


@dataclass(frozen=True)
class Office:
    """The program, and the Python that has its `uno`."""

    program: Path
    python: Path


def installed_office() -> Office:
    """LibreOffice; refused where it is missing, or its Python is not the one running this."""
    if sys.platform == "win32":
        raise MarginError(
            "calc: found Windows, wanted Linux or macOS, where it starts LibreOffice."
        )
    program = _program()
    for python in _pythons(program):
        version = _version(python)
        if version == f"{sys.version_info.major}.{sys.version_info.minor}":
            return Office(program, python)
        if version:
            raise MarginError(
                f"calc: LibreOffice runs Python {version}, this is {sys.version.split()[0]};"
                f" wanted xlmargin installed with Python {version}, such as {python} -m venv."
            )
    raise MarginError(f"calc: found {program} without its Python module uno, {WANTED}.")


def _program() -> Path:
    found = shutil.which("soffice") or shutil.which("libreoffice")
    if found is None and not _ON_MAC.exists():
        raise MarginError(f"calc: found no LibreOffice on this machine, {WANTED}.")
    return Path(found or _ON_MAC).resolve()


def _pythons(program: Path) -> Iterator[Path]:
    """Interpreters that may have `uno`: LibreOffice's own, then the system's."""
    inside = program.parent
    for python in (inside / "python", inside.parent / "Resources" / "python"):
        if python.is_file():
            yield python
    yield _SYSTEM_PYTHON


def _version(python: Path) -> str:
    """The version of an interpreter with `uno`, such as 3.11; "" where it has none."""
    try:
        done = subprocess.run(
            [python, "-c", _ASK], capture_output=True, text=True, timeout=_PATIENCE, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
