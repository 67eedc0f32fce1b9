"""Small arguments: a list of moves, one word out of a few."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Final, TypeVar

import numpy as np

from xlmargin.errors import InputError, Problem
from xlmargin.excel.columns import number_of, wanted_words
from xlmargin.excel.headings import squeezed
from xlmargin.excel.plain_cells import Cells, plain, rows_of, shown

MOST_MOVES: Final = 500
"""Moves in one list; a stress of more is refused rather than waited for."""

_GREATEST_MOVE: Final = 10.0
"""Moves are fractions; a greater one is taken for percent."""

_Word = TypeVar("_Word", bound=StrEnum)


def read_moves(name: str, cells: Cells, default: Sequence[float], least: float) -> list[float]:
    """The moves in a row, column or table of cells, empty cells skipped; refused below `least`."""
    if cells is None:
        return list(default)
    moves = []
    for i, row in enumerate(rows_of(cells), start=1):
        for cell in (plain(c) for c in row):
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


def read_word(name: str, text: str, words: type[_Word]) -> _Word:
    """One of the words of a list, however it is capitalised; refused with the list."""
    known = {squeezed(word.value): word for word in words}
    if squeezed(text) not in known:
        wanted = wanted_words([word.value for word in words])
        raise InputError([Problem(name, 0, "", shown(text), wanted)])
    return known[squeezed(text)]
