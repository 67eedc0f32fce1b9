"""What the prices of a book's options say that deserves a look: warnings and notes, no refusals.

Each tells what was done and what it does to the requirement, or names the figure that is missing. A
wrong carry shows where call and put of one strike are valued with volatilities that differ. What
would make them agree - a dividend yield to that term, or a forward - put-call parity tells.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import isnan, log, nan
from typing import Final

import numpy as np

from xlmargin.arrays import FloatArray, IntArray, numbered
from xlmargin.book import Book
from xlmargin.dates import DAYS_PER_YEAR
from xlmargin.errors import Problem, Severity
from xlmargin.portfolio_margin.portfolio_requirement import PortfolioMargin, remargined
from xlmargin.pricing import carry_yield, parity_forward
from xlmargin.risk_array import ContractTable
from xlmargin.risk_array.option_values import FORWARD, NEARLY_EXPIRED, VolatilitySource, off_index
from xlmargin.rulebook import UnderlyingClass

_SAME: Final = 0.02
"""Share of the requirement by which two ways of valuing may differ untold."""

_USUAL_VOLATILITY: Final = (0.03, 1.50)
_MOST_MEDIANS: Final = 3.0
"""Volatilities between which a solved one is usual, and times the median of its expiration."""

_PARITY_POINTS: Final = 0.02
"""Difference of the volatilities of a call and a put of one strike that is told."""

_AS_NAMED: Final = 1e-4
_LEAST_TERM: Final = 1.0
"""Difference of yields a year, over that time at least, within which a carry is as it was named."""

_ONE_MOMENT: Final = "quotes of one moment: the carry is that of the pair nearest the money"

_LONG_DATED: Final = 60 / DAYS_PER_YEAR
"""Years from which on a dividend yield of an index or a fund matters."""

_INDEX: Final = UnderlyingClass.VOL_INDEX
_NO_YIELD_NEEDED: Final = (UnderlyingClass.STOCK, _INDEX)


def price_warnings(margin: PortfolioMargin) -> list[Problem]:
    """What deserves a look in the prices of options, in the order of the rows."""
    found = [
        *_settled(margin),
        *_without_volatility(margin),
        *_beside_a_volatility(margin),
        *_unusual_volatilities(margin.book, margin.inputs.contracts),
        *_moved(margin),
    ]
    return sorted(found, key=lambda problem: problem.row)


def carry_warnings(book: Book, contracts: ContractTable) -> list[Problem]:
    """What the carry of options looks like, margined or refused, in the order of the rows."""
    found = [
        *_apart(book, contracts),
        *_without_yield(book, contracts),
        *_off_index(book, contracts),
    ]
    return sorted(found, key=lambda problem: problem.row)


def _warning(
    book: Book, contracts: ContractTable, contract: int, column: str, found: str, wanted: str
) -> Problem:
    row = int(np.argmax(contracts.of_position == contract))
    return book.positions.problem(row, column, found, wanted, Severity.WARNING)


def _rows_of(margin: PortfolioMargin, contract: int) -> IntArray:
    return np.flatnonzero(margin.inputs.contracts.of_position == contract)


def _settled(margin: PortfolioMargin) -> Iterator[Problem]:
    """Series that settled at the open of the day: one warning for each without its settlement."""
    contracts, positions = margin.inputs.contracts, margin.book.positions
    warned: set[int] = set()
    for i in np.flatnonzero(contracts.settled).tolist():
        row = int(_rows_of(margin, i)[0])
        if np.isnan(positions.forward[row]) and contracts.series[i] not in warned:
            warned.add(int(contracts.series[i]))
            found = f"{positions.label(row)}, settled this morning: cash, {contracts.mark[i]:,.10g}"
            found += f" (at the price of the underlying, {contracts.spot[i]:,.10g}: "
            found += f"{contracts.model[i]:,.10g}); settlement unknown"
            wanted = "the value it settled at, in the column forward"
            yield _warning(margin.book, contracts, i, "expiration", found, wanted)


def _without_volatility(margin: PortfolioMargin) -> Iterator[Problem]:
    """Marks at or below the value without volatility; both figures where it matters."""
    contracts = margin.inputs.contracts
    treated = [i for i in contracts.valued_without.tolist() if _rows_of(margin, i).size]
    if not treated:
        return
    inputs = replace(margin.inputs, contracts=contracts.with_neighbours())
    other = remargined(inputs, margin.spot, contracts.base).amount
    both = ""
    if abs(other - margin.amount) > _SAME * max(margin.amount, other):
        both = f"; the requirement is {margin.amount:,.0f}, with its neighbours' {other:,.0f}"
    for i in treated:
        mark, least = float(contracts.mark[i]), float(contracts.least[i])
        found = f"{mark:,.10g}, {least - mark:,.4f} below its value without volatility"
        if not mark:
            found = "0: worthless"
        elif abs(least - mark) < 5e-5:
            found = f"{mark:,.10g}, just its value without volatility"
        wanted = "a volatility: it is valued without"
        yield _warning(margin.book, contracts, i, "price", f"{found}{both}", wanted)


def _beside_a_volatility(margin: PortfolioMargin) -> Iterator[Problem]:
    """Prices beside volatilities that say something else: gains are counted from the model."""
    contracts, positions = margin.inputs.contracts, margin.book.positions
    apart = np.abs(contracts.model - contracts.mark)
    for i in np.flatnonzero(contracts.base != contracts.mark).tolist():
        rows = _rows_of(margin, i)
        amount = margin.by_account[positions.account[rows]]
        if np.any(np.abs(positions.units[rows]) * apart[i] > _SAME * amount):
            found = f"{contracts.volatility[i]:.4g}, which values it at {contracts.model[i]:,.2f}"
            wanted = f"a volatility that gives {contracts.mark[i]:,.2f}, or one of the two left out"
            yield _warning(margin.book, contracts, i, "volatility", found, wanted)


def _unusual_volatilities(book: Book, contracts: ContractTable) -> Iterator[Problem]:
    low, high = _USUAL_VOLATILITY
    usual = f"a usual one, {low:.0%} to {high:.0%}"
    given = np.isin(contracts.source, (VolatilitySource.STATED, VolatilitySource.MARKET))
    unusual = (contracts.volatility < low) | (contracts.volatility > high)
    for i in np.flatnonzero(given & unusual & (contracts.contracts.years > 0)).tolist():
        found = f"a volatility of {contracts.volatility[i]:.1%}"
        yield _warning(book, contracts, i, "volatility", found, usual)
    solved = np.flatnonzero(contracts.source == VolatilitySource.SOLVED)
    volatility, (_, series) = contracts.volatility[solved], numbered(contracts.series[solved])
    median, several = _medians(volatility, series), np.bincount(series)[series] > 1
    unusual = (volatility < low) | (volatility > high) | (volatility > _MOST_MEDIANS * median)
    for k in np.flatnonzero(unusual).tolist():
        i = int(solved[k])
        found = f"{contracts.mark[i]:,.10g}, which implies a volatility of {volatility[k]:.1%}"
        median_of = f"a usual one: the median of its expiration is {median[k]:.1%}"
        yield _warning(book, contracts, i, "price", found, median_of if several[k] else usual)


def _medians(amounts: FloatArray, group: IntArray) -> FloatArray:
    """For each amount the median of those of its group, shape (amounts,)."""
    ordered, count = amounts[np.lexsort((amounts, group))], np.bincount(group)
    first = np.cumsum(count) - count
    median: FloatArray = (ordered[first + (count - 1) // 2] + ordered[first + count // 2]) / 2
    return median[group]


def _moved(margin: PortfolioMargin) -> Iterator[Problem]:
    """Marks taken at another price of the underlying, which the two regimes value apart."""
    contracts, positions = margin.inputs.contracts, margin.book.positions
    settled = positions.contracts.settled(margin.book.market.as_of)
    taken_at = positions.mark_spot
    for row in np.flatnonzero(positions.is_option & ~np.isnan(taken_at) & ~settled).tolist():
        i, mark = contracts.of_position[row], float(positions.mark[row])
        moved, spot = float(contracts.mark[i]), float(contracts.spot[i])
        if taken_at[row] != spot and abs(moved - mark) > _SAME * mark:
            found = (
                f"{mark:,.10g} taken at {taken_at[row]:,.10g} is {moved:,.2f} at {spot:,.10g}, in"
                " portfolio margin; by strategy it stays as given"
            )
            yield positions.problem(row, "mark_spot", found, "", Severity.NOTE)


@dataclass(frozen=True)
class _Parity:
    """The call and the put of one strike, and what they say of the carry to their expiration.

    `strike_apart` is how far the strike is from the price of the underlying, as a share of it.
    """

    call: int
    put: int
    years: float
    strike_apart: float
    forward: float
    dividend_yield: float

    @property
    def stated(self) -> str:
        """What to state so that the two agree: a yield to that term, or the forward."""
        days = round(self.years * DAYS_PER_YEAR)
        forward = f"a forward of {self.forward:,.2f}"
        if isnan(self.dividend_yield):
            return forward
        return f"a dividend_yield {days}d of {self.dividend_yield:.2%} or {forward}"


def _pairs(book: Book, contracts: ContractTable) -> dict[int, list[_Parity]]:
    """By series the priced calls and puts of one strike, those nearest the money first.

    A price need have no volatility. Beside cash dividends, and of a volatility index, parity tells
    no yield but the forward.
    """
    terms = contracts.contracts
    priced = np.isin(contracts.source, (VolatilitySource.SOLVED, VolatilitySource.NONE))
    priced &= (contracts.mark > 0) & (terms.years > 0)
    keys = list(zip(contracts.series.tolist(), terms.strike.tolist(), strict=True))
    puts = {keys[i]: i for i in np.flatnonzero(priced & ~terms.call).tolist()}
    calls = [i for i in np.flatnonzero(priced & terms.call).tolist() if keys[i] in puts]
    both = np.array([puts[keys[i]] for i in calls], dtype=np.int64)
    spot, strike = contracts.spot[calls], terms.strike[calls]
    years, rate = terms.years[calls], terms.rate[calls]
    forward = parity_forward(contracts.mark[calls], contracts.mark[both], strike, years, rate)
    has_yield = ~book.market.of_class(lambda own: own is _INDEX)[contracts.underlying[calls]]
    has_yield &= ~terms.pays_cash[calls]
    found = np.where(has_yield, carry_yield(forward, spot, years, rate), nan)
    columns = (both, years, np.abs(strike / spot - 1), forward, found)
    by_series: dict[int, list[_Parity]] = {}
    for call, *pair in zip(calls, *(column.tolist() for column in columns), strict=True):
        by_series.setdefault(int(contracts.series[call]), []).append(_Parity(call, *pair))
    return {
        series: sorted(pairs, key=lambda pair: pair.strike_apart)
        for series, pairs in by_series.items()
    }


def _apart(book: Book, contracts: ContractTable) -> Iterator[Problem]:
    """Calls and puts of one strike whose volatilities differ: the carry is another.

    One warning an expiration. The carry named is that of the pair nearest the money, whose quotes
    tell it best; where that is in force, the others' quotes are what is left to look at.
    """
    terms = contracts.contracts
    known = np.where(contracts.volatility > 0, contracts.volatility, nan)
    for pairs in _pairs(book, contracts).values():
        gaps = [abs(known[p.call] - known[p.put]) for p in pairs]
        apart = [i for i, gap in enumerate(gaps) if gap > _PARITY_POINTS]
        if apart:
            first = pairs[apart[0]]
            more = f", and of {len(apart) - 1} more pairs" if apart[1:] else ""
            points = 100 * gaps[apart[0]]
            found = f"volatilities {points:.1f} points apart of its call and put{more}"
            nearest, carry = pairs[0], pairs[0].call
            grown = (terms.rate[carry] - terms.dividend_yield[carry]) * nearest.years
            away = abs(log(nearest.forward / contracts.spot[carry]) - grown)
            in_force = not terms.pays_cash[carry] and (
                away <= _AS_NAMED * max(nearest.years, _LEAST_TERM)
            )
            wanted = _ONE_MOMENT if in_force else f"{nearest.stated}, which parity gives"
            yield _warning(book, contracts, first.call, "price", found, wanted)


def _without_yield(book: Book, contracts: ContractTable) -> Iterator[Problem]:
    """Options on indexes and funds, long to run, without a yield.

    One warning an expiration whose yield parity tells, or one for an underlying with none.
    """
    terms, market = contracts.contracts, book.market
    plain = (terms.dividend_yield == 0) & (terms.rate != 0) & ~terms.pays_cash
    long_dated = plain & (terms.years > _LONG_DATED)
    of_series = _pairs(book, contracts)
    for index in np.unique(contracts.underlying[long_dated]).tolist():
        underlying = market.underlyings[index]
        if underlying.underlying_class in _NO_YIELD_NEEDED:
            continue
        own = np.flatnonzero(long_dated & (contracts.underlying == index))
        found = f"no dividends of {underlying.symbol}"
        series = np.unique(contracts.series[own]).tolist()
        by_parity = [of_series[number][0] for number in series if number in of_series]
        for pair in by_parity:
            wanted = f"{pair.stated}: parity gives them; or dividends"
            yield _warning(book, contracts, pair.call, "expiration", found, wanted)
        if not by_parity:
            i = int(own[np.argmax(terms.years[own])])
            wanted = "a dividend_yield, dividends or forwards"
            yield _warning(book, contracts, i, "expiration", found, wanted)


def _off_index(book: Book, contracts: ContractTable) -> Iterator[Problem]:
    """Options on a volatility index whose stated volatility is used off the index, no future."""
    positions = book.positions
    rows = np.flatnonzero(off_index(positions, book.market))
    for row in rows.tolist():
        i = contracts.of_position[row]
        stated = contracts.source[i] in (VolatilitySource.STATED, VolatilitySource.MARKET)
        if stated and contracts.contracts.years[i] > NEARLY_EXPIRED:
            found = f"nothing: valued off {contracts.spot[i]:,.10g}, the index itself"
            yield positions.problem(row, "forward", found, FORWARD, Severity.WARNING)
