"""Names of accounts and groups that were probably meant to be one, or mean something else."""

from __future__ import annotations

import operator
from functools import lru_cache
from typing import Final

import numpy as np

from xlmargin.arrays import Names, numbered
from xlmargin.cells.problems import ProblemLog
from xlmargin.excel.positions_reader import PositionRows

_TOTAL: Final = "total"


def check_names(rows: PositionRows, log: ProblemLog) -> None:
    """Warnings for accounts and groups that were probably meant to be one."""
    accounts, groups = rows.account, rows.group
    _check_spellings(rows, "account", accounts, log)
    _check_spellings(rows, "group", groups, log)
    _check_spread_groups(rows, log)
    if _TOTAL in (folded := _casefolded(accounts.words)):
        total = np.array([name == _TOTAL for name in folded], dtype=bool)[accounts.code]
        if not total.all():
            wanted = f"another name: tables call the sum of all accounts {_TOTAL}"
            log.warnings_where(total, rows.table, "account", wanted)
    if "" in accounts.words and len(accounts.words) > 1:
        wanted = "an account, as other rows have; these rows are an account of their own"
        log.warnings_where(accounts.where(operator.not_), rows.table, "account", wanted)


@lru_cache(maxsize=8)
def _casefolded(words: tuple[str, ...]) -> tuple[str, ...]:
    """Words in small letters; remembered, for each day of a history has the same."""
    return tuple(map(str.casefold, words))


def _check_spellings(rows: PositionRows, column: str, names: Names, log: ProblemLog) -> None:
    """A warning for each name that another row spells in other capitals."""
    folded = _casefolded(names.words)
    if len(set(folded)) == len(folded):
        return
    first: dict[str, str] = {}
    for code, (name, alike) in enumerate(zip(names.words, folded, strict=True)):
        other = first.setdefault(alike, name)
        if other != name:
            wanted = f"{other!r}, if the same {column} is meant"
            log.warnings_where(names.code == code, rows.table, column, wanted)


def _check_spread_groups(rows: PositionRows, log: ProblemLog) -> None:
    """A warning for each group with rows in several accounts, which nothing pairs."""
    accounts, groups = rows.account.code, rows.group
    first, _ = numbered(groups.code)
    spread = groups.where(bool) & (accounts != accounts[first][groups.code])
    wanted = "rows of one account: accounts are margined apart"
    log.warnings_where(spread, rows.table, "group", wanted)
