"""Orders of which the greatest quantity that fits is looked for: a side, a quantity, a limit."""

from __future__ import annotations

from typing import Final

import numpy as np

from xlmargin.cells.columns import GREATEST_QUANTITY, need_rows, numbers, refuse_beyond, words
from xlmargin.cells.problems import ProblemLog
from xlmargin.cells.table import CodedCells, RangeTable
from xlmargin.cells.values import Cells, text_of
from xlmargin.cells.words import ORDERS
from xlmargin.excel.book_reader import BookReading
from xlmargin.excel.orders import OrdersRead, book_of_one_each, fees, read_of, read_orders
from xlmargin.excel.trades import ACTIONS, MOST_UNITS, Action, direction
from xlmargin.what_if import Candidates, SizedOrders, Trades

_FIX_SIDES: Final = {"1": "buy", "2": "sell", "5": "sell short"}
"""Tag 54 of FIX: 1 buy, 2 sell, 5 sell short."""
_SHARE: Final = "a share of the requirement above 0, at most 1, such as 0.25"
_LEAST: Final = "a whole number of 1 or more, the most to look at"


def read_sized_orders(cells: Cells, reading: BookReading) -> OrdersRead[SizedOrders]:
    """The orders in a range: one contract or share of each, the most looked at, the quantity.

    A side beside a magnitude is a direction, in words or as FIX has it; without a side the sign of
    the quantity is, and without either it is bought.
    """
    return read_of(lambda log: _sized(cells, reading, log))


def _sized(cells: Cells, reading: BookReading, log: ProblemLog) -> SizedOrders | None:
    orders = read_orders(cells, "orders", ORDERS, reading, log, _with_sides)
    table, typed = orders.table, orders.rows
    need_rows(table, "orders", log)
    fee, limit = fees(table, log), numbers(table, "limit", log)
    log.errors_where((limit < 1) | (limit > np.floor(limit)), table, "limit", _LEAST)
    refuse_beyond(GREATEST_QUANTITY, limit, table, "limit", log)
    share = numbers(table, "name_share", log, percent=True)
    log.errors_where(~((share > 0) & (share <= 1) | np.isnan(share)), table, "name_share", _SHARE)
    log.errors_where(typed.is_cash, table, "type", "stock, call or put")
    zero = (typed.quantity == 0) & ~typed.is_cash
    log.errors_where(zero, table, "quantity", "a quantity, or nothing: how many fit is looked for")
    action = words(table, "action", ACTIONS, "", log)
    other = (action >= 0) & (action != ACTIONS.members.index(Action.TRADE))
    log.errors_where(other, table, "action", "trade: an order is one trade")
    one = np.where(np.isnan(typed.quantity), direction(table), np.sign(typed.quantity))
    book = book_of_one_each(orders, one, log)
    if book is None:
        return None
    most = np.maximum(np.floor(MOST_UNITS / book.positions.multiplier), 1.0)
    most = np.where(np.isnan(limit), most, limit)
    return SizedOrders(Candidates(Trades(book, fee), most), np.abs(typed.quantity), share)


def _with_sides(table: RangeTable) -> RangeTable:
    """The table with the sides of FIX in words."""
    if not table.has("side"):
        return table
    cells = table.texts("side")
    said = tuple(_FIX_SIDES.get(text_of(cell), text_of(cell)) for cell in cells.distinct)
    distinct = tuple(dict.fromkeys(said))
    code = np.array([*(distinct.index(word) for word in said), -1], dtype=np.int32)
    return table.with_column("side", CodedCells(code[cells.codes], distinct))
