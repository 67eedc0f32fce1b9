"""The Python that answers Excel: one that Excel starts by a command, or one that runs already.

The command is as xlwings' VBA and library put it together. The other Python answers every Excel of
a user, which itself then starts none.
"""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Callable, Mapping
from importlib import import_module
from pathlib import Path
from typing import Final

from xlmargin.errors import MarginError
from xlmargin.hosts.classic.config_sheet import CODE, INTERPRETER, SERVED
from xlmargin.hosts.classic.wrappers import PYTHON_MODULE

RUNS: Final = "xlwings server running"
"""What the server says when it can be called."""

SECONDS: Final = 60.0
_LAST_LINES: Final = 4


def server_command(settings: Mapping[str, str], add_in: Path, class_id: str) -> str:
    """The command, for settings in which names of folders are filled in."""
    folders = f"False;{add_in};{add_in};;;;{settings[CODE]}"
    for sign, means in (("\\", "\\\\"), ("'", "\\'"), ("&", "^&")):
        folders = folders.replace(sign, means)
    code = (
        f'import sys, os;import xlwings.utils;xlwings.utils.prepare_sys_path(\\"{folders}\\");'
        f"import xlwings; xlwings.serve('{class_id}')"
    )
    return f'cmd.exe  /K ""{settings[INTERPRETER]}" -B -c "{code}""'


def trouble_starting(command: str | list[str], seconds: float = SECONDS) -> str:
    """What keeps the server from running; "" where it runs. It is ended again."""
    try:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            text=True, errors="replace", env=os.environ | {"PYTHONUNBUFFERED": "1"},
            start_new_session=True,
        )  # fmt: skip
    except OSError as error:
        return str(error)
    said: list[str] = []
    runs = threading.Event()
    reader = threading.Thread(target=_read, args=(process, said, runs), daemon=True)
    reader.start()
    runs.wait(seconds)
    _end(process)
    if any(RUNS in line for line in said):
        return ""
    lines = " ".join(said[-_LAST_LINES:])
    return re.sub(r"\s+", " ", lines).strip() or f"no answer after {seconds:g} seconds"


def _read(process: subprocess.Popen[str], said: list[str], done: threading.Event) -> None:
    """Keep what the server says, until it runs or ends."""
    assert process.stdout is not None
    for line in process.stdout:
        said.append(line)
        if RUNS in line:
            break
    done.set()


def _end(process: subprocess.Popen[str]) -> None:
    """End the server and the window that it was started in."""
    if sys.platform == "win32":
        kill = ["taskkill", "/T", "/F", "/PID", str(process.pid)]
        subprocess.run(kill, capture_output=True, check=False)
    else:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


CLASS_ID: Final = "{506e67c3-55b5-48c3-a035-eed5deea7d6d}"
"""What xlwings' VBA asks Windows for where a Python that runs already is to answer."""

FOR_SERVED: Final = {SERVED: "True"}
"""The setting of an add-in that asks for it."""

START_IT: Final = "run: xlmargin serve-excel, and leave it open"


def serve(on_ready: Callable[[], None]) -> None:
    """Answer every Excel of this user until it is ended; refused elsewhere than on Windows."""
    if sys.platform != "win32":
        raise MarginError(
            f"found {sys.platform}, wanted Windows: only there Excel calls Python this way."
        )
    import_module(PYTHON_MODULE)
    from xlwings.com_server import serve

    on_ready()
    serve(CLASS_ID)


def trouble_reaching() -> str:
    """What keeps Excel from reaching it; "" where it answers."""
    if sys.platform != "win32":
        return ""
    try:
        import pythoncom  # type: ignore[import-untyped]

        context = pythoncom.CLSCTX_LOCAL_SERVER
        pythoncom.CoGetClassObject(CLASS_ID, context, None, pythoncom.IID_IClassFactory)
    except Exception as error:  # of the library, which has a class of its own for them
        return str(error)
    return ""
