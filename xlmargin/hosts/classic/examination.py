"""Looks at all that must be right for Excel to call the functions; each fault with its remedy."""

from __future__ import annotations

from collections.abc import Iterable

from xlmargin.excel.worksheet_function import WorksheetFunction
from xlmargin.hosts.classic.excel_findings import excel_findings
from xlmargin.hosts.classic.findings import MachineFinding, note
from xlmargin.hosts.classic.machine import Machine
from xlmargin.hosts.classic.python_findings import python_findings


def examined(machine: Machine, functions: Iterable[WorksheetFunction]) -> list[MachineFinding]:
    """All findings, in the order in which they should be mended."""
    found = list(python_findings(machine, functions))
    if not machine.is_windows:
        says = f"this is {machine.platform}: Excel calls Python through this add-in on Windows only"
        return [*found, note("Excel", says, "on the Mac and the web: xlwings Lite")]
    return [*found, *excel_findings(machine)]
