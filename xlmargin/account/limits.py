"""The limits of an account's figures: which light a figure shows, and how far the next limit is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum
from typing import Final

import numpy as np

from xlmargin.arrays import BoolArray, FloatArray, IntArray


class Light(IntEnum):
    """What a figure beside its limits shows; its value is the level, for sorting and counting."""

    GREY = -1
    """The figure is not known."""
    GREEN = 0
    AMBER = 1
    """Past the warning."""
    RED = 2
    """Past the limit itself."""

    @property
    def word(self) -> str:
        """The colour, as it is written."""
        return self.name.lower()


HYSTERESIS: Final = 0.1
"""Share of a limit by which a figure must have left it before a better light is told."""


def settled_light(light: Light, was: Light, value: float, warn: float, alert: float) -> Light:
    """The light of a figure as it is told: a better one only once its limit is well left.

    A limit of 0, or one that is not stated (NaN), has nothing beside it.
    """
    if not Light.GREEN <= light < was:
        return light
    limit = alert if was is Light.RED else warn
    return was if limit and abs(value - limit) <= HYSTERESIS * abs(limit) else light


@dataclass(frozen=True, eq=False)
class Limits:
    """The limits of figures, arrays of one shape; NaN where none is stated.

    `is_least` tells which figures must not fall below their limits; the others must not rise above
    them. A figure at its limit keeps it, and so does one that is past it by no more than `dust`:
    sums are not exact.
    """

    warn: FloatArray
    alert: FloatArray
    is_least: BoolArray
    dust: float

    def lights(self, value: FloatArray) -> IntArray:
        """The `Light` of each figure; GREY where it is NaN."""
        past_warning, past_alert = (
            self._left(value, limit) < -self.dust for limit in (self.warn, self.alert)
        )
        known = np.where(past_alert, Light.RED, np.where(past_warning, Light.AMBER, Light.GREEN))
        return np.where(np.isnan(value), Light.GREY, known)

    def distance(self, value: FloatArray) -> FloatArray:
        """How far each figure may still go to its next limit, in its own unit.

        That is the warning while it is green and has one, else the alert; past its last limit it
        is below 0, by how far. NaN where the figure is not known.
        """
        to_warning, to_alert = (self._left(value, limit) for limit in (self.warn, self.alert))
        is_green = self.lights(value) == Light.GREEN
        use_warning = ~np.isnan(self.warn) & (is_green | np.isnan(self.alert))
        return np.where(use_warning, to_warning, to_alert)

    def _left(self, value: FloatArray, limit: FloatArray) -> FloatArray:
        return np.where(self.is_least, value - limit, limit - value)
