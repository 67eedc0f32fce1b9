"""The account: what it is worth, what it owes, and what it may still do."""

from xlmargin.account.account_state import (
    AccountState,
    MarginState,
    Moves,
    PortfolioState,
    RegimeState,
    StrategyState,
    account_state,
)
from xlmargin.account.account_values import (
    AccountValues,
    Excess,
    account_values,
    portfolio_excess,
    strategy_excess,
    values_by_strategy,
    values_under_portfolio,
)
from xlmargin.account.calendar import Calendar, CallDue, ExDividends, Expirations, dates_ahead

__all__ = [
    "AccountState",
    "AccountValues",
    "Calendar",
    "CallDue",
    "ExDividends",
    "Excess",
    "Expirations",
    "MarginState",
    "Moves",
    "PortfolioState",
    "RegimeState",
    "StrategyState",
    "account_state",
    "account_values",
    "dates_ahead",
    "portfolio_excess",
    "strategy_excess",
    "values_by_strategy",
    "values_under_portfolio",
]
