"""What the prices of a margined book say that deserves a look: warnings and notes, no refusals.

Each tells what was done and what it does to the requirement, or names the figure that is missing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Final

import numpy as np

from xlmargin.arrays import FloatArray, IntArray, numbered
from xlmargin.errors import Problem, Severity
from xlmargin.portfolio_margin.portfolio_requirement import PortfolioMargin, remargined
from xlmargin.risk_array import ContractTable
from xlmargin.risk_array.option_values import VolatilitySource

_SAME: Final = 0.02
"""Share of the requirement by which two ways of valuing may differ untold."""

_USUAL_VOLATILITY: Final = (0.03, 1.50)
_MOST_MEDIANS: Final = 3.0
"""Volatilities between which a solved one is usual, and times the median of its expiration."""


def price_warnings(margin: PortfolioMargin) -> list[Problem]:
    """What deserves a look in the prices of options, in the order of the rows."""
    found = [
        *_settled(margin),
        *_without_volatility(margin),
        *_beside_a_volatility(margin),
        *_unusual_volatilities(margin.inputs.contracts, margin),
        *_moved(margin),
    ]
    return sorted(found, key=lambda problem: problem.row)


def _rows_of(margin: PortfolioMargin, contract: int) -> IntArray:
    return np.flatnonzero(margin.inputs.contracts.of_position == contract)


def _warning(
    margin: PortfolioMargin, contract: int, column: str, found: str, wanted: str
) -> Problem:
    row = int(_rows_of(margin, contract)[0])
    return margin.book.positions.problem(row, column, found, wanted, Severity.WARNING)


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
            yield _warning(margin, i, "expiration", found, wanted)


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
        yield _warning(margin, i, "price", f"{found}{both}", "a volatility: it is valued without")


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
            yield _warning(margin, i, "volatility", found, wanted)


def _unusual_volatilities(contracts: ContractTable, margin: PortfolioMargin) -> Iterator[Problem]:
    low, high = _USUAL_VOLATILITY
    given = np.isin(contracts.source, (VolatilitySource.STATED, VolatilitySource.MARKET))
    unusual = (contracts.volatility < low) | (contracts.volatility > high)
    for i in np.flatnonzero(given & unusual & (contracts.contracts.years > 0)).tolist():
        found = f"a volatility of {contracts.volatility[i]:.1%}"
        yield _warning(margin, i, "volatility", found, f"a usual one, {low:.0%} to {high:.0%}")
    solved = np.flatnonzero(contracts.source == VolatilitySource.SOLVED)
    volatility, (_, series) = contracts.volatility[solved], numbered(contracts.series[solved])
    median, several = _medians(volatility, series), np.bincount(series)[series] > 1
    unusual = (volatility < low) | (volatility > high) | (volatility > _MOST_MEDIANS * median)
    for k in np.flatnonzero(unusual).tolist():
        i = int(solved[k])
        found = f"{contracts.mark[i]:,.10g}, which implies a volatility of {volatility[k]:.1%}"
        wanted = f"a usual one, {low:.0%} to {high:.0%}"
        if several[k]:
            wanted = f"a usual one: the median of its expiration is {median[k]:.1%}"
        yield _warning(margin, i, "price", found, wanted)


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
