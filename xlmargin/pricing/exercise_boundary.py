"""The early-exercise boundary of American puts: Andersen, Lake and Offengenden (2015), ALO below.

The boundary is the price at and below which a put is exercised. It does not depend on today's
price, so it is solved once a contract and read for any number of spots. It solves a fixed point
equation; here it is held at Chebyshev nodes in the square root of time to expiry, as

    depth = ln(boundary just before expiry / boundary),   depth >= 0, 0 at expiry,

whose square is nearly a polynomial in that square root (ALO, on interpolation). The grid of times
is the same for every contract: they are counted back from expiry and as a share of the contract's
life, so that nodes, quadrature points and the interpolation between them are constants.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.special import ndtr

from xlmargin.arrays import BoolArray, FloatArray, IntArray, combine
from xlmargin.pricing.contracts import NormalizedPuts


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

PUTS_AT_ONCE = 256
"""Puts solved together: as many as fit a processor's cache."""

MIXED_BAND = 0.1
"""Share of the volatility from which on densities are stable within which both forms are mixed."""

MOST_DEPTH = 50.0
"""A depth beyond this is taken for this: no price falls so far."""

_DENSITY_AT_0 = 1 / np.sqrt(2 * np.pi)


def exercise_boundary(puts: NormalizedPuts, grid: TimeGrid = STANDARD) -> FloatArray:
    """Depth of the exercise boundary below that just before expiry, at the nodes; `(nodes, puts)`.

    By a few steps of its fixed point equation. ALO give two forms of it. The densities' form
    converges faster but is unstable at low volatility; the probabilities' form takes its place
    there, and in between they are mixed, so that no value jumps.
    """
    depth = np.zeros((len(grid.node_roots), len(puts.interest)))
    with np.errstate(divide="ignore"):
        stability = 3 * puts.total_volatility**2 / puts.interest
    by_density = np.clip((stability - 1) / MIXED_BAND, 0.0, 1.0)
    pays = puts.dividends != 0
    for form, steps, weight, members in (
        (_density_form, grid.density_steps, by_density, pays),
        (_density_form, grid.density_steps, by_density, ~pays),  # less to compute: apart
        (_probability_form, grid.probability_steps, 1 - by_density, pays | ~pays),
    ):
        for block in _blocks(members & (weight > 0)):
            some = puts.take(block)
            terms, found = _Terms.of(some, grid), _seed(some, grid)
            for _ in range(steps):
                found = _next_depth(terms, found, *form(terms, found))
            depth[:, block] += weight[block] * found
    return depth


def _blocks(members: BoolArray) -> list[IntArray]:
    """Indices of the members, in pieces of `PUTS_AT_ONCE`."""
    index = np.flatnonzero(members)
    return [index[i : i + PUTS_AT_ONCE] for i in range(0, len(index), PUTS_AT_ONCE)]


def _seed(puts: NormalizedPuts, grid: TimeGrid) -> FloatArray:
    """A first depth: exponential decay from the boundary at expiry to that of a perpetual put.

    The rate of decay is that of Barone-Adesi and Whaley's approximation as used by Hull.
    """
    interest, volatility = puts.interest, puts.total_volatility
    carry = interest - puts.dividends
    m = 2 * carry / volatility**2
    power = (1 - m - np.sqrt((m - 1) ** 2 + 8 * interest / volatility**2)) / 2
    perpetual = power / (power - 1)
    at_expiry = np.exp(puts.log_at_expiry)
    root = grid.node_roots[:, None]
    decay = (carry * root**2 - 2 * volatility * root) / np.maximum(1 - perpetual, 1e-8)
    boundary = perpetual + (at_expiry - perpetual) * np.exp(np.minimum(decay, 0.0))
    lowest = at_expiry * np.exp(-MOST_DEPTH)
    return puts.log_at_expiry - np.log(np.clip(boundary, lowest, at_expiry))


class _Terms(NamedTuple):
    """All that stays the same from step to step; `(nodes, puts)` and `(nodes * points, puts)`."""

    grid: TimeGrid
    log_at_expiry: FloatArray
    node_volatility: FloatArray
    node_drift: FloatArray
    node_rate_discount: FloatArray
    node_yield_discount: FloatArray
    lag_scale: FloatArray  # 1 / lag_volatility, the total volatility over the lag
    lag_volatility: FloatArray
    lag_drift: FloatArray
    rate_weight: FloatArray  # interest * discount
    scaled_rate_weight: FloatArray  # rate_weight * lag_scale
    yield_weight: FloatArray
    pays: bool

    @classmethod
    def of(cls, puts: NormalizedPuts, grid: TimeGrid) -> _Terms:
        interest, dividends = puts.interest, puts.dividends
        volatility = puts.total_volatility
        node, lag = grid.node_roots[:, None], grid.lag_roots[:, None]
        drift = (interest - dividends - 0.5 * volatility**2) / volatility
        rate_weight = interest * np.exp(-interest * lag**2)
        lag_scale = 1 / (volatility * lag)
        return cls(
            grid=grid,
            log_at_expiry=puts.log_at_expiry,
            node_volatility=volatility * node,
            node_drift=drift * node,
            node_rate_discount=np.exp(-interest * node**2),
            node_yield_discount=np.exp(-dividends * node**2),
            lag_scale=lag_scale,
            lag_volatility=volatility * lag,
            lag_drift=drift * lag,
            rate_weight=rate_weight,
            scaled_rate_weight=rate_weight * lag_scale,
            yield_weight=dividends * np.exp(-dividends * lag**2),
            pays=bool(dividends.any()),
        )

    def d_minus_at_expiry(self, depth: FloatArray) -> FloatArray:
        """d- of the boundary at each node against the strike of 1; `(nodes, puts)`."""
        return (self.log_at_expiry - depth) / self.node_volatility + self.node_drift

    def d_minus_at_lags(self, depth: FloatArray) -> FloatArray:
        """d- of the boundary at each node against the boundary at its quadrature points."""
        at_lags = combine(self.grid.to_lags, depth**2)
        np.sqrt(np.maximum(at_lags, 0.0, out=at_lags), out=at_lags)
        at_lags -= np.repeat(depth, len(at_lags) // len(depth), axis=0)
        at_lags *= self.lag_scale
        at_lags += self.lag_drift
        return at_lags

    def over_lags(self, values: FloatArray) -> FloatArray:
        """Each node's integral over time of values at its quadrature points."""
        return combine(self.grid.over_lags, values)


def _density(d: FloatArray) -> FloatArray:
    """Density of the standard normal distribution."""
    density: FloatArray = d * d
    density *= -0.5
    np.exp(density, out=density)
    density *= _DENSITY_AT_0
    return density


def _density_form(terms: _Terms, depth: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Numerator and denominator of the boundary from densities: ALO's fixed point system A."""
    d_minus = terms.d_minus_at_expiry(depth)
    d_plus = d_minus + terms.node_volatility
    lags = terms.d_minus_at_lags(depth)
    numerator = terms.node_rate_discount * _density(d_minus) / terms.node_volatility
    numerator += terms.over_lags(terms.scaled_rate_weight * _density(lags))
    at_expiry = _density(d_plus) / terms.node_volatility + ndtr(d_plus)
    denominator = terms.node_yield_discount * at_expiry
    if terms.pays:
        lags += terms.lag_volatility
        paid = ndtr(lags) + terms.lag_scale * _density(lags)
        denominator += terms.over_lags(terms.yield_weight * paid)
    return numerator, denominator


def _probability_form(terms: _Terms, depth: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Numerator and denominator of the boundary from probabilities: ALO's system B."""
    d_minus = terms.d_minus_at_expiry(depth)
    d_plus = d_minus + terms.node_volatility
    lags = terms.d_minus_at_lags(depth)
    numerator = terms.node_rate_discount * ndtr(d_minus)
    numerator += terms.over_lags(terms.rate_weight * ndtr(lags))
    lags += terms.lag_volatility
    denominator = terms.node_yield_discount * ndtr(d_plus)
    denominator += terms.over_lags(terms.yield_weight * ndtr(lags))
    return numerator, denominator


def _next_depth(
    terms: _Terms, depth: FloatArray, numerator: FloatArray, denominator: FloatArray
) -> FloatArray:
    """The next depth: boundary = numerator / denominator; instead of a wild step, a short one."""
    with np.errstate(all="ignore"):
        following = terms.log_at_expiry - np.log(numerator / denominator)
    return np.where(np.isfinite(following), np.clip(following, 1e-12, MOST_DEPTH), depth + 0.1)


def premium_above(
    puts: NormalizedPuts, depth: FloatArray, log_spot: FloatArray, grid: TimeGrid = STANDARD
) -> FloatArray:
    """What American puts with a boundary are worth above European ones; `(k, puts)`.

    The interest earned less the dividends lost while the price is below the boundary: the integral
    of Kim (1990), Jacka (1991) and Carr, Jarrow and Myneni (1992), as in ALO. `log_spot`,
    `(k, puts)`, is not below the boundary.
    """
    interest, dividends, total = puts.interest, puts.dividends, puts.total_volatility
    at = np.sqrt(np.maximum(combine(grid.to_value, depth**2), 0.0)) - puts.log_at_expiry
    drift = interest - dividends - 0.5 * total**2
    premium, spot = np.zeros_like(log_spot), np.exp(log_spot)
    pays = bool(dividends.any())
    for root, weight, point in zip(grid.value_roots, grid.value_weights, at, strict=True):
        time, volatility = root**2, total * root
        minus_d = (log_spot + (drift * time + point)) / -volatility  # less d-, then less d+
        premium += interest * weight * np.exp(-interest * time) * ndtr(minus_d)
        if pays:
            minus_d -= volatility
            lost = dividends * weight * np.exp(-dividends * time)
            premium -= spot * lost * ndtr(minus_d, out=minus_d)
    return premium
