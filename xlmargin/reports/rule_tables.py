"""The reasons as tables: explanations, rules in force, versions, problems."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Sequence
from enum import StrEnum
from typing import Final

import xlmargin
from xlmargin.cells.problems import counted
from xlmargin.cells.values import TableCell, TableRows
from xlmargin.contracts import STANDARD_CONTRACT
from xlmargin.dates import serial_of
from xlmargin.errors import Problem
from xlmargin.known_instruments import KNOWN, NOTHING_PUBLISHED, PublishedGroups, Report
from xlmargin.option_symbols import OptionSymbol
from xlmargin.reports.table import ReportTable
from xlmargin.requirement import Requirement
from xlmargin.rulebook import look_up, rule_set_dates

RULE_HEADINGS: Final = (
    "value", "unit", "effective", "paragraph", "for", "states", "remark", "checked", "source",
)  # fmt: skip
"""Columns of XLM_RULE; `checked` is the day the value was last compared with its source."""
_INDENT = "    "


class Regime(StrEnum):
    """The rules under which a requirement can be explained."""

    PORTFOLIO = "portfolio"
    INITIAL = "initial"
    MAINTENANCE = "maintenance"


def explanation_table(requirement: Requirement) -> ReportTable:
    """The tree of a requirement, a row an amount, parts indented below what they make."""
    return ReportTable(
        ("requirement", "amount", "made of", "rule"),
        [
            [_INDENT * depth + part.label, part.amount, part.how_in_words, part.rule]
            for depth, part in requirement.walk()
        ],
    )


def rule_table(
    name: str, as_of: dt.date, published: PublishedGroups = NOTHING_PUBLISHED
) -> ReportTable:
    """The numbers of a rule in force on a date: a row for each class or house that has its own.

    `effective` and `checked` are serial days, `source` is the document that states it.
    Where published reports state them, by group, these stand in the place of the rule's.
    """
    values = look_up(name, as_of)
    stated = _stated(values[0].name, published)
    rows: TableRows = [
        [value, values[0].unit, _day(report), str(report), key, values[0].states, "", None, None]
        for key, value, report in stated
    ]
    rows += [
        [
            v.value,
            v.unit,
            serial_of(v.effective),
            v.rule,
            " ".join(part for part in (v.house, v.key) if part),
            v.states,
            v.remark,
            serial_of(v.checked),
            v.source,
        ]
        for v in values
        if v.house or not stated
    ]
    return ReportTable(RULE_HEADINGS, rows)


def _stated(name: str, published: PublishedGroups) -> list[tuple[str, float, Report]]:
    """What reports state of a rule's number: for which group or products, the value, the report."""
    groups, portfolios = published.product_groups, published.portfolio_groups
    moves = published.moves
    by_group = {
        "product_group_offset": ("product group", published.product_offset, groups),
        "valuation_range_up": ("product group", {n: m.up for n, m in moves.items()}, groups),
        "valuation_range_down": ("product group", {n: m.down for n, m in moves.items()}, groups),
        "portfolio_group_offset": ("portfolio group", published.portfolio_offset, portfolios),
        "contract_minimum": ("", _minimums(published), published.product_list),
    }
    level, values, report = by_group.get(name, ("", {}, None))
    if report is None:
        return []
    return [(f"{level} {key}".strip(), value, report) for key, value in values.items()]


def _minimums(published: PublishedGroups) -> dict[str, float]:
    """Each minimum that the list of products states, $ per unit, by how many have it."""
    stated = (p.minimum / STANDARD_CONTRACT for p in published.products.values())
    counts = Counter(value for value in stated if value == value)
    return {f"{count} products": value for value, count in counts.items()}


def _day(report: Report) -> float | None:
    return None if report.day is None else serial_of(report.day)


def version_table() -> ReportTable:
    """The version of xlmargin, and each rule set with its latest effective date and last check."""
    rows: TableRows = [["xlmargin", xlmargin.__version__, None, "this add-in"]]
    for rules in rule_set_dates():
        dates = [serial_of(rules.effective), serial_of(rules.checked)]
        rows.append([rules.rule, *dates, rules.title])
    return ReportTable(("name", "version", "checked", "title"), rows)


def problem_table(problems: Sequence[Problem]) -> ReportTable:
    """How many problems there are of each kind, and then every one, a row each."""
    rows: TableRows = [[counted(problems), None, None, None, None, None]]
    rows += [[p.severity.value, p.range, _rows(p), p.column, p.found, p.wanted] for p in problems]
    return ReportTable(("severity", "range", "row", "column", "found", "wanted"), rows)


def _rows(problem: Problem) -> TableCell:
    """The row of a problem, as a number, or its rows: "4-27"."""
    return problem.numbers if len(problem.rows) > 1 else float(problem.row) or None


def symbol_row(symbol: OptionSymbol) -> list[TableCell]:
    """Underlying, expiration as a serial day, right and strike."""
    underlying = KNOWN.underlying_of(symbol.root, symbol.expiration)
    return [underlying, serial_of(symbol.expiration), symbol.right.word, symbol.strike]
