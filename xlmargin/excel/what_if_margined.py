"""What-if on books in ranges: the book as it is margined already, the trades beside it."""

from __future__ import annotations

import math

from xlmargin.errors import InputError, Problem
from xlmargin.excel.candidates_range import read_candidates
from xlmargin.excel.contents import Today
from xlmargin.excel.margined import portfolio_margined, strategy_margined
from xlmargin.excel.plain_cells import Cells
from xlmargin.excel.trades_range import read_trades
from xlmargin.settings import AccountType
from xlmargin.what_if import Hedge, Impact, hedge_by_strategy, hedge_under_portfolio, impact


def impact_of_trades(
    positions: Cells,
    trades: Cells,
    market: Cells = None,
    settings: Cells = None,
    dividends: Cells = None,
    *,
    today: Today | None = None,
) -> Impact:
    """What the trades in a range do to the book in the others, under both regimes."""
    held, done = read_trades(positions, trades, market, settings, dividends, today=today)
    portfolio, strategy = portfolio_margined(held), strategy_margined(held)
    return impact(portfolio, strategy, done)


def hedge_of_candidates(
    positions: Cells,
    candidates: Cells,
    market: Cells = None,
    settings: Cells = None,
    dividends: Cells = None,
    target: float | None = None,
    *,
    today: Today | None = None,
) -> Hedge:
    """What the candidates in a range can do for the accounts in the others, by their regime.

    `target` is the reduction wanted, $; None for the margin call, or as much as can be.
    """
    if target is not None and target <= 0:
        wanted = "dollars above 0, or nothing for the margin call"
        raise InputError([Problem("target", 0, "", f"{target:.10g}", wanted)])
    goal = math.nan if target is None else target
    held, tried = read_candidates(positions, candidates, market, settings, dividends, today=today)
    if held.settings.account_type is AccountType.PORTFOLIO:
        return hedge_under_portfolio(portfolio_margined(held), tried, goal)
    return hedge_by_strategy(strategy_margined(held), tried, goal)
