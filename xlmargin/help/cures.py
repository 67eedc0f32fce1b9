"""What the readers refuse, each on the example book with a cell or column changed, and its cure."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

from xlmargin.cells.values import TableCell
from xlmargin.help.example_book import EXAMPLE_BOOK
from xlmargin.packaged import packaged_toml

CheckTable = list[list[Any]]


@dataclass(frozen=True)
class Damage:
    """A cell of the example book that is not what is wanted; row 1 is the headings.

    A heading that the range has not stands in a column of its own. Where `value` is a list, it is
    the whole column below its heading, in row 1. `cure` says what to do.
    """

    what: str
    range: str
    row: int
    column: str
    value: TableCell | dt.date | list[TableCell]
    cure: str

    def ranges(self) -> tuple[CheckTable, CheckTable, CheckTable, CheckTable]:
        """Positions, market, settings and dividends of the example, with this cell."""
        names = ("Positions", "Market", "Settings", "Dividends")
        book: dict[str, CheckTable] = {
            name: [list(row) for row in EXAMPLE_BOOK[name]] for name in names
        }
        rows = book[self.range]
        if self.column not in rows[0]:
            for each in rows:
                each.append(None)
            rows[0][-1] = self.column
        at = rows[0].index(self.column)
        if isinstance(self.value, list):
            for row, value in zip(rows[1:], self.value, strict=True):
                row[at] = value
        else:
            rows[self.row - 1][at] = self.value
        return book["Positions"], book["Market"], book["Settings"], book["Dividends"]


DAMAGES: Final = tuple(
    Damage(*each) for each in packaged_toml("xlmargin.help", "cures.toml")["refused"]
)
"""What is refused, in the order of the columns."""
