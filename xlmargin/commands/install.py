"""The add-in for Excel on Windows: put in its place, or taken away."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import typer

from xlmargin.commands.outputs import refuse_output, writing
from xlmargin.errors import printed
from xlmargin.excel.worksheet_function import WorksheetFunction
from xlmargin.hosts.classic.add_in import add_in
from xlmargin.hosts.classic.another_python import settings_for
from xlmargin.hosts.classic.config_sheet import COMMON, INTERPRETER
from xlmargin.hosts.classic.installation import Step, installing, uninstalling
from xlmargin.hosts.classic.places import Places, refuse_unnamed
from xlmargin.hosts.classic.served import FOR_SERVED


def install(places: Places, python: Path | None, served: bool, dry_run: bool) -> None:
    """Install the add-in, and say what is done, or would be.

    For `python` one that names it, for `served` one that `serve-excel` answers.
    """
    settings = {**(settings_for(python) if python else {}), **(FOR_SERVED if served else {})}
    if not python:
        refuse_unnamed(places)
    _carry_out(installing(places, settings), dry_run)
    typer.echo(printed(f"Python: {settings.get(INTERPRETER, COMMON[INTERPRETER])}"))
    if not dry_run:
        if served:
            typer.echo("Before Excel, at each logon: xlmargin serve-excel")
        typer.echo("Start Excel anew: the functions and the tab xlmargin are there.")


def uninstall(places: Places, dry_run: bool) -> None:
    """Remove what installing wrote, and say so."""
    _carry_out(uninstalling(places), dry_run)


def build_add_in(output: Path, functions: Iterable[WorksheetFunction], force: bool) -> None:
    """Write the add-in anew, and say so."""
    refuse_output(output, [".xlam"], force=force)
    with writing(output) as whole:
        whole.write_bytes(add_in(functions))
    typer.echo(f"Written: {output}")


def _carry_out(step: Step, dry_run: bool) -> None:
    if not dry_run:
        step.do()
    would = "would be " if dry_run and step.changes else ""
    typer.echo(printed(f"{step.path}: {would}{step.outcome}"))
