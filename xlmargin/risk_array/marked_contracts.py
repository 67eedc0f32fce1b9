"""The distinct contracts of a book as pricing takes them, and what is known of their prices.

Positions on the same contract at the same price share one entry; a contract held at two prices has
two, because each price implies its own volatility.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

import numpy as np

from xlmargin.arrays import BoolArray, FloatArray, IntArray, numbered_rows
from xlmargin.book import Book, Positions
from xlmargin.computing import ContentCache
from xlmargin.contracts import Contracts as HeldContracts
from xlmargin.contracts import InstrumentKind
from xlmargin.dates import DAYS_PER_YEAR
from xlmargin.market import Market
from xlmargin.pricing import Contracts
from xlmargin.risk_array.option_values import Asked, is_solved, volatility_together

NO_CONTRACT = -1
"""What `of_position` holds for a position that is no option."""


class Marked(NamedTuple):
    """The distinct contracts of a book with what is known of their prices, as in a table of them.

    `first` is a position of each, `series` the number of its underlying and end; `mark` is what it
    is worth where the underlying stands at `mark_spot`, $ per unit, and `stated` its own
    volatility; NaN where there is none.
    """

    first: IntArray
    of_position: IntArray
    series: IntArray
    contracts: Contracts
    underlying: IntArray
    settled: BoolArray
    mark: FloatArray
    mark_spot: FloatArray
    stated: FloatArray


def marked(book: Book) -> Marked:
    """The distinct contracts of a book, and their marks."""
    positions, market = book.positions, book.market
    first, of_position, series = _distinct(positions)
    underlying = positions.underlying[first]
    spot = market.spot[underlying]
    settled = positions.contracts.settled(market.as_of)[first]
    mark = np.where(settled, _settled_value(positions, spot, first), positions.mark[first])
    stated, taken_at = positions.volatility[first], positions.mark_spot[first]
    mark_spot = np.where(np.isnan(taken_at) | settled, spot, taken_at)
    contracts = _terms(positions, market, first)
    return Marked(
        first, of_position, series, contracts, underlying, settled, mark, mark_spot, stated
    )


def solve_together(books: Iterable[Book]) -> None:
    """Solve the volatilities of several books at once, for the table of each to find remembered."""
    asked = []
    for own in map(marked, books):
        rows = np.flatnonzero(is_solved(own.contracts, own.mark, own.stated))
        some = own.contracts.take(rows)
        asked.append(Asked(some, own.underlying[rows], own.mark_spot[rows], own.mark[rows]))
    volatility_together(asked)


def _settled_value(positions: Positions, spot: FloatArray, first: IntArray) -> FloatArray:
    """What contracts that have settled are worth, $ per unit; of others it means nothing.

    A mark of 0 is none here: a series that has settled is quoted no more.
    """
    forward, mark = positions.forward[first], positions.mark[first]
    at = np.where(np.isnan(forward), spot, forward)
    is_call = np.equal(positions.kind[first], InstrumentKind.CALL)
    above = at - positions.strike[first]
    exercised = np.maximum(np.where(is_call, above, -above), 0.0)
    return np.where(np.isnan(forward) & (mark > 0), mark, exercised)


_Distinct = tuple[IntArray, IntArray, IntArray]

_DISTINCT: Final = ContentCache[tuple[HeldContracts, bytes], _Distinct](
    most=32, most_size=2_000_000, size=lambda key, _: len(key[0])
)
"""Bounded by positions, in all: a tick of the market leaves the contracts as they are."""


def _distinct(positions: Positions) -> _Distinct:
    """First position of each distinct contract, each position's contract or NO_CONTRACT, series.

    Contracts of one underlying and end are of one series.
    """
    options = np.flatnonzero(positions.is_option)
    numbers = (
        positions.mark,
        positions.volatility,
        positions.mark_spot,
        positions.forward,
        positions.half_spread,
    )
    priced = np.array([column[options] for column in numbers])
    key = positions.contracts, priced.tobytes()
    return _DISTINCT.get(key, lambda _: _numbered(positions, options, priced))


def _numbered(positions: Positions, options: IntArray, priced: FloatArray) -> _Distinct:
    contracts = positions.contracts
    terms = (contracts.series, contracts.expiration)
    rows = np.column_stack([*(column[options] for column in terms), *priced])
    first, of_option = numbered_rows(rows)
    of_position = np.full(len(positions), NO_CONTRACT, dtype=np.int64)
    of_position[options] = of_option
    first = options[first]
    ends = np.column_stack([contracts.underlying[first], contracts.settles[first]])
    return first, of_position, numbered_rows(ends)[1]


def _terms(positions: Positions, market: Market, first: IntArray) -> Contracts:
    """Terms of the contracts at these positions, in the form pricing takes them."""
    underlying = positions.underlying[first]
    years = positions.contracts.days_left(market.as_of)[first] / DAYS_PER_YEAR
    dividend_years, dividend_amounts = _cash_dividends(market, underlying)
    rate = market.rate(underlying, years)
    forward, spot = positions.forward[first], market.spot[underlying]
    by_forward = ~np.isnan(forward) & (years > 0)
    with np.errstate(all="ignore"):  # a forward stands for rate, yield and dividends
        carry = np.log(forward / spot) / years
    yields = np.where(by_forward, rate - carry, market.yield_over(underlying, years))
    return Contracts(
        call=np.equal(positions.kind[first], InstrumentKind.CALL),
        american=positions.american[first],
        strike=positions.strike[first],
        years=years,
        rate=rate,
        dividend_yield=yields,
        dividend_years=dividend_years,
        dividend_amounts=np.where(by_forward[:, None], 0.0, dividend_amounts),
    )


def _cash_dividends(market: Market, underlying: IntArray) -> tuple[FloatArray, FloatArray]:
    """Times in years and amounts of the dividends still to come, shape (contracts, dividends)."""
    to_come = [[d for d in u.dividends if d.ex_date > market.as_of] for u in market.underlyings]
    shape = (len(to_come), max(map(len, to_come), default=0))
    ex_date, amounts = np.full(shape, market.as_of), np.zeros(shape)
    for i, dividends in enumerate(to_come):
        ex_date[i, : len(dividends)] = [d.ex_date for d in dividends]
        amounts[i, : len(dividends)] = [d.amount for d in dividends]
    return ((ex_date - market.as_of) / DAYS_PER_YEAR)[underlying], amounts[underlying]
