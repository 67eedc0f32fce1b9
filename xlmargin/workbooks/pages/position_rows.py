"""What a row of the sheet Positions is, as formulas and as the values that these find.

Its kind, the stock that it is of, its side, its price and its units, from whichever columns say so.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from xlmargin.cells.values import AnswerValue, text_of, to_value
from xlmargin.contracts import STANDARD_CONTRACT
from xlmargin.workbooks.input_tables import InputTable, InputTables
from xlmargin.workbooks.market_lookup import MARKET

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
At = Callable[[str], str]
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

    def kind(self, row: Row, at: At) -> Cell:
        """Call, put, stock or cash; blank without a quantity."""
        word, own = at("type"), self.text(row, "type")
        if self.has("right"):
            word = f'IF({at("right")}="",{word},{at("right")})'
            own = self.text(row, "right") or own
        formula = f'"{UNKNOWN}"'
        for kind, words in _KINDS.items():
            listed = ",".join(f'LOWER({word})="{each}"' for each in words)
            formula = f'IF(OR({listed}),"{kind}",{formula})'
        found = (kind for kind, words in _KINDS.items() if own.lower() in words)
        known = isinstance(self.cell(row, "quantity"), float)
        value = next(found, UNKNOWN) if known else ""
        return f'IF(ISNUMBER({at("quantity")}),{formula},"")', value

    def sign(self, row: Row, at: At) -> Cell:
        """1 where the quantity says its own side or a long one, -1 where the side is short."""
        if not self.has("side"):
            return "1", 1.0
        cell, own = f"LOWER({at('side')})", self.text(row, "side").lower()
        short, long = (",".join(f'{cell}="{word}"' for word in words) for words in (_SHORT, _LONG))
        formula = f'IF({at("quantity")}<0,1,IF(OR({short}),-1,IF(OR({long}),1,"{UNKNOWN}")))'
        quantity = self.cell(row, "quantity")
        if isinstance(quantity, float) and quantity < 0:
            return formula, 1.0
        return formula, -1.0 if own in _SHORT else 1.0 if own in _LONG else UNKNOWN

    def stock(self, row: Row, at: At, kind: tuple[str, str]) -> Cell:
        """Account and stock; blank for cash and for indexes, whose weekly options add a letter."""
        symbol, own = at("symbol"), self.text(row, "underlying") or self.text(row, "symbol")
        if self.has("underlying"):
            symbol = f'IF({at("underlying")}="",{symbol},{at("underlying")})'
        of, by = (self.market.columns.index(name) + 1 for name in ("class", "symbol"))
        symbols = f"INDEX({MARKET},0,{by})"
        found = f'IFERROR(INDEX({MARKET},MATCH({symbol},{symbols},0),{of})&"","")'
        root = f"MATCH(LEFT({symbol},LEN({symbol})-1),{symbols},0)"
        of_root = f'IFERROR(INDEX({MARKET},{root},{of})&"","")'
        account = f'{at("account")}&"|"&' if self.has("account") else '"|"&'
        stock = f'IF(ISNUMBER(SEARCH("index",{found})),"",{account}{symbol})'
        weekly = f'IF(ISNUMBER(SEARCH("index",{of_root})),"","{UNKNOWN}")'
        known = f'IF({found}="",{weekly},{stock})'
        cell, word = kind
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

    def price(self, row: Row, at: At) -> Cell:
        """The price of a unit, or the middle of bid and ask; blank without one."""
        formula, value = '""', self.cell(row, "price")
        if self.has("bid") and self.has("ask"):
            bid, ask = at("bid"), at("ask")
            formula = f'IF(COUNT({bid},{ask})=2,({bid}+{ask})/2,"")'
            own = [self.cell(row, name) for name in ("bid", "ask")]
            known = [each for each in own if isinstance(each, float)]
            if not isinstance(value, float) and len(known) == len(own):
                value = sum(known) / len(known)
        if self.has("price"):
            formula = f"IF(ISNUMBER({at('price')}),{at('price')},{formula})"
        return formula, value if isinstance(value, float) else ""

    def units(self, row: Row, at: At) -> tuple[str, float]:
        """Units of a contract."""
        if not self.has("multiplier"):
            return f"{STANDARD_CONTRACT:.0f}", STANDARD_CONTRACT
        own, found = at("multiplier"), self.cell(row, "multiplier")
        value = found if isinstance(found, float) else STANDARD_CONTRACT
        return f"IF(ISNUMBER({own}),{own},{STANDARD_CONTRACT:.0f})", value
