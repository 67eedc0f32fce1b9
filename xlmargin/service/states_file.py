"""The states of accounts without nesting: flat names, and comma-separated text of them."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from io import StringIO
from typing import Any, Final

from xlmargin.service.account_states import State

_COLUMNS: Final = (
    "account", "version", "regime", "account_value",
    "portfolio.requirement", "portfolio.excess", "portfolio.cushion", "portfolio.buying_power",
    "strategy.requirement", "strategy.excess", "strategy.cushion", "strategy.reg_t_excess",
    "strategy.bound", "stale", "as_of",
)  # fmt: skip


def flat_state(state: Mapping[str, Any]) -> State:
    """A state with the paths of its figures as their names, the same ones in every state.

    None is what is not known, or not permitted; what stands beside a state follows.
    """
    more = {path: found for path, found in _flat(state) if path.partition(".")[0] not in _OF_STATE}
    return {**{path: _of(state, path) for path in _COLUMNS}, **more}


def states_file(states: Iterable[State]) -> str:
    """A row an account, below one of headings; empty is what is not known, or not permitted.

    No text in it is a formula to a sheet: names of accounts that would be one are refused.
    """
    file = StringIO()
    writer = csv.writer(file, lineterminator="\r\n")
    writer.writerow(_COLUMNS)
    writer.writerows([_cell(_of(state, path)) for path in _COLUMNS] for state in states)
    return file.getvalue()


_OF_STATE: Final = frozenset(path.partition(".")[0] for path in _COLUMNS)


def _of(state: Mapping[str, Any], path: str) -> Any:
    found: Any = state
    for name in path.split("."):
        found = found[name] if isinstance(found, Mapping) else None
    return found


def _flat(given: Mapping[str, Any], before: str = "") -> Iterator[tuple[str, Any]]:
    for name, found in given.items():
        if isinstance(found, Mapping):
            yield from _flat(found, f"{before}{name}.")
        else:
            yield f"{before}{name}", found


def _cell(found: Any) -> Any:
    return str(found).lower() if isinstance(found, bool) else found
