"""The payoff picture: gains and losses over moves of the market, today or on a later day.

A move of 10% moves every underlying by 10%, a leveraged or inverse fund by its factor times that.
Each contract keeps its volatility, rate and yield. Dividends and interest received meanwhile are no
part of it.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from xlmargin.arrays import FloatArray
from xlmargin.book import Book
from xlmargin.dates import DAYS_PER_YEAR
from xlmargin.risk_array.contract_table import ContractTable, risk_array
from xlmargin.risk_array.stress import spot_after

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
    )
