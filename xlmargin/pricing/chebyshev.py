"""The fixed grids of time on which early exercise is computed, the same for every contract.

Times are counted back from expiry and as a share of the contract's life, so that nodes, quadrature
points and the interpolation between them are constants.
"""

from __future__ import annotations

import numpy as np

from xlmargin.arrays import FloatArray

NODES = 8
"""Times at which the exercise boundary is solved; at one more, expiry, it is known."""

POINTS_PER_NODE = 7
"""Quadrature points between expiry and each node, in the equation of the boundary."""

POINTS_OF_VALUE = 16
"""Quadrature points between expiry and today, in the value of early exercise."""


def _chebyshev_nodes() -> FloatArray:
    """Chebyshev nodes on [-1, 1] from 1 down to -1; the last, -1, is expiry."""
    return np.cos(np.arange(NODES + 1) * np.pi / NODES)


def _gauss_legendre(points: int) -> tuple[FloatArray, FloatArray]:
    """Points and weights of Gauss and Legendre on [0, 1]."""
    at, weight = np.polynomial.legendre.leggauss(points)
    return (1 + at) / 2, weight / 2


def _interpolation(root_of_time: FloatArray) -> FloatArray:
    """Matrix from values at the nodes to values at square roots of time, shape (nodes, times).

    Barycentric Lagrange interpolation in the square root of time; the value at expiry is 0, so its
    column is left out.
    """
    nodes = _chebyshev_nodes()
    weight = (-1.0) ** np.arange(NODES + 1)
    weight[[0, -1]] *= 0.5
    distance = (2 * root_of_time - 1)[:, None] - nodes
    on_node = np.abs(distance) < 1e-15
    matrix = weight / np.where(on_node, 1.0, distance)
    matrix /= matrix.sum(axis=1, keepdims=True)
    matrix = np.where(on_node.any(axis=1, keepdims=True), on_node, matrix)
    return np.ascontiguousarray(matrix[:, :NODES].T)


NODE_ROOTS: FloatArray = (1 + _chebyshev_nodes()[:NODES]) / 2
"""Square root of each node's share of the life; `(nodes,)`."""

# Time since each quadrature point is node * z^2: the square root's singularity at 0 disappears.
_z, _weight = _gauss_legendre(POINTS_PER_NODE)
LAG_ROOTS: FloatArray = np.outer(NODE_ROOTS, _z).ravel()
"""Square root of the time between a node and its quadrature points; `(nodes * points,)`."""
OVER_LAGS: FloatArray = np.asarray(
    np.kron(np.diag(NODE_ROOTS**2), (2 * _weight * _z)[:, None]), dtype=np.float64
)
"""From values at these points to each node's integral over time; `(nodes * points, nodes)`."""
TO_LAGS: FloatArray = _interpolation(np.outer(NODE_ROOTS, np.sqrt(1 - _z**2)).ravel())
"""From the nodes to the times of these points; `(nodes, nodes * points)`."""

_z, _weight = _gauss_legendre(POINTS_OF_VALUE)
VALUE_ROOTS: FloatArray = _z
"""Square root of the time from today to each quadrature point of the value; `(points,)`."""
VALUE_WEIGHTS: FloatArray = 2 * _weight * _z
"""Weight in time of each of these points."""
TO_VALUE: FloatArray = _interpolation(np.sqrt(1 - _z**2))
"""From the nodes to the times of these points; `(nodes, points)`."""
