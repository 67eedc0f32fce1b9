"""Arguments of the option functions: single cells or ranges, read element by element.

Cells, rows, columns and tables may be mixed: a row of strikes against a column of dates makes a
table. An empty cell inside a range has no value, and its element answers none; anything that cannot
be read refuses the whole answer.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import Final, TypeVar

import numpy as np

from xlmargin.arrays import BoolArray, FloatArray
from xlmargin.cells.columns import GREATEST_PRICE, Bounds, at_most, date_serial, number_of
from xlmargin.cells.numbers import NUMBER
from xlmargin.cells.problems import ProblemLog, shown_text
from xlmargin.cells.reading import read_table
from xlmargin.cells.table import column_of
from xlmargin.cells.values import (
    Cells,
    CellValue,
    Headings,
    Words,
    rows_of,
    shown,
    text_of,
    to_value,
)
from xlmargin.cells.words import RIGHTS, STYLES
from xlmargin.contracts import Style, days_to_end
from xlmargin.dates import DATE, DAYS_PER_YEAR, date_of, serial_of
from xlmargin.errors import InputError, Problem
from xlmargin.excel.market_reader import RATE, read_dividends
from xlmargin.excel.positions_reader import VOLATILITY
from xlmargin.market import Dividend
from xlmargin.option_symbols import OptionSymbol, read_option_symbol
from xlmargin.pricing import OptionTerms

_CALL: Final = 1.0
_PUT: Final = 0.0
_AT_MOST: Final = at_most(GREATEST_PRICE)
_PRICE: Final = Bounds(_AT_MOST, 0.0, GREATEST_PRICE)
_SPOT: Final = Bounds(f"a price above 0, {_AT_MOST}", 0.001, GREATEST_PRICE)
_STRIKE: Final = Bounds(f"a strike above 0, {_AT_MOST}", 0.001, GREATEST_PRICE)
_VOLATILITY: Final = Bounds(
    f"a fraction a year of at most {VOLATILITY.most:g}, such as 0.25 for 25%", 0.0, VOLATILITY.most
)
_E = TypeVar("_E", bound=Enum)

MOST_OPTIONS: Final = 1_000_000
MOST_WITH_DIVIDENDS: Final = 200_000
"""Options times cash dividends in one answer: about ten seconds of work."""
_DIVIDENDS: Final = Headings(
    {"symbol": (), "ex_date": ("ex", "date", "ex dividend date"), "amount": ("dividend",)},
    needed=("ex_date", "amount"),
)


@dataclass(frozen=True, eq=False)
class OptionElements:
    """The options of a call, flattened; `shape` is the answer's. NaN in an element: no value."""

    shape: tuple[int, int]
    contracts: OptionTerms
    spot: FloatArray
    third: FloatArray
    """Volatility or price, whichever the function takes."""

    @property
    def known(self) -> BoolArray:
        """Which elements have all that pricing needs."""
        c = self.contracts
        columns = (c.strike, c.years, c.rate, c.dividend_yield, self.spot, self.third)
        unknown: BoolArray = np.isnan(np.sum(columns, axis=0))
        return ~unknown


def read_options(
    right: Cells,
    spot: Cells,
    strike: Cells,
    expiration: Cells,
    as_of: Cells,
    third: tuple[str, Cells],
    rate: Cells,
    dividend_yield: Cells,
    style: Cells,
    dividends: Cells,
    today: Callable[[], dt.date],
) -> OptionElements:
    """The options of a call of OPT_PRICE, OPT_IV or OPT_GREEKS; refuses what cannot be read."""
    log = ProblemLog()
    columns = [
        _words("type", right, RIGHTS, (_CALL, _PUT), None, log),
        _numbers("spot", spot, _PRICE, log),
        _numbers("strike", strike, _STRIKE, log),
        _dates("expiration", expiration, None, log),
        _dates("as_of", as_of, lambda: serial_of(today()), log),
        _numbers(*third, _VOLATILITY if third[0] == "volatility" else _PRICE, log),
        _numbers("rate", rate, RATE, log, 0.0),
        _numbers("dividend_yield", dividend_yield, RATE, log, 0.0),
        _words("style", style, STYLES, (1.0, 0.0), Style.AMERICAN, log),
    ]
    paid = _dividends(dividends, columns[1], log)
    log.refuse()
    shape = _common_shape(columns, log)
    _refuse_too_much(shape, len(paid), log)
    flat = [np.broadcast_to(column, shape).ravel() for column in columns]
    is_call, spots, strikes, expires, now, wanted, rates, yields, american = flat
    _refuse_expired(expires, now, log)
    years = days_to_end(now, expires) / DAYS_PER_YEAR
    ex_years = (np.array([d.ex_date for d in paid]) - now[:, None]) / DAYS_PER_YEAR
    amounts = np.broadcast_to([d.amount for d in paid], ex_years.shape)
    contracts = OptionTerms(
        call=is_call == _CALL,
        american=american == 1.0,
        strike=np.where(np.isnan(is_call) | np.isnan(american), np.nan, strikes),
        years=years,
        rate=rates,
        dividend_yield=yields,
        dividend_years=np.maximum(ex_years, 0.0),
        dividend_amounts=np.where(ex_years > 0, amounts, 0.0),
    )
    return OptionElements(shape, contracts, spots, wanted)


@dataclass(frozen=True, eq=False)
class ParityElements:
    """Calls and puts of one strike and expiration, flattened; `shape` is the answer's.

    Prices, spot and strike are $ per unit; spot is NaN where the function takes none.
    """

    shape: tuple[int, int]
    call: FloatArray
    put: FloatArray
    spot: FloatArray
    strike: FloatArray
    years: FloatArray
    rate: FloatArray


def read_parity(
    call_price: Cells,
    put_price: Cells,
    spot: tuple[Cells] | None,
    strike: Cells,
    expiration: Cells,
    as_of: Cells,
    rate: Cells,
    today: Callable[[], dt.date],
) -> ParityElements:
    """The pairs of a call of OPT_FORWARD, which takes no spot, or of OPT_YIELD.

    Refuses what cannot be read.
    """
    log = ProblemLog()
    columns = [
        _numbers("call_price", call_price, _PRICE, log),
        _numbers("put_price", put_price, _PRICE, log),
        np.full((1, 1), np.nan) if spot is None else _numbers("spot", *spot, _SPOT, log),
        _numbers("strike", strike, _STRIKE, log),
        _dates("expiration", expiration, None, log),
        _dates("as_of", as_of, lambda: serial_of(today()), log),
        _numbers("rate", rate, RATE, log, 0.0),
    ]
    log.refuse()
    shape = _common_shape(columns, log)
    _refuse_too_much(shape, 0, log)
    flat = [np.broadcast_to(column, shape).ravel() for column in columns]
    calls, puts, spots, strikes, expires, now, rates = flat
    _refuse_expired(expires, now, log)
    years = np.maximum(expires - now, 0.0) / DAYS_PER_YEAR
    return ParityElements(shape, calls, puts, spots, strikes, years, rates)


def _numbers(
    name: str, cells: Cells, bounds: Bounds, log: ProblemLog, default: float | None = None
) -> FloatArray:
    values = _elements(name, cells, default, number_of, NUMBER, log)
    for row, column in np.argwhere(bounds.broken(values)):
        value = values[row, column]
        wanted = "0 or more" if value < bounds.least == 0.0 else bounds.wanted
        log.error(name, int(row) + 1, _column(column), f"{value:.10g}", wanted)
    return values


def _dates(
    name: str, cells: Cells, default: Callable[[], float] | None, log: ProblemLog
) -> FloatArray:
    is_left_out = all(to_value(cell) is None for row in rows_of(cells) for cell in row)
    standing = default() if default and is_left_out else None
    return _elements(name, cells, standing, date_serial, DATE, log)


def _words(
    name: str,
    cells: Cells,
    words: Words[_E],
    values: tuple[float, ...],
    default: _E | None,
    log: ProblemLog,
) -> FloatArray:
    """The value of the member that each element names; `values` are in the order of members."""
    of_member = dict(zip(words.members, values, strict=True))

    def read(cell: CellValue) -> float:
        member = words.read(cell)
        return np.nan if member is None else of_member[member]

    standing = None if default is None else of_member[default]
    return _elements(name, cells, standing, read, words.wanted, log)


def _elements(
    name: str,
    cells: Cells,
    default: float | None,
    read: Callable[[CellValue], float],
    wanted: str,
    log: ProblemLog,
) -> FloatArray:
    """The elements of an argument, shape (rows, columns); the default where it is left out."""
    rows = [[to_value(cell) for cell in row] for row in rows_of(cells)]
    if all(cell is None for row in rows for cell in row):
        if default is None:
            log.error(name, 0, "", "nothing", wanted)
        return np.full((1, 1), np.nan if default is None else default)
    width = max(map(len, rows))
    values = np.full((len(rows), width), np.nan)
    for i, row in enumerate(rows):
        for j, cell in enumerate(row):
            values[i, j] = read(cell)
            if cell is not None and np.isnan(values[i, j]):
                show = shown if wanted not in (NUMBER, DATE) else shown_text
                log.error(name, i + 1, _column(j), show(cell), wanted)
    return values


def _column(index: int) -> str:
    return f"column {int(index) + 1}"


def _dividends(cells: Cells, spot: FloatArray, log: ProblemLog) -> tuple[Dividend, ...]:
    """Cash dividends of the one underlying; those of several symbols would be added up."""
    table = read_table(cells, "dividends", _DIVIDENDS, log)
    if log.errors or not table.given:
        return ()
    symbols = {text_of(cell).upper() for cell in table.texts("symbol").distinct}
    if len(symbols) > 1:
        found = f"{len(symbols)} symbols, such as {shown(min(symbols))} and {shown(max(symbols))}"
        log.error("dividends", 0, "symbol", found, "dividends of one underlying")
    own = table.with_column("symbol", column_of(["X"] * len(table)))
    paid = read_dividends(own, log).get("X", ())
    if paid and (most := max(d.amount for d in paid)) >= np.nanmax(spot, initial=0.0) > 0:
        log.error("dividends", 0, "amount", f"{most:.10g}", "less than the spot")
    return paid


def _common_shape(columns: list[FloatArray], log: ProblemLog) -> tuple[int, int]:
    """Rows and columns of the answer: those of the arguments that have more than one."""
    try:
        rows, width = np.broadcast_shapes(*(column.shape for column in columns))
    except ValueError:
        sizes = {f"{r} x {c}" for r, c in (column.shape for column in columns) if r * c > 1}
        wanted = "single cells, and rows, columns or tables of matching size"
        log.error("arguments", 0, "", f"ranges of {' and '.join(sorted(sizes))}", wanted)
        log.refuse()
    return rows, width


def _refuse_too_much(shape: tuple[int, int], dividends: int, log: ProblemLog) -> None:
    """Refuse what would have to be waited for: very large answers, and many cash dividends."""
    options = shape[0] * shape[1]
    if options > MOST_OPTIONS:
        found = f"{shape[0]:,} x {shape[1]:,} options"
        log.error("arguments", 0, "", found, f"at most {MOST_OPTIONS:,}")
    elif options * dividends > MOST_WITH_DIVIDENDS:
        found = f"{options:,} options of {dividends} dividends each"
        log.error("arguments", 0, "", found, f"at most {MOST_WITH_DIVIDENDS:,} in all")
    log.refuse()


def _refuse_expired(expires: FloatArray, now: FloatArray, log: ProblemLog) -> None:
    """Refuse expirations before the day of `as_of`; on that day an option is at its intrinsic."""
    expired = np.flatnonzero(np.floor(expires) < np.floor(now))
    if expired.size:
        found = f"{date_of(expires[expired[0]])}, before {date_of(now[expired[0]])}"
        log.error("expiration", 0, "", found, "an expiration on or after as_of")
    log.refuse()


def read_symbol(text: str) -> OptionSymbol:
    """The contract that a text names; refused where it is no option symbol."""
    symbol = read_option_symbol(text)
    if symbol is None:
        wanted = "an OCC option symbol, such as XYZ   261218C00500000 or XYZ 12/18/26 C500"
        raise InputError([Problem("symbol", 0, "", shown(text), wanted)])
    return symbol
