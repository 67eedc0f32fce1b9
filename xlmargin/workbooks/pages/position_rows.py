"""What rows of the sheets Positions and Market say, as figures.

Of a position its kind, the stock that it is of, its side, its price and its units, from whichever
columns say so; of a symbol its price and its class.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from xlmargin.cells.values import text_of, to_value
from xlmargin.contracts import STANDARD_CONTRACT
from xlmargin.workbooks import figures as xl
from xlmargin.workbooks.figures import FALSE, FAULT, NONE, Figure, Operand, constant, sentence
from xlmargin.workbooks.input_tables import InputTable, InputTables

MARKET: Final = "Market[[#All]]"
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
            word = xl.IF(at("right").equals(""), word, at("right"))
        found: Operand = UNKNOWN
        for kind, words in _KINDS.items():
            found = xl.IF(xl.OR(*(xl.LOWER(word).equals(each) for each in words)), kind, found)
        return xl.IF(xl.ISNUMBER(at("quantity")), found, "")

    def sign(self, at: At) -> Figure:
        """1 where the quantity says its own side or a long one, -1 where the side is short."""
        if not self.has("side"):
            return constant(1.0)
        short, long = (
            xl.OR(*(xl.LOWER(at("side")).equals(word) for word in words))
            for words in (_SHORT, _LONG)
        )
        return xl.IF(at("quantity") < 0, 1.0, xl.IF(short, -1.0, xl.IF(long, 1.0, UNKNOWN)))

    def stock(self, at: At, kind: Figure) -> Figure:
        """Account and stock; blank for cash and for indexes, whose weekly options add a letter."""
        symbol = at("symbol").of_kind("text")
        if self.has("underlying"):
            own = at("underlying").of_kind("text")
            symbol = xl.IF(own.equals(""), symbol, own)
        found = class_of(self.market, symbol)
        of_root = class_of(self.market, xl.LEFT(symbol, xl.LEN(symbol) - 1))
        account = [at("account").of_kind("text")] if self.has("account") else []
        stock = xl.IF(_is_index(found), "", sentence(*account, "|", symbol))
        known = xl.IF(found.equals(""), xl.IF(_is_index(of_root), "", UNKNOWN), stock)
        return xl.IF(xl.OR(*map(kind.equals, (*OPTIONS, "stock"))), known, "")

    def price(self, at: At) -> Figure:
        """The price of a unit, or the middle of bid and ask; blank without one."""
        found = constant("")
        if self.has("bid") and self.has("ask"):
            bid, ask = at("bid"), at("ask")
            found = xl.IF(xl.COUNT(bid, ask).equals(2.0), (bid + ask) / 2.0, "")
        return xl.IF(xl.ISNUMBER(at("price")), at("price"), found) if self.has("price") else found

    def units(self, at: At) -> Figure:
        """Units of a contract."""
        standard = constant(STANDARD_CONTRACT)
        if not self.has("multiplier"):
            return standard
        return xl.IF(xl.ISNUMBER(at("multiplier")), at("multiplier"), standard)


def price_of(tables: InputTables, symbol: Figure) -> Figure:
    """The price of a symbol, none where the market has none."""
    price = _of_symbol(tables.market, "price", symbol)
    return xl.IFERROR(xl.IF(price > 0, price, NONE), NONE)


def class_of(market: InputTable, symbol: Figure) -> Figure:
    """The class of a symbol, blank where the market states none."""
    stated = _of_symbol(market, "class", symbol).of_kind("text")
    return xl.IFERROR(sentence(stated, ""), "")


def is_index(tables: InputTables, symbol: Figure) -> Figure:
    """Whether a symbol is an index, whose options settle in cash."""
    if "class" not in tables.market.columns:
        return FALSE
    found = _is_index(_of_symbol(tables.market, "class", symbol))
    return Figure(f"IFERROR({found.formula},FALSE)", found.value)


def _is_index(stated: Figure) -> Figure:
    return xl.ISNUMBER(xl.SEARCH("index", stated))


def _of_symbol(market: InputTable, column: str, symbol: Figure) -> Figure:
    """A column of the market at a symbol, a fault where it has no such row."""
    by, of = (market.columns.index(name) for name in ("symbol", column))
    wanted = str(symbol.value).lower()
    found = (row[of] for row in market.rows[1:] if text_of(to_value(row[by])).lower() == wanted)
    cell = next(found, None) if wanted else None
    row = f"MATCH({symbol.formula},INDEX({MARKET},0,{by + 1}),0)"
    value = cell if isinstance(cell, float | str) else FAULT
    return Figure(f"INDEX({MARKET},{row},{of + 1})", value)
