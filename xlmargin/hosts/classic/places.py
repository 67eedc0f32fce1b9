"""Where Excel looks for add-ins, where Python and its code are, and another Python in its place."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import xlmargin
from xlmargin.errors import MarginError
from xlmargin.hosts.classic.config_sheet import COMMON, ENVIRONMENT, INTERPRETER, python_of
from xlmargin.hosts.classic.shipped import FILE
from xlmargin.hosts.classic.wrappers import PYTHON_MODULE

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
