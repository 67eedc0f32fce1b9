"""LibreOffice on this machine: the program, a Python that speaks with it, a profile to throw away.

With the profile nothing in a workbook is run, and nothing is fetched.
"""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from xlmargin.errors import MarginError

_SETTINGS: Final = (
    ("Office.Common/Security/Scripting", "MacroSecurityLevel", "3"),
    ("Office.Common/Security/Scripting", "DisableMacrosExecution", "true"),
    ("Office.Common/Security/Scripting", "BlockUntrustedRefererLinks", "true"),
    ("Office.Calc/Content/Update", "Link", "2"),
    ("Office.Calc/Formula/Load", "OOXMLRecalcMode", "1"),
    ("Office.Calc/Formula/Load", "ODFRecalcMode", "1"),
    ("Inet/Settings", "ooInetProxyType", "2"),
    ("Inet/Settings", "ooInetHTTPProxyName", "127.0.0.1"),
    ("Inet/Settings", "ooInetHTTPProxyPort", "9"),
    ("Inet/Settings", "ooInetHTTPSProxyName", "127.0.0.1"),
    ("Inet/Settings", "ooInetHTTPSProxyPort", "9"),
    ("Inet/Settings", "ooInetNoProxy", ""),
)
"""Macros off; links not followed; formulas not calculated before we ask; a proxy that is none."""


def write_profile(folder: Path) -> None:
    """Write the settings where LibreOffice reads them when it first starts with this profile."""
    items = "\n".join(
        f'<item oor:path="/org.openoffice.{path}"><prop oor:name="{name}" oor:op="fuse">'
        f"<value>{value}</value></prop></item>"
        for path, name, value in _SETTINGS
    )
    (folder / "user").mkdir(parents=True)
    (folder / "user" / "registrymodifications.xcu").write_text(
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<oor:items xmlns:oor="http://openoffice.org/2001/registry">\n'
        f"{items}\n</oor:items>\n",
        encoding="utf-8",
    )


WANTED: Final = (
    "wanted LibreOffice 7.4 or later with its Python; on Debian and Ubuntu: apt-get install"
    " libreoffice-calc python3-uno libreoffice-script-provider-python"
)
_ON_MAC: Final = Path("/Applications/LibreOffice.app/Contents/MacOS/soffice")
_SYSTEM_PYTHON: Final = Path("/usr/bin/python3")
_ASK: Final = "import sys, uno; print('%d.%d' % sys.version_info[:2])"
_PATIENCE: Final = 30
_TIDYING: Final = 0.5


@dataclass(frozen=True)
class LibreOffice:
    """The program, and the Python that has its `uno`."""

    program: Path
    python: Path

    def command(self, folder: Path, pipe: str) -> list[str]:
        """What starts it unseen, with the folder's `profile`, to be spoken with at a pipe.

        The add-ins unpacked below the folder's `add_ins` are there from the start, and run inside
        the program. One that is installed later runs in a process of its own until the program is
        started again, so that each cell that it reads goes through a pipe.
        """
        return [
            str(self.program),
            f"-env:UserInstallation={(folder / 'profile').as_uri()}",
            f"-env:BUNDLED_EXTENSIONS={(folder / 'add_ins').as_uri()}",
            "--headless", "--invisible", "--norestore", "--nologo", "--nodefault",
            f"--accept=pipe,name={pipe};urp;",
        ]  # fmt: skip

    def environment(self, folder: Path) -> dict[str, str]:
        """The environment in which its Python runs; what is thrown away is in the folder.

        The Python inside LibreOffice takes its library from beside the first `python3` of the
        search path, which must be its own: another's, of a virtual environment say, ends
        LibreOffice.
        """
        path = f"{self.python.parent}{os.pathsep}{os.environ.get('PATH', '')}"
        inherited = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
        return inherited | {"PATH": path, "TMPDIR": str(folder)}


def installed_office() -> LibreOffice:
    """LibreOffice; refused where it is missing, or its Python is not the one running this."""
    if sys.platform == "win32":
        raise MarginError(
            "calc: found Windows, wanted Linux or macOS, where it starts LibreOffice."
        )
    program = office_program()
    if program is None:
        raise MarginError(f"calc: found no LibreOffice on this machine, {WANTED}.")
    for python in _pythons(program):
        version = _version(python)
        if version == f"{sys.version_info.major}.{sys.version_info.minor}":
            return LibreOffice(program, python)
        if version:
            raise MarginError(
                f"calc: LibreOffice runs Python {version}, this is {sys.version.split()[0]};"
                f" wanted xlmargin installed with Python {version}, such as {python} -m venv."
            )
    raise MarginError(f"calc: found {program} without its Python module uno, {WANTED}.")


def office_program() -> Path | None:
    """The program, with its Python or without; None where there is none."""
    found = shutil.which("soffice") or shutil.which("libreoffice")
    if found is None and not _ON_MAC.exists():
        return None
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


def end_group(leader: subprocess.Popen[bytes]) -> None:
    """End all processes of the group that one was started to lead: LibreOffice is two or three.

    They are given a moment to tidy up; on Windows, which has no groups, the one is ended alone.
    """
    if sys.platform == "win32":
        leader.kill()
        return
    with suppress(ProcessLookupError):
        os.killpg(leader.pid, signal.SIGTERM)
        time.sleep(_TIDYING)
        os.killpg(leader.pid, signal.SIGKILL)


_PRINTING: Final = 300
"""Seconds in which LibreOffice has to print."""


def print_pages(workbook: bytes, pdf: Path) -> None:
    """Print what is visible of a workbook, .xlsx, into a PDF; refused without LibreOffice."""
    program = office_program()
    if program is None:
        raise MarginError(
            f"{pdf.name}: found no LibreOffice to print it; on Debian and Ubuntu: apt-get install"
            " libreoffice-calc. The workbook is written: print its pages from your own program."
        )
    with tempfile.TemporaryDirectory() as folder:
        book = Path(folder) / f"{pdf.stem}.xlsx"
        book.write_bytes(workbook)
        profile = f"-env:UserInstallation={(Path(folder) / 'profile').as_uri()}"
        command = [str(program), profile, "--headless", "--convert-to", "pdf"]
        command += ["--outdir", folder, str(book)]
        try:
            code = _ended(command)
        except OSError as error:
            raise MarginError(f"{pdf.name}: LibreOffice did not start: {error}.") from error
        except subprocess.TimeoutExpired as error:
            raise MarginError(
                f"{pdf.name}: LibreOffice had not printed it after {_PRINTING:g} seconds. The"
                " workbook is written: print its pages from your own program."
            ) from error
        made = book.with_suffix(".pdf")
        if code or not made.exists():
            raise MarginError(f"{pdf.name}: LibreOffice did not print it: it ended with {code}.")
        pdf.write_bytes(made.read_bytes())


def _ended(command: list[str]) -> int:
    """The code that a command ends with; where it takes too long, all that it started is ended."""
    quiet = subprocess.DEVNULL
    started = subprocess.Popen(
        command, stdin=quiet, stdout=quiet, stderr=quiet, start_new_session=True
    )
    try:
        return started.wait(_PRINTING)
    finally:
        end_group(started)
        started.wait()
