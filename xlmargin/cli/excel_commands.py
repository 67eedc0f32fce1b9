"""Commands that put the functions into Excel, look at what it needs, and answer assistants."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from xlmargin.cli.app import AsJson, command, registered
from xlmargin.errors import MarginError

_Startup = Annotated[Path | None, typer.Option(help="Folder that Excel opens on starting.")]

_DryRun = Annotated[bool, typer.Option("--dry-run", help="Only show what would be done.")]


@command()
def install(
    startup: _Startup = None,
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
    from xlmargin.commands.install import install
    from xlmargin.hosts.classic.places import places, refuse_elsewhere

    found = places(startup)
    refuse_elsewhere(startup, found)
    install(found, python, served, dry_run)


@command()
def serve_excel() -> None:
    """Answer every Excel of this user, for an add-in that was installed with --served.

    Excel then starts no process, which some firms forbid, and all Excels share one warm Python.
    """
    from xlmargin.hosts.classic.served import serve

    serve(lambda: typer.echo("Excel is answered until this window is closed."))


@command()
def uninstall(startup: _Startup = None, dry_run: _DryRun = False) -> None:
    """Take the add-in out of Excel again; files of others stay as they are."""
    from xlmargin.commands.install import uninstall
    from xlmargin.hosts.classic.places import places, refuse_elsewhere

    found = places(startup)
    refuse_elsewhere(startup, found)
    uninstall(found, dry_run)


@command()
def doctor(startup: _Startup = None, as_json: AsJson = False) -> int:
    """Look at all that Excel needs to call the functions; exit code 1 where something is wrong."""
    from xlmargin.commands.doctor import examine
    from xlmargin.hosts.classic.machine import this_machine
    from xlmargin.hosts.classic.places import places

    return 0 if examine(this_machine(places(startup)), registered(), as_json) else 1


@command()
def mcp() -> None:
    """Answer an assistant on standard input and output: each worksheet function is a tool.

    It speaks the Model Context Protocol, for which xlmargin is installed with [mcp].
    """
    try:
        from xlmargin.hosts.assistants import serve
    except ImportError as error:
        raise MarginError(
            "Assistants need the package mcp: python -m pip install 'mcp>=2,<3'."
        ) from error

    serve(registered())
