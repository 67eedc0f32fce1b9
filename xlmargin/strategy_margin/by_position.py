"""The least pairing by position: what each row of the range is asked, and what it brought."""

from __future__ import annotations

from operator import attrgetter

import numpy as np

from xlmargin.arrays import FloatArray
from xlmargin.strategy_margin.legs import Phase
from xlmargin.strategy_margin.strategy_requirement import StrategyMargin


def asked_of(margin: StrategyMargin, phase: Phase) -> FloatArray:
    """What each position is asked in the least pairing of a phase, $, shape (positions,)."""
    return _sum_of_legs(margin, phase, "initial" if phase is Phase.INITIAL else "maintenance")


def proceeds_of(margin: StrategyMargin) -> FloatArray:
    """What was received for each position that was sold short, $, shape (positions,)."""
    return _sum_of_legs(margin, Phase.INITIAL, "proceeds")


def _sum_of_legs(margin: StrategyMargin, phase: Phase, amount: str) -> FloatArray:
    amount_of = attrgetter(amount)
    by_position = np.zeros(len(margin.book.positions))
    for line in margin.lines(phase):
        for leg in line.legs:
            by_position[leg.position] += amount_of(leg)
    return by_position
