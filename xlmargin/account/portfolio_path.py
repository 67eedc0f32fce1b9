"""The first move of the market that takes away the excess under portfolio margin.

Rule: FINRA 4210(g)(7)-(8), (g)(11).
"""

from __future__ import annotations

import numpy as np

from xlmargin.account.first_zero import first_bracket, root
from xlmargin.account.moved_prices import AfterMove, MovedPrices
from xlmargin.arrays import BoolArray, FloatArray
from xlmargin.book import cash_of_accounts


def portfolio_zero(
    prices: MovedPrices, has_excess: BoolArray, moves: tuple[float, ...]
) -> FloatArray:
    """The first move, going outward, at which portfolio margin's excess is zero, (accounts,).

    NaN where none of the moves leaves an account without excess. `has_excess` tells which accounts
    have any at present.
    """
    cash = cash_of_accounts(prices.frame.book)

    def excess(after: AfterMove, own: FloatArray, looking: BoolArray) -> FloatArray:
        margin, book = after.portfolio_margin(), after.frame.book
        held = np.where(book.positions.is_cash, 0.0, margin.market_value)
        left: FloatArray = cash + book.by_account(held) - margin.by_account
        return left

    bracket = first_bracket(excess, prices, has_excess, moves)
    return root(lambda own, looking: excess(prices.each(own), own, looking), bracket)
