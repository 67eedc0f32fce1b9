"""How many hedges, orders and options written the book in the ranges bears."""

from __future__ import annotations

from math import nan
from typing import Final

import numpy as np

from xlmargin.account import Reserve
from xlmargin.errors import InputError, Problem
from xlmargin.excel.ranges import Ranges, portfolio_margined, strategy_margined
from xlmargin.excel.trades import candidates_of_held, read_candidates, read_sized_orders
from xlmargin.settings import AccountType, CapacityRegimes
from xlmargin.what_if import (
    Capacity,
    Hedge,
    Trades,
    Writing,
    book_after,
    capacity,
    hedge_by_strategy,
    hedge_under_portfolio,
    scaled_writing,
)

_FALL: Final = -0.2
"""The usual move of every underlying after which options written more of must leave an excess."""


def hedge_orders(ranges: Ranges, target: float | None = None) -> Hedge:
    """What candidates, or else those of what is held, can do for the accounts, by their regime.

    `target` is the reduction wanted, $; None for the margin call, or as much as can be.
    """
    if target is not None and target <= 0:
        wanted = "dollars above 0, or nothing for the margin call"
        raise InputError([Problem("target", 0, "", f"{target:.10g}", wanted)])
    book, goal = ranges.book(), nan if target is None else target
    cells = ranges.extra.get("candidates")
    left_out = cells is None
    tried = (
        candidates_of_held(ranges.reading) if left_out else read_candidates(cells, ranges.reading)
    )
    candidates = tried.accepted()
    if book.settings.account_type is AccountType.PORTFOLIO:
        return hedge_under_portfolio(portfolio_margined(book), candidates, goal)
    return hedge_by_strategy(strategy_margined(book), candidates, goal)


def order_capacity(
    ranges: Ranges, leave: float | None = None, done: Trades | None = None
) -> Capacity:
    """How many of each order fit, leaving an excess of $ or, below 1, a cushion.

    They fit beside what is held once trades are done; the cash of these is among the positions.
    """
    left = 0.0 if leave is None else leave
    if left < 0:
        wanted = "dollars of excess to stay, or a cushion below 1, such as 0.1"
        raise InputError([Problem("leave", 0, "", f"{left:.10g}", wanted)])
    book = ranges.book() if done is None else book_after(ranges.book(), done)
    orders = read_sized_orders(ranges.extra.get("orders"), ranges.reading).accepted()
    share = left if left < 1 else 0.0
    reserve = Reserve(np.array([left - share]), np.array([share]))
    regimes = book.settings.capacity_regimes
    alone = regimes is CapacityRegimes.BOTH_OF_ONE and len(orders) == 1
    portfolio, strategy = portfolio_margined(book), strategy_margined(book)
    both = alone or regimes is CapacityRegimes.BOTH
    return capacity(portfolio, strategy, orders, reserve, both=both)


def writing_capacity(
    ranges: Ranges, allowed: float | None = None, move: float | None = None
) -> Writing:
    """How far options written may be scaled, within a requirement ($) and after a move."""
    amount, of_all = nan if allowed is None else allowed, _FALL if move is None else move
    if amount < 0:
        wanted = "dollars of requirement, 0 or more"
        raise InputError([Problem("requirement", 0, "", f"{amount:.10g}", wanted)])
    if not -1 < of_all <= 1:
        wanted = "a move above -1, at most 1, such as -0.2"
        raise InputError([Problem("move", 0, "", f"{of_all:.10g}", wanted)])
    return scaled_writing(portfolio_margined(ranges.book()), amount, of_all)
