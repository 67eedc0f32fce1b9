"""One function on the page: how it is called, its arguments, an example with its answer."""

from __future__ import annotations

from xlmargin.excel.worksheet_function import Argument, Kind, WorksheetFunction
from xlmargin.help.examples import EXAMPLES
from xlmargin.help.help_rows import usage
from xlmargin.help.html import Html, element
from xlmargin.help.html_tables import answer_table, plain_table, shown_value

_TAKES = {
    Kind.RANGE: "range",
    Kind.VALUES: "cell or range",
    Kind.TEXT: "text",
    Kind.NUMBER: "number",
    Kind.SWITCH: "TRUE or FALSE",
    Kind.DATE: "date",
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
