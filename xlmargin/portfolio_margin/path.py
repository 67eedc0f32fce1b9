"""The requirement along a path of the market: arrays re-based after each move.

A move of 10% moves every underlying by 10%, a leveraged or inverse fund by its factor times that.
The requirement after the move is that of a margin day which starts there.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from xlmargin.arrays import FloatArray
from xlmargin.book import cash_of_accounts
from xlmargin.computing import check_time_limit
from xlmargin.errors import RefusedPosition
from xlmargin.portfolio_margin.portfolio_requirement import (
    MarginFrame,
    PortfolioMargin,
    margin_with_values,
)
from xlmargin.risk_array import spot_after

MOST_VALUES: Final = 500_000
"""Option values held at once: moves are taken in runs of no more."""


@dataclass(frozen=True, eq=False)
class AfterMove:
    """A book at the prices after a move.

    `spot` has shape (underlyings,). `gained`, $ per unit, shape (contracts,), is each contract's
    gain in theoretical value by the move; `at_points` its value at the valuation points around the
    moved price, shape (contracts, points).
    """

    frame: MarginFrame
    spot: FloatArray
    gained: FloatArray
    at_points: FloatArray

    @property
    def worth(self) -> FloatArray:
        """What each contract is worth there, $ per unit, not below 0, shape (contracts,)."""
        return np.maximum(self.frame.contracts.base + self.gained, 0.0)

    def portfolio_margin(self) -> PortfolioMargin:
        """The book under portfolio margin there, arrays re-based."""
        return margin_with_values(self.frame, self.spot, self.worth, self.at_points)


def along(frame: MarginFrame, moves: FloatArray) -> Iterator[AfterMove]:
    """The book after each of these moves of the whole market, fractions, valued together."""
    points = frame.points.moves.shape[1]
    columns = (points + 1) * max(len(frame.contracts.spot), 1)
    run = max(MOST_VALUES // columns, 1)
    for start in range(0, len(moves), run):
        check_time_limit()
        yield from at_spots(frame, spot_after(frame.book.market, moves[start : start + run]))


def at_spots(
    frame: MarginFrame, spot: FloatArray, *, remembered: bool = True
) -> Iterator[AfterMove]:
    """The book at these prices, $, shape (underlyings, moves), valued together.

    Values at prices that nobody asks for again need not be `remembered`.
    """
    market, points, count = frame.book.market, 1.0 + frame.points.moves, spot.shape[1]
    around = spot[:, :, None] * points[:, None, :]
    around = around.reshape(len(spot), count * points.shape[1])
    at = np.hstack([market.spot[:, None], spot, around])
    values = frame.contracts.values(at, remembered=remembered)
    now, moved = values[:, :1], values[:, 1 : 1 + count]
    at_points = values[:, 1 + count :].reshape(len(values), count, points.shape[1])
    for i in range(count):
        yield AfterMove(frame, spot[:, i], moved[:, i] - now[:, 0], at_points[:, i])


@dataclass(frozen=True, eq=False)
class RequirementPath:
    """Account value and requirement of each account after each move, $, shape (accounts, moves)."""

    moves: FloatArray
    account_value: FloatArray
    requirement: FloatArray


def requirement_path(
    margin: PortfolioMargin, moves: FloatArray, volatility_move: float = 0.0
) -> RequirementPath:
    """The path of account value and requirement over moves of the whole market (fractions).

    With each of them every volatility moves by `volatility_move`, a fraction of itself.

    Before a move positions count at their marks; a move changes their value by its gain or loss,
    not below zero. Account value is the positions' value and the account's cash; cash that is
    stated nowhere counts none.
    """
    book, held = margin.book, ~margin.book.positions.is_cash
    cash = np.nan_to_num(cash_of_accounts(book))
    today, contracts = book.market.spot[:, None], margin.frame.contracts
    frame = replace(margin.frame, contracts=contracts.at_volatilities_moved(volatility_move))
    by_volatility = (frame.contracts.values(today) - contracts.values(today))[:, 0]
    value, requirement = [], []
    for after_move in along(frame, moves):
        after = replace(after_move, gained=after_move.gained + by_volatility)
        refuse_unvalued(margin, after.worth)
        there = after.portfolio_margin()
        value.append(cash + book.by_account(np.where(held, there.market_value, 0.0)))
        requirement.append(there.by_account)
    return RequirementPath(moves, np.stack(value, 1), np.stack(requirement, 1))


def refuse_unvalued(margin: PortfolioMargin, worth: FloatArray) -> None:
    """Refuse options that have a price, and no volatility to value them with after a move."""
    contracts, positions = margin.frame.contracts, margin.book.positions
    unvalued = np.flatnonzero(np.isnan(worth))
    if unvalued.size:
        rows = np.flatnonzero(np.isin(contracts.of_position, unvalued))
        wanted = "a price that a volatility can give, or a volatility"
        raise RefusedPosition(
            [positions.problem(i, "price", positions.label(i), wanted) for i in rows.tolist()]
        )
