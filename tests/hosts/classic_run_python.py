"""Presses buttons through the real classic xlwings; prints what Excel is told as JSON.

The text that VBA hands over is run by the COM server's own `Exec`, on books of `fake_excel`; the
active one is a file. See `fake_windows`. Standard input says what to do: the `book`, its
`name` and `fullname` where they are others, the `presses` of a macro and the path then chosen, the
`tables` that are to be shown at the end, and the numbers of the writes that fail, `fails_at`.
"""

from __future__ import annotations

import datetime as dt
import json
import re
import sys
from importlib.resources import files
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

from tests.hosts import fake_windows
from tests.hosts.fake_excel import AUTOMATIC, Workbook
from tests.hosts.vba_text import lines_of, procedures, texts


def command(macro: str) -> str:
    """What a macro has Python do: VBA's texts joined, with the name of the button among them."""
    module = files("xlmargin.hosts.classic").joinpath("macros.bas").read_text("ascii")
    (named,) = [line for line in procedures(module)[macro] if 'XlmRun "' in line]
    button, _ = texts(named)
    (line,) = [line for line in lines_of(module) if "RunPython" in line]
    joined = re.sub(r'"\s*&\s*button\s*&\s*"', button, line)
    return "".join(texts(joined))


class Workbooks:
    """The workbooks that are open: of those that may be asked for by name, none."""

    def __init__(self, application: SimpleNamespace, told: dict[str, Any]) -> None:
        self.Application, self._told = application, told
        self.Count = 0

    def __call__(self, name: object) -> None:
        from pywintypes import com_error

        raise com_error(name)

    def Open(self, path: str, *_: object) -> Workbook:  # noqa: N802
        if self._told["fails_to_open"]:
            raise RuntimeError("Excel is busy")
        self._told["opened"].append(path)
        opened = Workbook(self.Application, Path(path))
        opened.ExportAsFixedFormat = (  # type: ignore[attr-defined]
            lambda **asked: self._told["printed"].append(asked["Filename"])
        )
        return opened


class Picker(SimpleNamespace):
    """A window in which a folder is chosen."""

    def Show(self) -> int:  # noqa: N802
        return -1 if self.chosen else 0

    def SelectedItems(self, _: int) -> str:  # noqa: N802
        return str(self.chosen)


def pressed(asked: dict[str, Any]) -> dict[str, Any]:
    """What Excel is told when buttons are pressed one after another."""
    import xlwings._xlwindows as windows
    from xlwings.com_server import XLPython

    told: dict[str, Any] = {"opened": [], "printed": [], "said": []}
    told["fails_to_open"] = asked.get("fails_to_open", False)
    application = SimpleNamespace(Hwnd=0, Calculation=AUTOMATIC, DisplayAlerts=True)
    application.Workbooks = Workbooks(application, told)
    book = Workbook(application, Path(asked["book"]))
    book.Name = asked.get("name", book.Name)
    book.FullName = asked.get("fullname", book.FullName)
    application.ActiveWorkbook = book
    before = book.content()

    def said(_: object, prompt: str, title: str, __: object) -> int:
        told["said"].append([title, prompt])
        return 1

    windows.BOOK_CALLER = SimpleNamespace(Application=application, Name="xlmargin.xlam")
    windows.win32api.MessageBox = said
    constants = mock.MagicMock(MB_OK=0, MB_ICONWARNING=16, MB_ICONINFORMATION=64)
    with mock.patch.object(windows, "win32con", constants):
        for macro, chosen in asked["presses"]:
            book.writes, book.fails_at = 0, frozenset(asked.get("fails_at", ()))
            application.GetOpenFilename = lambda *_, chosen=chosen: chosen or False
            application.FileDialog = lambda _, chosen=chosen: Picker(chosen=chosen)
            XLPython().Exec(command(macro))
    told["unchanged"] = book.content() == before
    told["sheets"] = {page.Name: page.Visible for page in book.pages}
    told["tables"] = {name: book.table(name) for name in asked.get("tables", ())}
    told["notes"] = [row for (row, _), text in sorted(notes(book).items()) for row in [text]]
    told["calculation"] = application.Calculation
    return told


def notes(book: Workbook) -> dict[tuple[int, int], object]:
    """The sheet of notes."""
    return next((page.cells for page in book.pages if page.Name == "xlmargin notes"), {})


def shown(cell: object) -> object:
    """A cell as JSON has it: a date as text, a formula behind its name."""
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat()
    raise TypeError(f"{cell!r}")


def main() -> None:
    """Do what standard input says."""
    fake_windows.install()
    asked = json.load(sys.stdin)
    print(json.dumps(pressed(asked), default=shown))


if __name__ == "__main__":
    main()
