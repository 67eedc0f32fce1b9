"""Rows of a file in the columns of a table: by what the headings mean, in the table's own order."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence

from xlmargin.cells.columns import read_dates, read_numbers
from xlmargin.cells.table import SourceRows
from xlmargin.cells.values import (
    LONGEST_TEXT,
    Headings,
    TableCell,
    TableRows,
    even,
    normalized,
    text_of,
    to_value,
)
from xlmargin.cells.words import DAYS, TEXTS
from xlmargin.excel.settings_reader import setting_name
from xlmargin.macros.changes import TableChange, place_of
from xlmargin.macros.open_book import OpenBook

RowFacts = Mapping[str, TableCell]
"""The cells of a row by the names of their columns."""


def facts_of(rows: Sequence[Sequence[TableCell]], headings: Headings) -> list[dict[str, TableCell]]:
    """The filled rows below a row of headings, each cell by what its heading means.

    Of two columns with one meaning the heading that is preferred goes first; a row without any cell
    is none. Dates and numbers in text are read as their file writes them.
    """
    if not rows:
        return []
    names = names_of(rows[0], headings)
    found: list[dict[str, TableCell]] = [{} for _ in rows[1:]]
    for i, name in enumerate(names):
        cells = _read(name, [row[i] for row in rows[1:]], rows) if name else ()
        for facts, cell in zip(found, cells, strict=False):
            if to_value(cell) is not None:
                facts[name] = cell
    return [facts for facts in found if facts]


def _read(
    name: str, cells: list[TableCell], rows: Sequence[Sequence[TableCell]]
) -> Iterable[TableCell]:
    """The cells of a column; a text that is a date or a number, by its column, as what it is."""
    values = [to_value(cell) for cell in cells]
    of_file = rows if isinstance(rows, SourceRows) else SourceRows([])
    if name in DAYS:
        read = read_dates(values, of_file.month_first).values
    elif name in TEXTS:
        return cells
    else:
        read = read_numbers(values, of_file.style).values
    return [
        float(number) if isinstance(cell, str) and not math.isnan(number) else cell
        for cell, number in zip(cells, read.tolist(), strict=True)
    ]


def names_of(row: Sequence[TableCell], headings: Headings) -> list[str]:
    """What each heading means; "" for an unknown one, and for a second one of the same meaning."""
    texts = [text_of(to_value(cell)) for cell in row]
    names = [headings.name_of(text) for text in texts]
    best: dict[str, int] = {}
    for i in sorted(range(len(texts)), key=lambda i: headings.rank(texts[i])):
        best.setdefault(names[i], i)
    return [name if best.get(name) == i else "" for i, name in enumerate(names)]


def filled(
    book: OpenBook,
    table: str,
    headings: Headings,
    rows: Iterable[RowFacts],
    above: Sequence[tuple[Sequence[TableCell], RowFacts]] = (),
) -> TableChange:
    """The table with these rows in place of its own; new columns at the right.

    `above` are rows of the table that stay above them, each with the cells that change. A table
    keeps one blank row at least.
    """
    place = place_of(book, table)
    there = book.contents(place)
    every = [*above, *(([], facts) for facts in rows)]
    at = {name: i for i, name in enumerate(names_of(there[0], headings)) if name}
    new = list(dict.fromkeys(name for _, facts in every for name in facts if name not in at))
    at |= {name: place.width + i for i, name in enumerate(new)}
    width = place.width + len(new)
    cells: TableRows = [[*there[0], *new]]
    for row, facts in every or [([], {})]:
        cells += even([row], width)
        for name, cell in facts.items():
            cells[-1][at[name]] = _plain(cell)
    pairs = zip(cells, there, strict=False)
    same = next((i for i, (one, other) in enumerate(pairs) if one != other), len(there))
    first = min(same, len(cells))
    dates = tuple(i for name, i in at.items() if name in DAYS)
    return TableChange(table, first, cells[first:], width, dates)


def _plain(cell: TableCell) -> TableCell:
    """A cell to be written: text in one line, no longer than answers have it."""
    if isinstance(cell, str):
        text = "".join(c if c.isprintable() else " " for c in cell)
        return text.strip()[:LONGEST_TEXT]
    return float(cell) if isinstance(cell, float) else cell


def kept_rows(book: OpenBook, table: str) -> list[tuple[Sequence[TableCell], RowFacts]]:
    """The rows of a table below its headings, to stay as they are; blank ones are none."""
    rows = book.contents(place_of(book, table))[1:]
    return [(row, {}) for row in rows if any(to_value(cell) is not None for cell in row)]


SETTINGS = "Settings"


def stated(rows: TableRows, name: str) -> list[TableCell]:
    """What the settings state under a name, for all or by account; none where they do not."""
    return [
        cell
        for row in rows
        if _name(row) == name
        for i, cell in enumerate(row[1:], start=1)
        if i not in _beside(rows) and to_value(cell) is not None
    ]


def with_settings(book: OpenBook, values: Mapping[str, TableCell]) -> TableChange | None:
    """The settings with these values, for all; None empties one. None where nothing changes."""
    place = place_of(book, SETTINGS)
    rows = book.contents(place)
    column = next((i for i, cell in enumerate(rows[0]) if _heading(cell) == "value"), 1)
    before = [list(row) for row in rows]
    for name, value in values.items():
        of_name = [row for row in rows[1:] if _name(row) == name]
        for row in of_name:
            for i in range(1, len(row)):
                if i not in _beside(rows):
                    row[i] = None
        if value is None:
            continue
        if not of_name:
            blank = next((row for row in rows[1:] if all(cell is None for cell in row)), None)
            if blank is None:
                blank = [None] * place.width
                rows.append(blank)
            blank[0] = name
            of_name = [blank]
        of_name[0][column] = value
    return None if rows == before else TableChange(SETTINGS, 1, rows[1:], place.width)


def _beside(rows: TableRows) -> set[int]:
    """Columns that hold no value: whose a row is, and since when it counts."""
    return {i for i, cell in enumerate(rows[0]) if _heading(cell) in ("account", "date")}


def _heading(cell: TableCell) -> str:
    return normalized(text_of(to_value(cell)))


def _name(row: list[TableCell]) -> str:
    return setting_name(text_of(to_value(row[0])))
