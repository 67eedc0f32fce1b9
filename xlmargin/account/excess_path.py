"""What is left of each account along moves of the market, under the rules that it is under.

And after the stress of the settings: one move of the market, one of volatility.

Rule: FINRA 4210(c), (f)(2), (g)(7)-(8), (g)(11).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xlmargin.account.account_values import Excess
from xlmargin.account.shocked_prices import ShockedPrices
from xlmargin.account.strategy_path import StrategyPath, present_pairings
from xlmargin.arrays import BoolArray, FloatArray
from xlmargin.portfolio_margin import PortfolioMargin, requirement_path
from xlmargin.settings import Settings
from xlmargin.strategy_margin import StrategyMargin


@dataclass(frozen=True, eq=False)
class ExcessPath:
    """Each account after each move of the whole market, $, shape (accounts, moves).

    `moves` are fractions, shape (moves,). `equity` is what the rules of the account count, which
    need not be its value: by strategy, options written count within the requirement. Where it is
    not `is_proven` a search for the least requirement ended at its time limit: the excess may be
    more.
    """

    accounts: tuple[str, ...]
    moves: FloatArray
    account_value: FloatArray
    equity: FloatArray
    excess: FloatArray
    is_proven: BoolArray

    @property
    def requirement(self) -> FloatArray:
        """What the rules require, $."""
        return self.equity - self.excess


def portfolio_excess_path(margin: PortfolioMargin, moves: FloatArray) -> ExcessPath:
    """The accounts under portfolio margin."""
    path = requirement_path(margin, moves)
    value, accounts = path.account_value, margin.book.positions.accounts
    every = np.ones(value.shape, dtype=bool)
    return ExcessPath(accounts, moves, value, value, value - path.requirement, every)


def strategy_excess_path(
    margin: StrategyMargin, prices: ShockedPrices, moves: FloatArray
) -> ExcessPath:
    """The accounts under strategy-based margin, maintenance, paired anew after each move."""
    path = StrategyPath(present_pairings(margin))
    accounts = margin.book.positions.accounts
    there = prices.worth_along(moves.tolist(), margin.mark)
    _, is_proven = path.search(there, np.ones((len(accounts), len(moves)), dtype=bool))
    value, equity = path.account_value(there), path.equity(there)
    return ExcessPath(accounts, moves, value, equity, path.proven(there), is_proven)


def stressed(margin: PortfolioMargin) -> Excess:
    """The accounts after the stress of their settings, volatilities held at the moved ones.

    Their value, NaN where cash is stated nowhere, beside what portfolio margin requires there.
    """
    settings = margin.book.settings
    path = requirement_path(margin, np.array([settings.stress_move]), settings.stress_volatility)
    return Excess(path.account_value[:, 0], path.requirement[:, 0])


def stress_named(settings: Settings) -> str:
    """The stress of the settings in short: -20%, volatility x2."""
    move, volatility = settings.stress_move, settings.stress_volatility
    same = "volatility unchanged"
    moved = same if not volatility else f"volatility ×{1.0 + volatility:g}"
    return f"{100 * move:+.4g}%, {moved}".replace("-", "−")
