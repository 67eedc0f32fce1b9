"""The functions as rows: how each is called, what it answers, an example."""

from __future__ import annotations

from collections.abc import Iterable

from xlmargin.excel.worksheet_function import WorksheetFunction
from xlmargin.help.examples import EXAMPLES
from xlmargin.reports.table import Table


def help_rows(functions: Iterable[WorksheetFunction]) -> Table:
    """A row a function, in its order: name, arguments, what it answers, an example formula.

    Every cell is text; the formula begins with its sign, so write it as text. The formulas refer to
    the tables of the workbooks: Positions, Market, Settings and the others.
    """
    return Table(
        ("function", "arguments", "answers", "example"),
        [[f.name, arguments_of(f), f.doc, EXAMPLES[f.name].formula(f.name)] for f in functions],
    )


def arguments_of(function: WorksheetFunction) -> str:
    """The arguments by name, those that may be left out in brackets."""
    names = [f"[{a.name}]" if a.optional else a.name for a in function.arguments]
    return ", ".join(names)


def usage(function: WorksheetFunction) -> str:
    """How the function is called, such as PM_REQUIREMENT(positions, [market])."""
    return f"{function.name}({arguments_of(function)})"
