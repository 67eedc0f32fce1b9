"""Cells of the settings of an open book, by the names of the settings."""

from __future__ import annotations

from collections.abc import Mapping

from xlmargin.cells.values import TableCell, TableRows, normalized, text_of, to_value
from xlmargin.excel.settings_reader import setting_name
from xlmargin.macros.changes import TableChange, place_of
from xlmargin.macros.open_book import OpenBook

TABLE = "Settings"


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
    place = place_of(book, TABLE)
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
    return None if rows == before else TableChange(TABLE, 1, rows[1:], place.width)


def _beside(rows: TableRows) -> set[int]:
    """Columns that hold no value: whose a row is, and since when it counts."""
    return {i for i, cell in enumerate(rows[0]) if _heading(cell) in ("account", "date")}


def _heading(cell: TableCell) -> str:
    return normalized(text_of(to_value(cell)))


def _name(row: list[TableCell]) -> str:
    return setting_name(text_of(to_value(row[0])))
