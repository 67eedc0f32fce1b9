"""Equity beside requirement under each regime, account by account.

Excess is equity less requirement, signed; a margin call is what is missing. Each regime's equity
goes with its own requirement: strategy-based equity leaves out options that carry their value
inside the requirement, or have none.

Rule: FINRA 4210(c), (f)(2)(B), (g)(7), (g)(11).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from xlmargin.account.account_values import AccountValues, account_values
from xlmargin.arrays import FloatArray
from xlmargin.portfolio_margin import PortfolioMargin
from xlmargin.rulebook import strategy_rules
from xlmargin.rules_of_accounts import rules_of_accounts
from xlmargin.strategy_margin import RequirementKind, StrategyMargin


@dataclass(frozen=True, eq=False)
class Excess:
    """Equity and requirement of each account under one regime, $, shape (accounts,).

    Equity is NaN for an account whose cash is stated nowhere.
    """

    equity: FloatArray
    requirement: FloatArray

    @property
    def excess(self) -> FloatArray:
        """Equity less requirement, $, signed."""
        return self.equity - self.requirement

    @property
    def margin_call(self) -> FloatArray:
        """What is missing to the requirement, $, 0 or more; NaN where equity is unknown."""
        return np.maximum(-self.excess, 0.0)


def portfolio_excess(margin: PortfolioMargin) -> Excess:
    """Net liquidation value beside the portfolio margin requirement."""
    return Excess(values_under_portfolio(margin).net_liquidation_value, margin.by_account)


def strategy_excess(margin: StrategyMargin) -> Excess:
    """Strategy-based equity beside the least maintenance requirement."""
    return Excess(
        values_by_strategy(margin).strategy_equity, margin.by_account(RequirementKind.MAINTENANCE)
    )


def values_under_portfolio(margin: PortfolioMargin) -> AccountValues:
    """What accounts are worth at the prices that portfolio margin counts from."""
    rules = rules_of_accounts(margin.book, strategy_rules)
    return account_values(margin.book, margin.unit_value, rules)


def values_by_strategy(margin: StrategyMargin) -> AccountValues:
    """What accounts are worth at market prices: stock at spot, options at their marks.

    With the boxes of the least maintenance pairing.
    """
    values = account_values(margin.book, market_worth(margin), margin.rules)
    return replace(values, value_added=margin.value_added(RequirementKind.MAINTENANCE))


def market_worth(margin: StrategyMargin) -> FloatArray:
    """Stock at spot, options at their marks, $ per unit, shape (positions,); NaN for cash."""
    positions, market = margin.book.positions, margin.book.market
    stock = positions.is_stock
    worth = margin.mark.copy()
    worth[stock] = market.spot[positions.underlying[stock]]
    return worth
