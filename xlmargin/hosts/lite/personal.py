"""What goes into xlwings Lite: our own modules as they stand here, and lines that a user pastes.

Nothing is fetched for the modules: no wheel, no address, no name that somebody else could register.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import xlmargin
from xlmargin.packaged import packaged_text

PACKAGE: Final = xlmargin.__name__
"""The folder that is dropped into Lite."""

_ROOT: Final = Path(xlmargin.__file__).parent
_DATA: Final = (".toml", ".csv", ".npy")


def personal_modules() -> dict[str, bytes]:
    """The files of the folder by their paths in it: modules, and the data beside them."""
    modules = modules_reached_from(FUNCTIONS, BUTTONS)
    packages = {path.parent for path in modules.values()} - {_ROOT}
    data = (path for folder in packages for path in folder.rglob("*") if path.suffix in _DATA)
    paths = sorted({*modules.values(), *data})
    return {path.relative_to(_ROOT).as_posix(): path.read_bytes() for path in paths}


def modules_reached_from(*names: str) -> dict[str, Path]:
    """Modules and all of ours that they import, wherever they do, by their names."""
    found: dict[str, Path] = {}
    to_read = [*names]
    while to_read:
        module = to_read.pop()
        path = None if module in found else _file_of(module)
        if path is None:
            continue
        found[module] = path
        to_read += [module.rpartition(".")[0], *imports(path)]
    return found


def imports(path: Path) -> Iterator[str]:
    """The names of all that a module imports when it runs, inside of its functions too."""
    yield from _imports(ast.parse(path.read_text(encoding="utf-8")))


def _imports(tree: ast.AST) -> Iterator[str]:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield str(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        yield from _imports(node)


def _file_of(module: str) -> Path | None:
    """The file of one of our modules; None for what is none of ours or no module."""
    package, _, rest = module.partition(".")
    if package != PACKAGE:
        return None
    path = _ROOT.joinpath(*rest.split(".")) if rest else _ROOT
    file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
    return file if file.is_file() else None


PREFIX: Final = "_xldudf_"
"""How Excel marks, in a file, a function of an Office.js add-in without a namespace: as Lite's are.

Without it a formula would have to be entered again, so that there is a file for each kind of host.
"""

FUNCTIONS: Final = "xlmargin.udfs"
"""The module of the worksheet functions."""

BUTTONS: Final = "xlmargin.macros.in_lite"
"""The module of what the scripts do."""

MAIN: Final = packaged_text("xlmargin.hosts.lite", "main.txt")
"""The text for main.py: functions register where they are defined; a script is a button."""

PACKAGES: Final = ("xlwings", "numpy", "scipy", "pandas", "holidays")
"""What the functions import beside themselves, all of it in Pyodide or pure Python."""

REQUIREMENTS: Final = "".join(f"{name}\n" for name in PACKAGES)
"""The text for requirements.txt."""

GUIDE: Final = packaged_text("xlmargin.hosts.lite", "guide.txt")
"""What is to be done in Lite, and what to know."""
