"""The add-in for Excel on Windows: put in its place, or taken away."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Final

import typer

from xlmargin.cli.app import command
from xlmargin.cli.options import AsJson, Force, written_to
from xlmargin.cli.outputs import refuse_output, writing
from xlmargin.cli.registered import registered
from xlmargin.cli.terminal import print_rows
from xlmargin.errors import printed
from xlmargin.excel.worksheet_function import WorksheetFunction
from xlmargin.hosts.classic.add_in import add_in
from xlmargin.hosts.classic.config_sheet import COMMON, INTERPRETER
from xlmargin.hosts.classic.doctor import FindingLevel, examined
from xlmargin.hosts.classic.installation import (
    InstallStep,
    installing,
    places,
    refuse_elsewhere,
    refuse_unnamed,
    settings_for,
    uninstalling,
)
from xlmargin.hosts.classic.machine import Machine, this_machine
from xlmargin.hosts.classic.server import FOR_SERVED, serve
from xlmargin.standard_output import write_json

Startup = Annotated[Path | None, typer.Option(help="Folder that Excel opens on starting.")]
_DryRun = Annotated[bool, typer.Option("--dry-run", help="Only show what would be done.")]


@command()
def install(
    startup: Startup = None,
    python: Annotated[
        Path | None, typer.Option(help="Another python.exe with xlmargin, for this machine alone.")
    ] = None,
    served: Annotated[
        bool, typer.Option("--served", help="Excel starts no Python: serve-excel answers it.")
    ] = False,
    dry_run: _DryRun = False,
) -> None:
    r"""Put the add-in into Excel on Windows: the same file on every machine.

    It names the Python in %LOCALAPPDATA%\xlmargin\python; with --python one that names another.
    """
    found = places(startup)
    refuse_elsewhere(startup, found)
    settings = {**(settings_for(python) if python else {}), **(FOR_SERVED if served else {})}
    if not python:
        refuse_unnamed(found)
    _carry_out(installing(found, settings), dry_run)
    typer.echo(printed(f"Python: {settings.get(INTERPRETER, COMMON[INTERPRETER])}"))
    if not dry_run:
        if served:
            typer.echo("Before Excel, at each logon: xlmargin serve-excel")
        typer.echo("Start Excel anew: the functions and the tab xlmargin are there.")


@command()
def serve_excel() -> None:
    """Answer every Excel of this user, for an add-in that was installed with --served.

    Excel then starts no process, which some firms forbid, and all Excels share one warm Python.
    """
    serve(lambda: typer.echo("Excel is answered until this window is closed."))


@command()
def uninstall(startup: Startup = None, dry_run: _DryRun = False) -> None:
    """Take the add-in out of Excel again; files of others stay as they are."""
    found = places(startup)
    refuse_elsewhere(startup, found)
    _carry_out(uninstalling(found), dry_run)


@command()
def build_xlam(
    output: Annotated[Path, written_to("Add-in to write (.xlam).")] = Path("xlmargin.xlam"),
    force: Force = False,
) -> None:
    """Write the functions as the add-in for Excel on Windows, as it is shipped in the package."""
    refuse_output(output, [".xlam"], force=force)
    with writing(output) as whole:
        whole.write_bytes(add_in(registered()))
    typer.echo(f"Written: {output}")


def _carry_out(step: InstallStep, dry_run: bool) -> None:
    if not dry_run:
        step.do()
    would = "would be " if dry_run and step.changes else ""
    typer.echo(printed(f"{step.path}: {would}{step.outcome}"))


_STYLES: Final = {
    FindingLevel.ERROR.value: "red",
    FindingLevel.WARNING.value: "yellow",
    FindingLevel.GOOD.value: "green",
}


def examine(machine: Machine, functions: Iterable[WorksheetFunction], as_json: bool) -> bool:
    """Show all findings; answers whether none is an error."""
    findings = examined(machine, functions)
    if as_json:
        stated = [
            {"level": f.level.value, "what": f.what, "says": f.says, "mend": f.mend}
            for f in findings
        ]
        write_json({"findings": stated})
    else:
        rows = [[f.level.value, f.what, f.says, f.mend] for f in findings]
        print_rows(("", "what", "says", "to mend it"), rows, styles=_STYLES)
    return all(finding.level is not FindingLevel.ERROR for finding in findings)


@command()
def doctor(startup: Startup = None, as_json: AsJson = False) -> int:
    """Look at all that Excel needs to call the functions; exit code 1 where something is wrong."""
    return 0 if examine(this_machine(places(startup)), registered(), as_json) else 1
