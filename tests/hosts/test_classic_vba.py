"""Another VBA compiler than Excel's takes the modules: LibreOffice's Basic.

It does not know `#If`, so that xlwings' own module cannot be tried there.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from xlsxwriter import Workbook

from xlmargin import udfs  # noqa: F401  (registers the functions)
from xlmargin.errors import MarginError
from xlmargin.excel.worksheet_function import REGISTRY
from xlmargin.hosts.calc import installed_office
from xlmargin.hosts.classic.vba_project import MACROS, RIBBON, add_macros
from xlmargin.hosts.classic.wrappers import wrappers

HERE = Path(__file__).parent
FUNCTIONS = tuple(e for e in REGISTRY.values() if e.function.__module__ == "xlmargin.udfs")
PACKAGE = files("xlmargin.hosts.classic")
TEXTS = {
    "macros": PACKAGE.joinpath(MACROS).read_text("ascii"),
    "ribbon": PACKAGE.joinpath(RIBBON).read_text("ascii"),
    "functions": wrappers(FUNCTIONS).replace("\r\n", "\n"),
}
ELSEWHERE = """
Function XLPy()
End Function
Function GetConfig(name, other)
End Function
"""
"""What the modules use of xlwings' module."""

HERE_IS = sys.executable
"""A file that is there, in place of an interpreter."""
NOT_ACTIVATED = "Could not activate Python COM server, hr = -2147221164 1000"
FAILURES = {
    "no interpreter": ("/not/there/python.exe", NOT_ACTIVATED, "found no Python /not/there/python"),
    "library": (HERE_IS, "Could not load xlwings64-0.37.8.dll from either", "run xlmargin doctor"),
    "shut out": (HERE_IS, "Could not create Python process. Access is denied", "serve-excel"),
    "no server": (HERE_IS, NOT_ACTIVATED, "serve-excel"),
    "else": (HERE_IS, "Subscript out of range", "run xlmargin doctor. Subscript out of range"),
    "long": (HERE_IS, "x" * 999, "xlmargin doctor. xxx"),
}
"""The Python that is named, what the library says, and what the cell says then."""


def failing(python: str, reason: str) -> str:
    """The module of the functions, asked what a cell says where Python cannot be called."""
    named = ELSEWHERE.replace(
        "GetConfig(name, other)\n", f'GetConfig(name, other)\nGetConfig = "{python}"\n'
    )
    plain = re.sub(r"(?m)^Attribute .*\n", "", TEXTS["functions"])
    return f'{plain}{named}Public Function Probe()\n  Probe = XlmFailed("{reason}")\nEnd Function\n'


COMPILES = "Public Function Probe()\n  Probe = 42\nEnd Function\n"
BROKEN = "Sub Broken()\n  If a Then Then\nEnd Sub\n"


@pytest.fixture(scope="module")
def answers(tmp_path_factory: pytest.TempPathFactory) -> Any:
    try:
        office = installed_office()
    except MarginError as error:
        pytest.skip(f"VBA was not compiled: {error}")
    folder = tmp_path_factory.mktemp("vba")
    book, asked = folder / "book.xlsm", folder / "modules.json"
    workbook = Workbook(str(book))
    workbook.add_worksheet()
    add_macros(workbook, FUNCTIONS)
    workbook.close()
    # Lines that Excel keeps apart as attributes are no part of the text.
    plain = {name: re.sub(r"(?m)^Attribute .*\n", "", text) for name, text in TEXTS.items()}
    modules = {
        # First: a module that does not compile has the same names, and hides theirs.
        **{
            f"failing_{i}": failing(python, reason)
            for i, (python, reason, _) in enumerate(FAILURES.values())
        },
        **{f"good_{name}": text + ELSEWHERE + COMPILES for name, text in plain.items()},
        **{f"bad_{name}": text + ELSEWHERE + COMPILES + BROKEN for name, text in plain.items()},
    }
    asked.write_text(json.dumps(modules), encoding="utf-8")
    command = [office.python, HERE / "vba_compiler.py", office.program, folder, book, asked]
    done = subprocess.run(
        [str(part) for part in command], capture_output=True, text=True, timeout=180, check=False
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("name", TEXTS)
def test_the_module_compiles(name: str, answers: Any) -> None:
    assert answers[f"good_{name}"] == 42
    assert answers[f"bad_{name}"] is None


@pytest.mark.parametrize("number", range(len(FAILURES)), ids=FAILURES)
def test_a_cell_says_in_one_sentence_what_mends_it(number: int, answers: Any) -> None:
    *_, wanted = list(FAILURES.values())[number]
    said = answers[f"failing_{number}"]
    assert said.startswith("#XLM! ")
    assert wanted in said
    assert "xlmargin " in said
    assert len(said) <= 255
