"""Functions known at the nodes of a lattice: their values between nodes, and their kinks."""

from __future__ import annotations

import numpy as np

from xlmargin.arrays import BoolArray, FloatArray, IntArray
from xlmargin.pricing.lattice_grid import Nodes

POINTS = 6
"""Nodes from which a value between nodes is interpolated."""

KINK_NODES = np.arange(-5, 6)
"""Nodes around a narrow kink that get means."""

KINK_POINTS: FloatArray = np.arange(-42, 43) / 6
"""Places around a narrow kink, in spacings, from whose values the means are taken."""


def _cardinal(distance: FloatArray) -> FloatArray:
    """Weight of a node at a distance, in spacings, in cubic interpolation through four nodes."""
    x = np.abs(distance)
    inner, outer = (1 - x * x) * (2 - x) / 2, (1 - x) * (2 - x) * (3 - x) / 6
    return np.where(x < 1, inner, np.where(x < 2, outer, 0.0))


KINK_MEANS: FloatArray = _cardinal(KINK_POINTS - KINK_NODES[:, None]) / 6
"""Matrix from values at these places to means at these nodes.

A sum over nodes of a smooth density times the means is the integral of the density, interpolated
through four nodes, times the value, whatever kinks the value has.
"""


def interpolate(value: FloatArray, nodes: Nodes, price: FloatArray) -> FloatArray:
    """Values at any prices, `(prices, contracts)`: of degree 5 in the logarithm of the price."""
    place = nodes.place(price)
    return _lagrange(value, place, _stencil(place, nodes))


def _stencil(place: FloatArray, nodes: Nodes) -> IntArray:
    """The first of the nodes around each place."""
    first: IntArray = place.astype(np.int64) - (POINTS // 2 - 1)
    return np.clip(first, 0, nodes.count - POINTS)


def _lagrange(value: FloatArray, place: FloatArray, first: IntArray) -> FloatArray:
    """Values at places by the polynomial through `POINTS` nodes from `first` on."""
    contracts = value.shape[1]
    index = first * contracts + np.arange(contracts)
    from_node = [place - first]
    from_node += [from_node[0] - i for i in range(1, POINTS)]
    before = [np.ones_like(place)]  # products of the distances from the nodes before each
    for distance in from_node[:-1]:
        before.append(before[-1] * distance)
    after, total, numbers = np.ones_like(place), np.zeros_like(place), value.ravel()
    for i in reversed(range(POINTS)):
        gaps = np.prod([i - j for j in range(POINTS) if j != i])
        total += numbers[index + i * contracts] * before[i] * after / gaps
        after *= from_node[i]
    return total


def read(value: FloatArray, paid: FloatArray, nodes: Nodes, spot: FloatArray) -> FloatArray:
    """Values at spots, `(spots, contracts)`; `paid` is what exercise pays at the nodes.

    Values have a turn at the boundary of exercise, so the polynomial is taken through nodes on the
    side of the spot. Between the last node on that side and the boundary it is the square root of
    the value above what exercise pays that is smooth: it goes to 0 as the distance does.
    """
    place = nodes.place(spot)
    first = _stencil(place, nodes)
    row, contract = np.clip(place.astype(np.int64), 0, nodes.count - 2), np.arange(len(nodes.count))
    exercised = value <= paid

    def is_exercised(offset: int) -> BoolArray:
        at = np.clip(row + offset, 0, nodes.count - 1)
        return np.asarray(exercised[at, contract])

    below, above = is_exercised(0), is_exercised(1)
    for offset in (2, 1):
        first = np.where(is_exercised(-offset) & ~below, row - offset + 1, first)
        first = np.where(is_exercised(1 + offset) & ~above, row + offset - POINTS + 1, first)
    found = _lagrange(value, place, np.clip(first, 0, nodes.count - POINTS))
    if not (below.any() or above.any()):
        return found
    with np.errstate(invalid="ignore"):  # where nothing is exercised `paid` may be infinite
        exercise = _lagrange(paid, place, _stencil(place, nodes))
        nearest, away = np.where(below, row + 1, row), np.where(below, 1, -1)
        above_paid = np.sqrt(np.maximum(value - paid, 0.0))
        one, two, three = (
            above_paid[np.clip(nearest + i * away, 0, nodes.count - 1), contract] for i in range(3)
        )
        gap = np.abs(place - nearest)
        root = one - gap * (two - one) + gap * (gap + 1) / 2 * (three - 2 * two + one)
        beside = exercise + np.maximum(root, 0.0) ** 2
        return np.where(below != above, beside, np.where(below & above, exercise, found))


def raise_at_kink(value: FloatArray, place: FloatArray, turn: FloatArray) -> None:
    """So raise values around a kink of each contract that sums over nodes are integrals.

    A sum over nodes of a smooth density times a function with a kink misses the integral by a term
    that depends on where between two nodes the kink lies (Euler and Maclaurin's, by the second
    Bernoulli polynomial). The two nodes around it get that term, in proportions that keep the first
    moment. `place` is the number of the node, a fraction between two, `turn` by how much the slope
    rises there, per spacing; a place beyond the nodes is none.
    """
    contract = np.flatnonzero((place >= 0) & (place < len(value) - 1))
    node = place[contract].astype(np.int64)
    _raise(value, node, contract, (place - np.floor(place))[contract], turn[contract])


def _raise(
    value: FloatArray, node: IntArray, contract: IntArray, place: FloatArray, turn: FloatArray
) -> None:
    value[node, contract] += turn * ((1 - place) ** 3 / 6 - (1 - place) / 12)
    value[node + 1, contract] += turn * (place**3 / 6 - place / 12)


def greater_with_exact_kink(held: FloatArray, paid: FloatArray, count: IntArray) -> FloatArray:
    """The greater of two values at each node, raised where they cross: see `raise_at_kink`.

    Nodes from `count` on, `(contracts,)`, are not a contract's.
    """
    gain = paid - held
    greater = np.maximum(held, paid)
    pays_more = gain[1:-1] > 0
    node, contract = np.nonzero(pays_more[1:] != pays_more[:-1])
    own = node + 3 < count[contract]
    node, contract = node[own], contract[own]
    if node.size:
        place, turn = _crossing(gain[node + np.arange(4)[:, None], contract])
        _raise(greater, node + 1, contract, place, turn)
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
