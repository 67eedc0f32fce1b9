"""What a row of the sheet Positions is, as formulas and as the values that these find.

Its kind, the stock that it is of, its side, its price and its units, from whichever columns say so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from xlmargin.cells.values import AnswerValue, text_of, to_value
from xlmargin.contracts import STANDARD_CONTRACT
from xlmargin.workbooks.figures import COUNT, IF, ISNUMBER, LOWER, OR
from xlmargin.workbooks.input_tables import InputTable, InputTables
from xlmargin.workbooks.market_lookup import MARKET
from xlmargin.workbooks.sentences import Figure, Operand, figure_of_operand

UNKNOWN: Final = "?"
"""What is found where a row is not understood."""
OPTIONS: Final = ("call", "put")
_KINDS: Final = {
    "call": ("call", "calls", "c"),
    "put": ("put", "puts", "p"),
    "stock": ("stock", "stocks", "shares", "equity", "etf", "fund"),
    "cash": ("cash",),
}
"""Words of the columns type and right, by what they mean here."""
_SHORT: Final = ("short", "sell", "sold", "s", "written", "write", "sell to open")
_LONG: Final = ("long", "buy", "bought", "l", "b", "held", "buy to open", "")
_COLUMNS: Final = frozenset(
    {
        "symbol", "type", "right", "side", "quantity", "strike", "expiration", "price", "bid",
        "ask", "cost", "style", "account", "group", "multiplier", "underlying", "volatility",
        "mark_spot", "forward", "currency", "settlement", "",
    }
)  # fmt: skip
_NEEDED: Final = ("symbol", "type", "quantity")

Cell = tuple[str, AnswerValue]
"""A formula and its value."""
At = Callable[[str], Figure]
"""The cell of a column of a row, by the name of the column."""
Row = Sequence[object]


def refused_for(tables: InputTables) -> str:
    """Why the rows of a table cannot be told apart, "" where they can."""
    columns = set(tables.positions.columns)
    if lacking := [name for name in _NEEDED if name not in columns]:
        return f"positions have no column {', '.join(lacking)}"
    if "price" not in columns and not {"bid", "ask"} <= columns:
        return "positions have no column price, nor bid and ask"
    if more := sorted(columns - _COLUMNS):
        return f"positions with a column {', '.join(more)} are not scaled"
    if not {"symbol", "class"} <= set(tables.market.columns):
        return "the market has no column class"
    return ""


@dataclass(frozen=True)
class PositionFormulas:
    """The rows of a table of positions, beside a market."""

    table: InputTable
    market: InputTable

    def has(self, name: str) -> bool:
        """Whether there is a column."""
        return name in self.table.columns

    def cell(self, row: Row, name: str) -> object:
        """A cell of a row; None where there is no such column."""
        return row[self.table.columns.index(name)] if self.has(name) else None

    def text(self, row: Row, name: str) -> str:
        """The text of a cell of a row."""
        return text_of(to_value(self.cell(row, name)))

    def kind(self, at: At) -> Figure:
        """Call, put, stock or cash; blank without a quantity."""
        word = at("type")
        if self.has("right"):
            word = IF(at("right").equals(""), word, at("right"))
        found: Operand = UNKNOWN
        for kind, words in _KINDS.items():
            found = IF(OR(*(LOWER(word).equals(each) for each in words)), kind, found)
        return IF(ISNUMBER(at("quantity")), found, "")

    def sign(self, at: At) -> Figure:
        """1 where the quantity says its own side or a long one, -1 where the side is short."""
        if not self.has("side"):
            return figure_of_operand(1.0)
        short, long = (
            OR(*(LOWER(at("side")).equals(word) for word in words)) for words in (_SHORT, _LONG)
        )
        return IF(at("quantity") < 0, 1.0, IF(short, -1.0, IF(long, 1.0, UNKNOWN)))

    def stock(self, row: Row, at: At, kind: Figure) -> Cell:
        """Account and stock; blank for cash and for indexes, whose weekly options add a letter."""
        symbol, own = at("symbol").formula, self.text(row, "underlying") or self.text(row, "symbol")
        if self.has("underlying"):
            symbol = IF(at("underlying").equals(""), at("symbol"), at("underlying")).formula
        of, by = (self.market.columns.index(name) + 1 for name in ("class", "symbol"))
        symbols = f"INDEX({MARKET},0,{by})"
        found = f'IFERROR(INDEX({MARKET},MATCH({symbol},{symbols},0),{of})&"","")'
        root = f"MATCH(LEFT({symbol},LEN({symbol})-1),{symbols},0)"
        of_root = f'IFERROR(INDEX({MARKET},{root},{of})&"","")'
        account = f'{at("account").formula}&"|"&' if self.has("account") else '"|"&'
        stock = f'IF(ISNUMBER(SEARCH("index",{found})),"",{account}{symbol})'
        weekly = f'IF(ISNUMBER(SEARCH("index",{of_root})),"","{UNKNOWN}")'
        known = f'IF({found}="",{weekly},{stock})'
        cell, word = kind.formula, kind.value
        formula = f'IF(OR({cell}="call",{cell}="put",{cell}="stock"),{known},"")'
        if word not in (*OPTIONS, "stock"):
            return formula, ""
        own_class, root_class = self._class(own), self._class(own[:-1])
        if not own_class:
            return formula, "" if "index" in root_class.lower() else UNKNOWN
        is_index = "index" in own_class.lower()
        return formula, "" if is_index else f"{self.text(row, 'account')}|{own}"

    def _class(self, symbol: str) -> str:
        by, of = (self.market.columns.index(name) for name in ("symbol", "class"))
        rows = self.market.rows[1:]
        found = (r[of] for r in rows if text_of(to_value(r[by])).lower() == symbol.lower())
        return text_of(to_value(next(found, None)))

    def price(self, at: At) -> Figure:
        """The price of a unit, or the middle of bid and ask; blank without one."""
        found = figure_of_operand("")
        if self.has("bid") and self.has("ask"):
            bid, ask = at("bid"), at("ask")
            found = IF(COUNT(bid, ask).equals(2.0), (bid + ask) / 2.0, "")
        return IF(ISNUMBER(at("price")), at("price"), found) if self.has("price") else found

    def units(self, at: At) -> Figure:
        """Units of a contract."""
        standard = figure_of_operand(STANDARD_CONTRACT)
        if not self.has("multiplier"):
            return standard
        return IF(ISNUMBER(at("multiplier")), at("multiplier"), standard)
