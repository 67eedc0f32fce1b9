"""Option values as tables in the shape of the arguments."""

from __future__ import annotations

import numpy as np

from xlmargin.arrays import FloatArray
from xlmargin.cells.values import TableCell, TableRows
from xlmargin.pricing import Greeks
from xlmargin.reports.table import ReportTable, numbers

GREEKS = ("price", "delta", "gamma", "theta", "vega", "rho")


def in_shape(values: FloatArray, shape: tuple[int, int]) -> TableCell | TableRows:
    """Values of flattened elements in the rows and columns of the arguments; one value alone."""
    if shape == (1, 1):
        return float(values.flat[0])
    return [numbers(row) for row in values.reshape(shape)]


def greeks_table(greeks: Greeks) -> ReportTable:
    """A row an option: price, delta, gamma, theta a day, vega and rho for a move of 1.00."""
    columns = np.column_stack([getattr(greeks, name) for name in GREEKS])
    return ReportTable(GREEKS, [numbers(row) for row in columns])
