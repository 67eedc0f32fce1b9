"""The shadow analysis as tables: by day and account, in a few figures, and as what moved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Final

import numpy as np

from xlmargin.arrays import FloatArray
from xlmargin.cells.problems import some_of
from xlmargin.cells.values import TableCell, TableRows
from xlmargin.dates import date_of
from xlmargin.errors import MarginError
from xlmargin.history import (
    Cause,
    Column,
    OnDay,
    RequirementChange,
    ShadowDay,
    Summary,
    day_figures,
    day_rows,
    summary,
    warned,
)
from xlmargin.reports.table import TOTAL, ReportTable, numbers, refused


def history_table(days: Sequence[ShadowDay]) -> ReportTable:
    """Both regimes by day and account, and in total; days in the order of time.

    Dates are serial days. A day that failed is one row with its problem; what deserves a look
    stands in the last row of its day.
    """
    rows: TableRows = []
    headings: tuple[str, ...] = ()
    for day, warning in warned(days):
        columns = day_rows(day, warning)
        headings = tuple(columns)
        plain = [_plain(name, columns) for name in columns]
        rows += [list(row) for row in zip(*plain, strict=True)]
    return ReportTable(tuple(h.replace("_", " ") for h in headings), rows)


def history_summary_table(days: Sequence[ShadowDay]) -> ReportTable:
    """The history in a few figures: averages, worst days, calls, days that failed."""
    return summary_table(summary(day_figures(day, warning) for day, warning in warned(days)))


def summary_table(made: Summary) -> ReportTable:
    """The figures of a summary, $ or shares of long market value, a row a figure.

    The date is that of a worst day, a failed day or a warning; the note is its reason.
    """
    rows: TableRows = [
        ["days", float(made.days), None, ""],
        ["days that failed", float(len(made.failed)), None, ""],
        ["account-days", float(made.account_days), None, ""],
        ["average long market value", made.long_market_value, None, ""],
        ["average initial share", made.initial_share, None, ""],
        ["average maintenance share", made.maintenance_share, None, ""],
        ["average deposit share", made.deposit_share, None, ""],
        ["average portfolio share", made.portfolio_share, None, ""],
        ["average capital released", made.released, None, ""],
        ["average released share", made.released_share, None, ""],
        _on_day("least capital released", made.least_released),
        _on_day("greatest maintenance requirement", made.greatest_maintenance),
        _on_day("greatest portfolio requirement", made.greatest_portfolio),
        ["strategy-based margin calls", made.strategy_calls, None, ""],
        ["portfolio margin calls", made.portfolio_calls, None, ""],
    ]
    rows += _notes("day that failed", made.failed)
    rows += _notes("warning", made.warnings)
    return ReportTable(("figure", "value", "date", "note"), rows)


def _plain(name: str, columns: Mapping[str, Column]) -> list[TableCell]:
    """A column as plain values; where there is no call, nothing is due."""
    values = columns[name]
    if isinstance(values, list):
        return [*values]
    plain = numbers(values)
    if name.endswith("_call_due"):
        calls = np.asarray(columns[name.removesuffix("_due")])
        plain = [None if call == 0 else due for call, due in zip(calls, plain, strict=True)]
    return plain


def _on_day(label: str, worst: OnDay) -> list[TableCell]:
    return [label, worst.figure, worst.day, ""]


def _notes(label: str, notes: Iterable[tuple[float, str]]) -> TableRows:
    return [[label, None, day, note] for day, note in notes]


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
    lacking = {"price": change.without_price, "volatility": change.without_volatility}
    said = (
        f"without a {what} on {day}, at the later one: {some_of(names, _MOST_NAMED)}"
        for what, names in lacking.items()
        if names
    )
    return "; ".join(said) or None
