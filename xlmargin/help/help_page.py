"""The help page: one file to read, print or link to, the same bytes every time it is made."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import xlmargin
from xlmargin.excel.worksheet_function import Argument, ArgumentKind, WorksheetFunction
from xlmargin.help.example_book import AS_OF, EXAMPLE_BOOK
from xlmargin.help.examples import EXAMPLES
from xlmargin.help.html import (
    Chapters,
    Content,
    Html,
    answer_table,
    element,
    lines,
    link,
    page,
    plain_table,
    shown_value,
)
from xlmargin.help.settings_help import parameters_help, settings_help
from xlmargin.help.texts import CELL_ERRORS, CONVENTIONS, GROUPS
from xlmargin.reports.table import ReportTable

TITLE = "xlmargin: the worksheet functions"
INPUT = "input.html"
"""The page of the input, beside this one."""
_CHAPTERS = {
    "example": "The example book",
    "functions": "The functions",
    "settings": "Settings",
    "conventions": "Conventions",
    "errors": "Error texts",
    "programs": "Where programs differ",
}


def help_chapters(functions: Sequence[WorksheetFunction], programs: ReportTable) -> Chapters:
    """The page's chapters; `programs` says where the programs that show cells differ."""
    contents = {
        "example": _example(),
        "functions": _functions(functions),
        "settings": _settings(),
        "conventions": _conventions(),
        "errors": _errors(),
        "programs": _table(programs),
    }
    return {name: (_CHAPTERS[name], content) for name, content in contents.items()}


def help_page(functions: Sequence[WorksheetFunction], programs: ReportTable) -> str:
    """The whole page as HTML, of the functions in the programs that show cells."""
    about = (
        f"Version {xlmargin.__version__}, rules and example as of {AS_OF.isoformat()}. Every answer"
        " below is the function's own, on the example book."
    )
    return page(TITLE, about, _contents(functions), help_chapters(functions, programs))


def _contents(functions: Sequence[WorksheetFunction]) -> Html:
    """Links to every chapter, and to every function by its name."""
    items = []
    for name, title in _CHAPTERS.items():
        inside = []
        if name == "functions":
            inside = [
                element("p", element("b", f"{group} "), _links(functions, prefix))
                for prefix, group in GROUPS.items()
            ]
        items.append(element("li", link(name, title), *inside))
    items.append(element("li", element("a", "The input, and every error's cure", href=INPUT)))
    return element("ol", lines(*items))


def _links(functions: Sequence[WorksheetFunction], prefix: str) -> Html:
    return lines(*(link(f.name, f.name) for f in functions if f.name.startswith(prefix)))


def _example() -> Html:
    about = (
        "Invented prices. The ranges are Excel tables of these names, as in the workbooks, so that"
        " a formula from this page can be copied into one of them; plain ranges such as A1:F7 do as"
        " well."
    )
    tables = [
        element("div", element("h3", name), answer_table(rows), class_="range")
        for name, rows in EXAMPLE_BOOK.items()
    ]
    return lines(element("p", about), lines(*tables))


def _functions(functions: Sequence[WorksheetFunction]) -> Html:
    about = "Arguments in brackets may be left out; an empty cell or range counts as left out."
    return lines(element("p", about), *map(function_help, functions))


def _settings() -> Html:
    names = "A setting that is not known is refused, so that a mistyped name is never passed over."
    numbers = (
        "Any of these numbers can stand in the settings by its name; \u2026 is one of the words"
        " beside its values, such as valuation_range_up_stock. A requirement can only be raised by"
        " it: numbers are raised or lowered accordingly, and chosen where the rule leaves its"
        f" reading open. Values in force on {AS_OF.isoformat()}, without any house."
    )
    return lines(
        element("p", names),
        _table(settings_help()),
        element("h3", "Numbers of the rules"),
        element("p", numbers),
        _table(parameters_help(AS_OF)),
    )


def _conventions() -> Html:
    parts = []
    for subject, sentences in CONVENTIONS.items():
        items = (element("li", sentence) for sentence in sentences)
        parts += [element("h3", subject), element("ul", lines(*items))]
    return lines(*parts)


def _errors() -> Html:
    meanings = [(element("code", error), meaning) for error, meaning in CELL_ERRORS.items()]
    return plain_table(("in the cell", "means"), meanings)


def _table(table: ReportTable) -> Html:
    rows: list[list[Content]] = [
        [element("b", str(first)), *map(str, rest)] for first, *rest in table.rows
    ]
    return plain_table([str(heading) for heading in table.headings], rows)


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
