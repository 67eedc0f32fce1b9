"""Functions known at the nodes of a lattice: their values between nodes, and their kinks."""

from __future__ import annotations

import numpy as np

from xlmargin.arrays import FloatArray
from xlmargin.pricing.lattice_grid import Nodes


def interpolate(value: FloatArray, nodes: Nodes, share: FloatArray) -> FloatArray:
    """Values at any prices, `(prices, contracts)`: cubic in price through four nodes (Lagrange)."""
    place = (np.log(share) - nodes.lowest) / nodes.spacing
    first = np.clip(place.astype(np.int64) - 1, 0, len(value) - 4)
    price = np.exp((place - first) * nodes.spacing)  # that of the first of the nodes being 1
    at_nodes = np.exp(nodes.spacing * np.arange(4)[:, None])
    beyond = [price - at_node for at_node in at_nodes]
    contract = np.arange(value.shape[1])
    total = np.zeros_like(share)
    for i in range(4):
        term, gaps = value[first + i, contract], np.ones(value.shape[1])
        for j in range(4):
            if j != i:
                term *= beyond[j]
                gaps *= at_nodes[i] - at_nodes[j]
        total += term / gaps
    return total


def greater_with_exact_kink(held: FloatArray, exercised: FloatArray) -> FloatArray:
    """The greater of two values at each node, so raised where they cross that sums are integrals.

    A sum over nodes of a smooth density times a function with a kink misses the integral by a term
    that depends on where between two nodes the kink lies (Euler and Maclaurin's, by the second
    Bernoulli polynomial). The two nodes around the kink get that term, in proportions that keep
    the first moment.
    """
    gain = exercised - held
    greater = np.maximum(held, exercised)
    inner = gain[1:-1]
    crosses = np.isfinite(inner[1:]) & (np.signbit(inner[1:]) != np.signbit(inner[:-1]))
    node, contract = np.nonzero(crosses)
    if not node.size:
        return greater
    place, turn = _crossing(gain[node + np.arange(4)[:, None], contract])
    greater[node + 1, contract] += turn * ((1 - place) ** 3 / 6 - (1 - place) / 12)
    greater[node + 2, contract] += turn * (place**3 / 6 - place / 12)
    return greater


def _crossing(gain: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Where the cubic through four values, `(4, crossings)`, is 0, and the size of its slope there.

    It crosses between the second and the third value, at a share of the way from one to the other;
    the slope is per spacing.
    """
    first, second, third, fourth = gain
    cubic = (fourth - first) / 6 + (second - third) / 2
    square = (first + third) / 2 - second
    linear = third - second - square - cubic
    with np.errstate(all="ignore"):  # a cubic that is flat is left for the straight line
        place = second / (second - third)
        slope = third - second
        for _ in range(3):  # Newton
            value = second + place * (linear + place * (square + place * cubic))
            slope = linear + place * (2 * square + 3 * place * cubic)
            place = np.clip(place - value / slope, 0.0, 1.0)
    steady = np.sign(slope) == np.sign(third - second)
    place = np.where(steady, place, second / (second - third))
    return place, np.abs(np.where(steady, slope, third - second))
