"""The functions in Pyodide on Node: the Python of xlwings Lite, without Excel.

XLMARGIN_PYODIDE names a folder with Pyodide (its npm package, or better its full distribution,
which has numpy, scipy and pandas), and the wheels of xlwings (pyemscripten), holidays and
python-dateutil beside it.
"""

from __future__ import annotations

import ast
import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from xlmargin.hosts.lite.personal import (
    FUNCTIONS,
    PACKAGE,
    PACKAGES,
    imports,
    modules_reached_from,
    personal_modules,
)

HERE = Path(__file__).parent
NODE = shutil.which("node")
PYODIDE = os.environ.get("XLMARGIN_PYODIDE")

pytestmark = [
    pytest.mark.skipif(NODE is None, reason="node is not installed: Pyodide was not run"),
    pytest.mark.skipif(
        not PYODIDE, reason="XLMARGIN_PYODIDE names no folder of Pyodide: it was not run"
    ),
]


@pytest.fixture(scope="module")
def in_pyodide(tmp_path_factory: pytest.TempPathFactory) -> Any:
    folder = tmp_path_factory.mktemp("personal")
    modules, names = folder / "modules.zip", folder / "names.json"
    with zipfile.ZipFile(modules, "w") as packed:
        for name, content in personal_modules().items():
            packed.writestr(f"{PACKAGE}/{name}", content)
    names.write_text(json.dumps(sorted(of_the_library())), encoding="utf-8")
    done = subprocess.run(
        [
            str(NODE), str(HERE / "pyodide_run.mjs"), str(Path(str(PYODIDE)).resolve()),
            str(modules), str(HERE / "lite_calls.py"), str(names),
        ],
        capture_output=True, text=True, timeout=600, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])


def test_its_python_compiles_every_module(in_pyodide: Any) -> None:
    assert in_pyodide["platform"] == "emscripten"
    assert in_pyodide["compiled"]


def of_the_library() -> set[str]:
    """What the modules of the folder import of Python's library, when loaded or later."""
    found = {n for p in modules_reached_from(FUNCTIONS).values() for n in imports(p)}
    tops = {name.partition(".")[0] for name in found}
    return tops & sys.stdlib_module_names


def test_all_of_python_s_library_that_is_imported_is_there(in_pyodide: Any) -> None:
    assert len(of_the_library()) > 20
    assert in_pyodide["absent"] == []


def test_its_distribution_has_the_packages() -> None:
    """All but xlwings and holidays, which are pure Python and come from the index of packages."""
    listed = json.loads((Path(str(PYODIDE)) / "pyodide-lock.json").read_text(encoding="utf-8"))
    assert set(PACKAGES) - {"xlwings", "holidays"} <= listed["packages"].keys()


def test_it_answers_as_plain_python_does(in_pyodide: Any) -> None:
    if missing := in_pyodide.get("missing"):
        pytest.skip(f"Pyodide has not all packages: {missing}")
    assert close(in_pyodide["answers"], in_python())


def in_python() -> Any:
    """The answers of this Python to the same calls."""
    code = ast.parse((HERE / "lite_calls.py").read_text(encoding="utf-8"))
    last = code.body.pop()
    assert isinstance(last, ast.Expr)
    names: dict[str, Any] = {}
    exec(compile(code, "lite_calls.py", "exec"), names)
    return json.loads(eval(compile(ast.Expression(last.value), "lite_calls.py", "eval"), names))


def close(one: Any, other: Any) -> bool:
    """Alike, amounts to a hundredth of a cent."""
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(close, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(close(one[k], other[k]) for k in one)
    if isinstance(one, float) and isinstance(other, float):
        return one == pytest.approx(other, rel=1e-9, abs=1e-4)
    return bool(one == other)


def test_close_tells_apart() -> None:
    assert close({"a": [1.0, "x"]}, {"a": [1.00001, "x"]})
    assert not close({"a": [1.0]}, {"a": [1.001]})
    assert not close([1.0], [1.0, 2.0])
