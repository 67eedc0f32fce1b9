"""A small integer program: whole quantities of columns, within rows, at the least cost.

It knows nothing of margin. A column is something that may be done some number of times at a cost;
a row is a sum over the columns that must stay between two limits.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from math import inf
from typing import Final

import numpy as np

from xlmargin.arrays import BoolArray, FloatArray, IntArray

HALF_A_CENT: Final = 0.005
"""Costs, $, that differ by less are the same."""


@dataclass(frozen=True, eq=False)
class Program:
    """Least `cost @ quantity` with 0 <= quantity <= `upper` and every row between its limits.

    Columns of the matrix are stored one after the other: the entries of column j are those from
    `start[j]` to `start[j + 1]` of `row` and `coefficient`. Where `whole` is false a column may
    take any quantity, not whole ones alone.
    """

    cost: FloatArray
    upper: FloatArray
    whole: BoolArray
    row_lower: FloatArray
    row_upper: FloatArray
    start: IntArray
    row: IntArray
    coefficient: FloatArray


@dataclass(frozen=True, eq=False)
class Relaxed:
    """The least cost with fractions allowed, its quantities, and what one more of each would add.

    `marginal` is the reduced cost of each column; 0 where the solver does not tell.
    """

    cost: float
    quantity: FloatArray
    marginal: FloatArray


@dataclass(frozen=True, eq=False)
class Solution:
    """Quantities of the columns, what they cost, and the cost that none can be below.

    Where a search was cut short by its time the two costs differ.
    """

    quantity: FloatArray
    cost: float
    bound: float

    @property
    def is_proven(self) -> bool:
        """Whether no other quantities cost less, to half a cent."""
        return self.cost - self.bound <= HALF_A_CENT


@dataclass
class ProgramBuilder:
    """Rows and columns as they are thought of; `built` turns them into arrays."""

    _cost: list[float] = field(default_factory=list)
    _upper: list[float] = field(default_factory=list)
    _whole: list[bool] = field(default_factory=list)
    _row_lower: list[float] = field(default_factory=list)
    _row_upper: list[float] = field(default_factory=list)
    _start: list[int] = field(default_factory=lambda: [0])
    _row: list[int] = field(default_factory=list)
    _coefficient: list[float] = field(default_factory=list)

    def row(self, lower: float = -inf, upper: float = inf) -> int:
        """Index of a new row whose sum must stay between the limits."""
        self._row_lower.append(lower)
        self._row_upper.append(upper)
        return len(self._row_lower) - 1

    def column(
        self,
        cost: float,
        upper: float,
        entries: Iterable[tuple[int, float]],
        *,
        whole: bool = True,
    ) -> int:
        """Index of a new column: its cost, its greatest quantity, its (row, coefficient) pairs."""
        for row, coefficient in entries:
            self._row.append(row)
            self._coefficient.append(coefficient)
        self._start.append(len(self._row))
        self._cost.append(cost)
        self._upper.append(upper)
        self._whole.append(whole)
        return len(self._cost) - 1

    def built(self) -> Program:
        """The program with all rows and columns so far."""
        return Program(
            np.array(self._cost, dtype=np.float64),
            np.array(self._upper, dtype=np.float64),
            np.array(self._whole, dtype=bool),
            np.array(self._row_lower, dtype=np.float64),
            np.array(self._row_upper, dtype=np.float64),
            np.array(self._start, dtype=np.int64),
            np.array(self._row, dtype=np.int64),
            np.array(self._coefficient, dtype=np.float64),
        )
