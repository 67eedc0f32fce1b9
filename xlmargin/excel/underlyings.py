"""The underlyings of a range of positions, from which a market is made that is not there yet."""

from __future__ import annotations

import numpy as np

from xlmargin.cells.problems import ProblemLog
from xlmargin.cells.reading import read_table
from xlmargin.cells.values import Cells
from xlmargin.cells.words import POSITIONS
from xlmargin.excel.placing import resolved
from xlmargin.excel.positions_reader import read_positions


def underlyings_of(cells: Cells) -> dict[str, float | None]:
    """The underlyings of a range of positions, in the order of its rows, before there is a market.

    Without Treasury securities, which state all there is to know themselves. Each with the price,
    $, of its stock row, None where it has none. Refused where a row cannot be read.
    """
    log = ProblemLog()
    rows = read_positions(read_table(cells, "positions", POSITIONS, log), log)
    rows = resolved(rows, np.nan, (), log)
    log.refuse()
    prices: dict[str, float | None] = {}
    rows = rows.only(np.flatnonzero(~rows.is_treasury))
    columns = zip(rows.underlying, rows.is_stock.tolist(), rows.price.tolist(), strict=True)
    for name, is_stock, price in columns:
        if name and prices.get(name) is None:
            prices[name] = price if is_stock and price > 0 else None
    return prices
