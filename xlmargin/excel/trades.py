"""Trades, candidates and orders: what is bought, sold, closed or rolled, what may be, and how many.

Each row of trades is one signed trade, a roll two: what it closes and what it opens. All rows are
traded at once, whatever their order: what a row closes is counted against what the others leave,
plain trades first, then stated quantities, then all that is left; in each, rows that name a group
first. Each row of candidates is one contract or share, and the most of it; of orders a side, a
quantity and a limit, of which the greatest quantity that fits is looked for.
"""

from __future__ import annotations

import operator
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

import numpy as np

from xlmargin.arrays import FloatArray, IntArray, Names
from xlmargin.cells.columns import (
    GREATEST_QUANTITY,
    Bounds,
    dates,
    need_rows,
    numbers,
    refuse_beyond,
    words,
)
from xlmargin.cells.problems import ProblemLog, shown_date
from xlmargin.cells.table import CodedCells, RangeTable
from xlmargin.cells.values import Cells, one_of, shown, text_of
from xlmargin.cells.words import CANDIDATES, ORDERS, SIDES, TRADES
from xlmargin.contracts import Contract, InstrumentKind
from xlmargin.dates import DATE
from xlmargin.excel.book_reader import BookReading
from xlmargin.excel.orders import (
    Orders,
    beside_held,
    book_of,
    book_of_one_each,
    check_trade_prices,
    completed,
    contracts_of,
    fees,
    held_in,
    orders_reader,
    read_orders,
)
from xlmargin.excel.positions_reader import PRICE, PRICES
from xlmargin.what_if import Candidates, SizedOrders, Trades, less_closed


class Action(Enum):
    """What is done with a contract."""

    TRADE = "trade"
    CLOSE = "close"
    ROLL = "roll"


ACTIONS: Final = one_of(Action)
_TRADE, _CLOSE, _ROLL = range(3)
_STRIKE: Final = Bounds("a strike above 0", 0.0, above=True)
_OF_A_ROLL: Final = ("to_expiration", "to_strike", "to_price")


@dataclass(frozen=True, eq=False)
class _Typed:
    """The trades as they are typed, completed by what is held; numbers are NaN where not given."""

    orders: Orders
    action: IntArray
    to_expiration: FloatArray
    to_strike: FloatArray
    to_price: FloatArray
    log: ProblemLog

    def error(self, i: int, column: str, wanted: str) -> None:
        """Something in one cell that refuses the trades."""
        table = self.orders.table
        self.log.error(table.name, int(table.rows[i]), column, shown(table.cell(column, i)), wanted)

    @property
    def turns(self) -> list[int]:
        """The rows in the order in which they take from what is held."""
        rows = self.orders.rows
        ungrouped = rows.group.where(operator.not_)
        turns: list[int] = np.lexsort(
            (ungrouped, np.isnan(rows.quantity), self.action != _TRADE)
        ).tolist()
        return turns

    def may_close(self, i: int) -> list[int]:
        """The rows held that one trade may close: the account's own, in the group it names."""
        rows, held = self.orders.rows, self.orders.held.rows
        return [
            h
            for h in self.orders.same[i]
            if held.account[h] == rows.account[i]
            and rows.group[i] in ("", held.group[h])
            and not held.is_cash[h]
        ]


@orders_reader
def read_trades(log: ProblemLog, cells: Cells, reading: BookReading) -> Trades | None:
    """The trades in a range; headings without rows below them are no trades."""
    orders = read_orders(cells, "trades", TRADES, reading, log)
    typed = _typed(orders, log)
    quantity, other_side = _closed(typed)
    rolled = _rolled(typed)
    _refuse_two_marks(typed, rolled)
    rows = replace(typed.orders.rows, quantity=quantity)
    both_ways = np.flatnonzero(other_side)
    opened = _opened(typed, quantity + other_side, rolled, log)
    fee = fees(orders.table, log)
    index = np.concatenate([np.arange(len(rows)), both_ways, np.array(rolled, dtype=np.int64)])
    closing = replace(rows.only(both_ways), quantity=other_side[both_ways])
    own = orders.table.take(index[: len(rows) + len(both_ways)])
    legs = rows.joined(closing, own).joined(opened.rows, orders.table.take(index))
    order = np.argsort(index, kind="stable")
    orders = replace(orders, rows=legs.only(order))
    book = book_of(orders, log)
    if book is None:
        return None
    check_trade_prices(orders, book, log)
    fee = np.concatenate([fee, np.zeros(len(index) - len(rows))])[order]
    return Trades(book, fee)


def _typed(orders: Orders, log: ProblemLog) -> _Typed:
    table = orders.table
    action = words(table, "action", ACTIONS, "", log)
    to_strike, to_price = _STRIKE.read(table, "to_strike", log), PRICES.read(table, "to_price", log)
    action = np.where(action < 0, _TRADE, action)
    for column in _OF_A_ROLL:
        idle = (action != _ROLL) & ~table.empty(column)
        log.errors_where(idle, table, column, "nothing: only a roll has one")
    to_expiration = dates(table, "to_expiration", log)
    return _Typed(completed(orders, log), action, to_expiration, to_strike, to_price, log)


def _closed(typed: _Typed) -> tuple[FloatArray, FloatArray]:
    """The signed quantity of each row: as stated, or what closes as much as is stated or left.

    What closes all of a contract that is held both ways sells what is long and buys back what is
    short: the second array, 0 elsewhere, is what is bought back beside what is sold.
    """
    rows, held = typed.orders.rows, typed.orders.held.rows
    quantity, left = rows.quantity.copy(), held.quantity.copy()
    other_side = np.zeros(len(quantity))
    for i in typed.turns:
        mine = typed.may_close(i)
        if typed.action[i] != _TRADE:
            if not held.quantity[mine].any():
                typed.error(i, "symbol", "shares or contracts that the account holds")
                quantity[i] = 0.0
                continue
            closes_all = np.isnan(quantity[i])
            if closes_all and not rows.table.empty("quantity")[i]:
                continue
            long, short = left[mine].clip(min=0.0).sum(), left[mine].clip(max=0.0).sum()
            open_, size = float(long + short), abs(quantity[i])
            if closes_all and long and short:
                quantity[i], other_side[i] = -long, -short
            elif (size := abs(open_) if closes_all else size) <= abs(open_) and open_:
                quantity[i] = -np.sign(open_) * size
            else:
                whole = float(held.quantity[mine].sum())
                also = "; left out, both sides close" if long and short else ""
                wanted = f"at most {abs(open_):,.10g}, left of the {whole:+,.10g} held"
                typed.error(i, "quantity", wanted + also)
                quantity[i] = 0.0
                continue
        less_closed(left, mine, float(quantity[i]))
        less_closed(left, mine, float(other_side[i]))
    return quantity, other_side


def _rolled(typed: _Typed) -> list[int]:
    """The rows that are rolled, and say to what."""
    rolled = []
    for i in np.flatnonzero(typed.action == _ROLL).tolist():
        if not typed.orders.rows.is_option[i]:
            typed.error(i, "action", "trade or close: options alone are rolled")
        elif np.isnan(typed.to_expiration[i]):
            typed.error(i, "to_expiration", DATE)
        elif typed.to_expiration[i] < (day := np.floor(typed.orders.held.reading.market.as_of)):
            typed.error(i, "to_expiration", f"{shown_date(float(day))} or later")
        else:
            rolled.append(i)
    return rolled


def _opened(typed: _Typed, quantity: FloatArray, rolled: Sequence[int], log: ProblemLog) -> Orders:
    """What rolls open: the quantity closed, of another contract, completed by what is held."""
    chosen, held = np.array(rolled, dtype=np.int64), typed.orders.held
    rows = typed.orders.rows.only(chosen)
    strike = typed.to_strike[chosen]
    group = [
        name or (held.rows.group[own[0]] if (own := typed.orders.same[i]) else "")
        for i, name in zip(rolled, rows.group, strict=True)
    ]
    nothing = np.full(len(rows), np.nan)
    opened = replace(
        rows,
        quantity=-quantity[chosen],
        strike=np.where(np.isnan(strike), rows.strike, strike),
        expiration=typed.to_expiration[chosen],
        price=typed.to_price[chosen],
        cost=nothing,
        volatility=nothing,
        mark_spot=nothing,
        forward=nothing,
        half_spread=nothing,
        group=Names.of(group),
    )
    orders = beside_held(opened, held)
    for i, first, price in zip(rolled, orders.first.tolist(), opened.price.tolist(), strict=True):
        if first < 0 and np.isnan(price):
            typed.error(i, "to_price", f"{PRICE}: the positions do not hold what is opened")
    return completed(orders, log)


def _refuse_two_marks(typed: _Typed, rolled: Sequence[int]) -> None:
    """An option that positions do not hold has one mark, however often it is traded."""
    rows, table = typed.orders.rows, typed.orders.table
    priced: dict[Contract, tuple[int, float]] = {}
    for i, key in enumerate(contracts_of(rows)):
        marks = [] if typed.orders.same[i] else [("price", key, float(rows.price[i]))]
        if i in rolled:
            strike = rows.strike[i] if np.isnan(typed.to_strike[i]) else typed.to_strike[i]
            to = key._replace(strike=float(strike), expires_on=float(typed.to_expiration[i] // 1))
            if to not in typed.orders.held.by_contract:
                marks.append(("to_price", to, float(typed.to_price[i])))
        for column, contract, price in marks:
            if np.isnan(price) or not rows.is_option[i]:
                continue
            row, first = priced.setdefault(contract, (int(table.rows[i]), price))
            if price != first:
                wanted = f"{first:.10g}, the mark in row {row}; what it is traded at stands in cost"
                typed.error(i, column, wanted)


MOST_UNITS: Final = 1_000_000.0
"""Units of the underlying that are traded at most where a row does not say: 10,000 contracts."""


@orders_reader
def read_candidates(log: ProblemLog, cells: Cells, reading: BookReading) -> Candidates | None:
    """What might be traded to lower a requirement: one contract or share each, and the most of it.

    The sign of a quantity is its direction, its size the most of it; left out, it is traded as its
    side says, and bought without one.
    """
    orders = read_orders(cells, "candidates", CANDIDATES, reading, log)
    table, typed = orders.table, orders.rows
    need_rows(table, "candidates", log)
    fee = fees(table, log)
    log.errors_where(typed.is_cash, table, "type", "stock, call or put")
    zero = (typed.quantity == 0) & ~typed.is_cash
    log.errors_where(zero, table, "quantity", "the most to trade, below 0 to sell; or nothing")
    none = np.isnan(typed.quantity) & table.empty("quantity")
    one = np.sign(np.where(none, direction(table), typed.quantity))
    book = book_of_one_each(orders, one, log)
    if book is None:
        return None
    multiplier = book.positions.multiplier
    most = np.where(np.isnan(typed.quantity), MOST_UNITS / multiplier, np.abs(typed.quantity))
    return Candidates(Trades(book, fee), np.maximum(np.floor(most), 1.0))


@orders_reader
def candidates_of_held(log: ProblemLog, reading: BookReading) -> Candidates | None:
    """What might be traded where nobody says it: all that is held to be closed, more of long puts.

    Each at the mark that it is held at: nothing else has a price here that need not be guessed.
    """
    held = held_in(reading)
    rows, lots = held.rows, defaultdict[tuple[object, ...], list[int]](list)
    of_lot = np.nan_to_num(rows.multiplier).tolist(), rows.account, rows.group
    for i, lot in enumerate(zip(contracts_of(rows), *of_lot, strict=True)):
        if not rows.is_cash[i]:
            lots[lot].append(i)
    quantity = {own[0]: float(rows.quantity[own].sum()) for own in lots.values()}
    most = [(i, -held_of_it) for i, held_of_it in quantity.items() if abs(held_of_it) >= 1]
    most += [
        (i, float(np.floor(MOST_UNITS)))
        for i, held_of_it in quantity.items()
        if held_of_it > 0 and rows.kind[i] == InstrumentKind.PUT
    ]
    if not most:
        wanted = "candidates: what might be traded, with its price; nothing held can be closed"
        log.error("candidates", 0, "", "nothing", wanted)
        return None
    index, signed = np.array([i for i, _ in most]), np.array([each for _, each in most])
    none = np.full(len(most), np.nan)
    orders = beside_held(replace(rows.only(index), cost=none, cost_basis=none), held)
    book = book_of_one_each(orders, np.sign(signed), log)
    if book is None:
        return None
    limit = np.floor(MOST_UNITS / book.positions.multiplier)
    return Candidates(
        Trades(book, np.zeros(len(most))), np.maximum(np.floor(np.minimum(abs(signed), limit)), 1.0)
    )


def direction(table: RangeTable) -> FloatArray:
    """1 to buy and -1 to sell, as the side says; bought where there is none."""
    side = words(table, "side", SIDES, "", ProblemLog())
    sign = np.array([*(float(each.sign) for each in SIDES.members), 1.0, 1.0])
    return sign[side]


_FIX_SIDES: Final = {"1": "buy", "2": "sell", "5": "sell short"}
"""Tag 54 of FIX: 1 buy, 2 sell, 5 sell short."""

_SHARE: Final = Bounds(
    "a share of the requirement above 0, at most 1, such as 0.25", 0.0, 1.0, above=True,
    percent=True,
)  # fmt: skip
_LEAST: Final = "a whole number of 1 or more, the most to look at"


@orders_reader
def read_sized_orders(log: ProblemLog, cells: Cells, reading: BookReading) -> SizedOrders | None:
    """The orders in a range: one contract or share of each, the most looked at, the quantity.

    A side beside a magnitude is a direction, in words or as FIX has it; without a side the sign of
    the quantity is, and without either it is bought.
    """
    orders = read_orders(cells, "orders", ORDERS, reading, log, _with_sides)
    table, typed = orders.table, orders.rows
    need_rows(table, "orders", log)
    fee, limit = fees(table, log), numbers(table, "limit", log)
    log.errors_where((limit < 1) | (limit > np.floor(limit)), table, "limit", _LEAST)
    refuse_beyond(GREATEST_QUANTITY, limit, table, "limit", log)
    share = _SHARE.read(table, "name_share", log)
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
