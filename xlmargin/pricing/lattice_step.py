"""One step back in a lattice: from values to their discounted means one level earlier."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from xlmargin.arrays import FloatArray
from xlmargin.pricing.contracts import Contracts
from xlmargin.pricing.lattice_grid import Levels, Nodes


class Weights(NamedTuple):
    """Discounted probabilities of a move up, none and down in each step; `(steps, contracts)`."""

    up: FloatArray
    stay: FloatArray
    down: FloatArray

    @classmethod
    def of(
        cls, contracts: Contracts, levels: Levels, nodes: Nodes, volatility: FloatArray
    ) -> Weights:
        """Weights that keep the mean of the share, and the variance of its logarithm."""
        step = np.diff(levels.years, axis=0)
        variance = volatility**2 * step
        move = (variance + 0.25 * variance**2) / nodes.spacing**2
        ratio = np.exp(nodes.spacing)
        discount = np.exp(-contracts.dividend_yield * step)
        up = discount * move / (1 + ratio)
        return cls(up, discount * (1 - move), up * ratio)


class HeldForStep:
    """Puts in place of values one step later their discounted means, step after step.

    It works in the `value` it is given through views that are made once: with few contracts making
    them takes as long as the arithmetic. `moved` and `scratch` may be of any content.
    """

    def __init__(
        self,
        value: FloatArray,
        weights: Weights,
        ratio: FloatArray,
        moved: FloatArray,
        scratch: FloatArray,
    ) -> None:
        self._above, self._here, self._below = value[2:], value[1:-1], value[:-2]
        self._moved, self._scratch = moved[1:-1], scratch
        self._weights = weights
        last = len(value) - 1
        self._edges, self._next, self._third = (
            value[i : last - i + 1 : last - 2 * i] for i in range(3)
        )
        self._slope = np.array([1 / ratio, ratio])

    def __call__(self, level: int) -> None:
        """Discounted means at `level`.

        The outermost nodes get the values on the straight line (in price) through the next two.
        """
        weights, moved, scratch = self._weights, self._moved, self._scratch
        np.multiply(self._above, weights.up[level], out=moved)
        np.multiply(self._below, weights.down[level], out=scratch)
        np.add(moved, scratch, out=moved)
        np.multiply(self._here, weights.stay[level], out=scratch)
        np.add(moved, scratch, out=self._here)
        np.subtract(self._next, self._third, out=self._edges)
        np.multiply(self._edges, self._slope, out=self._edges)
        np.add(self._edges, self._next, out=self._edges)
