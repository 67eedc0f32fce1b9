"""What moved the requirements between two days, in parts that add up as they are printed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import numpy as np

from xlmargin.arrays import FloatArray
from xlmargin.cells.values import TableRows
from xlmargin.dates import date_of
from xlmargin.errors import MarginError
from xlmargin.history import Cause, RequirementChange
from xlmargin.reports.table import TOTAL, ReportTable, refused

OPENING: Final = "opening"
CLOSING: Final = "closing"
CENT: Final = 0.01
_HEADINGS: Final = (
    "account", "part", "day", "portfolio requirement", "strategy requirement", "note",
)  # fmt: skip
_PARTS: Final = (OPENING, *Cause, CLOSING)
_MOST_NAMED: Final = 5


def change_table(change: RequirementChange) -> ReportTable:
    """Opening, a row a cause, and closing: of all accounts, then of each where there are several.

    Amounts are $ to the cent, rounded by largest remainder: each account's parts add up to its
    closing less its opening, and accounts add up to the total. A regime that refuses says why.
    """
    accounts = [TOTAL, *(change.accounts if len(change.accounts) > 1 else ())]
    columns = [_column(each) for each in (change.portfolio, change.strategy)]
    rows: TableRows = []
    for a, account in enumerate(accounts):
        for k, part in enumerate(_PARTS):
            day = {OPENING: change.since, CLOSING: change.until}.get(part)
            amounts = [column if isinstance(column, str) else column[k][a] for column in columns]
            note = _note(change, part) if not a else None
            day = None if day is None else float(np.floor(day))
            rows.append([account, str(part), day, *amounts, note])
    return ReportTable(_HEADINGS, rows)


def _column(amounts: FloatArray | MarginError) -> TableRows | str:
    """The parts of all accounts and of each, shape (parts, 1 + accounts); or why there are none."""
    if isinstance(amounts, MarginError):
        return str(refused(amounts))
    first, last = (adding_up(amounts[k], amounts[k].sum()) for k in (0, -1))
    parts = [adding_up(np.diff(amounts[:, a]), last[a] - first[a]) for a in range(amounts.shape[1])]
    rows = np.vstack([first, np.array(parts).T, last])
    whole = np.column_stack([rows.sum(axis=1), rows])
    rounded: TableRows = (np.round(whole, 2) + 0.0).tolist()
    return rounded


def adding_up(parts: FloatArray, whole: float) -> FloatArray:
    """Parts of a whole, each to the cent, that add up to the whole to the cent.

    Each is cut to the cent below it; the cents that are left go to the largest remainders.

    >>> adding_up(np.array([0.004, 0.004, -0.008, 0.006]), 0.006).tolist()
    [0.01, 0.0, -0.01, 0.01]
    """
    cents = parts / CENT
    below = np.floor(cents)
    each, left = divmod(round(float(whole / CENT - below.sum())), len(parts))
    below[np.argsort(below - cents, kind="stable")[:left]] += 1.0
    return np.asarray((below + each) * CENT)


def _note(change: RequirementChange, part: str) -> str | None:
    """What was taken where the earlier day does not say it."""
    if part != Cause.POSITIONS:
        return None
    day = date_of(change.since)
    said = []
    if names := change.without_price:
        said.append(f"without a price on {day}, at the later one: {_listed(names)}")
    if names := change.without_volatility:
        said.append(f"without a volatility on {day}, at the later one: {_listed(names)}")
    return "; ".join(said) or None


def _listed(names: Sequence[str]) -> str:
    more = len(names) - _MOST_NAMED
    return ", ".join(names[:_MOST_NAMED]) + (f" and {more} more" if more > 0 else "")
