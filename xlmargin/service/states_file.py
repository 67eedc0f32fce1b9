"""The states of accounts as comma-separated text, for programs that load files."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from io import StringIO
from typing import Any, Final

from xlmargin.service.account_states import State

_COLUMNS: Final = (
    "account", "version", "regime", "account_value",
    "portfolio.requirement", "portfolio.excess", "portfolio.cushion", "portfolio.buying_power",
    "strategy.requirement", "strategy.excess", "strategy.cushion", "strategy.reg_t_excess",
    "strategy.bound", "stale",
)  # fmt: skip


def states_file(states: Iterable[State]) -> str:
    """A row an account, below one of headings; empty is what is not known, or not permitted.

    No text in it is a formula to a sheet: names of accounts that would be one are refused.
    """
    file = StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    writer.writerows([_cell(state, path) for path in _COLUMNS] for state in states)
    return file.getvalue()


def _cell(state: State, path: str) -> Any:
    found: Any = state
    for name in path.split("."):
        found = found[name] if isinstance(found, Mapping) else None
    return str(found).lower() if isinstance(found, bool) else found
