"""The VBA project of a workbook: xlwings' own module, the functions, the macros.

xlwings' module is taken from the xlwings that is installed, licence included (BSD, in its first
lines), so that it has the version of the Python package and of the DLL.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping
from importlib.metadata import version
from importlib.resources import files
from importlib.util import find_spec
from io import BytesIO
from pathlib import Path
from struct import pack_into, unpack_from
from typing import Final

from xlmargin.errors import MarginError
from xlmargin.excel.worksheet_function import WorksheetFunction
from xlmargin.hosts.classic import wrappers
from xlmargin.hosts.classic.config_sheet import write_config_sheet
from xlmargin.workbooks.xlsx_writer import Workbook

_STORAGE: Final = "VBA"
_UNCOMPILED: Final = bytes.fromhex("CC61 FFFF 00 0100")

_HEAD: Final = 6
"""Bytes of a record's kind and size."""
_VERSION, _STREAM_NAME, _OFFSET, _END = 0x0009, 0x001A, 0x0031, 0x0010
_COOKIES: Final = (0x0013, 0x002C)
_VERSION_SIZE: Final = 6
"""The record of the version says 4."""


def source_only(project: bytes) -> bytes:
    """The project as it is to be written: its source, and nothing that was compiled of it.

    [MS-OVBA] wants the version 0xFFFF and no cache where a project is written (2.3.4.1), cookies of
    0xFFFF and nothing after the last record (2.3.4.2.3), and source from the first byte of a module
    where its offset is 0 (2.3.4.3). What stands there otherwise, an Office of the version that is
    named may run in place of the source.
    """
    from pyopenvba.cfb import CFB  # type: ignore[import-untyped]
    from pyopenvba.vba import compress, decompress  # type: ignore[import-untyped]

    file = CFB.from_bytes(project)
    directory = bytearray(decompress(file.get_stream_in_storage(_STORAGE, "dir")))
    stream = ""
    for kind, start, size in _records(directory):
        if kind == _STREAM_NAME:
            stream = directory[start : start + size].decode("ascii")
        elif kind == _OFFSET:
            (compiled,) = unpack_from("<I", directory, start)
            source = file.get_stream_in_storage(_STORAGE, stream)[compiled:]
            file.write_stream_in_storage(_STORAGE, stream, source)
            pack_into("<I", directory, start, 0)
        elif kind in _COOKIES:
            pack_into("<H", directory, start, 0xFFFF)
        elif kind == _END:
            del directory[start:]
    file.write_stream_in_storage(_STORAGE, "dir", compress(bytes(directory)))
    file.write_stream_in_storage(_STORAGE, "_VBA_PROJECT", _UNCOMPILED)
    written: bytes = file.to_bytes()
    return written


def _records(directory: bytes | bytearray) -> Iterator[tuple[int, int, int]]:
    """Kind, start and size of each record of the directory of modules."""
    at = 0
    while at + _HEAD <= len(directory):
        kind, size = unpack_from("<HI", directory, at)
        size = _VERSION_SIZE if kind == _VERSION else size
        yield kind, at + _HEAD, size
        at += _HEAD + size


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


BUTTONS: Final = (
    ("Import", "XlmImport"), ("Snapshot", "XlmSnapshot"), ("Reconcile", "XlmReconcile"),
    ("Report", "XlmReport"), ("Run all", "XlmRunAll"), ("Undo", "XlmUndo"),
    ("Refresh", "XlmRefresh"), ("Check", "XlmCheck"), ("Settings", "XlmSettings"),
)  # fmt: skip
"""What each button says, and the macro that it runs."""

_WIDTH, _HEIGHT, _GAP = 96, 26, 8
_IN_A_ROW: Final = 3
_FIRST_COLUMN: Final = 14
"""Where the buttons stand on the first sheet, at the right of what is printed; pixels."""


def add_macros(workbook: Workbook, functions: Iterable[WorksheetFunction]) -> None:
    """Give a workbook in the making the functions and macros in VBA; it is to be an .xlsm.

    To be called when all its other sheets are there.
    """
    first = workbook.worksheets()[0]
    for i, (caption, macro) in enumerate(BUTTONS):
        row, column = divmod(i, _IN_A_ROW)
        placed = {"x_offset": column * (_WIDTH + _GAP), "y_offset": 4 + row * (_HEIGHT + _GAP)}
        size = {"width": _WIDTH, "height": _HEIGHT}
        first.insert_button(
            0, _FIRST_COLUMN, {"caption": caption, "macro": macro, **size, **placed}
        )
    write_config_sheet(workbook, hidden=True)
    attach(workbook, functions, (MACROS,))


def attach(
    workbook: Workbook, functions: Iterable[WorksheetFunction], macros: Iterable[str]
) -> None:
    """Attach the VBA project of a workbook whose sheets are all there, and name them as it does."""
    sheets = workbook.worksheets()
    project = vba_project(modules(functions, macros), len(sheets))
    workbook.add_vba_project(BytesIO(project), is_stream=True)
    workbook.set_vba_name("ThisWorkbook")
    for i, sheet in enumerate(sheets, start=1):
        sheet.set_vba_name(f"Sheet{i}")
