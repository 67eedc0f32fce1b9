"""The least equity of a margin account.

Rule: FINRA 4210(b)(4) (unconfirmed: check against the rule text).
"""

from __future__ import annotations

import numpy as np

from xlmargin.account.account_values import AccountValues
from xlmargin.arrays import FloatArray
from xlmargin.book import Book
from xlmargin.rulebook import AccountRules


def margin_minimum_equity(
    book: Book, mark: FloatArray, values: AccountValues, rules: AccountRules
) -> FloatArray:
    """Least equity of each margin account, $, shape (accounts,).

    Never more than what is bought costs, where nothing is sold short. Nothing where all is paid
    for and nothing is short: there are no margin transactions then. `mark`, $ per unit, shape
    (positions,), stands for a cost that is not stated.

    Rule: FINRA 4210(b)(4).
    """
    positions = book.positions
    bought = ~positions.is_cash & (positions.quantity > 0)
    unit_cost = np.where(np.isnan(positions.cost), mark, positions.cost)
    cost = book.by_account(np.where(bought, positions.units * unit_cost, 0.0))
    short = values.short_market_value + values.short_option_value > 0
    least = rules.minimum_equity.margin_minimum_equity
    on_margin = np.where(values.cash < 0, np.minimum(cost, least), 0.0)
    return np.where(short, least, on_margin)
