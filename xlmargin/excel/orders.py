"""Orders beside what is held: candidates and activity, and what all orders have in common.

Orders are read as positions are. What an order leaves out of a contract that is held it takes from
there: its terms, its mark and how that is valued. A contract has one mark, the positions': the
price of an order is what it is traded at.
"""

from __future__ import annotations

import datetime as dt
import re
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final, Generic, NamedTuple, TypeVar

import numpy as np

from xlmargin.arrays import BoolArray, FloatArray, IntArray
from xlmargin.book import Book
from xlmargin.cells.columns import (
    GREATEST_PRICE,
    dates,
    names,
    need,
    numbers,
    refuse_beyond,
)
from xlmargin.cells.numbers import NUMBER
from xlmargin.cells.problems import ProblemLog
from xlmargin.cells.reading import read_table, unknown_headings
from xlmargin.cells.table import Table, column_of
from xlmargin.cells.values import Cells, CellValue, shown, shown_date, shown_text, text_of
from xlmargin.cells.words import ACTIVITY, CANDIDATES, Headings, normalized
from xlmargin.contracts import Contract
from xlmargin.dates import DATE, serial_of
from xlmargin.errors import InputError, Problem, RefusedPosition, Severity
from xlmargin.excel.book_reader import Reading, placed, resolved
from xlmargin.excel.checks import check_expirations
from xlmargin.excel.positions_reader import (
    CALL,
    CASH,
    DOLLARS,
    PRICE,
    STOCK,
    PositionRows,
    check_prices,
    name_of_each,
    read_positions,
)
from xlmargin.intraday import Act, Activity
from xlmargin.market import UnderlyingClass
from xlmargin.option_symbols import read_option_symbol
from xlmargin.risk_array import option_marks
from xlmargin.what_if import Candidates, Trades

MOST_UNITS: Final = 1_000_000.0
"""Units of the underlying that are traded at most where a row does not say: 10,000 contracts."""

_TYPES: Final = "stock, call, put, deposit, withdrawal or expiration"
_MOST_NAMED: Final = 5
_MOVED_SIGNS: Final = {
    **dict.fromkeys(("deposit", "deposits"), 1.0),
    **dict.fromkeys(("withdrawal", "withdrawals"), -1.0),
}
_EXPIRED: Final = ("expiration", "expirations", "expired")
_MONEY: Final = ("", "CASH", *DOLLARS)
_CLOCK: Final = re.compile(
    r"(?:(?P<day>\d{4}-\d\d-\d\d)[T ]|T)?(?P<h>[01]?\d|2[0-3]):(?P<min>[0-5]\d)"
    r"(?::(?P<s>[0-5]\d(?:[.,]\d{1,9})?))?(?P<zone>Z|[+-]\d\d(?::?\d\d)?)?",
    re.ASCII | re.IGNORECASE,
)
_TIME_DECIMALS: Final = 5
"""Of seconds: a serial day with its hour holds no more."""
_SECONDS_A_DAY: Final = 86_400
_WRONG_TIMES: Final = 10.0
_DOUBTFUL_TIMES: Final = 2.0
"""How many times its mark a trade price may be, or the other way round, without an error, or a
warning."""
_A_TICK: Final = 0.50
"""Dollars per unit by which it may be away from the mark in any case."""
_LEAST_PRICE: Final = 1e-9
_T = TypeVar("_T")


@dataclass(frozen=True, eq=False)
class OrdersRead(Generic[_T]):
    """What came of reading orders: None where a problem is an error, and the problems."""

    orders: _T | None
    problems: tuple[Problem, ...]

    def accepted(self) -> _T:
        """The orders; refused with every error found."""
        if self.orders is None:
            raise InputError([p for p in self.problems if p.severity is Severity.ERROR])
        return self.orders


@dataclass(frozen=True, eq=False)
class Held:
    """What is held, by contract, as orders are told about it."""

    reading: Reading

    @property
    def rows(self) -> PositionRows:
        """The rows of the positions."""
        return self.reading.rows

    @cached_property
    def by_contract(self) -> dict[Contract, list[int]]:
        """The rows held of what orders may mean."""
        of: dict[Contract, list[int]] = defaultdict(list)
        for i in range(len(self.rows)):
            of[contract_of(self.rows, i)].append(i)
        return dict(of)

    @cached_property
    def accounts(self) -> tuple[str, ...]:
        """The accounts of the positions, each once."""
        return tuple(dict.fromkeys(self.rows.account))

    def same(self, rows: PositionRows, i: int) -> list[int]:
        """The rows held of an order's contract: of its terms, as far as it states them."""
        held = self.rows
        return [
            h
            for h in self.by_contract.get(contract_of(rows, i), ())
            if (np.isnan(rows.multiplier[i]) or held.multiplier[h] == rows.multiplier[i])
            and (rows.style[i] < 0 or held.style[h] in (-1, rows.style[i]))
            and (rows.settlement[i] < 0 or held.settlement[h] == rows.settlement[i])
        ]


def contract_of(rows: PositionRows, i: int) -> Contract:
    """What tells the contract of one row."""
    strike, expiration = np.nan_to_num([rows.strike[i], rows.expiration[i]])
    return Contract(rows.root[i], int(rows.kind[i]), float(strike), float(expiration // 1))


@dataclass(frozen=True, eq=False)
class Orders:
    """Rows of orders as they are typed, beside what is held.

    `same` are the rows held of each order's contract, `first` the first of them or -1.
    """

    rows: PositionRows
    held: Held
    same: tuple[list[int], ...]

    @property
    def table(self) -> Table:
        """The range of the orders."""
        return self.rows.table

    @cached_property
    def first(self) -> IntArray:
        """The first row held of each order's contract, -1 where none is."""
        return np.array([own[0] if own else -1 for own in self.same], dtype=np.int64)

    def of_held(self, column: FloatArray) -> FloatArray:
        """Each order's value of a column of what is held, NaN where nothing is."""
        return np.append(column, np.nan)[np.where(self.first < 0, len(column), self.first)]


def read_orders(
    cells: Cells, name: str, headings: Headings, reading: Reading, log: ProblemLog
) -> Orders:
    """The orders in a range; what is wrong with a row by itself goes to the log."""
    table = read_table(cells, name, headings, log)
    if not table.given:
        log.error(table.name, 0, "", "nothing", "a range with headings in its first row")
    unknown_headings(table, headings, log)
    rows = read_positions(table, log, orders=True)
    log.errors_where(rows.price < 0, table, "price", "a price of 0 or more")
    return beside_held(rows, Held(reading))


def beside_held(rows: PositionRows, held: Held) -> Orders:
    """Rows of orders with what is held of the same contracts."""
    return Orders(rows, held, tuple(held.same(rows, i) for i in range(len(rows))))


def completed(orders: Orders, log: ProblemLog, *, traded_at: FloatArray | None = None) -> Orders:
    """The orders with what is held filled in where they leave it out.

    A price becomes the trade price of what is held, unless a cost is stated; shares are valued at
    the market's. `traded_at` are trade prices that stand in no column of their own.
    """
    rows, held, is_held = orders.rows, orders.held.rows, orders.first >= 0
    account = _accounts(orders, log)
    mark, volatility = orders.of_held(held.price), orders.of_held(held.volatility)
    stated, cost = ~np.isnan(rows.price), rows.cost
    both = is_held & stated & ~np.isnan(cost)
    _contradict(orders, both & rows.is_option & (rows.price != mark), "price", mark, log)
    given = is_held & ~np.isnan(rows.volatility)
    differs = given & ~(rows.volatility == volatility)
    _contradict(orders, differs, "volatility", volatility, log)
    forward = orders.of_held(held.forward)
    differs = is_held & ~np.isnan(rows.forward) & ~(rows.forward == forward)
    _contradict(orders, differs, "forward", forward, log)
    beside = np.where(is_held | ~np.isnan(rows.forward), np.nan, _forwards_beside(orders))
    told = "left out: that of the options held of its expiration"
    log.notes_where(~np.isnan(beside), orders.table, "forward", told)
    cost = np.where(is_held & ~both & stated, rows.price, cost)
    first = orders.first.tolist()

    def text(own: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
        return tuple(o or (other[f] if f >= 0 else "") for o, f in zip(own, first, strict=True))

    def code(own: IntArray, other: IntArray) -> IntArray:
        return np.where(is_held & (own < 0), np.append(other, -1)[orders.first], own)

    rows = replace(
        rows,
        account=account,
        underlying=text(rows.underlying, held.underlying),
        deliverable=text(rows.deliverable, held.deliverable),
        multiplier=np.where(
            is_held & np.isnan(rows.multiplier), orders.of_held(held.multiplier), rows.multiplier
        ),
        expiration=np.where(is_held, orders.of_held(held.expiration), rows.expiration),
        style=code(rows.style, held.style),
        settlement=code(rows.settlement, held.settlement),
        price=np.where(is_held & ~both, mark, rows.price),
        cost=cost if traded_at is None else traded_at,
        volatility=np.where(is_held, volatility, rows.volatility),
        mark_spot=np.where(is_held, orders.of_held(held.mark_spot), rows.mark_spot),
        forward=np.where(is_held, forward, np.where(np.isnan(beside), rows.forward, beside)),
        half_spread=np.where(is_held, orders.of_held(held.half_spread), rows.half_spread),
    )
    return replace(orders, rows=rows)


def _forwards_beside(orders: Orders) -> FloatArray:
    """The one forward of all options held of each order's root and expiration, NaN where none is.

    Of volatility indexes alone: one future is the forward of every strike.
    """
    held, underlyings = orders.held.rows, orders.held.reading.market.underlyings
    of_series: dict[tuple[str, float], list[float]] = defaultdict(list)
    for i in np.flatnonzero(held.is_option).tolist():
        own = underlyings.get(held.underlying[i])
        if own and own.underlying_class is UnderlyingClass.VOL_INDEX and not own.spot_is_forward:
            of_series[held.root[i], held.expiration[i] // 1].append(float(held.forward[i]))
    rows = orders.rows
    found = np.full(len(rows), np.nan)
    for i in np.flatnonzero(rows.is_option).tolist():
        forwards = of_series.get((rows.root[i], rows.expiration[i] // 1), [np.nan])
        if all(each == forwards[0] for each in forwards):
            found[i] = forwards[0]
    return found


def _contradict(
    orders: Orders, where: BoolArray, column: str, says: FloatArray, log: ProblemLog
) -> None:
    """An error for each order that says something else of a contract than the positions."""
    for i in np.flatnonzero(where).tolist():
        row = int(orders.held.rows.table.rows[orders.first[i]])
        value = shown(None if np.isnan(says[i]) else float(says[i]))
        also = "; cost may differ" if column == "price" else ""
        found = shown(orders.table.cell(column, i))
        wanted = f"{value}, as the positions say in row {row}{also}"
        log.error(orders.table.name, int(orders.table.rows[i]), column, found, wanted)


def _accounts(orders: Orders, log: ProblemLog) -> tuple[str, ...]:
    """The account of each order: as stated, or else the only one."""
    accounts, stated = orders.held.accounts, orders.rows.account
    lone = accounts[0] if len(accounts) == 1 else ""
    names = tuple(name or lone for name in stated)
    wrong = np.array(
        [name not in accounts or (not name and len(accounts) > 1) for name in names], dtype=bool
    )
    listed = ", ".join(name or "(none)" for name in accounts[:_MOST_NAMED])
    more = ", ..." if len(accounts) > _MOST_NAMED else ""
    wanted = f"an account of the positions: {listed}{more}"
    log.errors_where(wrong, orders.table, "account", wanted)
    return names


def book_of(orders: Orders, log: ProblemLog) -> Book | None:
    """The orders as positions, in the market of what is held and of their own; None if refused."""
    reading = orders.held.reading
    rows = orders.rows
    if rows.table.has("quantity"):
        missing = np.isnan(rows.quantity)
        log.errors_where(missing, rows.table, "quantity", NUMBER, after=("quantity",))
    else:
        need(np.isnan(rows.quantity), rows.table, "quantity", NUMBER, log)
    check_prices(rows, log)
    market = reading.market
    rows = resolved(rows, market.as_of, market.listed_with(rows), log, market.known)
    check_expirations(rows, market.as_of, log)
    extended = market.extended(rows, log).market
    positions = placed(rows, extended, log)
    if log.errors or reading.book is None:
        return None
    return Book(positions, extended, reading.book.settings)


def check_trade_prices(orders: Orders, book: Book, log: ProblemLog) -> None:
    """A trade price far from what it is traded for is a problem: it would make or take money.

    Ten times the mark or a tenth of it, and more than a tick away, is an error; twice or half, a
    warning.
    """
    table, cost = orders.table, book.positions.cost
    mark = _marks(book)
    far = ~book.positions.is_cash & ~np.isnan(cost) & (np.abs(cost - mark) > _A_TICK)
    times = np.maximum(cost, mark) / np.maximum(np.minimum(cost, mark), _LEAST_PRICE)
    for i in np.flatnonzero(far & (times > _DOUBTFUL_TIMES)).tolist():
        column = "price" if table.empty("cost")[i] else "cost"
        is_wrong = times[i] > _WRONG_TIMES
        found = (
            f"{cost[i]:,.10g}, {abs(cost[i] - mark[i]):,.10g} away from the mark {mark[i]:,.10g}"
        )
        wanted = "a price nearer the mark"
        if is_wrong:
            wanted += ": per unit, not per contract or of all; in dollars, not cents; of this one"
        report = log.error if is_wrong else log.warning
        report(table.name, int(table.rows[i]), column, found, wanted)


def _marks(book: Book) -> FloatArray:
    """What a unit of each position is worth, $: its mark, else by the model; NaN where unknown."""
    mark = book.positions.mark.copy()
    unpriced = book.positions.is_option & ~(mark > 0)
    try:
        mark[unpriced] = option_marks(book)[unpriced]
    except RefusedPosition:
        mark[unpriced] = np.nan  # the book refuses it, by its own row
    return mark


def read_of(build: Callable[[ProblemLog], _T | None]) -> OrdersRead[_T]:
    """What came of building orders with a log of their own."""
    log = ProblemLog()
    made = build(log)
    return OrdersRead(None if log.errors else made, tuple(log.problems))


def read_candidates(cells: Cells, reading: Reading) -> OrdersRead[Candidates]:
    """What might be traded to lower a requirement: one contract or share each, and the most of it.

    The sign of a quantity is its direction, its size the most of it; left out, it is bought.
    """
    return read_of(lambda log: _candidates(cells, reading, log))


def _candidates(cells: Cells, reading: Reading, log: ProblemLog) -> Candidates | None:
    orders = read_orders(cells, "candidates", CANDIDATES, reading, log)
    table, typed = orders.table, orders.rows
    if table.columns and not len(table):
        log.error(table.name, 0, "", "no candidates", "at least one row below the headings")
    fee = fees(table, log)
    log.errors_where(typed.is_cash, table, "type", "stock, call or put")
    zero = (typed.quantity == 0) & ~typed.is_cash
    log.errors_where(zero, table, "quantity", "the most to trade, below 0 to sell; or nothing")
    one = np.sign(np.where(np.isnan(typed.quantity) & table.empty("quantity"), 1.0, typed.quantity))
    orders = completed(orders, log)
    book = book_of(replace(orders, rows=replace(orders.rows, quantity=one)), log)
    if book is None:
        return None
    check_trade_prices(orders, book, log)
    multiplier = book.positions.multiplier
    most = np.where(np.isnan(typed.quantity), MOST_UNITS / multiplier, np.abs(typed.quantity))
    return Candidates(Trades(book, fee), np.maximum(np.floor(most), 1.0))


def fees(table: Table, log: ProblemLog) -> FloatArray:
    """The fee of each order, $, 0 where none is stated."""
    fee = numbers(table, "fee", log)
    log.errors_where(fee < 0, table, "fee", "a fee of 0 or more")
    return np.nan_to_num(fee)


def read_activity(cells: Cells, reading: Reading) -> OrdersRead[Activity]:
    """What was done from the opening on: trades, deposits and withdrawals."""
    return read_of(lambda log: _activity(cells, reading, log))


def _activity(cells: Cells, reading: Reading, log: ProblemLog) -> Activity | None:
    table = read_table(cells, "activity", ACTIVITY, log)
    if not len(table) and not log.errors:
        log.error(table.name, 0, "", "nothing", "headings, and a row for each transaction")
    unknown_headings(table, ACTIVITY, log)
    sign, act = _acts(table)
    is_money = (sign != 0) & _is_money(table)
    rows = read_positions(_as_positions(table, act, is_money, log), log, orders=True, types=_TYPES)
    rows = replace(rows, table=table)
    is_trade = act == Act.TRADE
    price, mark = rows.price, numbers(table, "mark", log)
    log.errors_where(is_trade & rows.is_cash, table, "type", _TYPES)
    wanted = "the price it was traded at, $ per unit; 0 only of an option"
    is_known = is_trade & (rows.is_stock | rows.is_option)
    priced = (price > 0) | (rows.is_option & (price == 0))
    need(is_known & ~priced, table, "price", wanted, log, ("price",))
    refuse_beyond(GREATEST_PRICE, price, table, "price", log)
    log.errors_where(is_money & ~np.isnan(price), table, "price", "nothing: cash has none")
    wanted = "nothing: nothing is paid for it, and its market price stands in mark"
    log.errors_where(~is_money & (sign != 0) & ~np.isnan(price), table, "price", wanted)
    log.errors_where(mark <= 0, table, "mark", PRICE)
    _check_moved(rows, act, is_money, log)
    fee = fees(table, log)
    day, time = _days_and_times(table, reading.market.as_of, log)
    log.errors_where(
        (act == Act.EXPIRED) & rows.is_option & (rows.expiration // 1 > day + 1), table, "type",
        "a trade: the option lives on after the day",
    )  # fmt: skip
    at_market = np.where(np.isnan(mark) & rows.is_option & is_trade, price, mark)
    orders = beside_held(replace(rows, price=np.full(len(rows), np.nan)), Held(reading))
    orders = completed(orders, log, traded_at=np.where(is_trade, price, np.nan))
    own = orders.rows
    at_market = _of_the_same(own, at_market)
    of_activity = np.where(orders.first < 0, at_market, own.price)
    quantity = np.where(sign != 0, sign * rows.quantity, rows.quantity)
    own = replace(own, price=np.where(is_money, np.nan, of_activity), quantity=quantity)
    book = book_of(replace(orders, rows=own), log)
    if book is None:
        return None
    paid = np.where(sign != 0, np.nan, price)
    order = name_of_each(names(table, "order", log))
    return Activity(book, act, ~np.isnan(mark), day, time, paid, fee, order)


def _acts(table: Table) -> tuple[FloatArray, IntArray]:
    """Which rows move in (1) and which out (-1), 0 for the others; and each row's `Act`."""
    cells = table.texts("type")
    words = [normalized(text_of(cell)) for cell in cells.distinct]
    sign = cells.spread([_MOVED_SIGNS.get(word, 0.0) for word in words], 0.0)
    ended = cells.spread([float(word in _EXPIRED) for word in words], 0.0)
    act = np.where(ended != 0, Act.EXPIRED, np.where(sign != 0, Act.MOVED, Act.TRADE))
    return sign, act.astype(np.int64)


def _is_money(table: Table) -> BoolArray:
    """Which rows name no security: their symbol is dollars, or nothing."""
    cells = table.texts("symbol")
    named = [text_of(cell).strip().upper() in _MONEY for cell in cells.distinct]
    return np.array(cells.spread([float(each) for each in named], 1.0) != 0)


def _check_moved(rows: PositionRows, act: IntArray, is_money: BoolArray, log: ProblemLog) -> None:
    """Errors for quantities of what is moved or ends, which the type gives a direction."""
    table, positive = rows.table, rows.quantity > 0
    is_moved, has_ended = act == Act.MOVED, act == Act.EXPIRED
    wanted = "dollars above 0: the type says which way they go"
    log.errors_where(is_money & ~positive, table, "quantity", wanted)
    wanted = "shares or contracts above 0: the type says which way they go"
    log.errors_where(is_moved & ~is_money & ~positive, table, "quantity", wanted)
    wanted = "contracts above 0: whichever side is held expires"
    log.errors_where(has_ended & ~positive, table, "quantity", wanted)
    log.errors_where(has_ended & ~rows.is_option, table, "symbol", "an option: its OCC symbol")
    log.errors_where(has_ended & (rows.price < 0), table, "price", "a price of 0 or more")


def _of_the_same(rows: PositionRows, price: FloatArray) -> FloatArray:
    """The prices of rows, filled with the last stated for the same contract."""
    stated: dict[Contract, float] = {}
    for i in np.flatnonzero(~np.isnan(price)).tolist():
        stated[contract_of(rows, i)] = float(price[i])
    return np.array(
        [
            stated.get(contract_of(rows, i), np.nan)
            if np.isnan(each) and rows.is_option[i]
            else each
            for i, each in enumerate(price.tolist())
        ]
    )


def _as_positions(table: Table, act: IntArray, is_money: BoolArray, log: ProblemLog) -> Table:
    """The activity as a range of positions: money moved is cash, and securities their own kind.

    What is moved or ends is an option where its symbol, its right or its strike says so.
    """
    if not (act != Act.TRADE).any():
        return table
    column: list[CellValue] = []
    has_right, has_strike = ~table.empty("right"), ~table.empty("strike")
    nameless = np.zeros(len(table), dtype=bool)
    for i, cell in enumerate(table.cells("type")):
        if act[i] == Act.TRADE:
            column.append(cell)
        elif is_money[i] and act[i] == Act.MOVED:
            column.append(CASH.word)
        elif has_right[i] or read_option_symbol(text_of(table.cell("symbol", i))):
            column.append(None)
        else:
            nameless[i] = has_strike[i]
            column.append(CALL.word if nameless[i] else STOCK.word)
    log.errors_where(nameless, table, "symbol", "the option's OCC symbol, or its right beside it")
    return table.with_column("type", column_of(column))


def _days_and_times(table: Table, as_of: float, log: ProblemLog) -> tuple[FloatArray, FloatArray]:
    """The serial day of each row, and the fraction of it that has passed.

    The day is that of the snapshot where there is no column of dates. Times are NaN throughout
    where no row has one, neither in `time` nor with its date.
    """
    if not table.has("date"):
        day = np.full(len(table), np.floor(as_of))
        return day, _times(table, day, log)
    moment = dates(table, "date", log)
    day = np.floor(moment)
    log.errors_where(np.isnan(day), table, "date", DATE)
    wanted = f"{shown_date(as_of)} or earlier: prices are as of then"
    log.errors_where(day > as_of, table, "date", wanted, shown_date)
    if table.has("time") or not (moment > day).any():
        return day, _times(table, day, log)
    wanted = "the date with its time, as in other rows"
    log.errors_where(moment == day, table, "date", wanted, shown_date)
    return day, _rounded(moment - day)


def _times(table: Table, day: FloatArray, log: ProblemLog) -> FloatArray:
    """The fraction of the day that has passed; NaN throughout without a column of times."""
    read = [_time_of(cell) for cell in table.cells("time")]
    time = np.array([each.time for each in read], dtype=np.float64)
    if table.has("time"):
        wanted = "a time of the day, such as 10:31, 10:31:05 or 2026-11-20T10:31:05"
        log.errors_where(np.isnan(time), table, "time", wanted, shown_text)
    dated = np.array([each.day for each in read], dtype=np.float64)
    other_day = ~np.isnan(dated) & (dated != day)
    log.errors_where(other_day, table, "time", "a time alone, or of the day in date")
    zones = [each.zone for each in read]
    first = next(iter(zones), "")
    mixed = np.array([zone != first for zone in zones], dtype=bool) & ~np.isnan(time)
    wanted = f"times of one zone, as in the first row: {first or 'none named'}"
    log.errors_where(mixed, table, "time", wanted)
    return _rounded(time)


def _rounded(time: FloatArray) -> FloatArray:
    return np.asarray(np.round(time * _SECONDS_A_DAY, _TIME_DECIMALS) / _SECONDS_A_DAY)


class _TimeRead(NamedTuple):
    """What a cell says: fraction of a day, serial day and zone, NaN and "" where it does not."""

    time: float
    day: float = np.nan
    zone: str = ""


def _time_of(cell: CellValue) -> _TimeRead:
    """A time, or a date and time, as a serial, a clock or in ISO 8601."""
    if isinstance(cell, float):
        return _TimeRead(
            cell % 1.0 if cell >= 0 else np.nan, np.floor(cell) if cell >= 1 else np.nan
        )
    found = _CLOCK.fullmatch(cell or "")
    if not found:
        return _TimeRead(np.nan)
    seconds = float((found["s"] or "0").replace(",", "."))
    time = (int(found["h"]) * 3_600 + int(found["min"]) * 60 + seconds) / _SECONDS_A_DAY
    zone = (found["zone"] or "").upper().replace(":", "")
    day = _day_of(found["day"])
    if found["day"] and np.isnan(day):
        return _TimeRead(np.nan)
    return _TimeRead(time, day, "+00" if zone == "Z" else zone)


def _day_of(text: str | None) -> float:
    try:
        return serial_of(dt.date.fromisoformat(text or ""))
    except ValueError:
        return np.nan
