"""The template workbooks, written whole into one folder, and what each needs for its program.

That is macros, other names, or code to paste.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import Final

import typer

from xlmargin.commands.outputs import refuse_output, writing
from xlmargin.commands.terminal import progress
from xlmargin.errors import MarginError
from xlmargin.excel.worksheet_function import WorksheetFunction
from xlmargin.hosts.classic.add_in import FILE, add_in
from xlmargin.hosts.classic.macro_book import add_macros
from xlmargin.hosts.lite.pasted import MAIN, requirements
from xlmargin.hosts.lite.workbook import prefix_functions
from xlmargin.samples import FAMILY_OFFICE_NOTE
from xlmargin.workbooks import TEMPLATES, write_template
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


def written_beside(host: Host, functions: Registered) -> dict[str, bytes]:
    """What lies beside the workbooks, by name: the add-in, or the code that is pasted into Lite."""
    if host is Host.CLASSIC:
        return {FILE: add_in(functions, {})}
    if host is Host.LITE:
        return {"lite-main.py": MAIN.encode(), "lite-requirements.txt": requirements().encode()}
    return {}


def build_workbooks(
    folder: Path, registered: Registered, host: Host = Host.PLAIN, force: bool = False
) -> None:
    """Write every template for a program; the same files, to the byte, again."""
    if folder.is_file():
        raise MarginError(f"{folder}: found a file, wanted a folder.")
    functions = {entry.name: entry.function for entry in registered}
    finish = finish_for(host, registered)
    paths = {template: folder / f"{template.name}{ENDINGS[host]}" for template in TEMPLATES}
    for path in paths.values():
        refuse_output(path, [path.suffix], force=force)
    for template, path in paths.items():
        with (
            writing(path) as whole,
            progress(len(template.pages), shown=True) as on_page,
        ):
            write_template(
                template, whole, functions, note=FAMILY_OFFICE_NOTE, on_page=on_page, finish=finish
            )
            adapt_to(host, whole, registered)
        typer.echo(f"Written: {path}")
    for name, content in written_beside(host, registered).items():
        path = folder / name
        refuse_output(path, [path.suffix], force=force, first_line=_first_line(content))
        with writing(path) as whole:
            whole.write_bytes(content)
        typer.echo(f"Written: {path}")


def _first_line(content: bytes) -> str:
    return content.partition(b"\n")[0].decode("utf-8", "replace")
