"""A range of positions as columns, before the market is looked at: one reader for every size.

An option symbol says root, right, strike and expiration; what is typed beside it may be left out,
but not contradict it. Orders - trades, candidates, activity - are read by the same reader.
"""

from __future__ import annotations

import operator
from dataclasses import dataclass, fields, replace
from functools import cached_property
from typing import Any, Final

import numpy as np

from xlmargin.arrays import BoolArray, FloatArray, IntArray, Names
from xlmargin.cells.columns import (
    ABOVE_ZERO,
    GREATEST_CASH,
    GREATEST_MULTIPLIER,
    GREATEST_PRICE,
    GREATEST_QUANTITY,
    REFUSED,
    Bounds,
    dates,
    names,
    need,
    need_rows,
    numbers,
    refuse_beyond,
    refuse_foreign,
    words,
)
from xlmargin.cells.numbers import CURRENCIES, NUMBER
from xlmargin.cells.problems import ProblemLog, shown_date
from xlmargin.cells.table import EMPTY, RangeTable
from xlmargin.cells.unknown_columns import refuse_unread_multiplier
from xlmargin.cells.values import shown, text_of
from xlmargin.cells.words import SETTLEMENTS, SIDES, STYLES, TYPES, Side, TypeWord
from xlmargin.contracts import PRINCIPAL, InstrumentKind, calls_and_puts
from xlmargin.dates import DATE
from xlmargin.excel.symbols import (
    CASH_SYMBOL,
    NO_OPTION,
    TICKER,
    SymbolRead,
    named_treasuries,
    read_symbol,
    ticker,
)
from xlmargin.option_symbols import looks_like_an_option

STOCK, CALL, PUT, CASH = InstrumentKind
PRICE: Final = "a price above 0"
PRICES: Final = Bounds(PRICE, 0.0, above=True)

VOLATILITY: Final = Bounds(
    "a fraction a year above 0 and at most 20, such as 0.25 or 25%", 0.0, 20.0, above=True,
    percent=True,
)  # fmt: skip
"""One above 2,000% a year is taken for a percentage typed as a number."""

TYPE: Final = "stock, call, put or cash"

UNREAD: Final = -2
"""The kind of a row that nothing says, or that contradicts itself."""

_OF_ONE: Final = 2.0
"""A price of a Treasury security up to here is taken for one of 1 of principal, not of 100."""

_FOREIGN: Final = CURRENCIES - {"USD"}
_SAME_STRIKE: Final = 0.0005

_NEARLY: Final = 1e-9
"""How far from a whole number a computed number of contracts may be and be whole."""

_SIGNS: Final = np.array([*(side.sign for side in SIDES.members), 0, 0])

_CLOSES: Final = np.array(
    [*(abs(s) == abs(Side.BUY_TO_CLOSE) for s in SIDES.members), False, False]
)
"""Of each side, and of none or a refused one, which are the last: the sign, whether it closes."""


@dataclass(frozen=True, eq=False)
class PositionRows:
    """The columns of a range of positions, an entry a row; numbers are NaN where not given.

    Names have the words alone that stand in a row, in the order of appearance.
    `root` is an option's, or the ticker; `underlying` as typed, "" where it is not. `kind` is an
    `InstrumentKind`, or UNREAD; Treasury securities are held like shares, and their `expiration` is
    their maturity, `coupon` what they pay. `quantity` is signed. `style` and `settlement` are
    indexes into the words' members, negative where not given. `deliverable` is as typed.
    """

    table: RangeTable
    root: Names
    kind: IntArray
    is_treasury: BoolArray
    strike: FloatArray
    expiration: FloatArray
    coupon: FloatArray
    underlying: Names
    quantity: FloatArray
    multiplier: FloatArray
    style: IntArray
    settlement: IntArray
    deliverable: Names
    price: FloatArray
    cost: FloatArray
    cost_basis: FloatArray
    volatility: FloatArray
    mark_spot: FloatArray
    forward: FloatArray
    half_spread: FloatArray
    account: Names
    group: Names

    def __len__(self) -> int:
        return len(self.table)

    @property
    def size(self) -> int:
        """Number of entries held."""
        return len(self) * len(fields(self))

    @cached_property
    def is_option(self) -> BoolArray:
        """Which are calls or puts."""
        return calls_and_puts(self.kind)

    @cached_property
    def is_stock(self) -> BoolArray:
        """Which are shares."""
        return np.equal(self.kind, STOCK)

    @cached_property
    def is_cash(self) -> BoolArray:
        """Which are cash."""
        return np.equal(self.kind, CASH)

    def only(self, chosen: IntArray) -> PositionRows:
        """Some of the rows, by index."""
        columns: dict[str, Any] = {
            name: Names.coded(own.code[chosen], own.words)
            if isinstance(own, Names)
            else own[chosen]
            for name, own in self._columns()
        }
        return PositionRows(self.table.take(chosen), **columns)

    def joined(self, other: PositionRows, table: RangeTable) -> PositionRows:
        """These rows and then the others, which stand in a table together."""
        columns: dict[str, Any] = {
            name: own.joined(others) if isinstance(own, Names) else np.concatenate([own, others])
            for (name, own), (_, others) in zip(self._columns(), other._columns(), strict=True)
        }
        return PositionRows(table, **columns)

    def _columns(self) -> list[tuple[str, Any]]:
        return [(f.name, getattr(self, f.name)) for f in fields(self) if f.name != "table"]


def accounts_of(table: RangeTable) -> tuple[str, ...]:
    """The names of the accounts of a range, each once; "" where a row states none."""
    return names(table, "account", ProblemLog()).words


def read_positions(
    table: RangeTable, log: ProblemLog, *, orders: bool = False, types: str = TYPE
) -> PositionRows:
    """The columns of a range of positions; what is wrong with a row by itself goes to the log.

    In `orders` a closing word is a side, a quantity may be left out, and prices are those of a
    trade: 0 is one. `types` says which are wanted.
    """
    if not orders:
        need_rows(table, "positions", log)
    symbols = _symbols(table)
    kind, is_treasury = _kinds(table, symbols, types, log)
    if is_treasury.any():
        symbols = replace(symbols, name=named_treasuries(table, symbols.name, is_treasury))
    rows = PositionRows(
        table=table,
        root=_roots(table, symbols, kind, log),
        kind=kind,
        is_treasury=is_treasury,
        strike=_agreed(table, "strike", symbols, log),
        expiration=_agreed(table, "expiration", symbols, log),
        coupon=_coupons(table, is_treasury, log),
        underlying=_underlyings(table, kind, log),
        quantity=numbers(table, "quantity", log),
        multiplier=numbers(table, "multiplier", log),
        style=words(table, "style", STYLES, "", log),
        settlement=words(table, "settlement", SETTLEMENTS, "", log),
        deliverable=names(table, "deliverable", log),
        price=_prices(table, log),
        cost=numbers(table, "cost", log),
        cost_basis=numbers(table, "cost_basis", log),
        volatility=numbers(table, "volatility", log, percent=True),
        mark_spot=_above_zero(table, "mark_spot", log),
        forward=_above_zero(table, "forward", log),
        half_spread=_half_spreads(table),
        account=names(table, "account", log),
        group=names(table, "group", log),
    )
    rows = replace(
        rows,
        quantity=_quantities(rows, log, orders=orders),
        multiplier=_multipliers(rows, symbols.multiplier, log),
    )
    refuse_foreign(table, log)
    foreign = rows.root.where(_FOREIGN.__contains__)
    log.errors_where(foreign & rows.is_cash, table, "symbol", "US dollars")
    _check_terms(rows, log)
    if not orders:
        check_prices(rows, log)
    return rows


def _coupons(table: RangeTable, is_treasury: BoolArray, log: ProblemLog) -> FloatArray:
    """What each Treasury security pays, 0 of a zero coupon bond; NaN where not stated."""
    own = ProblemLog()
    coupon = numbers(table, "coupon", own, percent=True)
    unread = np.isnan(coupon) & ~table.empty("coupon")
    wanted = "what it pays a year, such as 4.25%, or 0 of a zero coupon bond"
    log.errors_where(is_treasury & (unread | (coupon < 0)), table, "coupon", wanted)
    return np.where(is_treasury, coupon, np.nan)


def _above_zero(table: RangeTable, column: str, log: ProblemLog) -> FloatArray:
    """Prices of an underlying, $; NaN where not given."""
    price = PRICES.read(table, column, log)
    refuse_beyond(GREATEST_PRICE, price, table, column, log)
    return price


@dataclass(frozen=True, eq=False)
class _Symbols:
    """What the symbols of a range say, an entry a row."""

    name: Names
    kind: IntArray
    strike: FloatArray
    expiration: FloatArray
    multiplier: FloatArray


def _symbols(table: RangeTable) -> _Symbols:
    cells = table.texts("symbol")
    read = [*(read_symbol(str(cell)) for cell in cells.distinct), SymbolRead("")]  # EMPTY, last
    names, kind, *terms = zip(*read, strict=True)
    codes = cells.codes
    return _Symbols(
        Names.coded(codes, names),
        np.array(kind)[codes],
        *(np.array(each, dtype=np.float64)[codes] for each in terms),
    )


def _kinds(
    table: RangeTable, symbols: _Symbols, types: str, log: ProblemLog
) -> tuple[IntArray, BoolArray]:
    """The kind of each row, what symbol, right and type say together; which are Treasuries."""
    typed = words(table, "type", TYPES, types, log)
    right = words(table, "right", TYPES, "call or put", log)
    kind_of_right = (right >= 0) & ~calls_and_puts(right)
    typed = np.where((typed == EMPTY) & kind_of_right, right, typed)
    other = kind_of_right & (right != typed)
    log.errors_where(other, table, "right", "call or put, or nothing", after=("type",))
    right = np.where(calls_and_puts(right) | (right == REFUSED), right, EMPTY)
    option = symbols.kind != NO_OPTION
    kind = np.where(option, symbols.kind, right)
    where = option & (right >= 0) & (right != symbols.kind)
    log.errors_where(where, table, "right", "the right of the option symbol")
    is_option = calls_and_puts(kind)
    clash = is_option & (typed >= 0) & (typed != kind) & (typed != TypeWord.OPTION)
    for each in (CALL, PUT):
        wanted = f"{each.word}, as the symbol or the right says"
        log.errors_where(clash & (kind == each), table, "type", wanted, after=("right",))
    log.errors_where(typed == TypeWord.OTHER, table, "type", f"{TYPE}; nothing else is margined")
    unsaid = ~is_option & (typed == TypeWord.OPTION)
    wanted = "call or put, in a column right or in an option symbol"
    log.errors_where(unsaid, table, "right" if table.has("right") else "type", wanted)
    terms = ~table.empty("strike") | ~table.empty("expiration")
    untyped = ~is_option & (typed == EMPTY)
    need(untyped & terms, table, "type", f"{TYPE}, or an option symbol", log)
    if (typed >= 0).any():
        log.notes_where(untyped & ~terms, table, "type", "none: taken as stock")
    is_treasury = ~is_option & (typed == TypeWord.TREASURY)
    kind = np.where(is_option, kind, np.where((typed == EMPTY) | is_treasury, int(STOCK), typed))
    kind[(kind > CASH) | (kind < 0) | (right == REFUSED) | (typed == REFUSED)] = UNREAD
    kind[untyped & terms] = UNREAD
    return kind, is_treasury


def _roots(table: RangeTable, symbols: _Symbols, kind: IntArray, log: ProblemLog) -> Names:
    """Root or ticker of each row; every position but cash has one."""
    unread = symbols.name.where(operator.not_)
    if not unread.any():
        return symbols.name
    nameless = unread & (kind == CASH)
    if table.has("symbol"):
        option = table.texts("symbol").where(lambda cell: looks_like_an_option(text_of(cell)))
        wanted = "an option symbol with one reading, such as XYZ   261218C00500000"
        log.errors_where(unread & option, table, "symbol", wanted)
        log.errors_where(unread & ~option & ~nameless, table, "symbol", TICKER)
    return symbols.name.replaced(nameless, CASH_SYMBOL)


def _agreed(table: RangeTable, column: str, symbols: _Symbols, log: ProblemLog) -> FloatArray:
    """Strikes or expirations: as typed, or else as the symbol says."""
    is_date = column == "expiration"
    typed = (dates if is_date else numbers)(table, column, log)
    by_symbol: FloatArray = getattr(symbols, column)
    near = 1.0 if is_date else _SAME_STRIKE
    where = np.abs(typed - by_symbol) >= near
    if is_date and where.any():
        friday = where & (typed % 7 < 1) & (np.floor(typed) - by_symbol == 1)
        log.notes_where(friday, table, column, "a Saturday, read as the Friday of the symbol")
        typed, where = np.where(friday, by_symbol, typed), where & ~friday
    wanted = f"the {column} of the option symbol"
    log.errors_where(where, table, column, wanted, shown_date if is_date else shown)
    return np.where(np.isnan(typed), by_symbol, typed)


def _underlyings(table: RangeTable, kind: IntArray, log: ProblemLog) -> Names:
    """Ticker of each row's underlying as typed, "" where it is not."""
    cells = table.texts("underlying")
    read = [*(ticker(str(cell)) for cell in cells.distinct), ""]
    unread = cells.indexes([int(not each) for each in read[:-1]], 0) > 0
    log.errors_where(unread, table, "underlying", TICKER)
    return Names.coded(np.where(kind == CASH, len(cells.distinct), cells.codes), read)


def _quantities(rows: PositionRows, log: ProblemLog, *, orders: bool) -> FloatArray:
    """Signed quantities, by the sign typed and the side."""
    table, quantity, option = rows.table, rows.quantity, rows.is_option
    if table.has("quantity") and not orders:
        log.errors_where(np.isnan(quantity), table, "quantity", NUMBER, after=("quantity",))
    whole = np.round(quantity)
    nearly = option & (np.abs(quantity - whole) <= _NEARLY)
    quantity = np.where(nearly, whole, quantity)
    greatest = np.where(rows.is_cash, GREATEST_CASH, GREATEST_QUANTITY)
    refuse_beyond(greatest, quantity, table, "quantity", log)
    fractional = option & (quantity != whole) & ~np.isnan(quantity)
    log.errors_where(fractional, table, "quantity", "a whole number of contracts")
    log.warnings_where(quantity == 0, table, "quantity", "a quantity other than 0")
    return _sided(table, quantity, log, orders=orders)


def _sided(table: RangeTable, quantity: FloatArray, log: ProblemLog, *, orders: bool) -> FloatArray:
    """Quantities with the sign of their side: sold 100 is -100, and -100 too; bought is above 0."""
    side = words(table, "side", SIDES, "long or short, bought or sold", log)
    sign = _SIGNS[side]
    if not orders:
        wanted = "long or short: a closing word is a trade, not a position"
        log.errors_where(_CLOSES[side], table, "side", wanted)
    wanted = "a quantity above 0, for the side is long"
    log.errors_where((sign > 0) & (quantity < 0), table, "quantity", wanted)
    turned = (sign < 0) & (quantity > 0)
    log.notes_where(turned, table, "side", "quantities taken as short, as the side says")
    return np.where(sign < 0, -np.abs(quantity), quantity)


def _multipliers(rows: PositionRows, by_symbol: FloatArray, log: ProblemLog) -> FloatArray:
    """Multipliers as typed, or as the symbol says; NaN where neither does."""
    table, multiplier = rows.table, rows.multiplier
    log.errors_where(ABOVE_ZERO.broken(multiplier), table, "multiplier", ABOVE_ZERO.wanted)
    refuse_beyond(GREATEST_MULTIPLIER, multiplier, table, "multiplier", log)
    differs = ~np.isnan(by_symbol) & ~np.isnan(multiplier) & (multiplier != by_symbol)
    log.errors_where(differs, table, "multiplier", "the multiplier that the symbol says")
    other = (multiplier > 0) & (multiplier != 1)
    stock = rows.is_stock & ~rows.is_treasury & other
    log.warnings_where(stock, table, "multiplier", "1 or nothing for shares")
    wrong = rows.is_treasury & other & (multiplier != PRINCIPAL)
    log.errors_where(wrong, table, "multiplier", "nothing: principal is priced per 100")
    multiplier = np.where(rows.is_treasury, PRINCIPAL, multiplier)
    cash = rows.is_cash & ~np.isnan(multiplier) & (multiplier != 1)
    log.errors_where(cash, table, "multiplier", "1 or nothing for cash")
    if table.unknown:
        refuse_unread_multiplier(table, rows.is_option, log)
    return np.where(np.isnan(multiplier), by_symbol, multiplier)


def _prices(table: RangeTable, log: ProblemLog) -> FloatArray:
    """Marks: the price, else the middle of bid and ask, else the last trade."""
    price = numbers(table, "price", log)
    bid, ask, last = (numbers(table, name, log) for name in ("bid", "ask", "last"))
    log.errors_where((bid < 0) | (ask < 0) | (bid > ask), table, "bid", "0 <= bid <= ask")
    middle = np.where(ask > 0, (bid + ask) / 2.0, np.nan)
    other = np.isnan(price) & ~np.isnan(middle)
    log.notes_where(other, table, "price", "the middle of bid and ask")
    outside = ~np.isnan(middle) & ((last < bid) | (last > ask)) & (last > 0)
    log.notes_where(outside & other, table, "last", "outside bid and ask, not used")
    price = np.where(other, middle, price)
    traded = np.isnan(price) & (last > 0)
    log.notes_where(traded, table, "price", "the last trade, for nothing else is given")
    return np.where(traded, last, price)


def _half_spreads(table: RangeTable) -> FloatArray:
    """Half the difference of bid and ask, NaN where either is not given; errors are told above."""
    bid, ask = (numbers(table, name, ProblemLog()) for name in ("bid", "ask"))
    return np.where((ask > 0) & (bid >= 0) & (ask >= bid), (ask - bid) / 2.0, np.nan)


def _check_terms(rows: PositionRows, log: ProblemLog) -> None:
    """Options have a strike and an expiration, anything else has neither."""
    table, option, strike, expiration = rows.table, rows.is_option, rows.strike, rows.expiration
    known = ("strike", "symbol")
    need(option & ~(strike > 0), table, "strike", "a strike above 0", log, known)
    refuse_beyond(GREATEST_PRICE, strike, table, "strike", log)
    need(option & np.isnan(expiration), table, "expiration", DATE, log, ("expiration", "symbol"))
    other = rows.is_stock | rows.is_cash
    wanted = "nothing: shares and cash have none"
    log.errors_where(other & (np.abs(strike) > 0), table, "strike", wanted)
    dated = other & ~rows.is_treasury & ~np.isnan(expiration)
    log.errors_where(dated, table, "expiration", wanted, shown_date)
    wanted = f"the day the security matures, {DATE}"
    need(rows.is_treasury & np.isnan(expiration), table, "expiration", wanted, log)
    typed = rows.underlying.where(bool) & rows.root.where(bool)
    other = typed & ~rows.underlying.same_as(rows.root)
    wanted = "the symbol itself or nothing: shares are their own underlying"
    log.errors_where(other & rows.is_stock, table, "underlying", wanted)


def check_prices(rows: PositionRows, log: ProblemLog) -> None:
    """Problems with prices and volatilities that no position can have."""
    table, price = rows.table, rows.price
    wanted = f"{PRICE}; leave it empty where the volatility is given"
    log.errors_where((price < 0) & rows.is_option, table, "price", wanted)
    log.errors_where((price <= 0) & rows.is_stock, table, "price", PRICE)
    wanted = "dollars per 100 of principal"
    log.errors_where(rows.is_treasury & (price <= _OF_ONE), table, "price", wanted)
    cash = rows.is_cash & ~np.isnan(price) & (price != 1)
    log.errors_where(cash, table, "price", "1 or nothing for cash")
    refuse_beyond(GREATEST_PRICE, price, table, "price", log)
    log.errors_where(rows.cost < 0, table, "cost", "a trade price of 0 or more", after=("price",))
    refuse_beyond(GREATEST_PRICE, rows.cost, table, "cost", log)
    wrong = VOLATILITY.broken(rows.volatility) & rows.is_option
    log.errors_where(wrong, table, "volatility", VOLATILITY.wanted)
