"""What is left of each account along moves of the market, under the rules that it is under.

Rule: FINRA 4210(c), (f)(2), (g)(7)-(8), (g)(11).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xlmargin.account.moved_prices import MovedPrices
from xlmargin.account.strategy_path import StrategyPath, present_pairings
from xlmargin.arrays import FloatArray
from xlmargin.portfolio_margin import PortfolioMargin, requirement_path
from xlmargin.strategy_margin import StrategyMargin


@dataclass(frozen=True, eq=False)
class ExcessPath:
    """Each account after each move of the whole market, $, shape (accounts, moves).

    `moves` are fractions, shape (moves,). `equity` is what the rules of the account count, which
    need not be its value: by strategy, options written count within the requirement.
    """

    accounts: tuple[str, ...]
    moves: FloatArray
    account_value: FloatArray
    equity: FloatArray
    excess: FloatArray

    @property
    def requirement(self) -> FloatArray:
        """What the rules require, $."""
        return self.equity - self.excess


def portfolio_excess_path(margin: PortfolioMargin, moves: FloatArray) -> ExcessPath:
    """The accounts under portfolio margin."""
    path = requirement_path(margin, moves)
    value, accounts = path.account_value, margin.book.positions.accounts
    return ExcessPath(accounts, moves, value, value, value - path.requirement)


def strategy_excess_path(
    margin: StrategyMargin, prices: MovedPrices, moves: FloatArray
) -> ExcessPath:
    """The accounts under strategy-based margin, maintenance, paired anew after each move."""
    path = StrategyPath(present_pairings(margin))
    accounts = margin.book.positions.accounts
    there = prices.worth_along(moves.tolist(), margin.mark)
    path.search(there, np.ones((len(accounts), len(moves)), dtype=bool))
    return ExcessPath(
        accounts, moves, path.account_value(there), path.equity(there), path.proven(there)
    )
