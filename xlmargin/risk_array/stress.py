"""Stress and the payoff picture: the user's own moves of spot and volatility, outside any rule.

A move of 10% moves every underlying by 10%, a leveraged or inverse fund by its factor times that.
A payoff picture may be of a later day: each contract keeps its volatility, rate and yield, and
dividends and interest received meanwhile are no part of it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from xlmargin.arrays import FloatArray
from xlmargin.book import Book
from xlmargin.dates import DAYS_PER_YEAR
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
            risk_array(book.positions, table, book.market.spot, spot, values - table.base[:, None])
        )
        for values in table.values_at(spot, volatility_moves.tolist())
    ]
    return np.stack(columns, axis=-1)


def spot_after(market: Market, moves: FloatArray) -> FloatArray:
    """Price of each underlying after each move of the whole market, shape (underlyings, moves)."""
    own_moves = np.maximum(np.outer(market.leverage, moves), WHOLE_PRICE)
    spot: FloatArray = market.spot[:, None] * (1.0 + own_moves)
    return spot


_A_SECOND: Final = 1.0 / 86_400.0


def profile(book: Book, table: ContractTable, moves: FloatArray, day: float) -> FloatArray:
    """Gain (+) or loss (-) of each position after each move, $, shape (positions, moves).

    `day` is a serial day, that of the market or later. On a later day as many whole days have
    passed; what has expired by its end is at its intrinsic value.
    """
    spot = spot_after(book.market, moves)
    later = _on(table, book.market.as_of, day)
    return risk_array(book.positions, later, book.market.spot, spot, later.gains(spot))


def _on(table: ContractTable, as_of: float, day: float) -> ContractTable:
    """The contracts with the time and the dividends that are left on a day."""
    passed = np.floor(day) - np.floor(as_of)
    if not passed:
        return table
    contracts = table.contracts
    expires = as_of + contracts.years * DAYS_PER_YEAR
    expired = np.floor(expires + _A_SECOND) <= np.floor(day)
    left = contracts.years - passed / DAYS_PER_YEAR
    return replace(
        table,
        contracts=replace(
            contracts,
            years=np.where(expired, 0.0, left),
            dividend_years=np.maximum(contracts.dividend_years - passed / DAYS_PER_YEAR, 0.0),
        ),
        model=np.full(len(table), np.nan),
    )
