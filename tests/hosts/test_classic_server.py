"""The Python that answers Excel: started by Excel's own command, or before Excel."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
from typer.testing import CliRunner

from tests.hosts.vba_text import procedures
from xlmargin.cli import app
from xlmargin.hosts.classic.config_sheet import CODE, INTERPRETER
from xlmargin.hosts.classic.server import (
    CLASS_ID,
    FOR_SERVED,
    RUNS,
    server_command,
    trouble_starting,
)
from xlmargin.hosts.classic.shipped import made_of, settings_in

ROOT = Path(__file__).parents[2]
PACKAGE = Path(str(find_spec("xlwings").origin)).parent  # type: ignore[union-attr]
VBA = (PACKAGE / "xlwings.bas").read_text(encoding="ascii")
ID = "{01234567-89ab-cdef-0123-456789abcdef}"
SETTINGS = {INTERPRETER: r"C:\Jörg & co\python.exe", CODE: r"C:\it's & mine\site-packages"}
ADD_IN = Path(r"C:\XLSTART\xlmargin.xlam")


def in_vba(expression: str, names: dict[str, str]) -> str:
    """A text that VBA puts together of texts and names."""
    signs = re.findall(r'"(?:[^"]|"")*"|Chr\(34\)|\w+', expression)
    return "".join(
        s[1:-1].replace('""', '"') if s[0] == '"' else {"Chr(34)": '"', **names}[s] for s in signs
    )


def test_the_command_is_that_of_xlwings_own_vba() -> None:
    (tail,) = re.findall(r"^ +tail = (.*)$", VBA, re.MULTILINE)
    (start,) = re.findall(r'^ +PYTHON_WIN = ("cmd.exe " & ConsoleSwitch & " /K " & Chr.*)$', VBA,
                          re.MULTILINE)  # fmt: skip
    folders = f"False;{ADD_IN};{ADD_IN};;;;{SETTINGS[CODE]}"
    command = "\n".join(procedures(VBA)["XLPyCommand"])
    for sign, means in re.findall(r'PYTHONPATH = Replace\(PYTHONPATH, "(.*)", "(.*)"\)', command):
        folders = folders.replace(sign, means)
    names = {"PYTHON_WIN": SETTINGS[INTERPRETER], "ConsoleSwitch": "", "PYTHONPATH": folders,
             "LicenseKeyEnvString": ""}  # fmt: skip
    whole = in_vba(start, names) + in_vba(tail, names) + '"'
    assert server_command(SETTINGS, ADD_IN, ID) == whole.replace("$(CLSID)", ID)


def test_what_it_runs_is_python() -> None:
    code = server_command(SETTINGS, ADD_IN, ID).split(' -c "')[1].removesuffix('""')
    compile(code.replace('\\"', '"').replace("^&", "&"), "command", "exec")


def python(code: str) -> list[str]:
    return [sys.executable, "-c", code]


def test_a_server_that_runs_is_ended_again(tmp_path: Path) -> None:
    ended = tmp_path / "ended"
    code = f"import time; print('{RUNS}, clsid=', end='\\n'); time.sleep(30); open(r'{ended}', 'w')"
    assert trouble_starting(python(code)) == ""
    assert not ended.exists()


def test_what_keeps_it_from_running_is_told() -> None:
    said = trouble_starting(python("import not_there_at_all"))
    assert "No module named 'not_there_at_all'" in said
    assert "no answer after 0.5 seconds" in trouble_starting(
        python("input_ = 1\nwhile 1: pass"), 0.5
    )
    assert "not_there" in trouble_starting(["/not_there/python"])


SERVED = [sys.executable, "-m", "tests.hosts.classic_served"]


def test_xlwings_own_server_says_that_it_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    """In the words that are waited for, on its way through a library that is stubbed."""
    monkeypatch.chdir(ROOT)
    assert trouble_starting([*SERVED, "STAY"]) == ""


def test_a_served_excel_finds_the_class_that_is_registered() -> None:
    """One class for every Excel, of the id that xlwings' VBA asks for where it is told to."""
    done = subprocess.run([*SERVED, "END"], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["registered"] == [CLASS_ID, f"factory of {CLASS_ID}", 4, 5]
    assert told["functions"], "they are there before the first call"
    assert told["revoked"]
    assert re.findall(r'XLPyCommand = "(\{.*\})"', VBA) == [CLASS_ID]
    assert 'DEBUG_UDFS = GetConfig("DEBUG UDFS", False)' in VBA


def test_an_add_in_is_installed_for_it(tmp_path: Path) -> None:
    done = CliRunner().invoke(app, ["install", "--served", "--startup", str(tmp_path)])
    assert done.exit_code == 0
    assert "xlmargin serve-excel" in done.output
    installed = tmp_path / "xlmargin.xlam"
    assert made_of(installed)
    assert FOR_SERVED.items() <= settings_in(installed).items()


def test_elsewhere_it_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    done = CliRunner().invoke(app, ["serve-excel"])
    assert done.exit_code == 1
    assert "wanted Windows" in done.output
