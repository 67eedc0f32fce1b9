"""What one unit of each position is worth: its price, and the model's value where it has none."""

from __future__ import annotations

import numpy as np

from xlmargin.arrays import FloatArray
from xlmargin.book import Book
from xlmargin.risk_array.contract_table import contract_table


def option_marks(book: Book) -> FloatArray:
    """Value of each option, $ per unit, shape (positions,); NaN for what is not an option.

    An option without a price is valued at its volatility, or its underlying's; one that settled at
    the day's open is worth what it settled at, as far as that is known. Refuses, by row, a
    price of 0 where the option is worth something: it is no quote.
    """
    positions = book.positions
    mark = np.where(positions.is_option, positions.mark, np.nan)
    settled = positions.contracts.settled(book.market.as_of)
    unsure = np.flatnonzero(positions.is_option & (~(mark > 0) | settled))
    if unsure.size:
        table = contract_table(book.only(unsure))
        mark[unsure] = table.mark[table.of_position]
    return mark
