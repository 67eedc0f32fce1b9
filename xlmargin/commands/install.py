"""The add-in for Excel on Windows: put in its place, or taken away."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import typer

from xlmargin.commands.terminal import printed
from xlmargin.excel.worksheet_function import WorksheetFunction
from xlmargin.hosts.classic.installation import Outcome, Step, installing, uninstalling
from xlmargin.hosts.classic.places import Places

_DOING: Final = (Outcome.WRITTEN, Outcome.REMOVED)


def install(places: Places, functions: Iterable[WorksheetFunction], dry_run: bool) -> None:
    """Install the add-in, and say what is done, or would be."""
    steps = installing(places, functions)
    _carry_out(steps, dry_run)
    typer.echo(f"Python: {places.interpreter}")
    if any(step.outcome is Outcome.ANOTHERS for step in steps):
        typer.echo(
            f"Workbooks with macros use the Python that {places.settings} names; INTERPRETER_WIN"
            f" there must be {places.interpreter}. The add-in needs no such row."
        )
    if not dry_run:
        typer.echo("Start Excel anew: the functions and the tab xlmargin are there.")


def uninstall(places: Places, dry_run: bool) -> None:
    """Remove what installing wrote, and say so."""
    _carry_out(uninstalling(places), dry_run)


def _carry_out(steps: Sequence[Step], dry_run: bool) -> None:
    for step in steps:
        if not dry_run:
            step.do()
        would = "would be " if dry_run and step.outcome in _DOING else ""
        typer.echo(printed(f"{step.path}: {would}{step.outcome}"))
