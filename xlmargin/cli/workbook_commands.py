"""Commands that write and recalculate workbooks, add-ins and the help page."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from xlmargin.cli.app import AsJson, Force, Logo, command, registered


@command(refused=2)
def calc(
    book: Annotated[Path, typer.Argument(help="Workbook: .xlsx, .xlsm or .ods.")],
    pdf: Annotated[Path | None, typer.Option(help="Also print it to this PDF.")] = None,
    timeout: Annotated[float, typer.Option(help="Seconds to wait for LibreOffice.")] = 120.0,
    force: Force = False,
    as_json: AsJson = False,
) -> int:
    """Recalculate every formula in LibreOffice and compare it with its value in the file.

    Exit code 0 where all are equal, 1 where a cell differs or shows an error, 2 where refused.
    """
    from xlmargin.commands import recalculate_book

    return 0 if recalculate_book(book, registered(), pdf, timeout, as_json, force) else 1


class _Host(StrEnum):
    """The programs that workbooks are written for."""

    PLAIN = "plain"
    CLASSIC = "classic"
    LINKED = "linked"
    LITE = "lite"


@command("build-workbooks")
def build_workbooks_(
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Folder to write the workbooks into.")
    ] = Path("workbooks"),
    host: Annotated[
        _Host,
        typer.Option(
            help="For any program, Excel on Windows (with macros, or naming the add-in), Lite."
        ),
    ] = _Host.PLAIN,
    logo: Logo = None,
    force: Force = False,
) -> None:
    """Write the template workbooks, one for each task, filled with the sample book."""
    from xlmargin.commands import build_workbooks
    from xlmargin.commands.workbook_hosts import Host

    build_workbooks(output, registered(), Host(host), force, logo)


@command()
def build_oxt(
    output: Annotated[Path, typer.Option("--output", "-o", help="Add-in to write (.oxt).")] = Path(
        "xlmargin.oxt"
    ),
    force: Force = False,
) -> None:
    """Write the functions as an add-in for LibreOffice Calc."""
    from xlmargin.commands import build_add_in

    build_add_in(output, registered(), force)


@command()
def build_xlam(
    output: Annotated[Path, typer.Option("--output", "-o", help="Add-in to write (.xlam).")] = Path(
        "xlmargin.xlam"
    ),
    force: Force = False,
) -> None:
    """Write the functions as the add-in for Excel on Windows, as it is shipped in the package."""
    from xlmargin.commands.install import build_add_in

    build_add_in(output, registered(), force)


@command()
def help_page(
    output: Annotated[Path, typer.Option("--output", "-o", help="Page to write (.html).")] = Path(
        "help.html"
    ),
    force: Force = False,
    of_input: Annotated[bool, typer.Option("--input", help="The input's page instead.")] = False,
) -> None:
    """Write the reference of the worksheet functions as one page to read and print.

    With --input that of the input: headings, words, cells, and every error with its cure.
    """
    from xlmargin.commands.help_pages import write_help_page

    write_help_page(output, registered(), force, of_input=of_input)
