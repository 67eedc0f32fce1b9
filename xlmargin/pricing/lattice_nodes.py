"""Functions known at the nodes of a lattice: their values between nodes, and their kinks."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from xlmargin.arrays import FloatArray, IntArray
from xlmargin.pricing.lattice_grid import Nodes

POINTS = 6
"""Nodes from which a value between nodes is interpolated."""

_GAPS = [math.prod(i - j for j in range(POINTS) if j != i) for i in range(POINTS)]
"""Products of the distances of each of them from the others."""

KINK_NODES = np.arange(-5, 6)
"""Nodes around a narrow kink that get means."""

POINTS_AWAY_FROM_KINK = (8, 5, 3, 3, 3, 3, 3, 3)
"""Points between two nodes from whose values the means are taken: next to the kink, and on."""


def _cardinal(distance: FloatArray) -> FloatArray:
    """Weight of a node at a distance, in spacings, in interpolation through `POINTS` nodes."""
    away = np.abs(distance)
    weight = np.zeros_like(away)
    for cell in range(POINTS // 2):
        others = [k for k in range(cell + 1 - POINTS // 2, cell + 1 + POINTS // 2) if k]
        product = np.prod([(k - away) / k for k in others], axis=0)
        weight = np.where(np.floor(away) == cell, product, weight)
    return weight


def _kink_means() -> tuple[FloatArray, FloatArray]:
    """Places around a narrow kink, in spacings, and the matrix from values there to means at nodes.

    A sum over nodes of a smooth density times the means is the integral of the density,
    interpolated through `POINTS` nodes, times the value, whatever kink the value has: by Gauss and
    Legendre's quadrature between two nodes each.
    """
    places, weights = [], []
    for away, points in enumerate(POINTS_AWAY_FROM_KINK):
        at, weight = np.polynomial.legendre.leggauss(points)
        for first in (away, -1 - away):
            places.append(first + (1 + at) / 2)
            weights.append(weight / 2)
    place, weight = np.concatenate(places), np.concatenate(weights)
    return place, _cardinal(place - KINK_NODES[:, None]) * weight


KINK_POINTS, KINK_MEANS = _kink_means()


def read(excess: FloatArray, nodes: Nodes, price: FloatArray) -> FloatArray:
    """Values above what exercise pays at any prices, `(prices, contracts)`, from those at nodes.

    Of degree 5 in the logarithm of the price, but for a turn at the boundary of exercise, beyond
    which they are 0 (see `_beside_boundary`).
    """
    place = nodes.place(price)
    contract = np.broadcast_to(np.arange(place.shape[1]), place.shape)
    first = _within(place.astype(np.int64) - (POINTS // 2 - 1), nodes.count - POINTS)
    found, exercised = _lagrange(excess, place, first, contract)
    turns = np.flatnonzero((exercised > 0) & (exercised < POINTS))
    if turns.size:
        at = place.ravel()[turns], contract.ravel()[turns]
        found.ravel()[turns] = _beside_boundary(excess, nodes, *at)
    return found


def _within(node: IntArray, last: IntArray) -> IntArray:
    """The nodes, or the nearest from the first to the last."""
    return np.asarray(np.minimum(np.maximum(node, 0), last))


def _lagrange(
    value: FloatArray, place: FloatArray, first: IntArray, contract: IntArray
) -> tuple[FloatArray, NDArray[np.int8]]:
    """Values at places by the polynomial through `POINTS` nodes from `first` on.

    And how many of these have the value 0.
    """
    contracts = value.shape[1]
    index, numbers = first * contracts + contract, value.ravel()
    from_node = [place - first]
    from_node += [from_node[0] - i for i in range(1, POINTS)]
    before = [np.ones_like(place)]  # products of the distances from the nodes before each
    for distance in from_node[:-1]:
        before.append(before[-1] * distance)
    after, total = np.ones_like(place), np.zeros_like(place)
    zeros = np.zeros(place.shape, np.int8)
    for i in reversed(range(POINTS)):
        at_node = numbers.take(index + i * contracts)
        zeros += at_node == 0
        total += at_node * before[i] * after / _GAPS[i]
        after *= from_node[i]
    return total, zeros


def _beside_boundary(
    excess: FloatArray, nodes: Nodes, place: FloatArray, contract: IntArray
) -> FloatArray:
    """Values above what exercise pays at places beside a boundary of exercise; arrays `(places,)`.

    The polynomial is taken through nodes on the side of the place. Between the last node held and
    the boundary it is the root of the value that is smooth: it goes to 0 as the distance does.
    """
    last = nodes.count[contract] - 1
    row = _within(place.astype(np.int64), last - 1)

    def at(node: IntArray) -> FloatArray:
        return np.asarray(excess[_within(node, last), contract])

    held, held_above = at(row) > 0, at(row + 1) > 0
    first = row - (POINTS // 2 - 1)
    for offset in (2, 1):
        first = np.where(held & (at(row - offset) == 0), row - offset + 1, first)
        first = np.where(held_above & (at(row + 1 + offset) == 0), row + offset + 1 - POINTS, first)
    first = _within(first, last + 1 - POINTS)
    polynomial, _ = _lagrange(excess, place, first, contract)
    nearest, away = np.where(held, row, row + 1), np.where(held, -1, 1)
    one, two, three = (np.sqrt(np.maximum(at(nearest + i * away), 0.0)) for i in range(3))
    gap = np.abs(place - nearest)
    root = one - gap * (two - one) + gap * (gap + 1) / 2 * (three - 2 * two + one)
    by_root = np.where(held | held_above, np.maximum(root, 0.0) ** 2, 0.0)
    return np.where(held & held_above, polynomial, by_root)


def raise_at_kink(value: FloatArray, place: FloatArray, turn: FloatArray, bend: FloatArray) -> None:
    """So raise values around a kink of each contract that sums over nodes are integrals.

    A sum over nodes of a smooth density times a function with a kink misses the integral by terms
    that depend on where between two nodes the kink lies (Euler and Maclaurin's, by the second and
    third Bernoulli polynomials). The two nodes around it get them, in proportions that keep the
    first moment. `place` is the number of the node, a fraction between two; `turn` and `bend` are
    by how much the first and second derivatives rise there, per spacing and per its square. A place
    beyond the nodes is none.
    """
    contract = np.flatnonzero((place >= 0) & (place < len(value) - 1))
    node = place[contract].astype(np.int64)
    between = (place - np.floor(place))[contract]
    _raise(value, node, contract, between, turn[contract], bend[contract])


def _raise(
    value: FloatArray,
    node: IntArray,
    contract: IntArray,
    place: FloatArray,
    turn: FloatArray,
    bend: FloatArray,
) -> None:
    above, third = 1 - place, place * (place - 0.5) * (place - 1)
    value[node, contract] += turn * (above**3 / 6 - above / 12) - bend * third / 6 * above
    value[node + 1, contract] += turn * (place**3 / 6 - place / 12) - bend * third / 6 * place


def greater_with_exact_kink(
    held: FloatArray, paid: FloatArray, first: IntArray, end: IntArray
) -> FloatArray:
    """The greater of two values at each node, raised where they cross: see `raise_at_kink`.

    A contract's own nodes are those from `first` on and before `end`, `(contracts,)`.
    """
    gain = paid - held
    greater = np.maximum(held, paid)
    pays_more = gain[1:-1] > 0
    node, contract = np.nonzero(pays_more[1:] != pays_more[:-1])
    own = (node >= first[contract]) & (node + 3 < end[contract])
    node, contract = node[own], contract[own]
    if node.size:
        crossing = _crossing(gain[node + np.arange(4)[:, None], contract])
        _raise(greater, node + 1, contract, *crossing)
    return greater


def _crossing(gain: FloatArray) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Where the cubic through four values, `(4, crossings)`, is 0, and how the greater of it and 0
    turns and bends there (see `raise_at_kink`).

    It crosses between the second and the third value, at a share of the way from one to the other.
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
    bend = np.where(steady, (2 * square + 6 * place * cubic) * np.sign(slope), 0.0)
    return place, np.abs(np.where(steady, slope, third - second)), bend
