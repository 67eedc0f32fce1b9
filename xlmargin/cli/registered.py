"""The worksheet functions of the command line: those of `udfs`."""

from __future__ import annotations

from typing import TYPE_CHECKING

from xlmargin import udfs
from xlmargin.excel.worksheet_function import REGISTRY, WorksheetFunction

if TYPE_CHECKING:
    from xlmargin.workbooks import Functions


def registered() -> tuple[WorksheetFunction, ...]:
    """The worksheet functions, as every host describes them."""
    return tuple(entry for entry in REGISTRY.values() if hasattr(udfs, entry.name))


def functions() -> Functions:
    """The worksheet functions by name."""
    return {entry.name: entry.function for entry in registered()}
