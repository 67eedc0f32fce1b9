"""A book after moves of the market: arrays re-based after each of them.

A move of 10% moves every underlying by 10%, a leveraged or inverse fund by its factor times that.
The requirement after the move is that of a margin day which starts there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np

from xlmargin.arrays import FloatArray, IntArray
from xlmargin.computing import check_time_limit
from xlmargin.errors import RefusedPosition
from xlmargin.portfolio_margin.group_changes import requirement_of_classes
from xlmargin.portfolio_margin.ineligible import repriced
from xlmargin.portfolio_margin.portfolio_requirement import (
    MarginInputs,
    PortfolioMargin,
    Valued,
    remargined,
    remargined_valued,
    valued_at,
)
from xlmargin.risk_array import points_of_moves, spot_after

MOST_VALUES: Final = 500_000
"""Option values held at once: moves are taken in runs of no more."""


def margin_at_moves(margin: PortfolioMargin, moves: FloatArray) -> PortfolioMargin:
    """The same book with its risk arrays at moves of the market, not at the valuation points.

    A leveraged or inverse fund moves by its factor times a move, a fraction.
    """
    inputs = margin.inputs
    count = len(inputs.rules.distinct)
    points = points_of_moves(inputs.book.market, moves, len(inputs.classes.groups), count)
    return remargined(replace(inputs, points=points), margin.spot, inputs.contracts.base)


@dataclass(frozen=True, eq=False)
class AfterMoves:
    """A book at the prices after each of several moves.

    `spot` has shape (underlyings, moves). `gained`, $ per unit, shape (contracts, moves), is each
    contract's gain in theoretical value by a move; `at_points` its value at the valuation points
    around the moved price, shape (contracts, moves, all points).
    """

    inputs: MarginInputs
    spot: FloatArray
    gained: FloatArray
    at_points: FloatArray

    @property
    def worth(self) -> FloatArray:
        """What each contract is worth there, $ per unit, not below 0, shape (contracts, moves)."""
        return np.maximum(self.inputs.contracts.base[:, None] + self.gained, 0.0)

    def portfolio_margin(self, move: int) -> PortfolioMargin:
        """The book under portfolio margin after one of the moves, by index, arrays re-based."""
        at_points = self.at_points[:, move]
        return remargined_valued(self.inputs, self.spot[:, move], self.worth[:, move], at_points)

    @property
    def value(self) -> FloatArray:
        """What each account's positions are worth, without cash, $, shape (accounts, moves)."""
        book, positions = self.inputs.book, self.inputs.book.positions
        units = np.where(positions.is_cash, 0.0, positions.units)
        return book.by_account(units[:, None] * self._valued.unit_value)

    @property
    def requirement(self) -> FloatArray:
        """What each account requires there, $, shape (accounts, moves).

        That of `portfolio_margin` after each of the moves, found for all of them together.
        """
        array, minimum = self._valued.of_classes()
        required = requirement_of_classes(self.inputs, np.moveaxis(array, 1, 0), minimum.T).T
        outside = self.inputs.not_eligible
        if outside.size:
            required += np.stack([self._outside(outside, m) for m in range(len(minimum.T))], 1)
        return required

    def _outside(self, outside: IntArray, move: int) -> FloatArray:
        """What the positions that are not eligible require by strategy, $, shape (accounts,)."""
        book = repriced(self.inputs.book, self.spot[:, move]).only(outside)
        found = self.inputs.strategy_requirements(book, self._valued.unit_value[outside, move])
        return book.by_account(found.by_position)

    @cached_property
    def _valued(self) -> Valued:
        return valued_at(self.inputs, self.spot, self.worth, self.at_points)


def along(
    inputs: MarginInputs,
    moves: FloatArray,
    volatility_move: float = 0.0,
    *,
    remembered: bool = True,
) -> Iterator[AfterMoves]:
    """The book after each of these moves of the whole market, fractions, some of them at a time.

    With each of them every volatility moves by `volatility_move`, a fraction of itself.
    """
    points = inputs.points.moves.shape[1]
    columns = (points + 1) * max(len(inputs.contracts.spot), len(inputs.book.positions), 1)
    run = max(MOST_VALUES // columns, 1)
    for start in range(0, len(moves), run):
        check_time_limit()
        spot = spot_after(inputs.book.market, moves[start : start + run])
        yield at_spots(inputs, spot, volatility_move, remembered=remembered)


def at_spots(
    inputs: MarginInputs, spot: FloatArray, volatility_move: float = 0.0, *, remembered: bool = True
) -> AfterMoves:
    """The book at these prices, $, shape (underlyings, moves), valued together.

    Every volatility has moved too. Values at prices that nobody asks for again need not be
    `remembered`.
    """
    market, count = inputs.book.market, spot.shape[1]
    points, today = inputs.points.moves.shape[1], market.spot[:, None]
    around = inputs.points.around(spot).reshape(len(spot), count * points)
    moved = inputs.contracts.at_volatilities_moved(volatility_move)
    values = moved.values(np.hstack([today, spot, around]), remembered=remembered)
    now = inputs.contracts.values(today) if volatility_move else values[:, :1]
    at_points = values[:, 1 + count :].reshape(len(values), count, points)
    return AfterMoves(inputs, spot, values[:, 1 : 1 + count] - now, at_points)


def refuse_unvalued(inputs: MarginInputs, known: FloatArray) -> None:
    """Refuse options that have a price, and no volatility to value them with after a move.

    `known` is what is known of each contract, shape (contracts, ...), NaN where that is not enough.
    """
    positions, of_position = inputs.book.positions, inputs.contracts.of_position
    unvalued = np.unique(np.nonzero(np.isnan(known))[0])
    rows = np.flatnonzero(np.isin(of_position, unvalued))
    if rows.size:
        wanted = "a price that a volatility can give, or a volatility"
        raise RefusedPosition(
            [positions.problem(i, "price", positions.label(i), wanted) for i in rows.tolist()]
        )
