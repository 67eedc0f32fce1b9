"""Names of accounts and groups that were probably meant to be one, or mean something else."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from xlmargin.arrays import codes
from xlmargin.cells.problems import ProblemLog
from xlmargin.excel.positions_reader import PositionRows

_TOTAL: Final = "total"


def check_names(rows: PositionRows, log: ProblemLog) -> None:
    """Warnings for accounts and groups that were probably meant to be one."""
    accounts, groups = rows.account, rows.group
    _check_spellings(rows, "account", accounts, log)
    _check_spellings(rows, "group", groups, log)
    _check_spread_groups(rows, accounts, groups, log)
    code, words = codes(accounts)
    total = np.array([name.casefold() == _TOTAL for name in words], dtype=bool)[code]
    if total.any() and not total.all():
        wanted = f"another name: tables call the sum of all accounts {_TOTAL}"
        log.warnings_where(total, rows.table, "account", wanted)
    without = np.array([not name for name in words], dtype=bool)[code]
    if without.any() and not without.all():
        wanted = "an account, as other rows have; these rows are an account of their own"
        log.warnings_where(without, rows.table, "account", wanted)


def _check_spellings(
    rows: PositionRows, column: str, names: Sequence[str], log: ProblemLog
) -> None:
    """A warning for each name that another row spells in other capitals."""
    first: dict[str, str] = {}
    for name in dict.fromkeys(names):
        other = first.setdefault(name.casefold(), name)
        if other != name:
            where = np.array([each == name for each in names], dtype=bool)
            wanted = f"{other!r}, if the same {column} is meant"
            log.warnings_where(where, rows.table, column, wanted)


def _check_spread_groups(
    rows: PositionRows, accounts: Sequence[str], groups: Sequence[str], log: ProblemLog
) -> None:
    """A warning for each group with rows in several accounts, which nothing pairs."""
    first: dict[str, str] = {}
    spread = [
        bool(group) and first.setdefault(group, account) != account
        for group, account in zip(groups, accounts, strict=True)
    ]
    wanted = "rows of one account: accounts are margined apart"
    log.warnings_where(np.array(spread, dtype=bool), rows.table, "group", wanted)
