"""The reasons as tables: explanations, rules in force, versions, problems."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from enum import StrEnum

import xlmargin
from xlmargin.cells.problems import counted
from xlmargin.dates import serial_of
from xlmargin.errors import Problem
from xlmargin.known_instruments import KNOWN
from xlmargin.option_symbols import OptionSymbol
from xlmargin.reports.table import Table, Value
from xlmargin.requirement import Requirement
from xlmargin.rulebook import look_up, rule_set_dates

_INDENT = "    "


class Regime(StrEnum):
    """The rules under which a requirement can be explained."""

    PORTFOLIO = "portfolio"
    INITIAL = "initial"
    MAINTENANCE = "maintenance"


def explanation_table(requirement: Requirement) -> Table:
    """The tree of a requirement, a row an amount, parts indented below what they make."""
    return Table(
        ("requirement", "amount", "made of", "rule"),
        [
            [_INDENT * depth + part.label, part.amount, part.how_in_words, part.rule]
            for depth, part in requirement.walk()
        ],
    )


def rule_table(name: str, as_of: dt.date) -> Table:
    """The numbers of a rule in force on a date: a row for each class or house that has its own."""
    return Table(
        ("value", "unit", "effective", "paragraph", "for", "states", "remark"),
        [
            [
                v.value,
                v.unit,
                serial_of(v.effective),
                v.rule,
                " ".join(part for part in (v.house, v.key) if part),
                v.states,
                v.remark,
            ]
            for v in look_up(name, as_of)
        ],
    )


def version_table() -> Table:
    """The version of xlmargin, and each rule set with its latest effective date and last check."""
    rows: list[list[Value]] = [["xlmargin", xlmargin.__version__, None, "this add-in"]]
    for rules in rule_set_dates():
        dates = [serial_of(rules.effective), serial_of(rules.checked)]
        rows.append([rules.rule, *dates, rules.title])
    return Table(("name", "version", "checked", "title"), rows)


def problem_table(problems: Sequence[Problem]) -> Table:
    """How many problems there are of each kind, and then every one, a row each."""
    rows: list[list[Value]] = [[counted(problems), None, None, None, None, None]]
    rows += [[p.severity.value, p.range, _rows(p), p.column, p.found, p.wanted] for p in problems]
    return Table(("severity", "range", "row", "column", "found", "wanted"), rows)


def _rows(problem: Problem) -> Value:
    """The row of a problem, as a number, or its rows: "4-27"."""
    return problem.numbers if len(problem.rows) > 1 else float(problem.row) or None


def symbol_row(symbol: OptionSymbol) -> list[Value]:
    """Underlying, expiration as a serial day, right and strike."""
    underlying = KNOWN.underlying_of(symbol.root, symbol.expiration)
    return [underlying, serial_of(symbol.expiration), symbol.right.word, symbol.strike]
