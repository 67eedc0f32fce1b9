"""One function as a row and on the page: how it is called, its arguments, an example answered."""

from __future__ import annotations

from collections.abc import Iterable

from xlmargin.excel.worksheet_function import Argument, ArgumentKind, WorksheetFunction
from xlmargin.help.examples import EXAMPLES
from xlmargin.help.html import Html, answer_table, element, plain_table, shown_value
from xlmargin.reports.table import ReportTable

_TAKES = {
    ArgumentKind.RANGE: "range",
    ArgumentKind.VALUES: "cell or range",
    ArgumentKind.TEXT: "text",
    ArgumentKind.NUMBER: "number",
    ArgumentKind.SWITCH: "TRUE or FALSE",
    ArgumentKind.DATE: "date",
}


def function_help(function: WorksheetFunction) -> Html:
    """The function's part of the page; its name is the anchor."""
    example = EXAMPLES[function.name]
    return element(
        "article",
        element("h3", function.name),
        element("p", element("code", usage(function)), class_="usage"),
        element("p", function.doc),
        _arguments(function),
        element("p", "Example: ", element("code", example.formula(function.name))),
        answer_table(example.answer(function.function), example.dates),
        id=function.name,
    )


def _arguments(function: WorksheetFunction) -> Html:
    if not function.arguments:
        return element("p", "No arguments.")
    rows = [(element("b", a.name), _TAKES[a.kind], _default(a), a.doc) for a in function.arguments]
    return plain_table(("argument", "takes", "left out", "what it is"), rows)


def _default(argument: Argument) -> str:
    """What is assumed where the argument is left out."""
    if not argument.optional:
        return "needed"
    default = argument.default
    return shown_value(default) if isinstance(default, str | bool) else "\u2013"


def help_rows(functions: Iterable[WorksheetFunction]) -> ReportTable:
    """A row a function, in its order: name, arguments, what it answers, an example formula.

    Every cell is text; the formula begins with its sign, so write it as text. The formulas refer to
    the tables of the workbooks: Positions, Market, Settings and the others.
    """
    return ReportTable(
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
