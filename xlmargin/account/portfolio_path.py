"""The first move of the market that takes the excess under portfolio margin, down to a reserve.

Rule: FINRA 4210(g)(7)-(8), (g)(11).
"""

from __future__ import annotations

import numpy as np

from xlmargin.account.account_values import NO_RESERVE, Reserve
from xlmargin.account.moved_prices import MovedPrices
from xlmargin.account.zero_excess_move import bracket_at, first_without, root
from xlmargin.arrays import BoolArray, FloatArray
from xlmargin.book import cash_of_accounts
from xlmargin.portfolio_margin.path import AfterMoves


def portfolio_zero(
    prices: MovedPrices,
    has_excess: BoolArray,
    moves: tuple[float, ...],
    reserve: Reserve = NO_RESERVE,
) -> FloatArray:
    """The first move, going outward, at which portfolio margin's excess is the reserve.

    Shape (accounts,); NaN where none of the moves leaves an account without more. `has_excess`
    tells which accounts have more at present.
    """
    cash = cash_of_accounts(prices.frame.book)[:, None]

    def excess(after: AfterMoves) -> FloatArray:
        value = cash + after.value
        return value - after.requirement - reserve.of(value.T).T

    if not has_excess.any():
        return np.full(len(has_excess), np.nan)
    found = np.hstack([excess(after) for after in prices.along((0.0, *moves))])
    outer = first_without(found[:, 1:], has_excess, moves)
    bracket = bracket_at(outer, moves)
    if not bracket.exists.any():
        return bracket.outer
    each = np.arange(len(outer)), np.minimum(outer, len(moves) - 1)
    ends = found[:, :-1][each], found[:, 1:][each]
    apart = prices.apart(bracket.exists)
    return root(lambda own: excess(apart.each(own))[:, 0], bracket, ends)
