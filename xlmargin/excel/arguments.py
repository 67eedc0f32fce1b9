"""Arguments of worksheet functions: what each is, and how what a host sends becomes a value.

Nothing at all, an empty cell and a blank text mean that the argument is left out, in every host.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import numpy as np

from xlmargin.errors import InputError, Problem
from xlmargin.excel.columns import DATE, NUMBER, date_serial, number_of
from xlmargin.excel.plain_cells import (
    Cells,
    PlainCell,
    is_error,
    plain,
    rows_of,
    shown,
    shown_text,
    text_of,
)


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

    def _one_cell(self, cells: Cells) -> PlainCell:
        rows = rows_of(cells)
        if len(rows) > 1 or (rows and len(rows[0]) > 1):
            raise self._refuse(f"{len(rows)} x {len(rows[0])} cells", "one cell")
        return plain(rows[0][0]) if rows and rows[0] else None

    def _text(self, cell: PlainCell) -> str:
        return text_of(cell)

    def _number(self, cell: PlainCell) -> float:
        return self._finite(number_of(cell), cell)

    def _date(self, cell: PlainCell) -> float:
        return self._finite(date_serial(cell), cell)

    def _switch(self, cell: PlainCell) -> bool:
        return bool(self._finite(_SWITCH.get(text_of(cell).lower(), np.nan), cell))

    def _finite(self, value: float, cell: PlainCell) -> float:
        if np.isnan(value):
            raise self._refuse(shown_text(cell), _WANTED[self.kind])
        return value

    def _refuse(self, found: str, wanted: str) -> InputError:
        return InputError([Problem(self.name, 0, "", found, wanted)])


_SWITCH: Final = {"true": 1.0, "yes": 1.0, "1": 1.0, "false": 0.0, "no": 0.0, "0": 0.0}
_WANTED: Final = {
    Kind.TEXT: "a text",
    Kind.NUMBER: NUMBER,
    Kind.SWITCH: "TRUE or FALSE",
    Kind.DATE: DATE,
}
_READ: Final[dict[Kind, Callable[[Argument, PlainCell], object]]] = {
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
    return len(rows) <= 1 and all(plain(cell) is None for row in rows for cell in row)


POSITIONS: Final = Argument(
    "Positions with headings: symbol, type, quantity; strike, expiration and price (or volatility)"
    " of options. Optional: underlying, cost, multiplier, style, account, group.",
    Kind.RANGE,
)
MARKET: Final = Argument(
    "Underlyings with headings: symbol, price. Optional: class, leverage, dividend_yield, rate,"
    " volatility, class_group, product_group. Left out: prices of the stock positions.",
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
