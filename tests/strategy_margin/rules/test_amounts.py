"""Amounts of one leg, and of many at once, compared alike."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

from xlmargin.arrays import either, every, greater, lesser, total

ONE, OTHER = [1.0, 5.0, -2.0], [3.0, 4.0, -2.0]


@pytest.mark.parametrize("compared", [lesser, greater])
def test_arrays_are_compared_as_their_numbers(compared: Callable[..., Any]) -> None:
    expected = [compared(a, b) for a, b in zip(ONE, OTHER, strict=True)]
    assert compared(np.array(ONE), np.array(OTHER)).tolist() == expected
    assert compared(2.5, np.array(ONE)).tolist() == [compared(2.5, a) for a in ONE]
    assert isinstance(compared(1.0, 2.0), float)


def test_a_condition_on_arrays_chooses_each_by_each() -> None:
    low = np.array(ONE) < 2.0
    assert either(low, 7.0, np.array(OTHER)).tolist() == [7.0, 4.0, 7.0]
    assert either(True, 7.0, 8.0) == 7.0
    assert not every(low)
    assert every(np.array(ONE) < 6.0)
    assert every(True) is True


def test_sums_of_numbers_are_exact() -> None:
    assert total([0.1] * 10) == math.fsum([0.1] * 10) != sum([0.1] * 10)
    assert total([np.array(ONE), 0.0, np.array(OTHER)]).tolist() == [4.0, 9.0, -4.0]
    assert total([]) == 0.0
