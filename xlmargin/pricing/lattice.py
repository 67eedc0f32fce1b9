"""Options on stocks that pay cash dividends, and American options with two exercise boundaries.

The whole price of the underlying moves with its volatility, and falls by the amount of a dividend
on its ex-date. A trinomial lattice holds the option's value at fixed prices and works back from the
last period, in which the value is known: each value is the discounted mean of three values one step
later, or what exercise pays if that is more. Just before an ex-date the value at a price is the
value just after at that price less the dividend: Vellekoop and Nieuwenhuis (2006). Starting from
known values, and Richardson's extrapolation from two lattices, one with twice the steps of the
other, are the ideas of Broadie and Detemple (1996).

Exercise is possible on every day, not only at the steps of the lattice. What the days between two
steps add is known beside a boundary (see `EarlyExercise`), so that the error falls with the square
of the step and Richardson's extrapolation may count on it.

A lattice is a contract's own: how many steps and where its nodes lie depends on nothing else, so a
contract is worth the same to the last bit whatever is valued with it. Arrays have shape
`(nodes, contracts)`: one step is a few operations on a whole block of lattices.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from xlmargin.arrays import BoolArray, FloatArray, IntArray
from xlmargin.pricing.american import EarlyExercise as Regime
from xlmargin.pricing.american import early_exercise
from xlmargin.pricing.contracts import (
    ForwardDividends,
    OptionTerms,
    european_value,
    zero_volatility_value,
)
from xlmargin.pricing.lattice_grid import Periods
from xlmargin.pricing.lattice_period import LatticesInPeriod
from xlmargin.pricing.terminal_period import TerminalPeriod, TerminalValue

MOST_TOTAL_VOLATILITY = 20.0
"""Greatest volatility * sqrt(years): beyond it options are worth all they can be."""

STEPS_A_YEAR, FIRST_STEPS = 32, 12
"""Steps of the coarser lattice a year, and until the first ex-date at least, where an option may be
exercised on any day: enough for 5e-5 of strike. Today's spot may lie beside the boundary, which
moves fastest before an ex-date: so the first steps are shorter."""

STEPS_A_YEAR_OF_FEW_DAYS, FIRST_STEPS_OF_FEW_DAYS = 24, 4
"""The same where it is exercised before ex-dates only, or never."""

LEAST_STEPS = 12
"""Steps of the coarser lattice in all, where there is little time until the last ex-date."""

STEPS_OF_TWO_BOUNDARIES = 64
"""Steps of the coarser lattice where exercise has two boundaries."""

HEAVY = 0.25
"""Dividends, as a share of the strike, beside which the price may well fall to nothing: so near
nothing exercise on any day is taken as it comes, in four times the steps."""

LATTICES_AT_ONCE = 384
"""Lattices worked together: their nodes fit a processor's cache."""


def lattice_value(contracts: OptionTerms, spot: FloatArray, volatility: FloatArray) -> FloatArray:
    """Value, $ per unit, with cash dividends that lower the price; `(contracts, k)`.

    `spot` has shape `(contracts, k)` and is > 0, `volatility` `(contracts,)`; years, strikes and
    volatilities are > 0. One lattice serves all spots of a contract.
    """
    volatility = np.minimum(volatility, MOST_TOTAL_VOLATILITY / np.sqrt(contracts.years))
    dividends = ForwardDividends.of(contracts)
    last = TerminalPeriod.of(contracts, dividends)
    known = TerminalValue.of(contracts, last, volatility)
    any_day = contracts.american & (early_exercise(contracts) != Regime.NEVER)
    coarse = Periods.of(dividends, last, *_steps(contracts, dividends, last, any_day))
    contract, times = np.tile(np.arange(len(contracts)), 2), np.repeat([1, 2], len(contracts))
    periods = coarse.take(contract).refined(times)
    value = np.empty((len(contract), spot.shape[1]))
    has_yield = contracts.dividend_yield != 0
    for rows in _blocks(periods, any_day[contract], has_yield[contract]):
        of = contract[rows]
        lattices = _Lattices(
            contracts.take(of),
            known.take(of),
            periods.take(rows),
            spot[of],
            volatility[of],
            any_day[of],
        )
        value[rows] = lattices.values_today()
    coarse_value, fine_value = np.split(value, 2)
    found = (4 * fine_value - coarse_value) / 3  # Richardson, of an error in steps^-2
    return np.maximum(found, _least(contracts, dividends, spot, volatility))


def _steps(
    contracts: OptionTerms, dividends: ForwardDividends, last: TerminalPeriod, any_day: BoolArray
) -> tuple[FloatArray, FloatArray]:
    """Steps of the coarser lattice, a year and until the first ex-date at least; `(contracts,)`."""
    a_year = np.where(any_day, STEPS_A_YEAR, STEPS_A_YEAR_OF_FEW_DAYS)
    a_year = np.where(dividends.total > HEAVY * contracts.strike, 4 * a_year, a_year)
    first = np.where(any_day, FIRST_STEPS, FIRST_STEPS_OF_FEW_DAYS)
    least = np.where(last.has_two_boundaries, STEPS_OF_TWO_BOUNDARIES, LEAST_STEPS)
    return np.maximum(a_year, least / last.start), first


def _blocks(periods: Periods, any_day: BoolArray, has_yield: BoolArray) -> list[IntArray]:
    """Lattices to be worked together: as alike in exercise and in size as may be."""
    steps, number = periods.steps.sum(axis=0), np.count_nonzero(periods.steps, axis=0)
    order = np.lexsort((steps, number, has_yield, any_day))
    return [order[i : i + LATTICES_AT_ONCE] for i in range(0, len(order), LATTICES_AT_ONCE)]


def _least(
    contracts: OptionTerms, dividends: ForwardDividends, spot: FloatArray, volatility: FloatArray
) -> FloatArray:
    """What an option is worth at least: at zero volatility, and exercised at the first ex-date.

    The latter is a European option that expires just before the price falls.
    """
    least = zero_volatility_value(contracts, spot)
    first_ex = dividends.years.min(axis=1, initial=np.inf)
    rows = np.flatnonzero(contracts.american & (first_ex < contracts.years))
    until = replace(contracts.take(rows), years=first_ex[rows])
    least[rows] = np.maximum(least[rows], european_value(until, spot[rows], volatility[rows]))
    return least


@dataclass(frozen=True, eq=False)
class _Lattices:
    """A block of lattices, each with steps of its own in the `periods` of its contract.

    `any_day` tells whether an option may be exercised on any day with profit.
    """

    contracts: OptionTerms
    known: TerminalValue
    periods: Periods
    spot: FloatArray
    volatility: FloatArray
    any_day: BoolArray

    def values_today(self) -> FloatArray:
        """Values today at each spot, `(lattices, k)`: period by period, from the last back."""
        found, waiting = np.empty_like(self.spot), np.zeros(len(self.spot))
        column, level = np.zeros(len(self.spot), np.int64), None
        for number, steps in enumerate(self.periods.steps):
            of = np.argsort(-steps, kind="stable")[: np.count_nonzero(steps)]
            lattices = LatticesInPeriod.of(
                self.contracts.take(of),
                self.periods.period(number, of),
                self.spot[of],
                self.volatility[of],
                self.known.dividend[of],
            )
            if level is None:
                value, waiting = lattices.at_last(self.known.take(of)), np.zeros(len(of))
            else:
                later = level.take(column[of])
                value, waiting = lattices.before_dividend(later), later.waiting
            level = lattices.worked_back(value, self.any_day[of], waiting)
            today = np.flatnonzero(lattices.period.start == 0)
            if today.size:
                found[of[today]] = level.take(today).value(self.spot[of[today]].T).T
            column[of] = np.arange(len(of))
        return found
