"""Tables as a reader takes them in: thousands apart, dates as dates, wide ones turned."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from xlmargin.cells.values import NO_VALUE
from xlmargin.dates import date_of
from xlmargin.help.html import Content, Html, element, lines

Value = str | float | bool | None
Row = Sequence[Value]

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


def answer_table(rows: Sequence[Row], dates: Sequence[str] = ()) -> Html:
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


def shown_value(value: Value) -> str:
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


def _column(heading: Value, cells: Sequence[Value], is_date: bool) -> _Column:
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
