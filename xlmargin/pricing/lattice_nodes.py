"""Functions known at the nodes of a lattice: their values between nodes, and their kinks."""

from __future__ import annotations

import numpy as np

from xlmargin.arrays import FloatArray
from xlmargin.pricing.lattice_grid import Nodes


def interpolate(value: FloatArray, nodes: Nodes, share: FloatArray) -> FloatArray:
    """Values at any prices, `(prices, contracts)`: cubic in price through four nodes (Lagrange)."""
    place = (np.log(share) - nodes.lowest) / nodes.spacing
    first = np.clip(place.astype(np.int64) - 1, 0, len(value) - 4)
    ratio = np.exp(nodes.spacing)
    price = np.exp((place - first) * nodes.spacing)  # that of the first of the nodes being 1
    beyond = [price - 1, price - ratio, price - ratio**2, price - ratio**3]
    contracts = value.shape[1]
    index = first * contracts + np.arange(contracts)
    at = [value.ravel().take(index + i * contracts) for i in range(4)]
    for term, gaps in zip(at, _lagrange_gaps(ratio), strict=True):
        term /= gaps
    lower = (beyond[1] * at[0] + beyond[0] * at[1]) * (beyond[2] * beyond[3])
    upper = (beyond[3] * at[2] + beyond[2] * at[3]) * (beyond[0] * beyond[1])
    return np.asarray(lower + upper)


def _lagrange_gaps(ratio: FloatArray) -> FloatArray:
    """Product of the distances from each of four nodes 1, ratio, ratio^2, ratio^3 to the others."""
    one, two, three = ratio - 1, ratio**2 - 1, ratio**3 - 1
    outer = one * two * three
    inner = ratio**2 * one * one * two
    return np.array([-outer, inner, -ratio * inner, ratio**3 * outer])


def read(value: FloatArray, nodes: Nodes, spot: FloatArray) -> FloatArray:
    """Values at spots, `(spots, contracts)`: of degree 5 in the logarithm, for a smooth gamma."""
    place = (np.log(spot) - nodes.lowest) / nodes.spacing
    first = np.clip(place.astype(np.int64) - 2, 0, len(value) - 6)
    place -= first
    contract = np.arange(value.shape[1])
    total = np.zeros_like(spot)
    for i in range(6):
        others = [j for j in range(6) if j != i]
        term = value[first + i, contract]
        for j in others:
            term *= (place - j) / (i - j)
        total += term
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
    pays_more = gain[1:-1] > 0
    node, contract = np.nonzero(pays_more[1:] != pays_more[:-1])
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
