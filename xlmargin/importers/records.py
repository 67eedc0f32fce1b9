"""Lines of a file of somebody else, and the records below its headings.

Columns are found by their headings, never by their place; headings may stand below titles, come
again in the middle of the file, and be in any order.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from itertools import zip_longest
from typing import Final

from xlmargin.cells.columns import day_of, read_numbers
from xlmargin.cells.numbers import NumberStyle
from xlmargin.cells.table import SourceRows
from xlmargin.cells.values import clean_text, is_error, is_nothing
from xlmargin.dates import DATE
from xlmargin.errors import InputError, Problem
from xlmargin.importers.book_ranges import TextRows

VALUE: Final = "a value: mend the formula, or import the file unopened, as the broker wrote it"
_LONGEST_SHOWN: Final = 60
_SIGNS: Final = re.compile(r"[^\w$%#]|_")

Columns = Mapping[str, tuple[str, ...]]
"""The headings under which each of our fields is printed, the likeliest first."""


@dataclass(frozen=True)
class Line:
    """A line of the file: its row as a spreadsheet counts them, and its cells, cleaned.

    `style` is that of the file's numbers; brokers write them as the US does, unless somebody else
    saved the file again.
    """

    file: str
    row: int
    cells: tuple[str, ...]
    style: NumberStyle | None = NumberStyle.US

    @property
    def first(self) -> str:
        """The first cell, "" where there is none."""
        return self.cells[0] if self.cells else ""

    @property
    def is_blank(self) -> bool:
        """Whether no cell says anything."""
        return not any(self.cells)

    @property
    def is_title(self) -> bool:
        """Whether the first cell alone says anything."""
        return bool(self.first) and not any(self.cells[1:])

    def refused(self, column: str, found: str, wanted: str) -> InputError:
        """The error that this line is not what was wanted."""
        return InputError([self.problem(column, found, wanted)])

    def problem(self, column: str, found: str, wanted: str) -> Problem:
        """What is wrong with this line."""
        return Problem(self.file, self.row, column, found, wanted)


Lines = tuple[Line, ...]


def lines_of(texts: TextRows, file: str) -> Lines:
    """The lines of a file, empty cells at their ends left away."""
    style = texts.style if isinstance(texts, SourceRows) else NumberStyle.US
    return tuple(
        Line(file, i + 1, _without_padding([clean_text(cell) for cell in row]), style)
        for i, row in enumerate(texts)
    )


def _without_padding(cells: list[str]) -> tuple[str, ...]:
    while cells and not cells[-1]:
        cells.pop()
    return tuple(cells)


@lru_cache(maxsize=4096)
def heading(text: str) -> str:
    """A heading without what makes no difference: case, blanks, points, slashes and brackets.

    >>> heading("Mkt Val (Market Value)"), heading("Put/Call"), heading("Change %")
    ('mkt val market value', 'put call', 'change %')
    """
    return " ".join(_SIGNS.sub(" ", text.casefold()).split())


def has_headings(line: Line, names: Iterable[str]) -> bool:
    """Whether all these headings stand in a line."""
    there = {heading(cell) for cell in line.cells}
    return all(heading(name) in there for name in names)


def headed_by(*names: str, within: int | None = None) -> Callable[[Lines], bool]:
    """Whether a line of a file, or one of its first lines, has all these headings."""
    return lambda lines: any(has_headings(line, names) for line in lines[:within])


def titled(lines: Lines, pattern: re.Pattern[str], within: int = 5) -> tuple[str, dt.date | None]:
    """The `account` and the `day` that a title in one of the first lines names; "" and None.

    A pattern may have either group alone.
    """
    matches = (pattern.fullmatch(", ".join(line.cells)) for line in lines[:within])
    named = next((match.groupdict("") for match in matches if match), {})
    return named.get("account", ""), day_of(named.get("day", ""))


def day_in(pattern: re.Pattern[str]) -> Callable[[Lines], dt.date | None]:
    """The day in one of the last lines of a file, as the `day` of a pattern names it."""

    def day(lines: Lines) -> dt.date | None:
        matches = (pattern.fullmatch(line.first) for line in lines[-10:])
        return next((day_of(match["day"]) for match in matches if match), None)

    return day


@dataclass(frozen=True)
class Record:
    """A line below headings: the texts of our fields, and the title that stands above it.

    A field whose heading the file lacks is empty.
    """

    line: Line
    texts: Mapping[str, str]
    labels: Mapping[str, str]
    title: str = ""

    def text(self, field: str) -> str:
        """The text of a field, "" where it is empty; an error cell of a workbook is refused."""
        text = self.texts.get(field, "")
        if is_error(text.upper()):
            raise self.refused(field, VALUE)
        return "" if is_nothing(text) or text == "-" else text

    def number(self, field: str) -> float:
        """The number of a field, in percent where it has the sign; NaN where it is empty."""
        value, wanted = _number(self.text(field), self.line.style)
        if wanted:
            raise self.refused(field, wanted)
        return value

    def day(self, field: str) -> dt.date | None:
        """The date of a field, None where it is empty; refused where it is no date."""
        text = self.text(field)
        date = day_of(text) if text else None
        if text and date is None:
            raise self.refused(field, DATE)
        return date

    def saying(self, field: str, text: str) -> Record:
        """The record with another text in a field."""
        return replace(self, texts={**self.texts, field: text})

    def label(self, field: str) -> str:
        """The broker's own heading of a field."""
        return self.labels.get(field, field)

    def refused(self, field: str, wanted: str) -> InputError:
        """The error that a field is not what was wanted."""
        return InputError([self.problem(field, wanted)])

    def problem(self, field: str, wanted: str) -> Problem:
        """What is wrong with a field, under the broker's own heading."""
        return self.line.problem(self.label(field), shown(self.texts.get(field, "")), wanted)


@lru_cache(maxsize=4096)
def _number(text: str, style: NumberStyle | None) -> tuple[float, str]:
    """The number in a text, and what is wanted where it is none."""
    read = read_numbers((text or None,), style)
    value = float(read.values[0])
    return value * 100 if read.percent[0] else value, read.wanted.get(0, "")


@dataclass(frozen=True)
class HeadingRow:
    """Which cell of a line holds which of our fields."""

    at: Mapping[str, int]
    labels: Mapping[str, str]

    def record(self, line: Line, title: str = "") -> Record:
        """A line as a record."""
        texts = {f: line.cells[i] if i < len(line.cells) else "" for f, i in self.at.items()}
        return Record(line, texts, self.labels, title)


@dataclass(frozen=True)
class Layout:
    """What the lines of a table are read by: headings of each field, and what it cannot lack."""

    columns: Columns
    needed: tuple[str, ...]

    def __post_init__(self) -> None:
        """Refuse a needed field without a heading: no line would ever head the table."""
        for name in set(self.needed) - self.columns.keys():
            raise ValueError(f"{name!r} is needed, but columns have no heading for it")

    @cached_property
    def _spelled(self) -> Columns:
        return {field: tuple(map(heading, names)) for field, names in self.columns.items()}

    def spelled(self, field: str) -> frozenset[str]:
        """The headings of a field, without what makes no difference."""
        return frozenset(self._spelled[field])

    def places(self, cells: Iterable[str]) -> dict[str, int]:
        """The place of each field that a row of cells heads; the first heading counts."""
        at: dict[str, int] = {}
        for i, cell in enumerate(cells):
            at.setdefault(heading(cell), i)
        found = ((f, next(filter(at.__contains__, s), None)) for f, s in self._spelled.items())
        return {field: at[spelling] for field, spelling in found if spelling is not None}

    def row(self, line: Line) -> HeadingRow | None:
        """The fields that a line heads; None where it lacks a needed one, and so is no such row.

        A column of currencies is never passed over.
        """
        at = self.places(line.cells)
        if any(field not in at for field in self.needed):
            return None
        if "currency" not in self.columns:
            at |= _CURRENCY.places(line.cells)
        return HeadingRow(at, {field: line.cells[i] for field, i in at.items()})

    def section(self, line: Line, title: str) -> HeadingRow:
        """The fields of a line that heads a section; refused where it lacks a needed one.

        A section that is passed over would leave a part of the account.
        """
        if row := self.row(line):
            return row
        there = self.places(line.cells)
        lacking = next(field for field in self.needed if field not in there)
        wanted = f"{title} below its headings, as the broker writes them"
        raise line.refused(self.columns[lacking][0], "no such heading", wanted)

    def records(self, lines: Lines, *, blank_ends: bool = False) -> Iterator[Record]:
        """The lines below heading rows, as records; a title or a blank line is none.

        A title is a line of one cell that no record stands before: at the top, below a blank line
        or above headings. It holds for the records below it until the next one. Where `blank_ends`,
        a blank line ends the records until headings come again.
        """
        row: HeadingRow | None = None
        title, after_blank = "", False
        for line, following in zip_longest(lines, lines[1:]):
            if line.is_blank:
                row = None if blank_ends else row
            elif found := self.row(line):
                row = found
            elif line.is_title and (row is None or after_blank or self._heads(following)):
                title = line.first
            elif row is not None:
                yield row.record(line, title)
            after_blank = line.is_blank

    def _heads(self, line: Line | None) -> bool:
        return line is not None and self.row(line) is not None


_CURRENCY: Final = Layout({"currency": ("Currency", "Currency Code", "CCY", "Curr")}, ())
"""Whatever a broker is known to print."""


def layout_of(columns: Mapping[str, Iterable[str]], needed: Iterable[str]) -> Layout:
    """A layout as a table of TOML states it, each key by its name: another one refuses."""
    return Layout({field: tuple(names) for field, names in columns.items()}, tuple(needed))


def shown(text: str) -> str:
    """A text as a message shows it."""
    cut = text if len(text) <= _LONGEST_SHOWN else text[: _LONGEST_SHOWN - 3] + "..."
    return repr(cut) if cut else "nothing"
