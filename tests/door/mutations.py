"""Damage to a range, and other ways to write the same: each says what it must be answered with.

A mutation is drawn from a good range at random; the same seed draws the same. What is right stands
here, in words and values of its own, and is taken from nothing that the readers use.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Any, Final

from tests.books import Range


class Fate(Enum):
    """What a mutation must be answered with."""

    SAME = "the answers of the book before"
    REFUSED = "a refusal that names range, row and column"
    SAME_OR_REFUSED = "the answers of the book before, or a refusal that names the cell"
    TOLD = "where the answers differ, a problem or a refusal that names the cell"


@dataclass(frozen=True)
class Mutation:
    """A range with something in it changed.

    `rows_named` and `columns_named` are those of which a refusal names one; empty where any will
    do.
    """

    rows: Range
    fate: Fate
    change: str
    rows_named: tuple[int, ...] = ()
    columns_named: tuple[str, ...] = ()
    like: Range | None = None
    """The well-formed range that says the same; the good range itself where not given."""


class Meaning(Enum):
    """What the cells of a column are."""

    SYMBOL = "symbol"
    TYPE = "type"
    COUNT = "number"
    MONEY = "dollars"
    FRACTION = "fraction"
    DATE = "date"
    TIME = "time"
    WORD = "word"
    NAME = "name"


_M = Meaning
MEANING: Final = {
    "symbol": _M.SYMBOL, "underlying": _M.NAME, "type": _M.TYPE, "quantity": _M.COUNT,
    "strike": _M.MONEY, "expiration": _M.DATE, "price": _M.MONEY, "cost": _M.MONEY,
    "fee": _M.MONEY, "mark": _M.MONEY, "amount": _M.MONEY, "multiplier": _M.COUNT,
    "limit": _M.COUNT, "style": _M.WORD, "class": _M.WORD, "action": _M.WORD, "marginable": _M.WORD,
    "dividend_yield": _M.FRACTION, "rate": _M.FRACTION, "volatility": _M.FRACTION,
    "account": _M.NAME, "group": _M.NAME, "date": _M.DATE, "ex_date": _M.DATE, "time": _M.TIME,
}  # fmt: skip
"""By heading."""

NUMBERS: Final = (_M.COUNT, _M.MONEY, _M.FRACTION)

NEEDED: Final = {
    "positions": ("symbol", "type", "quantity", "strike", "expiration", "price"),
    "market": ("symbol", "price"),
    "dividends": ("symbol", "ex_date", "amount"),
    "trades": ("symbol", "strike", "expiration"),
    "candidates": ("symbol", "strike", "expiration"),
    "orders": ("symbol", "strike", "expiration"),
    "activity": ("symbol", "quantity", "strike", "expiration", "price"),
}
"""Headings without which the range has no meaning."""


def listed(words: str) -> tuple[str, ...]:
    """The words of a text with bars between them."""
    return tuple(words.split("|"))


ERRORS: Final = (
    *listed(
        "#N/A|#REF!|#DIV/0!|#VALUE!|#NAME?|#NUM!|#NULL!|#SPILL!|#CALC!|#GETTING_DATA|"
        "#N/A N/A|#FIELD!|Err:502|Err:508"
    ),
    -2146826246,
    -2146826265,
)


def _is_day(cell: object) -> bool:
    if isinstance(cell, str):
        return len(cell) == 10 and cell[4] + cell[7] == "--"
    return isinstance(cell, int)


@dataclass
class Draw:
    """A good range to be mutated, and the dice: `rows[0]` are the headings' own names."""

    range: str
    rows: Range
    dice: random.Random

    def __post_init__(self) -> None:
        self.rows = [list(row) for row in self.rows]

    @property
    def headings(self) -> list[str]:
        return [str(heading) for heading in self.rows[0]]

    def column(self, heading: str) -> int:
        return self.headings.index(heading)

    def columns(self, *meanings: Meaning) -> list[str]:
        """The headings of these meanings."""
        return [h for h in self.headings if MEANING.get(h) in meanings]

    def filled(self, heading: str) -> list[int]:
        """The row numbers with something in the column, 2 for the first below the headings."""
        at = self.column(heading)
        return [n for n, row in enumerate(self.rows[1:], start=2) if row[at] is not None]

    def empty(self, heading: str) -> list[int]:
        """The row numbers with nothing in the column."""
        filled = self.filled(heading)
        return [n for n in range(2, len(self.rows) + 1) if n not in filled]

    def cell(self, row: int, heading: str) -> Any:
        return self.rows[row - 1][self.column(heading)]

    def put(self, row: int, heading: str, cell: object) -> str:
        """Put something into a cell; answers what was done."""
        before = self.cell(row, heading)
        self.rows[row - 1][self.column(heading)] = cell
        return f"row {row}, {heading}: {before!r} -> {cell!r}"

    def some_cell(self, *meanings: Meaning) -> tuple[int, str] | None:
        """A filled cell of one of these meanings."""
        cells = [(row, h) for h in self.columns(*meanings) for row in self.untouched(h)]
        return self.dice.choice(cells) if cells else None

    def untouched(self, heading: str) -> list[int]:
        """The row numbers whose cell is as a good book has it: a number, a day, a word."""
        rows, meaning = self.filled(heading), MEANING.get(heading)
        if meaning in NUMBERS:
            return [row for row in rows if isinstance(self.cell(row, heading), int | float)]
        if meaning is Meaning.DATE:
            return [row for row in rows if _is_day(self.cell(row, heading))]
        return rows

    def is_option(self, row: int) -> bool:
        """Whether the row is an option with a strike of its own."""
        return "strike" in self.headings and self.cell(row, "strike") is not None

    def of_cell(self, fate: Fate, row: int, heading: str, change: str) -> Mutation:
        return Mutation(self.rows, fate, change, (row,), (heading,))

    def of_column(self, fate: Fate, heading: str, change: str, *also: str) -> Mutation:
        return Mutation(self.rows, fate, change, (), (heading, *also))

    def whole(self, fate: Fate, change: str) -> Mutation:
        return Mutation(self.rows, fate, change)

    def add_column(self, heading: object, cells: Sequence[object], at: int | None = None) -> None:
        """A column beside the others; `cells` are those below the heading."""
        for row, cell in zip(self.rows, [heading, *cells], strict=True):
            row.insert(len(row) if at is None else at, cell)


Kind = Callable[[Draw], Mutation | None]

TABLES: Final = ("positions", "market", "dividends", "trades", "candidates", "activity", "orders")
CONTRACTS: Final = ("positions", "trades", "candidates", "activity", "orders")
NAMED: Final = ("settings", "facts")

KINDS: Final[dict[str, tuple[Kind, tuple[str, ...]]]] = {}
"""Each kind of mutation by its name, with the ranges it is for."""


def kind(*ranges: str) -> Callable[[Kind], Kind]:
    """Enter a kind of mutation under its function's name."""

    def enter(made: Kind) -> Kind:
        KINDS[made.__name__] = (made, ranges)
        return made

    return enter
