"""The VBA project of a workbook: xlwings' own module, the functions, the macros.

xlwings' module is taken from the xlwings that is installed, licence included (BSD, in its first
lines), so that it has the version of the Python package and of the DLL.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from importlib.metadata import version
from importlib.resources import files
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from typing import Final

from xlmargin.errors import MarginError
from xlmargin.excel.worksheet_function import WorksheetFunction
from xlmargin.hosts.classic import wrappers
from xlmargin.hosts.classic.source_only import source_only
from xlmargin.workbooks.xlsx_writer import Workbook

MACROS: Final = "macros.bas"
RIBBON: Final = "ribbon.bas"


def modules(functions: Iterable[WorksheetFunction], macros: Iterable[str]) -> dict[str, str]:
    """The text of every VBA module by its name; `macros` are files of this package."""
    texts = [_vba(files("xlmargin.hosts.classic").joinpath(name).read_bytes()) for name in macros]
    return {
        "xlwings": _xlwings_module(),
        wrappers.MODULE: wrappers.wrappers(functions),
        **{text.split('"')[1]: text for text in texts},
    }


def vba_project(modules: Mapping[str, str], sheets: int) -> bytes:
    """The project of a workbook of so many sheets; the same modules, to the byte, give the same."""
    try:
        from pyopenvba import ExcelFile  # type: ignore[import-untyped]
    except ImportError:
        raise MarginError(
            "found no pyOpenVBA, which writes VBA; run: python -m pip install 'pyOpenVBA>=6.5,<7'"
        ) from None
    with tempfile.TemporaryDirectory(prefix="xlmargin-") as folder:
        path = Path(folder) / "empty.xlsm"
        path.write_bytes(_empty_workbook(sheets))
        with ExcelFile(path) as book:
            project = book.add_vba_project()
            for name, text in modules.items():
                project.add_module(name, text)
            book.save(path)
        with ExcelFile(path) as book:
            if problems := book.validate():
                raise MarginError(f"the VBA project is not sound: {'; '.join(problems)}")
            compiled: bytes = book.vba_project_bytes()
    return source_only(compiled)


def xlwings_version() -> str:
    """The version of the xlwings that is installed, and so of its VBA module."""
    return version("xlwings")


def _xlwings_module() -> str:
    spec = find_spec("xlwings")
    assert spec is not None and spec.origin is not None
    text = _vba(Path(spec.origin).with_name("xlwings.bas").read_bytes())
    if f'XLWINGS_VERSION As String = "{xlwings_version()}"' not in text:
        raise MarginError("xlwings' VBA module is of another version than its Python package.")
    return text


def _vba(text: bytes) -> str:
    """Text with the ends of line that VBA wants."""
    return text.decode("ascii").replace("\r\n", "\n").replace("\n", "\r\n")


def _empty_workbook(sheets: int) -> bytes:
    """A workbook whose project has a module for each sheet, as Excel wants it."""
    made = BytesIO()
    workbook = Workbook(made)
    for _ in range(sheets):
        workbook.add_worksheet()
    workbook.close()
    return made.getvalue()
