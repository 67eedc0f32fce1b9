"""Presses the button Report through the real classic xlwings; prints what Excel is told as JSON.

The text that VBA hands over is run by the COM server's own `Exec`, on workbooks that only keep what
they are told; the active one is a file. See `fake_windows`. usage: ... FILE
"""

from __future__ import annotations

import json
import shutil
import sys
from importlib.resources import files
from pathlib import Path
from types import SimpleNamespace
from unittest import mock

from tests.hosts import fake_windows
from tests.hosts.vba_text import lines_of, texts


def command() -> str:
    """What the macro has Python do."""
    module = files("xlmargin.hosts.classic").joinpath("macros.bas").read_text("ascii")
    (line,) = [line for line in lines_of(module) if "RunPython" in line]
    return "".join(texts(line))


def workbook(application: SimpleNamespace, path: str) -> SimpleNamespace:
    """A workbook as Excel's COM has it."""
    return SimpleNamespace(
        Application=application,
        Name=Path(path).name,
        FullName=path,
        Worksheets=[],
        SaveCopyAs=lambda copy: shutil.copyfile(path, copy),
    )


class Workbooks:
    """The workbooks that are open: of those that may be asked for by name, none."""

    def __init__(self, application: SimpleNamespace, told: dict[str, list[object]]) -> None:
        self.Application, self._told = application, told
        self.Count = 0

    def __call__(self, name: object) -> None:
        from pywintypes import com_error

        raise com_error(name)

    def Open(self, path: str, *_: object) -> SimpleNamespace:  # noqa: N802
        self._told["opened"].append(path)
        opened = workbook(self.Application, path)
        opened.ExportAsFixedFormat = lambda **asked: self._told["printed"].append(asked["Filename"])
        return opened


def main() -> None:
    """Print which files were opened and printed, and what was said."""
    fake_windows.install()
    import xlwings._xlwindows as windows
    from xlwings.com_server import XLPython

    told: dict[str, list[object]] = {"opened": [], "printed": [], "said": []}
    application = SimpleNamespace(Hwnd=0)

    def said(_: object, prompt: str, title: str, __: object) -> int:
        told["said"].append([title, prompt])
        return 1

    application.Workbooks = Workbooks(application, told)
    application.ActiveWorkbook = workbook(application, sys.argv[1])
    windows.BOOK_CALLER = workbook(application, "/xlmargin.xlam")
    windows.win32api.MessageBox = said
    with mock.patch.object(windows, "win32con", mock.MagicMock(MB_OK=0, MB_ICONWARNING=0)):
        XLPython().Exec(command())
    json.dump(told, sys.stdout)


if __name__ == "__main__":
    main()
