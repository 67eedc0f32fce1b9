"""Contracts from plain numbers: every argument is one value or one for each contract."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from xlmargin.arrays import FloatArray
from xlmargin.pricing import OptionTerms


def contracts(
    call: bool | list[bool] | np.ndarray,
    strike: float | list[float] | FloatArray,
    years: float | FloatArray,
    rate: float | FloatArray,
    dividend_yield: float | FloatArray = 0.0,
    american: bool | np.ndarray = True,
    dividends: Sequence[Any] = (),
) -> OptionTerms:
    """Contracts that share their cash dividends, given as (years, amount)."""
    terms = np.broadcast_arrays(
        *(np.atleast_1d(term) for term in (call, american, strike, years, rate, dividend_yield))
    )
    schedule = np.array(dividends, dtype=float).reshape(-1, 2)
    rows = (len(terms[0]), len(schedule))
    return OptionTerms(
        terms[0].astype(bool),
        terms[1].astype(bool),
        *(term.astype(float) for term in terms[2:]),
        np.broadcast_to(schedule[:, 0], rows),
        np.broadcast_to(schedule[:, 1], rows),
    )


def numbers(*values: float | FloatArray) -> tuple[np.ndarray, ...]:
    """Each value as an array of one."""
    return tuple(np.atleast_1d(np.asarray(value, dtype=float)) for value in values)
