"""What an account is worth and asked under both regimes, apart from its cash.

Cash that is stated nowhere leaves equity unknown, but not what trades change: so cash is counted
last.

Rule: FINRA 4210(c), (f)(2)(B), (g)(7), (g)(11); 12 CFR 220.3, 220.12.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from xlmargin.account import values_by_strategy, values_under_portfolio
from xlmargin.account.reg_t import reg_t_excess
from xlmargin.arrays import FloatArray
from xlmargin.book import Book
from xlmargin.both_regimes import under_portfolio_margin, under_strategy_margin
from xlmargin.portfolio_margin import PortfolioMargin
from xlmargin.settings import AccountType
from xlmargin.strategy_margin import RequirementKind, StrategyMargin


@dataclass(frozen=True, eq=False)
class Figures:
    """Values without cash, and requirements, of each account, $, shape (accounts,).

    `initial` and `deposit` count what positions cost. `reg_t` is the initial requirement at present
    prices that stands beside strategy-based equity; a cash account's is its maintenance, for it
    pays in full on every day.
    """

    account_value: FloatArray
    strategy_equity: FloatArray
    initial: FloatArray
    deposit: FloatArray
    reg_t: FloatArray
    maintenance: FloatArray
    portfolio: FloatArray

    @property
    def reg_t_excess(self) -> FloatArray:
        """Strategy-based equity without cash, less the Reg T requirement at present prices."""
        return self.strategy_equity - self.reg_t

    @property
    def strategy_excess(self) -> FloatArray:
        """Strategy-based equity without cash, less the maintenance requirement."""
        return self.strategy_equity - self.maintenance

    @property
    def portfolio_excess(self) -> FloatArray:
        """Account value without cash, less the portfolio margin requirement."""
        return self.account_value - self.portfolio


def figures_of(book: Book) -> Figures:
    """The figures of a book, margined under both regimes."""
    return figures(under_portfolio_margin(book), under_strategy_margin(book))


def figures(portfolio: PortfolioMargin, strategy: StrategyMargin) -> Figures:
    """The figures of a book under both regimes."""
    nothing = np.zeros(len(strategy.book.positions.accounts))
    worth = replace(values_under_portfolio(portfolio), cash=nothing)
    by_strategy = replace(values_by_strategy(strategy), cash=nothing)
    maintenance = strategy.by_account(RequirementKind.MAINTENANCE)
    is_cash = strategy.book.settings.account_type is AccountType.CASH
    return Figures(
        worth.net_liquidation_value,
        by_strategy.strategy_equity,
        strategy.by_account(RequirementKind.INITIAL),
        strategy.deposit_by_account,
        maintenance if is_cash else reg_t_excess(strategy).requirement,
        maintenance,
        portfolio.by_account,
    )
