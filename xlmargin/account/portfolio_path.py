"""The first move of the market that takes the excess under portfolio margin, down to a reserve.

Rule: FINRA 4210(g)(7)-(8), (g)(11).
"""

from __future__ import annotations

import numpy as np

from xlmargin.account.account_values import NO_RESERVE, Reserve
from xlmargin.account.moved_prices import MovedPrices
from xlmargin.account.zero_excess_move import (
    RINGS,
    WAYS,
    bracket_of_ways,
    column_of_ways,
    first_of_ways,
    root,
)
from xlmargin.arrays import BoolArray, FloatArray
from xlmargin.book import cash_of_accounts
from xlmargin.portfolio_margin.path import AfterMoves


def portfolio_zeros(
    prices: MovedPrices, has_excess: BoolArray, reserve: Reserve = NO_RESERVE
) -> FloatArray:
    """The first move of each way, going outward, at which portfolio margin's excess is the reserve.

    Shape (accounts, ways); NaN where none of its moves leaves an account without more. `has_excess`
    tells which accounts have more at present.
    """
    cash = cash_of_accounts(prices.frame.book)[:, None]

    def excess(after: AfterMoves) -> FloatArray:
        value = cash + after.value
        return value - after.requirement - reserve.of(value.T).T

    if not has_excess.any():
        return np.full((len(has_excess), len(WAYS)), np.nan)
    found = np.zeros((len(has_excess), 0))
    for ring in RINGS:
        found = np.hstack([found, *(excess(after) for after in prices.along(ring))])
        bracket = bracket_of_ways(outer := first_of_ways(found[:, 1:], has_excess))
        if bracket.exists[has_excess].all():
            break
    if not bracket.exists.any():
        return bracket.outer
    at_outer = np.minimum(1 + column_of_ways(outer), found.shape[1] - 1)
    at_inner = np.where(outer > 0, at_outer - len(WAYS), 0)
    ends = tuple(np.take_along_axis(found, at, axis=1) for at in (at_inner, at_outer))
    apart = prices.apart(bracket.of_either_way)
    return root(lambda own: excess(apart.each(own)), bracket, (ends[0], ends[1]))
