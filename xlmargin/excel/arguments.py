"""The arguments that many worksheet functions share, and lists, days and words among arguments."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Final, TypeVar

import numpy as np

from xlmargin.cells.columns import number_of
from xlmargin.cells.values import Cells, one_of, rows_of, shown, to_value
from xlmargin.dates import date_of
from xlmargin.errors import InputError, Problem
from xlmargin.excel.worksheet_function import Argument, ArgumentKind

MOST_MOVES: Final = 500
"""Moves in one list; a stress of more is refused rather than waited for."""

_GREATEST_MOVE: Final = 10.0
"""Moves are fractions; a greater one is taken for percent."""

_Word = TypeVar("_Word", bound=StrEnum)

POSITIONS: Final = Argument(
    "Positions with headings: symbol, type, quantity; strike, expiration and price (or volatility)"
    " of options. Optional: underlying, forward, mark_spot, cost, multiplier, style, account,"
    " group.",
    ArgumentKind.RANGE,
)
MARKET: Final = Argument(
    "Underlyings with headings: symbol, price. Optional: class, leverage, dividend_yield (or by"
    " time: dividend_yield 90d), rate, volatility, class_group, product_group. Left out: prices of"
    " the stock positions.",
    ArgumentKind.RANGE,
    optional=True,
)
SETTINGS: Final = Argument(
    "Two columns, name and value: as_of, rate, house, account_type, cash, sma, basis, ...",
    ArgumentKind.RANGE,
    optional=True,
)
DIVIDENDS: Final = Argument(
    "Cash dividends with headings: symbol, ex_date, amount.", ArgumentKind.RANGE, optional=True
)
HEADERS: Final = Argument(
    "TRUE (default) for a first row of headings, FALSE for none.", ArgumentKind.SWITCH
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
