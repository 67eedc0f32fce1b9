"""The requirement along a path of the market: arrays re-based after each move.

A move of 10% moves every underlying by 10%, a leveraged or inverse fund by its factor times that.
The requirement after the move is that of a margin day which starts there.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xlmargin.arrays import FloatArray
from xlmargin.portfolio_margin.portfolio_requirement import PortfolioMargin, margin_at
from xlmargin.risk_array import spot_after


@dataclass(frozen=True, eq=False)
class RequirementPath:
    """Account value and requirement after each move, $, shape (moves,), over all accounts."""

    moves: FloatArray
    account_value: FloatArray
    requirement: FloatArray

    @property
    def excess(self) -> FloatArray:
        """Account value less requirement, $, signed."""
        return self.account_value - self.requirement


def requirement_path(margin: PortfolioMargin, moves: FloatArray) -> RequirementPath:
    """The path of account value and requirement over moves of the whole market (fractions).

    Before a move positions count at their marks; a move changes their value by its gain or loss.
    Account value is the positions' value and the cash, of the settings and of cash rows.
    """
    book, table = margin.book, margin.contracts
    spot = spot_after(book.market, moves)
    values = table.values(spot) - table.values(book.market.spot[:, None]) + table.base[:, None]
    after = [
        margin_at(
            book,
            margin.rules,
            margin.groups,
            margin.points,
            table,
            spot[:, i],
            values[:, i],
            margin.ask_strategy_based,
        )
        for i in range(len(moves))
    ]
    return RequirementPath(
        moves,
        np.array([m.market_value.sum() + book.settings.cash for m in after]),
        np.array([m.amount for m in after]),
    )
