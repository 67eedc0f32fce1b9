"""The command by which Excel starts Python, as xlwings' VBA and library put it together."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from xlmargin.hosts.classic.config_sheet import CODE, INTERPRETER

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
