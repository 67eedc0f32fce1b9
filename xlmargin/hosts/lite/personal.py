"""What goes into xlwings Lite: our own modules as they stand here, and lines that a user pastes.

Nothing is fetched for the modules: no wheel, no address, no name that somebody else could register.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import xlmargin

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

MAIN: Final = f'''\
"""The functions and buttons of xlmargin, for xlwings Lite: paste this into main.py."""

import xlwings as xw
from {FUNCTIONS} import *  # every worksheet function; the folder is under Personal Modules
from xlmargin.macros import in_lite
from xlwings import script


@script
def import_sheet(book: xw.Book):
    """Positions, prices, day and cash of the sheet shown, a broker's file, into the book."""
    in_lite.import_sheet(book)


@script
def snapshot(book: xw.Book):
    """Today's book and prices into the dated tables."""
    in_lite.snapshot(book)


@script
def reconcile(book: xw.Book):
    """The broker's figures of the sheet shown into the sheet Broker."""
    in_lite.reconcile(book)


@script
def report(book: xw.Book):
    """A new dated sheet with the figures, values alone."""
    in_lite.report(book)


@script
def undo(book: xw.Book):
    """The tables as they were before the last script that changed them."""
    in_lite.undo(book)


@script
def check(book: xw.Book):
    """Go to the problems of the input."""
    book.sheets["Check"].activate()


@script
def settings(book: xw.Book):
    """Go to date, rates and house."""
    book.sheets["Settings"].activate()
'''
"""The functions register where they are defined; a script is a button of the task pane."""

PACKAGES: Final = ("xlwings", "numpy", "scipy", "pandas", "holidays")
"""What the functions import beside themselves, all of it in Pyodide or pure Python."""

REQUIREMENTS: Final = "".join(f"{name}\n" for name in PACKAGES)
"""The text for requirements.txt."""

GUIDE: Final = """\
xlmargin in xlwings Lite: Excel on the Mac, the web and Windows, without a server.

1. Excel, Home or Insert, Add-ins: xlwings Lite. Open its task pane.
2. Its menu, Files, Import/Export, Personal Modules: drop the folder xlmargin that lies in
   lite-personal beside this text. On Windows that folder can be mounted instead, and is not lost.
3. Paste lite-requirements.txt into requirements.txt and lite-main.py into main.py, and restart Lite
   by its menu. The functions are in this workbook, and in each whose main.py has the same lines;
   a -lite.xlsx of the templates answers without its formulas being entered again.

Scripts in the pane: import_sheet and reconcile read the sheet that is shown, so open or paste the
broker's file into a new sheet of the workbook first; snapshot, report (a new sheet), undo, check,
settings. Formulas in the tables that they fill become values.

What to know:
- Trust: a workbook that you did not write asks at its first run whether its code may run. Until
  you say yes it shows its last answers.
- Start: Lite starts by itself only in a workbook in which its pane was opened once by hand and that
  was saved after it. Before, cells show their last answers, then #NAME? or #BUSY!: open the pane.
- Lost files: dropped files are lost when Office's cache is cleared. Keep the folder; drop it again.
- After an upgrade of xlmargin: write the folder anew, drop it over the old one, restart Lite.
- #NAME? in one workbook alone: a name that is defined in it is that of a function.
- Nothing of xlmargin is downloaded: requirements.txt names packages of Lite's own Python alone.
"""
