"""The wheel that goes into the browser: pure Python, and asking for nothing that is not there."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

ROOT = Path(__file__).parents[2]
IN_THE_BROWSER = {"numpy", "scipy", "pandas", "holidays"}
PYODIDE = "3.14"
"""The Python of xlwings Lite's Pyodide."""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(folder)],
        cwd=ROOT, check=True, capture_output=True,
    )  # fmt: skip
    (built,) = folder.iterdir()
    return built


def metadata(wheel: Path) -> str:
    with zipfile.ZipFile(wheel) as packed:
        (name,) = [n for n in packed.namelist() if n.endswith(".dist-info/METADATA")]
        return packed.read(name).decode()


def test_it_is_for_any_python_on_any_machine(wheel: Path) -> None:
    assert wheel.name.endswith("-py3-none-any.whl")
    with zipfile.ZipFile(wheel) as packed:
        names = packed.namelist()
        (stated,) = [n for n in names if n.endswith(".dist-info/WHEEL")]
        text = packed.read(stated).decode()
    assert "Root-Is-Purelib: true" in text
    assert re.findall(r"^Tag: (.*)$", text, re.MULTILINE) == ["py3-none-any"]
    compiled = {".so", ".pyd", ".dll", ".dylib", ".a", ".pyc", ".exe", ".bin"}
    assert not {Path(name).suffix for name in names} & compiled


def test_it_has_the_functions_the_rules_and_the_macros(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        names = set(packed.namelist())
    assert {
        "xlmargin/udfs.py", "xlmargin/py.typed", "xlmargin/hosts/classic/macros.bas",
        "xlmargin/hosts/classic/ribbon.bas", "xlmargin/hosts/classic/ribbon.xml",
        "xlmargin/hosts/classic/xlmargin.xlam",
    } <= names  # fmt: skip
    rules = {str(p.relative_to(ROOT)) for p in (ROOT / "xlmargin" / "rulebook").rglob("*.toml")}
    assert rules
    assert {Path(rule).as_posix() for rule in rules} <= names


def test_it_claims_no_name_but_its_own(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as packed:
        tops = {name.partition("/")[0] for name in packed.namelist()}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"xlmargin"}


def test_in_the_browser_it_asks_for_what_is_there(wheel: Path) -> None:
    asked = [
        Requirement(text)
        for text in re.findall(r"^Requires-Dist: (.*)$", metadata(wheel), re.MULTILINE)
    ]
    there = {"platform_system": "Emscripten", "sys_platform": "emscripten", "extra": ""}
    needed = {r.name for r in asked if r.marker is None or r.marker.evaluate(there)}
    assert needed == IN_THE_BROWSER
    here = {"platform_system": "Windows", "sys_platform": "win32", "extra": ""}
    assert {"xlwings", "highspy", "typer"} <= {
        r.name for r in asked if r.marker is None or r.marker.evaluate(here)
    }


def test_it_takes_the_browser_s_python(wheel: Path) -> None:
    (asked,) = re.findall(r"^Requires-Python: (.*)$", metadata(wheel), re.MULTILINE)
    assert f"{PYODIDE}.0" in SpecifierSet(asked)
    assert "3.11.0" in SpecifierSet(asked)
    assert "3.10.0" not in SpecifierSet(asked)


def test_it_states_its_licence_and_that_of_what_it_hands_on(wheel: Path) -> None:
    text = metadata(wheel)
    assert "License-Expression: BSD-3-Clause" in text
    with zipfile.ZipFile(wheel) as packed:
        licences = {
            Path(name).name: packed.read(name).decode()
            for name in packed.namelist()
            if ".dist-info/licenses/" in name
        }
    assert "the xlmargin developers" in licences["LICENSE"]
    assert "Zoomer Analytics" in licences["NOTICE"]
