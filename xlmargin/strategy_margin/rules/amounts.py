"""Amounts of one leg, or of many legs of one shape at once: numbers, or arrays of one shape.

The rules' formulas compare amounts with these alone, so that each formula is written once and holds
for a leg whose strike, value, units and price of the underlying are numbers, and for a leg whose
are arrays. Arrays are told as `float`, as all that a formula does with a number it does with them;
a plain `if` on one of them fails loudly.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import cast

import numpy as np

from xlmargin.arrays import FloatArray


def lesser(one: float, other: float) -> float:
    """The lesser of two amounts, each by each."""
    if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
        return np.minimum(one, other)
    return min(one, other)


def greater(one: float, other: float) -> float:
    """The greater of two amounts, each by each."""
    if isinstance(one, np.ndarray) or isinstance(other, np.ndarray):
        return np.maximum(one, other)
    return max(one, other)


def either(condition: bool, then: float, otherwise: float) -> float:
    """One amount where a condition holds, else the other, each by each."""
    if isinstance(condition, np.ndarray):
        return np.where(condition, then, otherwise)
    return then if condition else otherwise


def every(condition: bool) -> bool:
    """Whether a condition holds for each."""
    return bool(condition.all()) if isinstance(condition, np.ndarray) else condition


def total(amounts: Sequence[float]) -> float:
    """The sum of amounts, each by each; of numbers to the last digit."""
    added = sum(amounts)
    return added if isinstance(added, np.ndarray) else math.fsum(amounts)


def told(amounts: FloatArray) -> float:
    """Amounts of many legs, or at many prices, as a formula takes them."""
    return cast("float", amounts)
