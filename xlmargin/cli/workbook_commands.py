"""Commands for workbooks, add-ins and help pages: written, recalculated, put into Excel."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from xlmargin.cli.app import AsJson, Force, command, registered


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
    from xlmargin.commands.calc import recalculate_book

    return 0 if recalculate_book(book, registered(), pdf, timeout, as_json, force) else 1


class _Host(StrEnum):
    """The programs that workbooks are written for."""

    PLAIN = "plain"
    CLASSIC = "classic"
    LITE = "lite"


@command("build-workbooks")
def build_workbooks_(
    output: Annotated[
        Path, typer.Option("--output", "-o", help="Folder to write the workbooks into.")
    ] = Path("workbooks"),
    host: Annotated[
        _Host,
        typer.Option(help="For any program, Excel on Windows with macros, or xlwings Lite."),
    ] = _Host.PLAIN,
    force: Force = False,
) -> None:
    """Write the template workbooks, one for each task, filled with the sample book."""
    from xlmargin.commands.build_workbooks import Host, build_workbooks

    build_workbooks(output, registered(), Host(host), force)


@command()
def build_oxt(
    output: Annotated[Path, typer.Option("--output", "-o", help="Add-in to write (.oxt).")] = Path(
        "xlmargin.oxt"
    ),
    force: Force = False,
) -> None:
    """Write the functions as an add-in for LibreOffice Calc."""
    from xlmargin.commands.calc import build_add_in

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


_Startup = Annotated[Path | None, typer.Option(help="Folder that Excel opens on starting.")]

_DryRun = Annotated[bool, typer.Option("--dry-run", help="Only show what would be done.")]


@command()
def install(startup: _Startup = None, dry_run: _DryRun = False) -> None:
    """Put the add-in into Excel on Windows, with this Python to answer its functions."""
    from xlmargin.commands.classic_add_in import install
    from xlmargin.hosts.classic.installation import places, refuse_elsewhere

    found = places(startup)
    refuse_elsewhere(startup, found)
    install(found, registered(), dry_run)


@command()
def uninstall(startup: _Startup = None, dry_run: _DryRun = False) -> None:
    """Take the add-in out of Excel again; files of others stay as they are."""
    from xlmargin.commands.classic_add_in import uninstall
    from xlmargin.hosts.classic.installation import places, refuse_elsewhere

    found = places(startup)
    refuse_elsewhere(startup, found)
    uninstall(found, dry_run)


@command()
def doctor(startup: _Startup = None, as_json: AsJson = False) -> int:
    """Look at all that Excel needs to call the functions; exit code 1 where something is wrong."""
    from xlmargin.commands.classic_add_in import examine
    from xlmargin.hosts.classic.examination import this_machine
    from xlmargin.hosts.classic.installation import places

    return 0 if examine(this_machine(places(startup)), registered(), as_json) else 1
