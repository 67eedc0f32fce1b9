"""Another VBA compiler than Excel's takes the modules: LibreOffice's Basic.

It does not know `#If`, so that xlwings' own module cannot be tried there.
"""

from __future__ import annotations

import json
import re
import subprocess
from importlib.resources import files
from pathlib import Path
from typing import Any

import pytest
from xlsxwriter import Workbook

from xlmargin import udfs  # noqa: F401  (registers the functions)
from xlmargin.errors import MarginError
from xlmargin.excel.worksheet_function import REGISTRY
from xlmargin.hosts.calc import installed_office
from xlmargin.hosts.classic.macro_book import add_macros
from xlmargin.hosts.classic.vba_project import MACROS, RIBBON
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
