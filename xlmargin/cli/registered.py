"""The worksheet functions of the command line: those of `udfs`."""

from __future__ import annotations

from xlmargin import udfs
from xlmargin.excel.worksheet_function import REGISTRY, WorksheetFunction
from xlmargin.workbooks import Functions


def registered() -> tuple[WorksheetFunction, ...]:
    """The worksheet functions, as every host describes them."""
    return tuple(entry for entry in REGISTRY.values() if hasattr(udfs, entry.name))


def functions() -> Functions:
    """The worksheet functions by name."""
    return {entry.name: entry.function for entry in registered()}
