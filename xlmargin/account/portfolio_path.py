"""The first move of the market that takes the excess under portfolio margin, down to a reserve.

Rule: FINRA 4210(g)(7)-(8), (g)(11).
"""

from __future__ import annotations

import numpy as np

from xlmargin.account.account_values import NO_RESERVE, Reserve
from xlmargin.account.first_zero import first_bracket, root
from xlmargin.account.moved_prices import MovedPrices
from xlmargin.arrays import BoolArray, FloatArray
from xlmargin.book import cash_of_accounts
from xlmargin.portfolio_margin.path import AfterMove


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
    cash = cash_of_accounts(prices.frame.book)

    def excess(after: AfterMove, looking: BoolArray) -> FloatArray:
        margin, book = after.portfolio_margin(), after.frame.book
        held = np.where(book.positions.is_cash, 0.0, margin.market_value)
        value = cash + book.by_account(held)
        return value - margin.by_account - reserve.of(value)

    bracket = first_bracket(excess, prices.along(moves), has_excess, moves)
    if not bracket.exists.any():
        return bracket.outer
    apart = prices.apart(bracket.exists)
    return root(lambda own: excess(apart.each(own), bracket.exists), bracket)
