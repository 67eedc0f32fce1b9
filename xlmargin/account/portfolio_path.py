"""The first move of the market that takes the excess under portfolio margin, down to a reserve.

Rule: FINRA 4210(g)(7)-(8), (g)(11).
"""

from __future__ import annotations

import numpy as np

from xlmargin.account.account_values import NO_RESERVE, Reserve
from xlmargin.account.moved_prices import MovedPrices
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
from xlmargin.portfolio_margin.path import curves_of_accounts


def portfolio_zeros(
    prices: MovedPrices, has_excess: BoolArray, reserve: Reserve = NO_RESERVE
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
