"""Prices underlying by underlying: what was computed of the same contracts is read again.

When one price moves, or one row changes, the contracts on one underlying are valued anew and those
on all others are not. What counts is every bit of every number that goes in; a contract's value
does not depend on its neighbours, so what is remembered is what would be computed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import Final, TypeAlias

import numpy as np

from xlmargin.arrays import FloatArray, IntArray
from xlmargin.computing import ContentCache
from xlmargin.pricing import Contracts, ImpliedVolatility, implied_volatility, theoretical_value

_Key: TypeAlias = tuple[str, int, bytes]
"""What is computed, the number of columns, and all the numbers it is computed from."""

_KNOWN: Final[ContentCache[_Key, FloatArray]] = ContentCache(
    most=100_000, most_size=30_000_000, size=lambda key, value: len(key[2]) + value.nbytes
)
"""Bounded by bytes, in all."""


def values_by_part(
    contracts: Contracts, underlying: IntArray, spot: FloatArray, volatility: FloatArray
) -> FloatArray:
    """`theoretical_value` of contracts on each `underlying`, `(contracts,)`; `(contracts, k)`."""

    def values(rows: IntArray) -> FloatArray:
        return theoretical_value(contracts.take(rows), spot[rows], volatility[rows])

    return _by_part("value", contracts, underlying, (spot, volatility), values)


def volatility_by_part(
    contracts: Contracts, underlying: IntArray, spot: FloatArray, price: FloatArray
) -> ImpliedVolatility:
    """`implied_volatility` of contracts on each `underlying`, `(contracts,)`."""

    def found(rows: IntArray) -> FloatArray:
        implied = implied_volatility(contracts.take(rows), spot[rows], price[rows])
        return np.column_stack([implied.volatility, implied.status])

    volatility, status = _by_part("volatility", contracts, underlying, (spot, price), found).T
    return ImpliedVolatility(np.ascontiguousarray(volatility), status.astype(np.int8))


def _by_part(
    what: str,
    contracts: Contracts,
    underlying: IntArray,
    numbers: Sequence[FloatArray],
    compute: Callable[[IntArray], FloatArray],
) -> FloatArray:
    """What `compute` answers for rows, a table; computed only for parts not remembered."""
    if not len(contracts):
        return compute(np.arange(0))
    terms = (getattr(contracts, field.name) for field in fields(contracts))
    table = np.column_stack([column.astype(np.float64) for column in (*terms, *numbers)])
    order = np.argsort(underlying, kind="stable")
    starts = np.flatnonzero(np.diff(underlying[order], prepend=-1))
    parts = np.split(order, starts[1:])
    keys = [(what, table.shape[1], table[rows].tobytes()) for rows in parts]

    def computed(missing: list[int]) -> list[FloatArray]:
        found = compute(np.concatenate([parts[i] for i in missing]))
        return np.split(found, np.cumsum([len(parts[i]) for i in missing])[:-1])

    answer = np.concatenate(_KNOWN.get_many(keys, computed))
    inverse = np.empty_like(order)
    inverse[order] = np.arange(len(order))
    return np.asarray(answer[inverse])
