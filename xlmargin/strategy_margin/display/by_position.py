"""The least pairing by position: what each row of the range requires, and what it brought."""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np

from xlmargin.arrays import FloatArray
from xlmargin.strategy_margin.display.lines import StrategyLine
from xlmargin.strategy_margin.rules.legs import RequirementKind


def requirement_in_lines(
    lines: Iterable[StrategyLine], kind: RequirementKind, positions: int
) -> FloatArray:
    """What each of so many positions requires in these lines of a kind, $."""
    required = np.zeros(positions)
    for line in lines:
        for leg in line.legs:
            required[leg.position] += getattr(leg, kind.value)
    return required


def value_added_in(lines: Iterable[StrategyLine], positions: int) -> FloatArray:
    """What the equity counts beside the maintenance of each of so many positions, $."""
    added = np.zeros(positions)
    for line in lines:
        for leg in line.legs:
            added[leg.position] += leg.value_added
    return added


def proceeds_in(lines: Iterable[StrategyLine], positions: int) -> FloatArray:
    """What was received for each of so many positions that was sold short, $."""
    proceeds = np.zeros(positions)
    for line in lines:
        for leg in line.legs:
            proceeds[leg.position] += leg.proceeds
    return proceeds
