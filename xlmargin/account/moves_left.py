"""The moves of the market that an account's excess can bear, before no more than a reserve is left.

Rule: FINRA 4210(c), (f)(2), (g)(7)-(8), (g)(11).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from xlmargin.account.account_values import NO_RESERVE, Reserve
from xlmargin.account.shocked_prices import ShockedPrices, shocked_prices
from xlmargin.account.strategy_path import present_pairings, strategy_zeros
from xlmargin.account.zero_excess_move import (
    ALL_MOVES,
    RINGS,
    WAYS,
    bracket_of_ways,
    column_of_ways,
    first_of_ways,
    root,
)
from xlmargin.arrays import BoolArray, FloatArray
from xlmargin.book import cash_of_accounts
from xlmargin.errors import MarginError, RefusedPosition, RulebookError
from xlmargin.portfolio_margin import PortfolioMargin
from xlmargin.portfolio_margin.path import curves_of_accounts
from xlmargin.portfolio_margin.portfolio_requirement import margin_inputs
from xlmargin.regimes import BothRegimes
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


def prices_of(regimes: BothRegimes) -> ShockedPrices | MarginError:
    """The book ready to be moved, or why its options cannot be valued after a move.

    Prices do not hang on groups, nor on what else portfolio margin may refuse a market for.
    """
    portfolio, book = regimes.portfolio, regimes.book
    try:
        if isinstance(portfolio, PortfolioMargin):
            return shocked_prices(portfolio.inputs)
        return shocked_prices(margin_inputs(replace(book, market=book.market.without_groups())))
    except (RefusedPosition, RulebookError) as refusal:
        return refusal.with_traceback(None)


def portfolio_moves(
    prices: ShockedPrices | MarginError, left: FloatArray, reserve: Reserve = NO_RESERVE
) -> FirstMoves | MarginError:
    """The moves that portfolio margin's excess can bear.

    `left` is the excess above the reserve at present, $, shape (accounts,).
    """
    if isinstance(prices, MarginError):
        return prices
    return _moves(left, portfolio_zeros(prices, left > 0, reserve))


def strategy_moves(
    margin: StrategyMargin,
    prices: ShockedPrices | MarginError,
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


def portfolio_zeros(
    prices: ShockedPrices, has_excess: BoolArray, reserve: Reserve = NO_RESERVE
) -> FloatArray:
    """The first move of each way, going outward, at which portfolio margin's excess is the reserve.

    Shape (accounts, ways); NaN where none of its moves leaves an account without more. `has_excess`
    tells which accounts have more at present.
    """
    cash = cash_of_accounts(prices.inputs.book)[:, None]

    def excess(value: FloatArray, requirement: FloatArray) -> FloatArray:
        value = cash + value
        return value - requirement - reserve.of(value.T).T

    if not has_excess.any():
        return np.full((len(has_excess), len(WAYS)), np.nan)
    found = np.zeros((len(has_excess), 0))
    for ring in RINGS:
        found = np.hstack([found, excess(*curves_of_accounts(prices.inputs, np.array(ring)))])
        bracket = bracket_of_ways(outer := first_of_ways(found[:, 1:], has_excess))
        if bracket.exists[has_excess].all():
            break
    if not bracket.exists.any():
        return bracket.outer
    ways, at = np.arange(len(WAYS)), np.array([0.0, *ALL_MOVES])
    at_outer = np.minimum(1 + column_of_ways(outer), found.shape[1] - 1)
    at_inner = np.where(outer > 0, at_outer - len(WAYS), 0)
    beside = np.where(outer > 1, at_outer - 2 * len(WAYS), np.where(outer > 0, 0, 1 + ways[::-1]))
    ends = (np.take_along_axis(found, columns, axis=1) for columns in (at_inner, at_outer))
    third = at[beside], np.take_along_axis(found, beside, axis=1)
    apart = prices.apart(bracket.of_either_way)

    def excess_apart(moves: FloatArray) -> FloatArray:
        after = apart.each(moves)
        return excess(after.value, after.requirement)

    return root(excess_apart, bracket, (*ends, *third))
