"""Orders beside what is held: what trades, candidates and activity have in common.

Orders are read as positions are. What an order leaves out of a contract that is held it takes from
there: its terms, its mark and how that is valued. A contract has one mark, the positions': the
price of an order is what it is traded at.
"""

from __future__ import annotations

import operator
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property, wraps
from typing import Concatenate, Final, Generic, ParamSpec, TypeVar

import numpy as np

from xlmargin.arrays import BoolArray, FloatArray, IntArray, Names
from xlmargin.book import Book
from xlmargin.cells.columns import Bounds, need
from xlmargin.cells.numbers import NUMBER
from xlmargin.cells.problems import ProblemLog, account_wanted
from xlmargin.cells.reading import read_table
from xlmargin.cells.table import RangeTable
from xlmargin.cells.unknown_columns import unknown_headings
from xlmargin.cells.values import Cells, Headings, shown
from xlmargin.computing import ContentCache
from xlmargin.contracts import Contract
from xlmargin.errors import InputError, Problem, RefusedPosition, Severity
from xlmargin.excel.book_reader import BookReading
from xlmargin.excel.placing import check_expirations, placed, resolved
from xlmargin.excel.positions_reader import PositionRows, check_prices, read_positions
from xlmargin.risk_array import option_marks
from xlmargin.rulebook import UnderlyingClass

_WRONG_TIMES: Final = 10.0
_DOUBTFUL_TIMES: Final = 2.0
"""How many times its mark a trade price may be, or the other way round, without an error, or a
warning."""
_A_TICK: Final = 0.50
"""Dollars per unit by which it may be away from the mark in any case."""
_FEE: Final = Bounds("a fee of 0 or more", 0.0)
_LEAST_PRICE: Final = 1e-9
_P = ParamSpec("_P")
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

    reading: BookReading

    @property
    def rows(self) -> PositionRows:
        """The rows of the positions."""
        return self.reading.rows

    @cached_property
    def by_contract(self) -> dict[Contract, list[int]]:
        """The rows held of what orders may mean."""
        of: dict[Contract, list[int]] = defaultdict(list)
        for i, contract in enumerate(contracts_of(self.rows)):
            of[contract].append(i)
        return dict(of)

    @cached_property
    def accounts(self) -> tuple[str, ...]:
        """The accounts of the positions, each once."""
        return self.rows.account.words

    def same(self, rows: PositionRows, i: int, contract: Contract) -> list[int]:
        """The rows held of an order's contract: of its terms, as far as it states them."""
        held = self.rows
        return [
            h
            for h in self.by_contract.get(contract, ())
            if (np.isnan(rows.multiplier[i]) or held.multiplier[h] == rows.multiplier[i])
            and (rows.style[i] < 0 or held.style[h] in (-1, rows.style[i]))
            and (rows.settlement[i] < 0 or held.settlement[h] == rows.settlement[i])
        ]


_HELD: Final = ContentCache[BookReading, Held](
    most=32, most_size=200_000, size=lambda reading, _: len(reading.rows)
)
"""Bounded by rows, in all: many orders are looked at beside one reading of what is held."""


def contracts_of(rows: PositionRows) -> list[Contract]:
    """What tells the contract of each row."""
    strike, expiration = np.nan_to_num([rows.strike, rows.expiration])
    columns = rows.kind.tolist(), strike.tolist(), (expiration // 1).tolist()
    return list(map(Contract, rows.root, *columns))


@dataclass(frozen=True, eq=False)
class Orders:
    """Rows of orders as they are typed, beside what is held.

    `same` are the rows held of each order's contract, `first` the first of them or -1.
    """

    rows: PositionRows
    held: Held
    same: tuple[list[int], ...]

    @property
    def table(self) -> RangeTable:
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
    cells: Cells,
    name: str,
    headings: Headings,
    reading: BookReading,
    log: ProblemLog,
    in_our_words: Callable[[RangeTable], RangeTable] = lambda table: table,
) -> Orders:
    """The orders in a range; what is wrong with a row by itself goes to the log.

    `in_our_words` puts words of an order that are not those of positions in the place of theirs.
    """
    table = in_our_words(read_table(cells, name, headings, log))
    if not table.given:
        log.error(table.name, 0, "", "nothing", "a range with headings in its first row")
    if table.unknown:
        unknown_headings(table, headings, log)
    rows = read_positions(table, log, orders=True)
    log.errors_where(rows.price < 0, table, "price", "a price of 0 or more")
    return beside_held(rows, held_in(reading))


def held_in(reading: BookReading) -> Held:
    """What is held, by contract, in a reading of positions."""
    return _HELD.get(reading, Held)


def beside_held(rows: PositionRows, held: Held) -> Orders:
    """Rows of orders with what is held of the same contracts."""
    same = (held.same(rows, i, contract) for i, contract in enumerate(contracts_of(rows)))
    return Orders(rows, held, tuple(same))


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
    note = "left out: that of the options held of its expiration"
    log.notes_where(~np.isnan(beside), orders.table, "forward", note)
    cost = np.where(is_held & ~both & stated, rows.price, cost)
    first = orders.first.tolist()

    def text(own: Names, other: Names) -> Names:
        columns = zip(own, first, strict=True)
        return Names.of([o or (other[f] if f >= 0 else "") for o, f in columns])

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


def _accounts(orders: Orders, log: ProblemLog) -> Names:
    """The account of each order: as stated, or else the only one."""
    accounts, stated = orders.held.accounts, orders.rows.account
    lone = accounts[0] if len(accounts) == 1 else ""
    names = stated.replaced(stated.where(operator.not_), lone)
    wrong = names.where(lambda n: n not in accounts or (not n and len(accounts) > 1))
    log.errors_where(wrong, orders.table, "account", account_wanted(accounts))
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


def book_of_one_each(orders: Orders, quantity: FloatArray, log: ProblemLog) -> Book | None:
    """The orders, completed, at other quantities, their prices looked at; None if refused."""
    orders = completed(orders, log)
    book = book_of(replace(orders, rows=replace(orders.rows, quantity=quantity)), log)
    if book is not None:
        check_trade_prices(orders, book, log)
    return book


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


def orders_reader(
    build: Callable[Concatenate[ProblemLog, _P], _T | None],
) -> Callable[_P, OrdersRead[_T]]:
    """A function that builds orders, given a log of their own: it answers what came of that."""

    @wraps(build)
    def read(*args: _P.args, **kwargs: _P.kwargs) -> OrdersRead[_T]:
        log = ProblemLog()
        made = build(log, *args, **kwargs)
        return OrdersRead(None if log.errors else made, tuple(log.problems))

    return read


def fees(table: RangeTable, log: ProblemLog) -> FloatArray:
    """The fee of each order, $, 0 where none is stated."""
    return np.nan_to_num(_FEE.read(table, "fee", log))
