"""One example of each function: what is typed, and how its answer is to be read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from xlmargin.cells.values import TableCell
from xlmargin.errors import REFUSED, MarginError
from xlmargin.help.example_book import EXAMPLE_BOOK
from xlmargin.packaged import packaged_toml

Answer = list[list[str | float | bool]]
"""An answer as rows; one value is one row of one cell."""


@dataclass(frozen=True)
class Range:
    """An argument that is a range of the example book, by its name."""

    name: str


@dataclass(frozen=True)
class Example:
    """A call on the example book.

    `columns` names the columns of an answer that has no headings of its own; `dates` are the
    columns whose numbers are dates.
    """

    arguments: tuple[Range | TableCell, ...]
    columns: tuple[str, ...] = ()
    dates: tuple[str, ...] = ()

    def formula(self, function: str) -> str:
        """The call as it is typed into a cell."""
        return f"={function}({', '.join(map(_typed, self.arguments))})"

    def answer(self, function: Callable[..., object]) -> Answer:
        """What the function answers, headings first; a refusal is raised."""
        values = [EXAMPLE_BOOK[a.name] if isinstance(a, Range) else a for a in self.arguments]
        answer = function(*values)
        rows: Answer = answer if isinstance(answer, list) else [[answer]]  # type: ignore[list-item]
        if str(rows[0][0]).startswith(REFUSED):
            raise MarginError(f"{self.formula(function.__name__)}: {rows[0][0]}")
        return [list(self.columns), *rows] if self.columns else rows


def _typed(argument: Range | TableCell) -> str:
    if isinstance(argument, Range):
        return f"{argument.name}[[#All]]"
    if argument is None:
        return ""
    if isinstance(argument, bool):
        return str(argument).upper()
    return f'"{argument}"' if isinstance(argument, str) else f"{argument:.15g}"


_BOOK: Final = ("Positions", "Market", "Settings", "Dividends")


def _stated(arguments: list[Any], **how: list[str]) -> Example:
    """An example as the file states it; "" is an argument left out."""
    named = [name for each in arguments for name in (_BOOK if each == "Book" else (each,))]
    read = (Range(name) if name in EXAMPLE_BOOK else None if name == "" else name for name in named)
    return Example(tuple(read), **{name: tuple(columns) for name, columns in how.items()})


EXAMPLES: Final[Mapping[str, Example]] = {
    name: _stated(**stated)
    for name, stated in packaged_toml("xlmargin.help", "examples.toml").items()
}
"""The examples by function."""
