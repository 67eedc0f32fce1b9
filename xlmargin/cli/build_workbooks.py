"""The template workbooks, written whole into one folder."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from xlmargin.cli.app import command
from xlmargin.cli.options import Force, LogoFile, written_to
from xlmargin.cli.outputs import refuse_output, write_folder, writing
from xlmargin.cli.registered import functions, registered
from xlmargin.cli.terminal import progress
from xlmargin.errors import MarginError
from xlmargin.excel.worksheet_function import WorksheetFunction
from xlmargin.hosts.classic.linked_workbook import link_to_add_in
from xlmargin.hosts.classic.shipped import FILE, shipped
from xlmargin.hosts.classic.vba_project import add_macros
from xlmargin.hosts.formulas import prefix_functions
from xlmargin.hosts.lite.personal import (
    GUIDE,
    MAIN,
    PACKAGE,
    PREFIX,
    REQUIREMENTS,
    personal_modules,
)
from xlmargin.samples import FAMILY_OFFICE_NOTE
from xlmargin.workbooks import TEMPLATES, write_template
from xlmargin.workbooks.logo import logo_in

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


@command()
def build_workbooks(
    output: Annotated[Path, written_to("Folder to write the workbooks into.")] = Path("workbooks"),
    host: Annotated[
        Host,
        typer.Option(
            help="For any program, Excel on Windows (with macros, or naming the add-in), Lite."
        ),
    ] = Host.PLAIN,
    logo: LogoFile = None,
    force: Force = False,
) -> None:
    """Write the template workbooks, one for each task, filled with the sample book."""
    described = registered()
    picture = None if logo is None else logo_in(logo)
    if output.is_file():
        raise MarginError(f"{output}: found a file, wanted a folder.")
    finish = finish_for(host, described)
    paths = {template: output / f"{template.name}{ENDINGS[host]}" for template in TEMPLATES}
    for path in paths.values():
        refuse_output(path, [path.suffix], force=force)
    for template, path in paths.items():
        with writing(path) as whole, progress(len(template.pages), shown=True) as on_page:
            write_template(
                template,
                whole,
                functions(),
                note=FAMILY_OFFICE_NOTE,
                logo=picture,
                on_page=on_page,
                finish=finish,
            )
            adapt_to(host, whole, described)
        typer.echo(f"Written: {path}")
    for name, content in written_beside(host).items():
        path = output / name
        first = content.partition(b"\n")[0].decode("utf-8", "replace")
        refuse_output(path, [path.suffix], force=force, first_line=first)
        with writing(path) as whole:
            whole.write_bytes(content)
        typer.echo(f"Written: {path}")
    for name, files in folders_beside(host).items():
        write_folder(output / name, files, force=force)
        typer.echo(f"Written: {output / name} ({len(files)} files)")
