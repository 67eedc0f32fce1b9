"""The user's ranges as Excel tables: what is written, and what the functions are given.

Both are the same cells: dates in text become serial days, headings are made unique, as a table
needs them, and the functions receive what stands on the sheet.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from xlmargin.cells import words
from xlmargin.cells.columns import date_serial
from xlmargin.cells.named_values import value_in_style
from xlmargin.cells.reading import heading_row
from xlmargin.cells.table import SourceRows
from xlmargin.cells.values import Headings, TableCell, TableRows, text_of, to_value
from xlmargin.excel.facts_reader import FACTS
from xlmargin.excel.settings_reader import setting_name
from xlmargin.workbooks.formulas import LEFT_OUT, FormulaArgument

InputCells = Sequence[Sequence[TableCell]]

LONGEST_TEXT: Final = 255
_NO_HEADINGS: Final = Headings({"name": (), "value": ()})
BY_ROW: Final[Mapping[str, Callable[[str], str]]] = {
    "Settings": setting_name,
    "Facts": FACTS.name_of,
}
"""Tables of names and values, with what finds a name as it is meant."""
MORE: Final[Mapping[str, Headings]] = {
    "Trades": words.TRADES,
    "Candidates": words.CANDIDATES,
    "Activity": words.ACTIVITY,
    "Facts": Headings({"name": ()}),
    "Limits": words.THRESHOLDS,
    "Broker": words.BROKER_FIGURES,
    "DatedPositions": words.POSITIONS,
    "DatedMarket": words.MARKET,
}
"""Tables beside those of the book, for the functions that ask for more."""

_BLANK: Final[Mapping[str, InputCells]] = {
    "Market": [["symbol", "price", "class"], [None, None, None]],
    "Dividends": [["symbol", "ex_date", "amount"], [None, None, None]],
    "Settings": [["name", "value"], [None, None]],
}
"""What a range that was left out looks like, ready to be filled in."""


def sheet_of(name: str) -> str:
    """The sheet of a table: its name in words."""
    return name.replace("Dated", "Dated ").capitalize()


@dataclass(frozen=True)
class InputTable:
    """A range as a table: its name, its own names of the columns ("" if unknown), and its rows."""

    name: str
    columns: tuple[str, ...]
    rows: TableRows

    @property
    def sheet(self) -> str:
        """The sheet that it stands on: its name in words."""
        return sheet_of(self.name)

    @property
    def argument(self) -> FormulaArgument:
        """The whole table, headings included, as an argument of a formula: cells of a sheet."""
        return FormulaArgument(f"{self.name}[[#All]]", list(self.rows))

    def kind(self, row: int, column: int) -> str:
        """What decides how a cell is shown: its column, or where rows have names, the row's."""
        if self.name not in BY_ROW:
            return self.columns[column]
        name = text_of(to_value(self.rows[row][0]))
        return BY_ROW[self.name](name) if column else "name"


@dataclass(frozen=True)
class InputTables:
    """The four ranges of a book as tables, and by name what some functions ask for beside them."""

    positions: InputTable
    market: InputTable
    settings: InputTable
    dividends: InputTable
    more: Mapping[str, InputTable] = field(default_factory=dict)

    def __iter__(self) -> Iterator[InputTable]:
        return iter((self.positions, self.market, self.settings, self.dividends))

    def value_of_setting(self, name: str) -> TableCell:
        """The cell of a setting, None where it is not stated."""
        rows = enumerate(self.settings.rows)
        found = (row[1] for i, row in rows if i and self.settings.kind(i, 1) == name)
        return next(found, None)

    def text_of_setting(self, name: str) -> str:
        """The text of a setting, "" where it is not stated."""
        return text_of(to_value(self.value_of_setting(name)))

    @property
    def ranges(self) -> tuple[TableRows, TableRows, TableRows, TableRows]:
        """The cells of the four tables, as the functions are given them."""
        return (self.positions.rows, self.market.rows, self.settings.rows, self.dividends.rows)

    @property
    def arguments(self) -> tuple[FormulaArgument, ...]:
        """The arguments that functions of a book have in common."""
        return tuple(table.argument for table in self)

    def beside(self, *names: str) -> list[FormulaArgument]:
        """The tables of these names as arguments, the last ones left off where there are none."""
        arguments = [self.more[name].argument if name in self.more else LEFT_OUT for name in names]
        while arguments and arguments[-1] is LEFT_OUT:
            arguments.pop()
        return arguments


def input_tables(
    positions: InputCells,
    market: InputCells | None,
    settings: InputCells | None,
    dividends: InputCells | None,
    more: Mapping[str, InputCells] | None = None,
) -> InputTables:
    """The tables of a book's ranges; one left out becomes a table with an empty row.

    `more` are Trades, Candidates, Activity, Facts, Limits, Broker, DatedPositions, DatedMarket, as
    far as there are any: pages that need one of them are left out without it.
    """
    return InputTables(
        _table("Positions", positions, words.POSITIONS),
        _table("Market", market or _BLANK["Market"], words.MARKET),
        _table("Settings", _with_headings(settings or _BLANK["Settings"]), _NO_HEADINGS),
        _table("Dividends", dividends or _BLANK["Dividends"], words.DIVIDENDS),
        {name: _table(name, cells, MORE[name]) for name, cells in (more or {}).items()},
    )


def _with_headings(settings: InputCells) -> InputCells:
    """Settings below the headings name and value, which their range may lack."""
    first = text_of(to_value(settings[0][0])).lower()
    if not setting_name(first) and first:
        return settings
    rows = [["name", "value", *[None] * (len(settings[0]) - 2)], *settings]
    if not isinstance(settings, SourceRows):
        return rows
    return SourceRows(rows, **{**settings.place, "numbers": [0, *settings.numbers]})


def _table(name: str, cells: InputCells, headings: Headings) -> InputTable:
    """The table from its headings on: titles above them are no part of it."""
    if name in BY_ROW:
        first = next(i for i, row in enumerate(cells) if any(cell is not None for cell in row))
    else:
        first = heading_row(cells, headings)
    texts = _unique([_text(text_of(to_value(cell))) for cell in cells[first]])
    columns = tuple(headings.name_of(text) for text in texts)
    rows: TableRows = [list(texts)]
    rows += [[_cell(cell) for cell in row] for row in cells[first + 1 :]] or [[None] * len(texts)]
    table = InputTable(name, columns, _placed(rows, cells, first))
    for i, row in enumerate(rows):
        for j, cell in enumerate(row):
            if not i or not isinstance(cell, str):
                continue
            kind = table.kind(i, j)
            day = date_serial(cell) if kind in words.DAYS else math.nan
            if not math.isnan(day):
                row[j] = day
            elif kind:
                row[j] = value_in_style(cell, kind, cells)
    return table


def _placed(rows: TableRows, cells: InputCells, first: int) -> TableRows:
    """The rows with their place in the file that they are read of, where they are of one."""
    if not isinstance(cells, SourceRows):
        return rows
    placed = cells.below(first)
    placed[:] = rows
    return placed


def _unique(texts: list[str]) -> list[str]:
    """Headings as a table needs them: none empty, none twice in any case."""
    unique: list[str] = []
    seen: set[str] = set()
    for i, text in enumerate(texts):
        heading, n = text or f"column {i + 1}", 1
        while heading.casefold() in seen:
            n += 1
            heading = f"{text or 'column'} {i + 1 if n == 2 else f'{i + 1}.{n}'}"
        seen.add(heading.casefold())
        unique.append(heading)
    return unique


def _text(text: str) -> str:
    """Text of printed characters, in one line, as long as a cell of an answer may be."""
    return "".join(c if c.isprintable() else " " for c in text).strip()[:LONGEST_TEXT]


def _cell(cell: TableCell) -> TableCell:
    if isinstance(cell, str):
        return _text(cell) or None
    return float(cell) if isinstance(cell, int) and not isinstance(cell, bool) else cell
