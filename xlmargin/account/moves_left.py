"""The moves of the market that an account's excess can bear, before no more than a reserve is left.

Rule: FINRA 4210(c), (f)(2), (g)(7)-(8), (g)(11).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xlmargin.account.account_values import NO_RESERVE, Reserve
from xlmargin.account.moved_prices import MovedPrices, moved_prices
from xlmargin.account.portfolio_path import portfolio_zeros
from xlmargin.account.strategy_path import present_pairings, strategy_zeros
from xlmargin.arrays import FloatArray
from xlmargin.errors import MarginError, RefusedPosition
from xlmargin.portfolio_margin import PortfolioMargin
from xlmargin.strategy_margin import StrategyMargin


@dataclass(frozen=True, eq=False)
class FirstMoves:
    """The first moves of the whole market that leave no more than the reserve, (accounts,).

    Fractions; 0 where there is no more at present, NaN where none of the moves searched takes it,
    and where an account has no reserve to keep.
    """

    down: FloatArray
    up: FloatArray

    @property
    def nearest(self) -> FloatArray:
        """The lesser of the two moves, signed; that down where they are as great."""
        is_down = ~(np.abs(self.up) < np.abs(self.down)) & ~np.isnan(self.down)
        return np.where(is_down, self.down, self.up)


def prices_of(portfolio: PortfolioMargin | MarginError) -> MovedPrices | MarginError:
    """The book ready to be moved, or why its options cannot be valued after a move."""
    if isinstance(portfolio, MarginError):
        return portfolio
    try:
        return moved_prices(portfolio)
    except RefusedPosition as refusal:
        return refusal.with_traceback(None)


def portfolio_moves(
    prices: MovedPrices | MarginError, left: FloatArray, reserve: Reserve = NO_RESERVE
) -> FirstMoves | MarginError:
    """The moves that portfolio margin's excess can bear.

    `left` is the excess above the reserve at present, $, shape (accounts,).
    """
    if isinstance(prices, MarginError):
        return prices
    return _moves(left, portfolio_zeros(prices, left > 0, reserve))


def strategy_moves(
    margin: StrategyMargin,
    prices: MovedPrices | MarginError,
    left: FloatArray,
    reserve: Reserve = NO_RESERVE,
) -> FirstMoves | MarginError:
    """The moves that the excess by strategy can bear; `left` as under portfolio margin."""
    if isinstance(prices, MarginError):
        return prices
    return _moves(left, strategy_zeros(present_pairings(margin), prices, left > 0, reserve))


def _moves(left: FloatArray, zeros: FloatArray) -> FirstMoves:
    """The first moves by the zeros of each way, shape (accounts, ways)."""
    down, up = np.where(left <= 0, 0.0, zeros.T)
    return FirstMoves(down, up)
