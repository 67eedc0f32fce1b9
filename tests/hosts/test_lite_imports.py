"""What a worksheet function needs is there in the browser: no threads, processes or sockets."""

from __future__ import annotations

import ast
import json
import subprocess
import sys
from functools import cache
from pathlib import Path

import pytest

from xlmargin.hosts.lite.personal import (
    BUTTONS,
    FUNCTIONS,
    PACKAGES,
    imports,
    modules_reached_from,
    personal_modules,
)

ROOT = Path(__file__).parents[2]
NOT_IN_A_BROWSER = {
    "_multiprocessing", "_posixsubprocess", "_thread", "asyncio", "concurrent", "ctypes", "curses",
    "dbm", "distributed", "ensurepip", "fcntl", "grp", "highspy", "idlelib", "lib2to3", "lzma",
    "mmap", "msvcrt", "multiprocessing", "pwd", "pyarrow", "python_calamine", "readline",
    "resource", "select", "selectors", "signal", "socket", "socketserver", "sqlite3", "ssl",
    "subprocess", "syslog", "termios", "threading", "tkinter", "tty", "turtle", "venv", "winreg",
    "winsound", "http", "urllib", "rich", "typer", "xlsxwriter", "packaging", "pyopenvba",
}  # fmt: skip
"""Modules that Pyodide has not, that cannot work there, or that Lite need not load."""

IN_THE_BROWSER = {"numpy", "scipy", "pandas", "holidays", "xlwings"}
"""The packages of others that are there."""

WITHOUT = """
import json, sys
from importlib.machinery import PathFinder
class Without(PathFinder):
    @classmethod
    def find_spec(cls, name, path=None, target=None):
        left_out = name.partition(".")[0] in {left_out}
        return None if left_out else super().find_spec(name, path, target)
sys.meta_path[sys.meta_path.index(PathFinder)] = Without
from xlmargin import udfs
positions = [
    ["symbol", "type", "quantity", "strike", "expiration", "price"],
    ["XYZ", "stock", 500, None, None, 100.0],
    ["XYZ", "put", -5, 95, "2026-12-18", 2.5],
    ["XYZ", "call", -5, 105, "2026-12-18", 2.0],
]
settings = [["name", "value"], ["as_of", "2026-01-15"], ["rate", 0.04], ["cash", 1000]]
answers = [
    f(positions, None, settings)
    for f in (udfs.PM_REQUIREMENT, udfs.REGT_INITIAL, udfs.REGT_STRATEGIES, udfs.MARGIN_ACCOUNT,
              udfs.XLM_CHECK, udfs.XLM_EXPLAIN, udfs.PM_CONTRIBUTION, udfs.MARGIN_COMPARE)
]
answers.append(udfs.MARGIN_CALL_DUE("2026-01-15", "regt"))
print()
print(json.dumps({{"answers": answers, "modules": sorted(sys.modules)}}), flush=True)
"""


@cache
def run(left_out: frozenset[str]) -> dict[str, list[object]]:
    """The answers of a fresh Python without some packages."""
    done = subprocess.run(
        [sys.executable, "-c", WITHOUT.format(left_out=set(left_out) or "()")],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (said,) = (line for line in done.stdout.splitlines() if line.startswith('{"answers"'))
    answer: dict[str, list[object]] = json.loads(said)
    return answer


PACKAGES_ELSEWHERE = frozenset(
    {
        "highspy", "pyarrow", "distributed", "python_calamine", "rich", "typer", "xlsxwriter",
        "packaging", "pyopenvba", "QuantLib", "exchange_calendars",
    }
)  # fmt: skip
"""Packages of others that the browser has not; none of them may be needed to answer."""


def test_the_functions_answer_alike_without_what_a_browser_lacks() -> None:
    assert run(PACKAGES_ELSEWHERE)["answers"] == run(frozenset())["answers"]
    assert not any("#XLM!" in str(a) for a in run(PACKAGES_ELSEWHERE)["answers"])


def shipped() -> list[Path]:
    """Our own modules that are loaded when functions answer."""
    names = [str(name) for name in run(PACKAGES_ELSEWHERE)["modules"]]
    ours = [name for name in names if name.partition(".")[0] == "xlmargin"]
    paths = [ROOT / Path(*name.split(".")) for name in ours]
    files = [p / "__init__.py" if p.is_dir() else p.with_suffix(".py") for p in paths]
    return [file for file in files if file.exists()]


def at_import(tree: ast.AST) -> set[str]:
    """Packages that a module imports when it is imported itself: not inside its functions."""
    found = set()
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add((node.module or "").partition(".")[0])
        else:
            found |= at_import(node)
    return found


def test_the_walk_finds_the_engine() -> None:
    rooms = {path.relative_to(ROOT).parts[1] for path in shipped()}
    assert {"pricing", "risk_array", "portfolio_margin", "strategy_margin", "excel"} <= rooms
    assert not {"commands", "workbooks", "hosts", "samples"} & rooms
    assert at_import(ast.parse("import a.b\ntry:\n import c\nexcept E:\n d\ndef f():\n import e")) \
        == {"a", "c"}  # fmt: skip


@pytest.mark.parametrize("path", shipped(), ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_of_the_engine_imports_only_what_a_browser_has(path: Path) -> None:
    needed = at_import(ast.parse(path.read_text(encoding="utf-8")))
    if path.stem == "solver_highspy":
        # Loaded only where it is there; SciPy solves everywhere else.
        needed -= {"highspy"}
    if path.stem == "computing":
        # Locks and events are there, and nobody to wait for: only threads cannot be started.
        needed -= {"threading"}
    assert not needed & NOT_IN_A_BROWSER
    others = needed - sys.stdlib_module_names - {"xlmargin"}
    assert others <= IN_THE_BROWSER


WITHOUT_IN_THE_BROWSER = {
    "xlmargin.strategy_margin.solver.highspy_engine": {"highspy"},
    "xlmargin.computing": {"threading"},
    "xlmargin.arrow_buffers": {"pyarrow"},
    "xlmargin.importers.arrow_columns": {"pyarrow"},
    "xlmargin.importers.parquet_files": {"pyarrow"},
    "xlmargin.importers.workbook_files": {"python_calamine"},
}
"""What modules of the folder for Lite import and do without: SciPy solves, there are no threads to
start, and no files to read.
"""


def test_all_that_the_folder_imports_is_in_the_browser() -> None:
    """Whatever a function may import, when it is loaded or later: ours in the folder, others there.

    A module that does without something must still want it, else it is no exception any more.
    """
    modules = modules_reached_from(FUNCTIONS, BUTTONS)
    without: dict[str, set[str]] = {}
    for name, path in modules.items():
        for found in imports(path):
            package = found.partition(".")[0]
            if package == "xlmargin":
                assert found.rpartition(".")[0] in modules or found in modules, (name, found)
            elif package in NOT_IN_A_BROWSER:
                without.setdefault(name, set()).add(package)
            else:
                assert package in sys.stdlib_module_names | IN_THE_BROWSER, (name, package)
    assert without == WITHOUT_IN_THE_BROWSER
    assert set(PACKAGES) == IN_THE_BROWSER


def test_the_folder_is_enough_to_answer(tmp_path: Path) -> None:
    """With nothing else of ours: no rule, table or module is missing from it."""
    for name, content in personal_modules().items():
        path = tmp_path / "xlmargin" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    code = (
        f"import sys; sys.path[0] = {str(tmp_path)!r}; import xlmargin;"
        f"assert xlmargin.__file__.startswith({str(tmp_path)!r});"
    ) + WITHOUT.format(left_out=set(PACKAGES_ELSEWHERE)).replace("\nclass", "\n\nclass")
    done = subprocess.run(
        [sys.executable, "-I", "-c", code], cwd=tmp_path, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (said,) = (line for line in done.stdout.splitlines() if line.startswith('{"answers"'))
    assert json.loads(said)["answers"] == run(frozenset())["answers"]


def test_no_module_of_other_hosts_is_in_the_folder() -> None:
    rooms = {name.partition("/")[0] for name in personal_modules()}
    assert {"pricing", "rulebook", "udfs.py"} <= rooms
    assert not rooms & {"cli", "commands", "hosts", "samples", "workbooks"}
    data = set((ROOT / "xlmargin" / "rulebook").rglob("*.toml"))
    shipped = {ROOT / "xlmargin" / name for name in personal_modules()}
    assert data <= shipped
