"""The fixed grids of time on which early exercise is computed, the same for every contract.

Times are counted back from expiry and as a share of the contract's life, so that nodes, quadrature
points and the interpolation between them are constants.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xlmargin.arrays import FloatArray


def combine(matrix: FloatArray, columns: FloatArray) -> FloatArray:
    """`matrix` @ `columns`, in which a column does not depend on how many others there are.

    Linear algebra libraries round the product of one column, or of an odd number, otherwise than
    that of many: the columns are filled up to a multiple of eight.
    """
    count = columns.shape[1]
    if count % 8:
        columns = np.pad(columns, [(0, 0), (0, -count % 8)])
    return (matrix @ columns)[:, :count]


def chebyshev_nodes(degree: int) -> FloatArray:
    """Chebyshev's nodes of the second kind on [-1, 1], from 1 down to -1; `(degree + 1,)`."""
    return np.cos(np.arange(degree + 1) * np.pi / degree)


def _quadrature(points: int) -> tuple[FloatArray, FloatArray]:
    """Points and weights on [0, 1] for functions of sqrt(1 - z^2): Gauss and Legendre's in angles.

    With z = sin(a) such a function is as smooth at 1 as at 0.
    """
    at, weight = np.polynomial.legendre.leggauss(points)
    angle = (1 + at) * np.pi / 4
    return np.sin(angle), weight * np.pi / 4 * np.cos(angle)


def _interpolation(nodes: FloatArray, root_of_time: FloatArray) -> FloatArray:
    """Matrix from values at the nodes to values at square roots of time, shape (times, nodes).

    Barycentric Lagrange interpolation in the square root of time; the value at expiry, the last
    node, is 0, so its column is left out.
    """
    weight = (-1.0) ** np.arange(len(nodes))
    weight[[0, -1]] *= 0.5
    distance = (2 * root_of_time - 1)[:, None] - nodes
    on_node = np.abs(distance) < 1e-15
    matrix = weight / np.where(on_node, 1.0, distance)
    matrix /= matrix.sum(axis=1, keepdims=True)
    matrix = np.where(on_node.any(axis=1, keepdims=True), on_node, matrix)
    return np.ascontiguousarray(matrix[:, :-1])


@dataclass(frozen=True, eq=False)
class TimeGrid:
    """Times at which a boundary is solved, and those at which integrals over time are taken.

    `node_roots` are square roots of each node's share of the life, the first being today; expiry,
    where the boundary is known, is left out. `lag_roots` are square roots of the time between a
    node and its quadrature points, `(nodes * points,)`; `over_lags` takes values there to each
    node's integral over time, `(nodes, nodes * points)`, and `to_lags` values at the nodes to these
    points, `(nodes * points, nodes)`. `value_roots`, `value_weights` and `to_value` are the same
    for the integral from today to expiry. `density_steps` and `probability_steps` are the
    fixed-point steps of the two forms of the boundary's equation.
    """

    node_roots: FloatArray
    lag_roots: FloatArray
    over_lags: FloatArray
    to_lags: FloatArray
    value_roots: FloatArray
    value_weights: FloatArray
    to_value: FloatArray
    density_steps: int
    probability_steps: int

    @classmethod
    def of(
        cls,
        nodes: int,
        lag_points: int,
        value_points: int,
        *,
        density_steps: int,
        probability_steps: int,
    ) -> TimeGrid:
        """A grid of so many nodes, of points between each and expiry, and of points of the value.

        Time since a quadrature point is node * z^2: the square root's singularity at 0 disappears.
        """
        chebyshev = chebyshev_nodes(nodes)
        roots = (1 + chebyshev[:-1]) / 2
        z, weight = _quadrature(lag_points)
        value_z, value_weight = _quadrature(value_points)
        return cls(
            node_roots=roots,
            lag_roots=np.outer(roots, z).ravel(),
            over_lags=np.asarray(np.kron(np.diag(roots**2), 2 * weight * z), dtype=np.float64),
            to_lags=_interpolation(chebyshev, np.outer(roots, np.sqrt(1 - z**2)).ravel()),
            value_roots=value_z,
            value_weights=2 * value_weight * value_z,
            to_value=_interpolation(chebyshev, np.sqrt(1 - value_z**2)),
            density_steps=density_steps,
            probability_steps=probability_steps,
        )


STANDARD = TimeGrid.of(8, 7, 16, density_steps=5, probability_steps=8)
"""Errors of 2e-7 of strike (root mean square), 7e-6 at most."""

REFERENCE = TimeGrid.of(20, 20, 48, density_steps=10, probability_steps=20)
"""Errors of about 1e-9 of strike, at thirty times the cost: it makes the table and judges it."""
