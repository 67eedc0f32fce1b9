"""Portfolio margin from official arrays as tables: its groups, and the model beside them."""

from __future__ import annotations

import numpy as np

from xlmargin.cells.values import TableCell, TableRows
from xlmargin.portfolio_margin import ArrayComparison, OfficialMargin
from xlmargin.reports.margin_tables import ACCOUNT, group_rows
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


def compared_positions_table(comparison: ArrayComparison) -> ReportTable:
    """A row a position, greatest difference first: where it differs most, prices, and why."""
    headings = (
        "row", "position", "account", "point", "file", "model", "difference", "file price",
        "our price", "file volatility", "our volatility", "why",
    )  # fmt: skip
    return ReportTable(headings, [_compared_row(comparison, i) for i in comparison.order.tolist()])


def _compared_row(comparison: ArrayComparison, i: int) -> list[TableCell]:
    theirs, positions = comparison.theirs, comparison.margin.book.positions
    index = int(theirs.position[i])
    most = int(np.argmax(np.abs(comparison.difference[i]).round(6)))
    numbers = (theirs.gains[i, most], comparison.gains[i, most], comparison.difference[i, most])
    return [
        float(positions.row[index]),
        positions.label(index),
        positions.accounts[positions.account[index]],
        theirs.points[most],
        *(dollars(float(number)) for number in numbers),
        float(theirs.price[i]),
        float(comparison.price[i]),
        float(theirs.volatility[i]),
        float(comparison.volatility[i]),
        comparison.why(i),
    ]


def compared_points_table(comparison: ArrayComparison) -> ReportTable:
    """Three rows a position, in the same order: the file's gains, the model's, and the difference.

    In dollars, a column a point.
    """
    arrays = (
        ("file", comparison.theirs.gains),
        ("model", comparison.gains),
        ("difference", comparison.difference),
    )
    positions = comparison.margin.book.positions
    rows: TableRows = [
        [
            positions.label(int(comparison.theirs.position[i])),
            of,
            *(dollars(number) for number in array[i].tolist()),
        ]
        for i in comparison.order.tolist()
        for of, array in arrays
    ]
    return ReportTable(("position", "of", *comparison.theirs.points), rows)


def compared_requirements_table(comparison: ArrayComparison) -> ReportTable:
    """A row a group, an account, and all together, $: the requirement under both.

    What one of them does not have is empty: the other one groups otherwise.
    """
    headings = ("level", "name", "account", "file", "model", "difference", "why")
    rows: TableRows = [
        [
            each.level, each.name, each.account,
            *(_stated(number) for number in (each.theirs, each.ours, each.difference)),
            "grouped otherwise" if np.isnan(each.difference) and each.is_group else "",
        ]
        for each in comparison.required
    ]  # fmt: skip
    return ReportTable(headings, rows)


def _stated(number: float) -> TableCell:
    return None if np.isnan(number) else dollars(number)
