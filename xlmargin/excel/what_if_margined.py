"""What-if on books in ranges: the book as it is margined already, the trades beside it."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Final

from xlmargin.errors import InputError, Problem, RefusedPosition
from xlmargin.excel.candidates_range import RANGE as CANDIDATES
from xlmargin.excel.candidates_range import read_candidates
from xlmargin.excel.contents import Today
from xlmargin.excel.margined import portfolio_margined, strategy_margined
from xlmargin.excel.plain_cells import Cells
from xlmargin.excel.trades_range import RANGE as TRADES
from xlmargin.excel.trades_range import read_trades
from xlmargin.settings import AccountType
from xlmargin.what_if import Hedge, Impact, hedge_by_strategy, hedge_under_portfolio, impact

_ROW_BELOW_ZERO: Final = re.compile(r"(?<=[ ])-(\d+)(?=[,;]|$)")
"""A row among others in the text of a problem."""


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
    with rows_below_zero_in(TRADES):
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
    with rows_below_zero_in(CANDIDATES):
        if held.settings.account_type is AccountType.PORTFOLIO:
            return hedge_under_portfolio(portfolio_margined(held), tried, goal)
        return hedge_by_strategy(strategy_margined(held), tried, goal)


@contextmanager
def rows_below_zero_in(name: str) -> Iterator[None]:
    """Name the range that positions added to a book come from, whose rows are below zero there."""
    try:
        yield
    except RefusedPosition as refused:
        raise RefusedPosition([_named(name, problem) for problem in refused.problems]) from None


def _named(name: str, problem: Problem) -> Problem:
    """A problem that calls rows below zero those of a range, its own and those in its text."""
    wanted = _ROW_BELOW_ZERO.sub(rf"\1 of {name}", problem.wanted)
    if problem.row < 0:
        return replace(problem, range=name, row=-problem.row, wanted=wanted)
    return replace(problem, wanted=wanted)
