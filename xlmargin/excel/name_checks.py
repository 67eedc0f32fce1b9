"""Second looks at positions that can be read: warnings only, for the positions are the user's."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

import numpy as np

from xlmargin.excel.findings import Findings
from xlmargin.excel.positions_range import PositionRows

_TOTAL: Final = "total"


def check_names(rows: PositionRows, findings: Findings) -> None:
    """Warnings for accounts and groups that were probably meant to be one."""
    _check_spellings(rows, "account", rows.account, findings)
    _check_spellings(rows, "group", rows.group, findings)
    _check_spread_groups(rows, findings)
    _check_total(rows, findings)
    without = np.array([not name for name in rows.account], dtype=bool)
    if without.any() and not without.all():
        wanted = "an account, as other rows have; these rows are an account of their own"
        findings.warning(rows.table.name, _first_row(rows, without), "account", "nothing", wanted)


def _check_spellings(
    rows: PositionRows, column: str, names: Iterable[str], findings: Findings
) -> None:
    """A warning for each name that another row spells in other capitals."""
    first: dict[str, str] = {}
    for name in dict.fromkeys(names):
        other = first.setdefault(name.casefold(), name)
        if other != name:
            where = np.array([each == name for each in names], dtype=bool)
            wanted = f"{other!r}, if the same {column} is meant"
            findings.warning(rows.table.name, _first_row(rows, where), column, repr(name), wanted)


def _check_spread_groups(rows: PositionRows, findings: Findings) -> None:
    """A warning for each group with rows in several accounts, which nothing pairs."""
    first: dict[str, str] = {}
    told = set()
    for i, (group, account) in enumerate(zip(rows.group, rows.account, strict=True)):
        if group and first.setdefault(group, account) != account and group not in told:
            told.add(group)
            wanted = "rows of one account: accounts are margined apart"
            row = rows.table.rows[i]
            findings.warning(rows.table.name, row, "group", f"{group!r} in two accounts", wanted)


def _check_total(rows: PositionRows, findings: Findings) -> None:
    """A warning for an account, among several, by the name that tables have for all of them."""
    total = np.array([name.casefold() == _TOTAL for name in rows.account], dtype=bool)
    if total.any() and not total.all():
        wanted = f"another name: tables call the sum of all accounts {_TOTAL}"
        findings.warning(rows.table.name, _first_row(rows, total), "account", repr(_TOTAL), wanted)


def _first_row(rows: PositionRows, where: np.ndarray) -> int:
    return rows.table.rows[int(np.flatnonzero(where)[0])]
