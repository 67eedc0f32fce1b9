"""What the prices of a margined book say that deserves a look: warnings, never refusals.

Each tells what was done and what it does to the requirement, or names the figure that is missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np

from xlmargin.arrays import IntArray
from xlmargin.errors import Problem, Severity
from xlmargin.instruments import UnderlyingClass
from xlmargin.portfolio_margin.portfolio_requirement import PortfolioMargin, margin_at
from xlmargin.pricing import carry_yield, parity_forward
from xlmargin.risk_array import ContractTable
from xlmargin.risk_array.option_volatility import VolatilitySource

_SAME: Final = 0.02
"""Share of the requirement by which two ways of valuing may differ untold."""

_USUAL_VOLATILITY: Final = (0.03, 1.50)
_MOST_MEDIANS: Final = 3.0
_PARITY_POINTS: Final = 0.02
"""Volatilities between which a solved one is usual, times the median of its expiration, and the
difference of a call and a put of one strike."""

_LONG_DATED: Final = 60 / 365
"""Years from which on a dividend yield of an index or a fund matters."""

_PAYS = (UnderlyingClass.STOCK, UnderlyingClass.VOL_INDEX)


def price_warnings(margin: PortfolioMargin) -> list[Problem]:
    """What deserves a look in the prices of options, in the order of the rows."""
    found = [
        *_without_volatility(margin),
        *_beside_a_volatility(margin),
        *_unusual_volatilities(margin.frame.contracts, margin),
        *_apart(margin),
        *_without_yield(margin),
    ]
    return sorted(found, key=lambda problem: problem.row)


def _rows_of(margin: PortfolioMargin, contract: int) -> IntArray:
    return np.flatnonzero(margin.frame.contracts.of_position == contract)


def _warning(
    margin: PortfolioMargin, contract: int, column: str, found: str, wanted: str
) -> Problem:
    row = int(_rows_of(margin, contract)[0])
    return margin.book.positions.problem(row, column, found, wanted, Severity.WARNING)


def _without_volatility(margin: PortfolioMargin) -> Iterator[Problem]:
    """Marks at or below the value without volatility; both figures where it matters."""
    contracts = margin.frame.contracts
    treated = [i for i in contracts.valued_without.tolist() if _rows_of(margin, i).size]
    if not treated:
        return
    frame = replace(margin.frame, contracts=contracts.with_neighbours())
    other = margin_at(frame, margin.spot, contracts.base).amount
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
        yield _warning(margin, i, "price", f"{found}{both}", "a volatility: it is valued without")


def _beside_a_volatility(margin: PortfolioMargin) -> Iterator[Problem]:
    """Prices beside volatilities that say something else: gains are counted from the model."""
    contracts, positions = margin.frame.contracts, margin.book.positions
    apart = np.abs(contracts.model - contracts.mark)
    for i in np.flatnonzero(contracts.base != contracts.mark).tolist():
        rows = _rows_of(margin, i)
        amount = margin.by_account[positions.account[rows]]
        if np.any(np.abs(positions.units[rows]) * apart[i] > _SAME * amount):
            found = f"{contracts.volatility[i]:.4g}, which values it at {contracts.model[i]:,.2f}"
            wanted = f"a volatility that gives {contracts.mark[i]:,.2f}, or one of the two left out"
            yield _warning(margin, i, "volatility", found, wanted)


def _unusual_volatilities(contracts: ContractTable, margin: PortfolioMargin) -> Iterator[Problem]:
    low, high = _USUAL_VOLATILITY
    for series in np.unique(contracts.series):
        own = np.flatnonzero(
            (contracts.series == series) & (contracts.source == VolatilitySource.SOLVED)
        )
        median = float(np.median(contracts.volatility[own])) if own.size else 0.0
        for i in own.tolist():
            volatility = contracts.volatility[i]
            if not low <= volatility <= high or volatility > _MOST_MEDIANS * median:
                found = f"{contracts.mark[i]:,.10g}, which implies a volatility of {volatility:.1%}"
                wanted = f"a usual one: the median of its expiration is {median:.1%}"
                yield _warning(margin, i, "price", found, wanted)


def _pairs(contracts: ContractTable) -> Iterator[tuple[int, int]]:
    """The solved call and put of each strike and expiration that has both."""
    solved = contracts.source == VolatilitySource.SOLVED
    call = contracts.contracts.call
    puts = {
        (int(contracts.series[i]), float(contracts.contracts.strike[i])): i
        for i in np.flatnonzero(solved & ~call).tolist()
    }
    for i in np.flatnonzero(solved & call).tolist():
        put = puts.get((int(contracts.series[i]), float(contracts.contracts.strike[i])))
        if put is not None:
            yield i, put


def _yield_by_parity(contracts: ContractTable, call: int, put: int) -> float:
    terms = contracts.contracts
    forward = parity_forward(
        contracts.mark[call : call + 1],
        contracts.mark[put : put + 1],
        terms.strike[call : call + 1],
        terms.years[call : call + 1],
        terms.rate[call : call + 1],
    )
    some = slice(call, call + 1)
    return float(carry_yield(forward, contracts.spot[some], terms.years[some], terms.rate[some])[0])


def _apart(margin: PortfolioMargin) -> Iterator[Problem]:
    """Calls and puts of one strike whose volatilities differ: the carry is another."""
    contracts = margin.frame.contracts
    for call, put in _pairs(contracts):
        apart = abs(contracts.volatility[call] - contracts.volatility[put])
        if apart > _PARITY_POINTS:
            implied = _yield_by_parity(contracts, call, put)
            found = f"volatilities {100 * apart:.1f} points apart of its call and put"
            wanted = f"a dividend_yield of {implied:.2%}, which parity gives"
            yield _warning(margin, call, "price", found, wanted)


def _without_yield(margin: PortfolioMargin) -> Iterator[Problem]:
    """Options on indexes and funds, long to run, without a yield: one warning an underlying."""
    contracts, market = margin.frame.contracts, margin.book.market
    terms = contracts.contracts
    plain = (terms.dividend_yield == 0) & (terms.rate != 0) & ~terms.pays_cash
    long_dated = plain & (terms.years > _LONG_DATED)
    pairs = list(_pairs(contracts))
    for index in np.unique(contracts.underlying[long_dated]).tolist():
        underlying = market.underlyings[index]
        if underlying.underlying_class in _PAYS:
            continue
        own = np.flatnonzero(long_dated & (contracts.underlying == index))
        i = int(own[np.argmax(terms.years[own])])
        by_parity = [
            (abs(terms.strike[call] / contracts.spot[call] - 1), call, put)
            for call, put in pairs
            if contracts.underlying[call] == index and long_dated[call]
        ]
        implied = ""
        if by_parity:
            _, call, put = min(by_parity)
            implied = f": parity gives {_yield_by_parity(contracts, call, put):.2%}"
        found = f"no dividends of {underlying.symbol}"
        wanted = f"a dividend_yield, dividends or forwards{implied}"
        yield _warning(margin, i, "expiration", found, wanted)
