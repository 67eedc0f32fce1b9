"""The examination of a machine: what is right, what is not, how to mend it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from xlmargin.errors import printed
from xlmargin.excel.worksheet_function import WorksheetFunction
from xlmargin.hosts.classic.examination import examined
from xlmargin.hosts.classic.findings import Finding, Level
from xlmargin.hosts.classic.machine import Machine
from xlmargin.standard_output import write_json

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
