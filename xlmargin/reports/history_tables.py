"""The shadow analysis as tables: a row a day and account, and the history in a few figures."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

import numpy as np

from xlmargin.cells.values import TableCell, TableRows
from xlmargin.history import (
    Column,
    OnDay,
    ShadowDay,
    Summary,
    day_figures,
    day_rows,
    summary,
    warned,
)
from xlmargin.reports.table import ReportTable, numbers


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
