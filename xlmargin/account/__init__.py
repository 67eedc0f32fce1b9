"""The account: what it is worth, what it owes, and what it may still do."""

from xlmargin.account.account_state import (
    AccountState,
    MarginState,
    PortfolioState,
    RegimeState,
    StrategyState,
    account_state,
    moves_to_reserve,
    refuse_unknown_cash,
)
from xlmargin.account.account_values import (
    Excess,
    Reserve,
    account_values,
    largest_name,
    portfolio_excess,
    required_by_name,
    strategy_excess,
    values_by_strategy,
    values_under_portfolio,
)
from xlmargin.account.buying_power import stated_to_keep
from xlmargin.account.calendar import Calendar, DateAhead, dates_ahead
from xlmargin.account.excess_path import (
    ExcessPath,
    portfolio_excess_path,
    strategy_excess_path,
    stress_named,
    stressed,
)
from xlmargin.account.limits import Light, Limits, settled_light
from xlmargin.account.moves_left import prices_of
from xlmargin.account.reconciliation import (
    ALL,
    STRATEGY,
    BrokerFigure,
    FigureState,
    Reconciler,
    Tolerance,
    age_of,
    own_regime,
)

__all__ = [
    "ALL",
    "STRATEGY",
    "AccountState",
    "BrokerFigure",
    "Calendar",
    "DateAhead",
    "Excess",
    "ExcessPath",
    "FigureState",
    "Light",
    "Limits",
    "MarginState",
    "PortfolioState",
    "Reconciler",
    "RegimeState",
    "Reserve",
    "StrategyState",
    "Tolerance",
    "account_state",
    "account_values",
    "age_of",
    "dates_ahead",
    "largest_name",
    "moves_to_reserve",
    "own_regime",
    "portfolio_excess",
    "portfolio_excess_path",
    "prices_of",
    "refuse_unknown_cash",
    "required_by_name",
    "settled_light",
    "stated_to_keep",
    "strategy_excess",
    "strategy_excess_path",
    "stress_named",
    "stressed",
    "values_by_strategy",
    "values_under_portfolio",
]
