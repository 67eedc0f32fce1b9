"""Stress: the user's own moves of spot and volatility, outside any rule.

A move of 10% moves every underlying by 10%, a leveraged or inverse fund by its factor times that.
"""

from __future__ import annotations

import numpy as np

from xlmargin.arrays import FloatArray
from xlmargin.book import Book
from xlmargin.market import Market
from xlmargin.risk_array.contract_table import ContractTable, risk_array
from xlmargin.risk_array.valuation_points import WHOLE_PRICE


def stress_grid(
    book: Book, table: ContractTable, spot_moves: FloatArray, volatility_moves: FloatArray
) -> FloatArray:
    """Gain or loss of each account, $, shape (accounts, spot moves, volatility moves).

    Both moves are fractions; a volatility move of 0.5 takes 20% to 30%. No time passes.
    """
    spot = spot_after(book.market, spot_moves)
    columns = [
        book.by_account(
            risk_array(book.positions, table, book.market.spot, spot, table.gains(spot, move))
        )
        for move in volatility_moves.tolist()
    ]
    return np.stack(columns, axis=-1)


def spot_after(market: Market, moves: FloatArray) -> FloatArray:
    """Price of each underlying after each move of the whole market, shape (underlyings, moves)."""
    own_moves = np.maximum(np.outer(market.leverage, moves), WHOLE_PRICE)
    spot: FloatArray = market.spot[:, None] * (1.0 + own_moves)
    return spot
