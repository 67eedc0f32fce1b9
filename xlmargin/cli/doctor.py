"""The examination of a machine: what is right, what is not, how to mend it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from xlmargin.cli.app import command
from xlmargin.cli.install import Startup
from xlmargin.cli.options import AsJson
from xlmargin.cli.registered import registered
from xlmargin.errors import printed
from xlmargin.excel.worksheet_function import WorksheetFunction
from xlmargin.hosts.classic.examination import examined
from xlmargin.hosts.classic.findings import FindingLevel, MachineFinding
from xlmargin.hosts.classic.machine import Machine, this_machine
from xlmargin.hosts.classic.places import places
from xlmargin.standard_output import write_json

_STYLES: Final = {
    FindingLevel.ERROR: "red",
    FindingLevel.WARNING: "yellow",
    FindingLevel.GOOD: "green",
}


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
    return all(finding.level is not FindingLevel.ERROR for finding in findings)


@command()
def doctor(startup: Startup = None, as_json: AsJson = False) -> int:
    """Look at all that Excel needs to call the functions; exit code 1 where something is wrong."""
    return 0 if examine(this_machine(places(startup)), registered(), as_json) else 1


def _print(findings: Sequence[MachineFinding]) -> None:
    table = Table(box=SIMPLE_HEAD)
    for heading in ("", "what", "says", "to mend it"):
        table.add_column(heading, overflow="fold")
    for finding in findings:
        cells = (finding.level.value, finding.what, finding.says, finding.mend)
        table.add_row(*(escape(printed(cell)) for cell in cells), style=_STYLES.get(finding.level))
    Console().print(table)
