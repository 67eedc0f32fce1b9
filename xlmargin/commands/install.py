"""The add-in for Excel on Windows: put in its place, or taken away."""

from __future__ import annotations

from collections.abc import Iterable

import typer

from xlmargin.commands.terminal import printed
from xlmargin.excel.worksheet_function import WorksheetFunction
from xlmargin.hosts.classic.installation import Step, installing, uninstalling
from xlmargin.hosts.classic.places import Places


def install(places: Places, functions: Iterable[WorksheetFunction], dry_run: bool) -> None:
    """Install the add-in, and say what is done, or would be."""
    _carry_out(installing(places, functions), dry_run)
    typer.echo(printed(f"Python: {places.interpreter}"))
    if not dry_run:
        typer.echo("Start Excel anew: the functions and the tab xlmargin are there.")


def uninstall(places: Places, dry_run: bool) -> None:
    """Remove what installing wrote, and say so."""
    _carry_out(uninstalling(places), dry_run)


def _carry_out(step: Step, dry_run: bool) -> None:
    if not dry_run:
        step.do()
    would = "would be " if dry_run and step.changes else ""
    typer.echo(printed(f"{step.path}: {would}{step.outcome}"))
