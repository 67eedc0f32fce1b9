"""HTML: elements inside elements, tables of values, and the frame of a page.

Whatever is text is escaped. A page is one file to read, print or link to, the same bytes every time
it is made.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import Final

from xlmargin.cells.values import NO_VALUE, TableCell
from xlmargin.dates import date_of
from xlmargin.packaged import packaged_text


@dataclass(frozen=True)
class Html:
    """A piece of a page, as it is written."""

    written: str


Content = Html | str
"""What an element holds; a text is escaped."""


def element(name: str, *contents: Content, **attributes: str) -> Html:
    """An element; attributes `class_` and `aria_label` are written class and aria-label."""
    names = (key.rstrip("_").replace("_", "-") for key in attributes)
    values = zip(names, attributes.values(), strict=True)
    stated = "".join(f' {name}="{escape(value)}"' for name, value in values)
    inner = "".join(map(_written, contents))
    return Html(f"<{name}{stated}>{inner}</{name}>")


def lines(*contents: Content) -> Html:
    """One piece after another, each on a line of its own."""
    return Html("\n".join(map(_written, contents)))


def link(target: str, text: str) -> Html:
    """A link to a place on this page."""
    return element("a", text, href=f"#{target}")


def _written(content: Content) -> str:
    return content.written if isinstance(content, Html) else escape(content)


PageRow = Sequence[TableCell]

MOST_ROWS: Final = 16
"""Rows of an answer that are shown."""
MOST_COLUMNS: Final = 12
"""An answer of more columns is shown turned, if it has few rows."""
_FEW_ROWS: Final = 4


def plain_table(headings: Sequence[str], rows: Iterable[Sequence[Content]]) -> Html:
    """A table of texts and pieces of the page."""
    head = element("tr", *(element("th", heading, scope="col") for heading in headings))
    body = (element("tr", *(element("td", cell) for cell in row)) for row in rows)
    return _scrolled(element("thead", head), lines(*body))


def answer_table(rows: Sequence[PageRow], dates: Sequence[str] = ()) -> Html:
    """The first rows of an answer, below its headings; says what is not shown."""
    headings, *below = rows
    shown = below[:MOST_ROWS]
    columns = [
        _column(heading, [row[i] for row in shown], str(heading) in dates)
        for i, heading in enumerate(headings)
    ]
    if len(columns) > MOST_COLUMNS and len(shown) <= _FEW_ROWS:
        return _turned(columns)
    head = (element("th", c.heading, scope="col", class_=c.kind) for c in columns)
    body = (
        element("tr", *(element("td", c.cells[i], class_=c.kind) for c in columns))
        for i in range(len(shown))
    )
    table = _scrolled(element("thead", element("tr", *head)), lines(*body))
    more = len(below) - len(shown)
    return lines(table, _note(f"More rows below these: {more}.")) if more else table


def shown_value(value: TableCell) -> str:
    """A value as text: TRUE or FALSE, numbers with as many decimals as they need."""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return _number(value, _decimals([value]))
    return "" if value is None else str(value)


@dataclass(frozen=True)
class _Column:
    """A column of an answer: its heading, its cells as texts, and whether they are numbers."""

    heading: str
    cells: list[str]
    kind: str


def _column(heading: TableCell, cells: Sequence[TableCell], is_date: bool) -> _Column:
    """The cells of a column, numbers with alike decimals unless their units differ."""
    numbers = [cell for cell in cells if isinstance(cell, float)]
    decimals = _decimals(numbers)
    texts = []
    for cell in cells:
        if not isinstance(cell, float):
            texts.append(_indented(shown_value(cell)))
        elif is_date:
            texts.append(date_of(cell).isoformat())
        else:
            texts.append(shown_value(cell) if _mixed(numbers) else _number(cell, decimals))
    words = {cell for cell in cells if isinstance(cell, str | bool)} - {"", NO_VALUE}
    return _Column(shown_value(heading), texts, "number" if numbers and not words else "text")


def _decimals(numbers: Sequence[float]) -> int:
    """Decimals that show all numbers: cents at most, four where none is greater than one."""
    most = 4 if all(abs(number) <= 1 for number in numbers) else 2
    needed = (len(f"{number:.{most}f}".rstrip("0").partition(".")[2]) for number in numbers)
    fewest = max(needed, default=0)
    return fewest if most == 4 or not fewest else most


def _mixed(numbers: Sequence[float]) -> bool:
    """Whether dollars and fractions stand in one column."""
    sizes = [round(abs(number), 4) for number in numbers]
    return any(0 < size < 1 for size in sizes) and any(size > 1 for size in sizes)


def _number(number: float, decimals: int) -> str:
    return f"{round(number, decimals) + 0.0:,.{decimals}f}"  # no -0


def _indented(text: str) -> str:
    """Text whose blanks in front stay visible, as those of an explanation."""
    inner = text.lstrip()
    return "\u2003" * ((len(text) - len(inner)) // 4) + inner


def _turned(columns: Sequence[_Column]) -> Html:
    """A row for each column of the answer."""
    body = (
        element(
            "tr",
            element("th", c.heading, scope="row"),
            *(element("td", cell, class_="number") for cell in c.cells),
        )
        for c in columns
    )
    note = _note("Shown turned: in a sheet the rows are columns, with their headings on top.")
    return lines(_scrolled(Html(""), lines(*body)), note)


def _note(text: str) -> Html:
    return element("p", text, class_="note")


def _scrolled(head: Html, body: Html) -> Html:
    """A table in a box of its own, which scrolls where the screen is narrow."""
    return element("div", element("table", head, element("tbody", body)), class_="wide")


Chapters = Mapping[str, tuple[str, Html]]
"""The title and content of each chapter, by the name that links have."""

GENERATOR: Final = '<meta name="generator" content="xlmargin">'
"""By which a page is known as ours."""


def page(title: str, about: str, contents: Html, chapters: Chapters) -> str:
    """The whole page as HTML: title, what it is, links into it, chapters."""
    style = packaged_text("xlmargin.help", "help_page.css")
    head = element(
        "head",
        Html('<meta charset="utf-8">'),
        Html(GENERATOR),
        Html('<meta name="viewport" content="width=device-width, initial-scale=1">'),
        element("title", title),
        element("style", Html(f"\n{style}")),
    )
    parts = [
        element("section", element("h2", heading), content, id=name)
        for name, (heading, content) in chapters.items()
    ]
    header = element("header", element("h1", title), element("p", about))
    nav = element("nav", contents, aria_label="Contents")
    body = element("body", header, nav, element("main", lines(*parts)))
    written = element("html", head, "\n", body, lang="en").written
    return f"<!DOCTYPE html>\n{written}\n"
