"""Portfolio margin from official arrays as a table: each group, and what it requires."""

from __future__ import annotations

from xlmargin.cells.values import TableCell, TableRows
from xlmargin.portfolio_margin import NO_PARENT, OfficialMargin
from xlmargin.reports.portfolio_tables import ACCOUNT
from xlmargin.reports.table import ReportTable

_DIGITS = 6
"""Decimals of dollars shown: far below a cent, and without the noise of floats."""


def dollars(amount: float) -> float:
    """An amount as it is shown."""
    return round(amount, _DIGITS) + 0.0


def official_table(margin: OfficialMargin) -> ReportTable:
    """A row for each class, product and portfolio group of each account, in dollars.

    `counted` adds up to the requirement: a group that is part of another counts inside it.
    Positions that are not eligible have a row for each account.
    """
    headings = (
        "level", "group", "part of", "account", "worst point", "worst loss", "minimum",
        "requirement", "binds", "counted",
    )  # fmt: skip
    rows = [
        _row(margin, depth, group)
        for depth, groups in enumerate(margin.levels)
        for group in range(len(groups))
    ]
    return ReportTable(headings, rows + _not_eligible_rows(margin))


def _row(margin: OfficialMargin, depth: int, group: int) -> list[TableCell]:
    groups = margin.levels[depth]
    loss, minimum = float(groups.worst_loss[group]), float(groups.minimum[group])
    parent = int(groups.parent[group])
    requirement = dollars(max(loss, minimum))
    return [
        groups.level.value,
        groups.names[group],
        ACCOUNT if parent == NO_PARENT else margin.levels[depth + 1].names[parent],
        margin.accounts[groups.account[group]],
        margin.points[groups.worst_point[group]] if loss > 0 else "no loss",
        dollars(loss),
        dollars(minimum),
        requirement,
        "worst loss" if loss > minimum else "minimum" if minimum else "nothing",
        requirement if parent == NO_PARENT else 0.0,
    ]


def _not_eligible_rows(margin: OfficialMargin) -> TableRows:
    """A row for each account that holds positions without an array."""
    return [
        [
            "not eligible", "strategy-based", ACCOUNT, name, "", 0.0, 0.0,
            dollars(amount), "strategy", dollars(amount),
        ]
        for name, amount in zip(margin.accounts, margin.strategy_based.tolist(), strict=True)
        if amount
    ]  # fmt: skip
