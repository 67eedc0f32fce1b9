"""What the readers refuse, each on the example book with a cell or column changed, and its cure."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final

from xlmargin.cells.values import TableCell
from xlmargin.help.example_book import EXAMPLE_BOOK

CheckTable = list[list[Any]]


@dataclass(frozen=True)
class Damage:
    """A cell of the example book that is not what is wanted; row 1 is the headings.

    A heading that the range has not stands in a column of its own. Where `value` is a tuple, it is
    the whole column below its heading, in row 1. `cure` says what to do.
    """

    what: str
    range: str
    row: int
    column: str
    value: TableCell | dt.date | tuple[TableCell, ...]
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
        if isinstance(self.value, tuple):
            for row, value in zip(rows[1:], self.value, strict=True):
                row[at] = value
        else:
            rows[self.row - 1][at] = self.value
        return book["Positions"], book["Market"], book["Settings"], book["Dividends"]


_P, _M, _S, _D = "Positions", "Market", "Settings", "Dividends"

DAMAGES: Final = (
    Damage("an error cell", _P, 3, "quantity", "#REF!", "Repair the formula of the cell."),
    Damage("no heading that is needed", _P, 1, "symbol", "zz", "Name the column as listed above."),
    Damage("a heading that nearly is one that counts", _M, 1, "class", "clas",
           "Name the column as listed above, or leave it out."),
    Damage("a heading that is an error", _P, 1, "#REF!", (1.0, None, None, None, None, None),
           "Repair the formula of the heading."),
    Damage("a column of signs", _P, 1, "flag", ("+", "-", "+", "+", "-", "+"),
           "Name it side, or give quantity its sign and take the column out."),
    Damage("a column in which some words are sides", _P, 1, "what", ("buy", "hold", "sell", "buy",
           "sell", "hold"), "Name it side and write sides alone, or take it out."),
    Damage("a column of what is sold", _P, 1, "short qty", (0.0, 5.0, 0.0, 0.0, 1.0, 0.0),
           "Use one column of quantity, short below 0."),
    Damage("a column that tells what is open", _P, 1, "state", ("open", "closed", "open", "open",
           "open", "open"), "Take out the rows that are not held, then the column."),
    Damage("a column that looks like multipliers", _P, 1, "lot", (None, 10.0, 10.0, 100.0, 100.0,
           None), "Name it multiplier, or take it out."),
    Damage("two columns of one meaning that differ", _P, 3, "qty", -4.0,
           "Let both say the same, or take one out."),
    Damage("a text that is no ticker", _P, 2, "symbol", "XYZ Corp A", "State the ticker alone."),
    Damage("an option without its day", _P, 3, "symbol", "XYZ JAN 105 PUT",
           "Write the day as well: XYZ 1/15/27 105 PUT; or let columns say it."),
    Damage("a text where a number is wanted", _P, 3, "quantity", "-5 contracts",
           "Leave the number alone in its cell."),
    Damage("a date where a number is wanted", _P, 3, "strike", dt.date(2026, 1, 5),
           "Write the number, and give the cell a format of numbers."),
    Damage("a number with two readings", _P, 2, "quantity", "1.500",
           "Write 1500 or 1,500.00; in a file, let one cell of the column have both signs."),
    Damage("an amount in another currency", _P, 2, "price", "€100",
           "Turn it into dollars, or leave the row out by the setting leave_out."),
    Damage("a percentage where there is none", _P, 2, "price", "100%", "Write dollars per unit."),
    Damage("a date with two readings", _P, 3, "expiration", "5/6/2027",
           "Write 2027-05-06, or give the cells a date format."),
    Damage("no date", _P, 3, "expiration", "Jan 2027", "Write the day as well: 2027-01-15."),
    Damage("an option that has expired", _P, 3, "expiration", "2026-10-16",
           "Take the row out, or set as_of to the day of the prices."),
    Damage("no quantity", _P, 3, "quantity", None, "State it; short is negative."),
    Damage("part of a contract", _P, 3, "quantity", -4.5, "State whole contracts."),
    Damage("no strike", _P, 3, "strike", None, "State it, or give the option's own symbol."),
    Damage("a word that is not known", _P, 3, "type", "cal", "Use one of the words above."),
    Damage("a house's rate below the rule's", _M, 2, "maintenance_rate", 0.10,
           "State the rule's or more; an empty cell is the rule's."),
    Damage("what is not margined", _P, 3, "type", "future",
           "Take futures, bonds and the like out of the range."),
    Damage("a type that contradicts", _P, 3, "symbol", "XYZ270115P105",
           "Let type, strike and expiration say what the option symbol says, or leave them empty."),
    Damage("a strike with two readings", _P, 3, "symbol", "XYZ270115C105000",
           "Write the symbol with eight digits, 00105000, or with dollars, C105."),
    Damage("a side that is not known", _P, 3, "side", "neutral", "Use one of the words above."),
    Damage("a closing side in positions", _P, 3, "side", "buy to close",
           "State what is held; what closes it belongs into trades."),
    Damage("a side against the sign", _P, 3, "side", "bought",
           "Let the sign and the side agree, or leave the sign away."),
    Damage("another currency", _P, 2, "currency", "EUR",
           "Turn the row into dollars, or leave it out by the setting leave_out."),
    Damage("no price", _P, 3, "price", None, "State price or volatility."),
    Damage("a price of 0", _P, 2, "price", 0.0, "Fill in the quote; a link to an empty cell is 0."),
    Damage("a price that no volatility gives", _P, 4, "price", 96.0,
           "Check price, strike and the price of the underlying."),
    Damage("an underlying whose price is nowhere", _P, 5, "symbol", "ABC",
           "Give it a row in the market range."),
    Damage("a name that begins like a formula", _P, 2, "account", "=A1", "Name it otherwise."),
    Damage("an underlying stated twice", _M, 3, "symbol", "XYZ", "Keep one row of it."),
    Damage("a class that is not known", _M, 3, "class", "index", "Use one of the classes above."),
    Damage("a yield in percent", _M, 3, "dividend_yield", 1.3, "Write 0.013 or 1.3%."),
    Damage("a yield beside its terms", _M, 3, "dividend_yield 1y", 0.012,
           "State one yield, or yields by time."),
    Damage("a setting that is not known", _S, 3, "name", "rates", "Name it as listed in the help."),
    Damage("a rate in percent", _S, 3, "value", 4.0, "Write 0.04 or 4%."),
    Damage("dividends above the price", _D, 2, "amount", 600.0, "State dollars per share."),
)  # fmt: skip
"""What is refused, in the order of the columns."""
