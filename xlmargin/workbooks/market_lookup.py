"""What the sheet Market says of a symbol that stands in a cell."""

from __future__ import annotations

from typing import Final

from xlmargin.cells.values import AnswerValue, text_of, to_value
from xlmargin.workbooks.formulas_sheet import NONE
from xlmargin.workbooks.input_tables import InputTables
from xlmargin.workbooks.sentences import Figure

MARKET: Final = "Market[[#All]]"


def price_of(tables: InputTables, cell: str, symbol: AnswerValue) -> Figure:
    """The price of the symbol in a cell, none where the market has none."""
    formula, found = _of(tables, "price", cell, symbol)
    value: AnswerValue = found if isinstance(found, float) else NONE
    return Figure(f'IFERROR(IF({formula}>0,{formula},"{NONE}"),"{NONE}")', value)


def is_index(tables: InputTables, cell: str, symbol: AnswerValue) -> tuple[str, bool]:
    """A formula for whether the symbol in a cell is an index, whose options settle in cash."""
    if "class" not in tables.market.columns:
        return "FALSE", False
    formula, found = _of(tables, "class", cell, symbol)
    is_one = "index" in text_of(to_value(found)).lower()
    return f'IFERROR(ISNUMBER(SEARCH("index",{formula})),FALSE)', is_one


def _of(tables: InputTables, column: str, cell: str, symbol: AnswerValue) -> tuple[str, object]:
    """A formula for a column of the market at the symbol in a cell, and what it finds."""
    market = tables.market
    by, of = (market.columns.index(name) for name in ("symbol", column))
    found = (
        row[of] for row in market.rows[1:]
        if text_of(to_value(row[by])).lower() == str(symbol).lower() and symbol
    )  # fmt: skip
    formula = f"INDEX({MARKET},MATCH({cell},INDEX({MARKET},0,{by + 1}),0),{of + 1})"
    return formula, next(found, None)
