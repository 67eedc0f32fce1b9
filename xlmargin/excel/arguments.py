"""Arguments of worksheet functions: what each is, and how what a host sends becomes a value.

Nothing at all, an empty cell and a blank text mean that the argument is left out, in every host.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeVar

import numpy as np

from xlmargin.cells.dates import DATE, date_serial
from xlmargin.cells.numbers import NUMBER, number_of
from xlmargin.cells.values import (
    Cells,
    CellValue,
    is_error,
    rows_of,
    shown,
    shown_text,
    text_of,
    to_value,
)
from xlmargin.cells.words import YES_NO, YesNo, one_of
from xlmargin.dates import date_of
from xlmargin.errors import InputError, Problem

MOST_MOVES: Final = 500
"""Moves in one list; a stress of more is refused rather than waited for."""

_GREATEST_MOVE: Final = 10.0
"""Moves are fractions; a greater one is taken for percent."""

_Word = TypeVar("_Word", bound=StrEnum)


class Kind(StrEnum):
    """What an argument takes."""

    RANGE = "range"
    """A range with headings, or of names and values."""
    VALUES = "values"
    """A cell or a range of cells; the answer has an element for each."""
    TEXT = "text"
    NUMBER = "number"
    SWITCH = "switch"
    """TRUE or FALSE."""
    DATE = "date"

    @property
    def is_range(self) -> bool:
        """Whether the argument may have many cells."""
        return self in (Kind.RANGE, Kind.VALUES)


@dataclass(frozen=True)
class Argument:
    """One argument as the function wizard describes it; its name and default are the function's."""

    doc: str
    kind: Kind
    name: str = ""
    optional: bool = False
    default: object = None

    def value(self, cells: Cells) -> object:
        """What the function is called with; refused where it is not of the argument's kind."""
        if self.optional and _is_left_out(cells):
            return self.default
        if self.kind.is_range:
            return cells
        cell = self._one_cell(cells)
        if cell is None or is_error(cell):
            raise self._refuse(shown(cell), _WANTED[self.kind])
        return _READ[self.kind](self, cell)

    def _one_cell(self, cells: Cells) -> CellValue:
        rows = rows_of(cells)
        if len(rows) > 1 or (rows and len(rows[0]) > 1):
            raise self._refuse(f"{len(rows)} x {len(rows[0])} cells", "one cell")
        return to_value(rows[0][0]) if rows and rows[0] else None

    def _text(self, cell: CellValue) -> str:
        return text_of(cell)

    def _number(self, cell: CellValue) -> float:
        percent = isinstance(cell, str) and "%" in cell
        return self._finite(np.nan if percent else number_of(cell), cell)

    def _date(self, cell: CellValue) -> float:
        return self._finite(date_serial(cell), cell)

    def _switch(self, cell: CellValue) -> bool:
        said = YES_NO.read(cell)
        return bool(self._finite(np.nan if said is None else said is YesNo.YES, cell))

    def _finite(self, value: float, cell: CellValue) -> float:
        if np.isnan(value):
            raise self._refuse(shown_text(cell), _WANTED[self.kind])
        return value

    def _refuse(self, found: str, wanted: str) -> InputError:
        return InputError([Problem(self.name, 0, "", found, wanted)])


_WANTED: Final = {
    Kind.TEXT: "a text",
    Kind.NUMBER: NUMBER,
    Kind.SWITCH: "TRUE or FALSE",
    Kind.DATE: DATE,
}
_READ: Final[dict[Kind, Callable[[Argument, CellValue], object]]] = {
    Kind.TEXT: Argument._text,
    Kind.NUMBER: Argument._number,
    Kind.SWITCH: Argument._switch,
    Kind.DATE: Argument._date,
}


def _is_left_out(cells: Cells) -> bool:
    """Whether there is nothing: no argument, or one cell that is empty."""
    if isinstance(cells, list | tuple) and len(cells) > 1:
        return False
    rows = rows_of(cells)
    return len(rows) <= 1 and all(to_value(cell) is None for row in rows for cell in row)


POSITIONS: Final = Argument(
    "Positions with headings: symbol, type, quantity; strike, expiration and price (or volatility)"
    " of options. Optional: underlying, forward, mark_spot, cost, multiplier, style, account,"
    " group.",
    Kind.RANGE,
)
MARKET: Final = Argument(
    "Underlyings with headings: symbol, price. Optional: class, leverage, dividend_yield (or by"
    " time: dividend_yield 90d), rate, volatility, class_group, product_group. Left out: prices of"
    " the stock positions.",
    Kind.RANGE,
)
SETTINGS: Final = Argument(
    "Two columns, name and value: as_of, rate, house, account_type, cash, sma, basis, ...",
    Kind.RANGE,
)
DIVIDENDS: Final = Argument(
    "Cash dividends with headings: symbol, ex_date, amount.",
    Kind.RANGE,
)
HEADERS: Final = Argument(
    "TRUE (default) for a first row of headings, FALSE for none.", Kind.SWITCH
)


def read_moves(name: str, cells: Cells, default: Sequence[float], least: float) -> list[float]:
    """The moves in a row, column or table of cells, empty cells skipped; refused below `least`."""
    if cells is None:
        return list(default)
    moves = []
    for i, row in enumerate(rows_of(cells), start=1):
        for cell in (to_value(c) for c in row):
            if cell is None:
                continue
            move = number_of(cell)
            if np.isnan(move) or not least <= move <= _GREATEST_MOVE:
                wanted = f"moves as fractions from {least:g} to {_GREATEST_MOVE:g}, such as -0.15"
                raise InputError([Problem(name, i, "", shown(cell), wanted)])
            moves.append(move)
    if not 0 < len(moves) <= MOST_MOVES:
        found = f"{len(moves)} moves"
        raise InputError([Problem(name, 0, "", found, f"1 to {MOST_MOVES} moves")])
    return moves


def read_later_day(name: str, day: float | None, as_of: float) -> float:
    """A serial day, that of `as_of` where none is given; refused before it."""
    if day is None:
        return as_of
    if np.floor(day) < np.floor(as_of):
        wanted = f"{date_of(as_of)}, the day of the prices, or later"
        raise InputError([Problem(name, 0, "", str(date_of(day)), wanted)])
    return day


def read_word(name: str, text: str, words: type[_Word]) -> _Word:
    """One of the words of a list, however it is capitalised; refused with the list."""
    listed = one_of(words)
    word = listed.read(text)
    if word is None:
        raise InputError([Problem(name, 0, "", shown(text), listed.wanted)])
    return word
