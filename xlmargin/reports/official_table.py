"""Portfolio margin from official arrays as a table: each group, and what it requires."""

from __future__ import annotations

from xlmargin.cells.values import TableRows
from xlmargin.portfolio_margin import OfficialMargin
from xlmargin.reports.portfolio_tables import ACCOUNT, group_rows
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
    rows: TableRows = [
        [dollars(cell) if isinstance(cell, float) else cell for cell in row]
        for _, _, row in group_rows(
            margin.levels, margin.accounts, lambda _, _group, worst: margin.points[worst]
        )
    ]
    return ReportTable(headings, rows + _not_eligible_rows(margin))


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
