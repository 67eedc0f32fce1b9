"""What a workbook needs for the program that it is for: macros, other names, code to paste."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

from xlmargin.errors import MarginError
from xlmargin.excel.worksheet_function import WorksheetFunction
from xlmargin.hosts.classic.add_in import FILE, add_in, made_of
from xlmargin.hosts.classic.macro_book import add_macros
from xlmargin.hosts.lite.pasted import MAIN, requirements
from xlmargin.hosts.lite.workbook import prefix_functions

if TYPE_CHECKING:
    from xlmargin.workbooks.draft import Draft

Registered = Sequence[WorksheetFunction]


class Host(StrEnum):
    """The program that a workbook is for."""

    PLAIN = "plain"
    """Any: the functions come from an add-in, in Excel on Windows or in LibreOffice."""
    CLASSIC = "classic"
    """Excel on Windows: the functions and macros come along in VBA."""
    LITE = "lite"
    """Excel on the Mac, the web and Windows: the functions come from xlwings Lite."""


ENDINGS: Final = {Host.PLAIN: ".xlsx", Host.CLASSIC: ".xlsm", Host.LITE: "-lite.xlsx"}
"""How the name of a workbook ends, so that those for several programs can lie in one folder."""


def finish_for(host: Host, functions: Registered) -> Callable[[Draft], None]:
    """What is added to a workbook once its pages are written."""

    def finish(draft: Draft) -> None:
        if host is Host.CLASSIC:
            add_macros(draft.workbook, functions)

    return finish


def adapt_to(host: Host, workbook: Path, functions: Registered) -> None:
    """What is changed in a workbook that is written."""
    if host is Host.LITE:
        prefix_functions(workbook, [function.name for function in functions])


def write_beside(host: Host, folder: Path, functions: Registered) -> list[Path]:
    """What lies beside the workbooks: the add-in, or the code that is pasted into Lite."""
    if host is Host.CLASSIC:
        path = folder / FILE
        if path.exists() and made_of(path) is None:
            raise _another_s(path)
        path.write_bytes(add_in(functions, {}))
        return [path]
    if host is Host.LITE:
        texts = {"lite-main.py": MAIN, "lite-requirements.txt": requirements()}
        return [_text_written(folder / name, text) for name, text in texts.items()]
    return []


def _text_written(path: Path, text: str) -> Path:
    """Write a text, over one of ours only, which begins alike."""
    if path.exists() and _first_line(path.read_text(encoding="utf-8", errors="replace")) != (
        _first_line(text)
    ):
        raise _another_s(path)
    path.write_text(text, encoding="utf-8", newline="\n")
    return path


def _first_line(text: str) -> str:
    return text.partition("\n")[0]


def _another_s(path: Path) -> MarginError:
    return MarginError(f"{path}: found a file that xlmargin did not write; wanted another folder.")
