"""The help page: one file to read, print or link to, the same bytes every time it is made."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.resources import files
from typing import Final

import xlmargin
from xlmargin.excel.worksheet_function import WorksheetFunction
from xlmargin.help.example_book import AS_OF, EXAMPLE_BOOK
from xlmargin.help.function_help import function_help
from xlmargin.help.html import Content, Html, element, lines, link
from xlmargin.help.html_tables import answer_table, plain_table
from xlmargin.help.range_help import HEADINGS
from xlmargin.help.settings_help import parameters_help, settings_help
from xlmargin.help.texts import CELL_ERRORS, CONVENTIONS, GROUPS, REFUSALS
from xlmargin.reports.table import Table

TITLE = "xlmargin: the worksheet functions"
_CHAPTERS = {
    "example": "The example book",
    "functions": "The functions",
    "ranges": "Headings of the ranges",
    "settings": "Settings",
    "conventions": "Conventions",
    "errors": "Error texts",
    "programs": "Where programs differ",
}


GENERATOR: Final = '<meta name="generator" content="xlmargin">'
"""By which the page is known as ours."""


def help_page(functions: Sequence[WorksheetFunction], programs: Table) -> str:
    """The whole page as HTML; `programs` says where the programs that show cells differ."""
    style = files("xlmargin.help").joinpath("help_page.css").read_text(encoding="utf-8")
    head = element(
        "head",
        Html('<meta charset="utf-8">'),
        Html(GENERATOR),
        Html('<meta name="viewport" content="width=device-width, initial-scale=1">'),
        element("title", TITLE),
        element("style", Html(f"\n{style}")),
    )
    chapters = {
        "example": _example(),
        "functions": _functions(functions),
        "ranges": _ranges(),
        "settings": _settings(),
        "conventions": _conventions(),
        "errors": _errors({f.name: f for f in functions}["PM_REQUIREMENT"]),
        "programs": _table(programs),
    }
    parts = [
        element("section", element("h2", _CHAPTERS[name]), content, id=name)
        for name, content in chapters.items()
    ]
    body = element("body", _header(), _contents(functions), element("main", lines(*parts)))
    page = element("html", head, "\n", body, lang="en")
    return f"<!DOCTYPE html>\n{page.written}\n"


def _header() -> Html:
    about = (
        f"Version {xlmargin.__version__}, rules and example as of {AS_OF.isoformat()}. Every answer"
        " below is the function's own, on the example book."
    )
    return element("header", element("h1", TITLE), element("p", about))


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
    return element("nav", element("ol", lines(*items)), aria_label="Contents")


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


def _ranges() -> Html:
    about = (
        "In any order, any case; spaces, underscores and hyphens are alike. Other words for the"
        " same heading are understood as they stand here."
    )
    parts = []
    for name, headings in HEADINGS.items():
        rows = [
            [element("b", heading) if heading in headings.needed else heading, ", ".join(others)]
            for heading, others in headings.synonyms.items()
        ]
        parts += [element("h3", name), plain_table(("heading", "also written"), rows)]
    needed = "A heading in bold is always needed."
    return lines(element("p", f"{about} {needed}"), *parts)


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


def _errors(requirement: WorksheetFunction) -> Html:
    rest = EXAMPLE_BOOK["Market"], EXAMPLE_BOOK["Settings"]
    refusals = [
        (refused.what, element("code", str(requirement.function(refused.positions(), *rest))))
        for refused in REFUSALS
    ]
    meanings = [(element("code", error), meaning) for error, meaning in CELL_ERRORS]
    return lines(
        plain_table(("in the cell", "means"), meanings),
        element("p", "What a refused input says, on the example book with one cell changed:"),
        plain_table(("found", "answer"), refusals),
    )


def _table(table: Table) -> Html:
    rows: list[list[Content]] = [
        [element("b", str(first)), *map(str, rest)] for first, *rest in table.rows
    ]
    return plain_table([str(heading) for heading in table.headings], rows)
