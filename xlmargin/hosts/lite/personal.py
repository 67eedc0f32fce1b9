"""The folder of Personal Modules for xlwings Lite: our own modules, as they stand here.

Nothing is fetched for them: no wheel, no address, no name that somebody else could register.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import xlmargin
from xlmargin.hosts.lite.pasted import BUTTONS, FUNCTIONS

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
