"""Strategy-based margin as a table: the pairing, leg by leg."""

from __future__ import annotations

from itertools import count

from xlmargin.book import Positions
from xlmargin.cells.values import TableRows
from xlmargin.reports.table import ReportTable
from xlmargin.strategy_margin import (
    RequirementKind,
    StrategyLine,
    StrategyMargin,
    class_lines,
    leg_quantity,
    optimality_gap_note,
)


def strategies_table(margin: StrategyMargin, kind: RequirementKind) -> ReportTable:
    """The pairing that requires least of a kind: a row a leg, lines numbered from 1.

    Amounts are of the leg, $; those of all rows add up to the requirement.
    """
    headings = (
        "line", "strategy", "symbol", "quantity", "initial", "maintenance", "proceeds", "how",
        "rule", "account", "class",
    )  # fmt: skip
    rows: TableRows = []
    number = count(1)
    for of_class in margin.paired(kind):
        note = optimality_gap_note(of_class.pairing(kind))
        for line in class_lines(of_class, kind):
            rows += _line_rows(next(number), line, note, margin.book.positions)
    return ReportTable(headings, rows)


def _line_rows(number: int, line: StrategyLine, note: str, positions: Positions) -> TableRows:
    return [
        [
            float(number),
            line.strategy,
            positions.contracts.name(leg.position),
            leg_quantity(leg, positions),
            leg.initial,
            leg.maintenance,
            leg.proceeds,
            line.rationale + note,
            line.rule,
            positions.accounts[line.account],
            line.class_name,
        ]
        for leg in line.legs
    ]
