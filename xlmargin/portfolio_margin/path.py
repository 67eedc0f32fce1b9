"""The requirement along a path of the market: arrays re-based after each move.

A move of 10% moves every underlying by 10%, a leveraged or inverse fund by its factor times that.
The requirement after the move is that of a margin day which starts there.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from xlmargin.arrays import FloatArray
from xlmargin.book import cash_of_accounts
from xlmargin.errors import RefusedPosition
from xlmargin.portfolio_margin.portfolio_requirement import PortfolioMargin, margin_at
from xlmargin.risk_array import spot_after


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
    book, contracts = margin.book, margin.frame.contracts
    cash = np.nan_to_num(cash_of_accounts(book))
    spot = spot_after(book.market, moves)
    frame = replace(margin.frame, contracts=contracts.at_volatilities_moved(volatility_move))
    gained = frame.contracts.values(spot) - contracts.values(book.market.spot[:, None])
    worth = np.maximum(contracts.base[:, None] + gained, 0.0)
    _refuse_unvalued(margin, worth)
    after = [margin_at(frame, spot[:, i], worth[:, i]) for i in range(len(moves))]
    held = ~book.positions.is_cash
    value = [cash + book.by_account(np.where(held, m.market_value, 0.0)) for m in after]
    return RequirementPath(moves, np.stack(value, 1), np.stack([m.by_account for m in after], 1))


def _refuse_unvalued(margin: PortfolioMargin, worth: FloatArray) -> None:
    """Refuse options that have a price, and no volatility to value them with after a move."""
    contracts, positions = margin.frame.contracts, margin.book.positions
    unvalued = np.flatnonzero(np.isnan(worth).any(axis=1))
    if unvalued.size:
        rows = np.flatnonzero(np.isin(contracts.of_position, unvalued))
        wanted = "a price that a volatility can give, or a volatility"
        raise RefusedPosition(
            [positions.problem(i, "price", positions.label(i), wanted) for i in rows.tolist()]
        )
