"""Both regimes beside each other as tables: on one basis, and on all three."""

from __future__ import annotations

import numpy as np

from xlmargin.arrays import FloatArray
from xlmargin.cells.values import TableCell, TableRows
from xlmargin.efficiency import RegimeComparison, efficiency_gain, strategy_figure
from xlmargin.regimes import BothRegimes
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
    c, basis = comparison.amounts, comparison.regimes.book.settings.basis
    figure = strategy_figure(c, basis)
    columns = np.column_stack([
        c.initial, c.maintenance, c.deposit, c.portfolio, figure - c.portfolio, figure,
        c.proceeds, c.maintenance_with_short_stock, c.maintenance_net_liquidation, c.value_added,
    ])  # fmt: skip
    headings = (
        "underlying", "initial", "maintenance", "deposit", "portfolio requirement", "gain $",
        "gain %", "proceeds", "maintenance with short stock", "maintenance net liquidation",
        "value added",
    )  # fmt: skip
    rows = _rows_by_account(comparison, columns)
    total = _comparison_row(TOTAL, columns.sum(axis=0), comparison.regimes)
    return ReportTable(headings, [*rows, total])


def _rows_by_account(comparison: RegimeComparison, columns: FloatArray) -> TableRows:
    """The rows of each account; where there are several, named by it and with its subtotal."""
    regimes, names, of = comparison.regimes, comparison.rows.names, comparison.rows.account
    accounts, rows = regimes.book.positions.accounts, list[list[TableCell]]()
    for number, account in enumerate(accounts):
        within = [i for i, own in enumerate(of) if own == number]
        label = f"{account}: " if len(accounts) > 1 else ""
        rows += [_comparison_row(label + names[i], columns[i], regimes) for i in within]
        if len(accounts) > 1:
            rows.append(_comparison_row(label + TOTAL, columns[within].sum(axis=0), regimes))
    return rows


def _comparison_row(label: str, row: FloatArray, regimes: BothRegimes) -> list[TableCell]:
    """One row; the figure of the basis becomes the gain as a fraction of it."""
    figures, gained, figure, others = row[:4], row[4:5], float(row[5]), row[6:]
    gain = efficiency_gain(float(row[3]), figure)
    return [label, *_or_refusals(figures, regimes), *numbers(gained), gain, *numbers(others)]


def _or_refusals(figures: FloatArray, regimes: BothRegimes) -> list[TableCell]:
    """Three figures by strategy and the portfolio requirement, or why a regime refuses them."""
    values = numbers(figures)
    if regimes.strategy_refusal is not None:
        values[:3] = [refused(regimes.strategy_refusal)] * 3
    if regimes.portfolio_refusal is not None:
        values[3] = refused(regimes.portfolio_refusal)
    return values


def gains_table(comparison: RegimeComparison) -> ReportTable:
    """The gain of every row on each basis, $ and as a fraction of its figure, and in total.

    `capital released` is the gain on the basis of the settings; all columns of dollars add up to
    the total. A fraction has no value where its figure is not above zero. A regime that refuses the
    book says why where its figures would stand.
    """
    figures, rows = np.column_stack(comparison.amounts[:4]), comparison.rows
    accounts, regimes = comparison.regimes.book.positions.accounts, comparison.regimes
    headings = (
        "name", "account", "initial", "maintenance", "deposit", "portfolio requirement",
        *(f"gain {unit} {basis}" for basis in Basis for unit in "$%"), "capital released",
    )  # fmt: skip
    named = zip(rows.names, (accounts[own] for own in rows.account), figures, strict=True)
    every = (*named, (TOTAL, TOTAL, figures.sum(axis=0)))
    return ReportTable(headings, [_gains_row(*each, regimes) for each in every])


def _gains_row(name: str, account: str, row: FloatArray, regimes: BothRegimes) -> list[TableCell]:
    """One row: its figures, then the gain on each basis, and that on the basis of the settings."""
    initial, maintenance, deposit, portfolio = row.tolist()
    figure = {Basis.DEPOSIT: deposit, Basis.INITIAL: initial, Basis.MAINTENANCE: maintenance}
    gains: list[TableCell] = []
    for each in Basis:
        gains += [figure[each] - portfolio, efficiency_gain(portfolio, figure[each])]
    released = figure[regimes.book.settings.basis] - portfolio
    return [name, account, *_or_refusals(row, regimes), *gains, released]
