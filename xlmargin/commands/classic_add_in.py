"""The add-in for Excel on Windows: put in its place, taken away, or what it needs looked at."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from xlmargin.commands.terminal import printed
from xlmargin.excel.worksheet_function import WorksheetFunction
from xlmargin.hosts.classic.examination import Finding, Level, Machine, examined
from xlmargin.hosts.classic.installation import Places, Step, installing, uninstalling
from xlmargin.standard_output import write_json


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


_STYLES: Final = {Level.ERROR: "red", Level.WARNING: "yellow", Level.GOOD: "green"}


def examine(machine: Machine, functions: Iterable[WorksheetFunction], as_json: bool) -> bool:
    """Show all findings; answers whether none is an error."""
    findings = examined(machine, functions)
    if as_json:
        rows = [
            {"level": f.level.value, "what": f.what, "says": f.says, "mend": f.mend}
            for f in findings
        ]
        write_json({"findings": rows})
    else:
        _print(findings)
    return all(finding.level is not Level.ERROR for finding in findings)


def _print(findings: Sequence[Finding]) -> None:
    table = Table(box=SIMPLE_HEAD)
    for heading in ("", "what", "says", "to mend it"):
        table.add_column(heading, overflow="fold")
    for finding in findings:
        cells = (finding.level.value, finding.what, finding.says, finding.mend)
        table.add_row(*(escape(printed(cell)) for cell in cells), style=_STYLES.get(finding.level))
    Console().print(table)
