"""What a workbook needs for the program that it is for: macros, other names, code to paste."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Final

from xlmargin.excel.worksheet_function import WorksheetFunction
from xlmargin.hosts.classic.linked_workbook import link_to_add_in
from xlmargin.hosts.classic.macro_book import add_macros
from xlmargin.hosts.classic.shipped import FILE, shipped
from xlmargin.hosts.formulas import prefix_functions
from xlmargin.hosts.lite.pasted import GUIDE, MAIN, REQUIREMENTS
from xlmargin.hosts.lite.personal import PACKAGE, personal_modules
from xlmargin.hosts.lite.workbook import PREFIX

if TYPE_CHECKING:
    from xlmargin.workbooks.draft import WorkbookBuilder

Registered = Sequence[WorksheetFunction]


class Host(StrEnum):
    """The program that a workbook is for."""

    PLAIN = "plain"
    """Any: the functions come from an add-in, in Excel on Windows or in LibreOffice."""
    CLASSIC = "classic"
    """Excel on Windows: the functions and macros come along in VBA."""
    LINKED = "linked"
    """Excel on Windows: the functions come from the add-in, which the file names."""
    LITE = "lite"
    """Excel on the Mac, the web and Windows: the functions come from xlwings Lite."""


ENDINGS: Final = {
    Host.PLAIN: ".xlsx",
    Host.CLASSIC: ".xlsm",
    Host.LINKED: "-linked.xlsx",
    Host.LITE: "-lite.xlsx",
}
"""How the name of a workbook ends, so that those for several programs can lie in one folder."""


def finish_for(host: Host, functions: Registered) -> Callable[[WorkbookBuilder], None]:
    """What is added to a workbook once its pages are written."""

    def finish(draft: WorkbookBuilder) -> None:
        if host is Host.CLASSIC:
            add_macros(draft.workbook, functions)

    return finish


def adapt_to(host: Host, workbook: Path, functions: Registered) -> None:
    """What is changed in a workbook that is written."""
    names = [function.name for function in functions]
    if host is Host.LITE:
        prefix_functions(workbook, names, PREFIX)
    if host is Host.LINKED:
        link_to_add_in(workbook, names)


def written_beside(host: Host) -> dict[str, bytes]:
    """What lies beside the workbooks, by name: the add-in, or what goes into Lite."""
    if host in (Host.CLASSIC, Host.LINKED):
        return {FILE: shipped()}
    if host is Host.LITE:
        texts = {"main.py": MAIN, "requirements.txt": REQUIREMENTS, "guide.txt": GUIDE}
        return {f"lite-{name}": text.encode() for name, text in texts.items()}
    return {}


def folders_beside(host: Host) -> dict[str, dict[str, bytes]]:
    """The folders that lie beside the workbooks, with their files by their paths in it."""
    return {f"lite-personal/{PACKAGE}": personal_modules()} if host is Host.LITE else {}
