"""The least pairing by position: what each row of the range is asked, and what it brought."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from xlmargin.arrays import FloatArray
from xlmargin.strategy_margin.display.lines import StrategyLine, strategy_lines
from xlmargin.strategy_margin.requirement import StrategyMargin
from xlmargin.strategy_margin.rules.legs import Phase


def asked_of(margin: StrategyMargin, phase: Phase) -> FloatArray:
    """What each position is asked in the least pairing of a phase, $, shape (positions,)."""
    return asked_in(strategy_lines(margin, phase), phase, len(margin.book.positions))


def asked_in(lines: Iterable[StrategyLine], phase: Phase, positions: int) -> FloatArray:
    """What each of so many positions is asked in these lines in a phase, $."""
    asked = np.zeros(positions)
    for line in lines:
        for leg in line.legs:
            asked[leg.position] += leg.initial if phase is Phase.INITIAL else leg.maintenance
    return asked


def proceeds_in(lines: Iterable[StrategyLine], positions: int) -> FloatArray:
    """What was received for each of so many positions that was sold short, $."""
    proceeds = np.zeros(positions)
    for line in lines:
        for leg in line.legs:
            proceeds[leg.position] += leg.proceeds
    return proceeds
