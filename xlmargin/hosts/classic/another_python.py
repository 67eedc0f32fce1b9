"""A Python in another place than the add-in names: what it is asked before it is named instead."""

from __future__ import annotations

import subprocess
from pathlib import Path
from typing import Final

import xlmargin
from xlmargin.errors import MarginError
from xlmargin.hosts.classic.config_sheet import python_of
from xlmargin.hosts.classic.wrappers import PYTHON_MODULE

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
