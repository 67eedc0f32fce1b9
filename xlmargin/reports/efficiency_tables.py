"""Both regimes beside each other as tables: on one basis, and on all three."""

from __future__ import annotations

import numpy as np

from xlmargin.arrays import FloatArray
from xlmargin.cells.values import TableCell, TableRows
from xlmargin.efficiency import RegimeComparison, efficiency_gain
from xlmargin.reports.table import TOTAL, ReportTable, numbers, refused
from xlmargin.settings import Basis


def comparison_table(comparison: RegimeComparison) -> ReportTable:
    """Both regimes by class group, and in total, $; the gain also as a fraction of the figure.

    Several accounts have a subtotal each, below their rows. Behind the gain stand what
    practitioners argue about: proceeds, maintenance with the value of short stock inside,
    maintenance beside net liquidation value, and what strategy-based equity counts long European
    boxes at. A regime that refuses the book says why where its figures would stand, and what needs
    them has no value.
    """
    c = comparison
    figure = c.figure(c.basis)
    amounts = (
        c.initial, c.maintenance, c.deposit, c.portfolio, figure - c.portfolio, figure,
        c.proceeds, c.maintenance_with_short_stock, c.maintenance_net_liquidation, c.value_added,
    )  # fmt: skip
    columns = np.column_stack(amounts)
    headings = (
        "underlying", "initial", "maintenance", "deposit", "portfolio requirement", "gain $",
        "gain %", "proceeds", "maintenance with short stock", "maintenance net liquidation",
        "value added",
    )  # fmt: skip
    rows = _rows_by_account(c, columns)
    return ReportTable(headings, [*rows, _comparison_row(TOTAL, columns.sum(axis=0), c)])


def _rows_by_account(comparison: RegimeComparison, columns: FloatArray) -> TableRows:
    """The rows of each account; where there are several, named by it and with its subtotal."""
    names, several = comparison.names, len(comparison.every_account) > 1
    own: dict[str, list[int]] = {account: [] for account in comparison.every_account}
    for i, account in enumerate(comparison.accounts):
        own[account].append(i)
    rows: TableRows = []
    for account, within in own.items():
        label = f"{account}: " if several else ""
        rows += [_comparison_row(label + names[i], columns[i], comparison) for i in within]
        if several:
            rows.append(_comparison_row(label + TOTAL, columns[within].sum(axis=0), comparison))
    return rows


def _comparison_row(label: str, row: FloatArray, comparison: RegimeComparison) -> list[TableCell]:
    """One row; the figure of the basis becomes the gain as a fraction of it."""
    figures, gained, figure, others = row[:4], row[4:5], float(row[5]), row[6:]
    gain = efficiency_gain(float(row[3]), figure)
    return [label, *_or_refusals(figures, comparison), *numbers(gained), gain, *numbers(others)]


def _or_refusals(figures: FloatArray, comparison: RegimeComparison) -> list[TableCell]:
    """Three figures by strategy and the portfolio requirement, or why a regime refuses them."""
    values = numbers(figures)
    if comparison.strategy_refusal is not None:
        values[:3] = [refused(comparison.strategy_refusal)] * 3
    if comparison.portfolio_refusal is not None:
        values[3] = refused(comparison.portfolio_refusal)
    return values


def gains_table(comparison: RegimeComparison) -> ReportTable:
    """The gain of every row on each basis, $ and as a fraction of its figure, and in total.

    `capital released` is the gain on the basis of the settings; all columns of dollars add up to
    the total. A fraction has no value where its figure is not above zero. A regime that refuses the
    book says why where its figures would stand.
    """
    c = comparison
    columns = np.column_stack([c.initial, c.maintenance, c.deposit, c.portfolio])
    rows = [
        _gains_row(name, account, row, c)
        for name, account, row in zip(c.names, c.accounts, columns, strict=True)
    ]
    headings = (
        "name", "account", "initial", "maintenance", "deposit", "portfolio requirement",
        *(f"gain {unit} {basis}" for basis in Basis for unit in "$%"), "capital released",
    )  # fmt: skip
    total = _gains_row(TOTAL, TOTAL, columns.sum(axis=0), c)
    return ReportTable(headings, [*rows, total])


def _gains_row(
    name: str, account: str, row: FloatArray, comparison: RegimeComparison
) -> list[TableCell]:
    """One row: its figures, then the gain on each basis, and that on the basis of the settings."""
    initial, maintenance, deposit, portfolio = row.tolist()
    figure = {Basis.DEPOSIT: deposit, Basis.INITIAL: initial, Basis.MAINTENANCE: maintenance}
    gains: list[TableCell] = []
    for each in Basis:
        gains += [figure[each] - portfolio, efficiency_gain(portfolio, figure[each])]
    released = figure[comparison.basis] - portfolio
    return [name, account, *_or_refusals(row, comparison), *gains, released]
