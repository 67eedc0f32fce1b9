"""Strategy-based margin as tables: the pairing, and both regimes beside each other."""

from __future__ import annotations

from itertools import count

import numpy as np

from xlmargin.efficiency import Comparison, efficiency_gain
from xlmargin.positions import Positions
from xlmargin.reports.table import Table, Value, numbers
from xlmargin.strategy_margin import (
    Phase,
    StrategyLine,
    StrategyMargin,
    leg_label,
    unproven,
)


def strategies_table(margin: StrategyMargin, phase: Phase) -> Table:
    """The pairing that is asked least in a phase: a row a leg, lines numbered from 1.

    Amounts are of the leg, $; those of all rows add up to the requirement.
    """
    headings = (
        "line", "strategy", "symbol", "quantity", "initial", "maintenance", "proceeds", "how",
        "rule", "account", "class",
    )  # fmt: skip
    rows: list[list[Value]] = []
    number = count(1)
    for of_class in margin.classes:
        note = unproven(of_class.pairing(phase))
        for line in of_class.lines(phase):
            rows += _line_rows(next(number), line, note, margin.book.positions)
    return Table(headings, rows)


def _line_rows(
    number: int, line: StrategyLine, note: str, positions: Positions
) -> list[list[Value]]:
    return [
        [
            float(number),
            line.strategy,
            leg_label(leg, positions).split(" ", 1)[1],
            leg.quantity,
            leg.initial,
            leg.maintenance,
            leg.proceeds,
            line.how + note,
            line.rule,
            positions.accounts[line.account],
            line.class_name,
        ]
        for leg in line.legs
    ]


def comparison_table(comparison: Comparison) -> Table:
    """Both regimes by class group, and in total, $; the gain also as a fraction of the figure.

    Behind them stand what practitioners argue about: proceeds, maintenance with the value of short
    stock inside, and maintenance beside net liquidation value.
    """
    c = comparison
    columns = np.column_stack(
        [
            c.initial,
            c.maintenance,
            c.deposit,
            c.portfolio,
            c.gain,
            c.figure,
            c.proceeds,
            c.maintenance_with_short_stock,
            c.maintenance_net_liquidation,
        ]
    )
    several = len(set(c.accounts)) > 1
    labels = [
        f"{account}: {name}" if several else name
        for account, name in zip(c.accounts, c.names, strict=True)
    ]
    rows = [_comparison_row(label, row) for label, row in zip(labels, columns, strict=True)]
    rows.append(_comparison_row("total", columns.sum(axis=0)))
    headings = (
        "underlying", "initial", "maintenance", "deposit", "portfolio requirement", "gain $",
        "gain %", "proceeds", "maintenance with short stock", "maintenance net liquidation",
    )  # fmt: skip
    return Table(headings, rows)


def _comparison_row(label: str, row: np.ndarray) -> list[Value]:
    """One row; the figure of the basis becomes the gain as a fraction of it."""
    amounts, figure, others = row[:5], float(row[5]), row[6:]
    gain = efficiency_gain(float(row[3]), figure)
    return [label, *numbers(amounts), gain, *numbers(others)]
