"""A broker's figures beside ours of the accounts that are kept, and what would make them equal."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from math import inf
from typing import Any, Final

import numpy as np

from xlmargin.account import ALL
from xlmargin.errors import MarginError
from xlmargin.excel.answers import reconciled_book
from xlmargin.reports.account_table import AccountFigure
from xlmargin.reports.reconciliation_table import Reconciled, reconciliation_table
from xlmargin.service.account_states import account_states, named_rows, public_name
from xlmargin.service.accounts import of_old_figures
from xlmargin.service.alerts import BROKER_FIGURES, EVERY, PATHS, of_all, value_of
from xlmargin.service.snapshot import Snapshot
from xlmargin.service.tokens import Rights

MOST: Final = 500
"""Positions of the accounts in which reasons are looked for beside one another."""


def reconciliation_answer(current: Snapshot, account: str, rights: Rights) -> dict[str, Any]:
    """The rows of MARGIN_RECONCILE of an account by its public name, or of all that a token sees.

    Figures of all accounts together are for who may see all of them; their account is EVERY. Of
    more than MOST positions in several accounts reasons are those of the first that differ, and
    `without_reasons` names the others. `stale` are accounts of which figures are not at the prices
    of now. Refused where it is of all, and one of them cannot be margined.
    """
    if current.stated.ranges.get(BROKER_FIGURES) is None:
        raise MarginError("broker_figures: none yet, wanted PUT /v1/broker-figures.")
    for why in current.stated.refused.values() if not account else ():
        raise why  # what is left of the book is no total
    live = current.kept.live
    book, names = live.book, [public_name(each) for each in live.accounts]
    if account:
        own = book.positions.account == names.index(account)
        book = book.only(np.flatnonzero(own | book.positions.is_cash))  # others' equity is wanted
    shown = frozenset(i for i, name in enumerate(names) if rights.sees(name))
    most = inf if account else MOST
    known = _known(current) if len(book.positions) > most else None
    rows_given = current.stated.rows(BROKER_FIGURES)
    found, unexplained = reconciled_book(book, rows_given, shown, most, known)
    several = len(live.accounts) > 1
    rows = []
    for each in found:
        name = EVERY if several and _is_of_all(each) else public_name(each.account)
        seen = rights.accounts is None if name == EVERY else rights.sees(name)
        if seen and account in ("", name):
            [row] = named_rows(reconciliation_table([each]))
            rows.append({**row, "account": name})
    unseen = [EVERY] if ALL in unexplained and rights.accounts is None else []
    unseen += [names[i] for i in sorted(unexplained & shown)]
    stale = [
        own for own in of_old_figures(current, rights)["stale"] if account in ("", own["account"])
    ]
    return {
        "version": current.version,
        "rows": rows,
        "without_reasons": unseen,
        "stale": stale,
    }


def _known(current: Snapshot) -> Mapping[str, AccountFigure] | None:
    """The figures of states, proven, where these are all that the broker gives; else None."""
    if any(each.group or each.figure not in PATHS for each in current.watching.broker):
        return None
    kept = replace(current.kept, live=current.kept.live.proven())
    states = account_states(kept, {*kept.live.accounts}, {})
    return {
        name: AccountFigure(
            name, "", of_all(states, path), "", [value_of(own, path) for own in states.values()]
        )
        for name, path in PATHS.items()
    }


def _is_of_all(row: Reconciled) -> bool:
    return row.figure is not None and row.figure.account == ALL
