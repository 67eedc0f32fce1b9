"""The early-exercise boundary of American puts: Andersen, Lake and Offengenden (2015), ALO below.

The boundary is the share price at and below which a put is exercised. It does not depend on today's
share price, so it is solved once a contract and read for any number of spots. It solves a fixed
point equation; here it is held at Chebyshev nodes in the square root of time to expiry, as

    depth = ln(boundary just before expiry / boundary),   depth >= 0, 0 at expiry,

whose square is nearly a polynomial in that square root (ALO, on interpolation).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from scipy.special import ndtr

from xlmargin.arrays import BoolArray, FloatArray, IntArray
from xlmargin.pricing.chebyshev import LAG_ROOTS, NODE_ROOTS, NODES, OVER_LAGS, TO_LAGS

CONTRACTS_AT_ONCE = 256
"""Contracts solved together: as many as fit a processor's cache."""

DENSITY_STEPS, PROBABILITY_STEPS = 4, 6
"""Fixed-point steps of the two forms of the equation."""

MOST_DEPTH = 50.0
"""A depth beyond this is taken for this: no share falls so far."""

_DENSITY_AT_0 = 1 / np.sqrt(2 * np.pi)


@dataclass(frozen=True, eq=False)
class UnitPuts:
    """American puts on a strike of 1 with one exercise boundary; arrays of shape `(puts,)`.

    One boundary: `rate` > 0, or `rate` = 0 > `dividend_yield`. `years` and `volatility` are > 0.
    """

    rate: FloatArray
    dividend_yield: FloatArray
    years: FloatArray
    volatility: FloatArray

    def take(self, index: IntArray | slice) -> UnitPuts:
        """Some of the puts, as columns `(puts, 1)` if `index` is followed by a new axis."""
        return UnitPuts(
            self.rate[index], self.dividend_yield[index], self.years[index], self.volatility[index]
        )


class Boundary(NamedTuple):
    """Exercise boundaries: ln of the boundary just before expiry, `(puts,)`, and depth below.

    `depth` has shape `(puts, nodes)`, the first node being today.
    """

    log_at_expiry: FloatArray
    depth: FloatArray


def exercise_boundary(puts: UnitPuts) -> Boundary:
    """The exercise boundary of every put, by a few steps of its fixed point equation.

    ALO give two forms of the equation. The densities' form converges faster but is unstable at low
    volatility; the probabilities' form takes its place there.
    """
    log_at_expiry = _log_at_expiry(puts)
    depth = np.empty((len(puts.rate), NODES))
    by_density = 2 * puts.rate < 6 * puts.volatility**2
    pays = puts.dividend_yield != 0
    for form, members in (
        (_density_form, by_density & pays),
        (_density_form, by_density & ~pays),  # apart: without a yield there is less to compute
        (_probability_form, ~by_density),
    ):
        for block in _blocks(members):
            terms = _Terms.of(puts.take(block), log_at_expiry[block])
            steps = DENSITY_STEPS if form is _density_form else PROBABILITY_STEPS
            start = _seed(puts.take(block), log_at_expiry[block])
            for _ in range(steps):
                start = _next_depth(terms, start, *form(terms, start))
            depth[block] = start
    return Boundary(log_at_expiry, depth)


def _blocks(members: BoolArray) -> list[IntArray]:
    """Indices of the members, in pieces of `CONTRACTS_AT_ONCE`."""
    index = np.flatnonzero(members)
    return [index[i : i + CONTRACTS_AT_ONCE] for i in range(0, len(index), CONTRACTS_AT_ONCE)]


def _log_at_expiry(puts: UnitPuts) -> FloatArray:
    """Logarithm of the boundary just before expiry, min(1, rate / dividend_yield)."""
    below = (puts.dividend_yield > puts.rate) & (puts.rate > 0)
    return np.log(np.where(below, puts.rate, 1.0) / np.where(below, puts.dividend_yield, 1.0))


def _seed(puts: UnitPuts, log_at_expiry: FloatArray) -> FloatArray:
    """A first depth: exponential decay from the boundary at expiry to that of a perpetual put.

    The rate of decay is that of Barone-Adesi and Whaley's approximation as used by Hull.
    """
    rate, volatility = puts.rate[:, None], puts.volatility[:, None]
    carry = rate - puts.dividend_yield[:, None]
    m = 2 * carry / volatility**2
    power = (1 - m - np.sqrt((m - 1) ** 2 + 8 * rate / volatility**2)) / 2
    perpetual = power / (power - 1)
    at_expiry = np.exp(log_at_expiry)[:, None]
    years = puts.years[:, None] * NODE_ROOTS**2
    decay = (carry * years - 2 * volatility * np.sqrt(years)) / np.maximum(1 - perpetual, 1e-8)
    boundary = perpetual + (at_expiry - perpetual) * np.exp(np.minimum(decay, 0.0))
    lowest = at_expiry * np.exp(-MOST_DEPTH)
    return log_at_expiry[:, None] - np.log(np.clip(boundary, lowest, at_expiry))


class _Terms(NamedTuple):
    """All that stays the same from step to step; `(puts, nodes)` and `(puts, nodes * points)`."""

    log_at_expiry: FloatArray
    node_deviation: FloatArray
    node_drift: FloatArray
    node_rate_discount: FloatArray
    node_yield_discount: FloatArray
    lag_scale: FloatArray  # 1 / lag_deviation, the standard deviation over the lag
    lag_deviation: FloatArray
    lag_drift: FloatArray
    rate_weight: FloatArray  # rate * years * discount
    scaled_rate_weight: FloatArray  # rate_weight * lag_scale
    yield_weight: FloatArray
    pays: bool

    @classmethod
    def of(cls, puts: UnitPuts, log_at_expiry: FloatArray) -> _Terms:
        rate, yields = puts.rate[:, None], puts.dividend_yield[:, None]
        years, volatility = puts.years[:, None], puts.volatility[:, None]
        deviation = volatility * np.sqrt(years)
        drift = (rate - yields - 0.5 * volatility**2) * np.sqrt(years) / volatility
        nodes, lags = years * NODE_ROOTS**2, years * LAG_ROOTS**2
        lag_scale = 1 / (deviation * LAG_ROOTS)
        rate_weight = rate * years * np.exp(-rate * lags)
        return cls(
            log_at_expiry=log_at_expiry[:, None],
            node_deviation=deviation * NODE_ROOTS,
            node_drift=drift * NODE_ROOTS,
            node_rate_discount=np.exp(-rate * nodes),
            node_yield_discount=np.exp(-yields * nodes),
            lag_scale=lag_scale,
            lag_deviation=deviation * LAG_ROOTS,
            lag_drift=drift * LAG_ROOTS,
            rate_weight=rate_weight,
            scaled_rate_weight=rate_weight * lag_scale,
            yield_weight=yields * years * np.exp(-yields * lags),
            pays=bool(yields.any()),
        )

    def d_minus_at_expiry(self, depth: FloatArray) -> FloatArray:
        """d- of the boundary at each node against the strike of 1; `(puts, nodes)`."""
        return (self.log_at_expiry - depth) / self.node_deviation + self.node_drift

    def d_minus_at_lags(self, depth: FloatArray) -> FloatArray:
        """d- of the boundary at each node against the boundary at its quadrature points."""
        at_lags = depth**2 @ TO_LAGS
        np.sqrt(np.maximum(at_lags, 0.0, out=at_lags), out=at_lags)
        by_node = at_lags.reshape(len(depth), NODES, -1)
        by_node -= depth[:, :, None]
        at_lags *= self.lag_scale
        at_lags += self.lag_drift
        return at_lags


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
    d_plus = d_minus + terms.node_deviation
    lags = terms.d_minus_at_lags(depth)
    numerator = terms.node_rate_discount * _density(d_minus) / terms.node_deviation
    numerator += (terms.scaled_rate_weight * _density(lags)) @ OVER_LAGS
    at_expiry = _density(d_plus) / terms.node_deviation + ndtr(d_plus)
    denominator = terms.node_yield_discount * at_expiry
    if terms.pays:
        lags += terms.lag_deviation
        paid = ndtr(lags) + terms.lag_scale * _density(lags)
        denominator += (terms.yield_weight * paid) @ OVER_LAGS
    return numerator, denominator


def _probability_form(terms: _Terms, depth: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Numerator and denominator of the boundary from probabilities: ALO's system B."""
    d_minus = terms.d_minus_at_expiry(depth)
    d_plus = d_minus + terms.node_deviation
    lags = terms.d_minus_at_lags(depth)
    numerator = terms.node_rate_discount * ndtr(d_minus)
    numerator += (terms.rate_weight * ndtr(lags)) @ OVER_LAGS
    lags += terms.lag_deviation
    denominator = terms.node_yield_discount * ndtr(d_plus)
    denominator += (terms.yield_weight * ndtr(lags)) @ OVER_LAGS
    return numerator, denominator


def _next_depth(
    terms: _Terms, depth: FloatArray, numerator: FloatArray, denominator: FloatArray
) -> FloatArray:
    """The next depth: boundary = numerator / denominator; instead of a wild step, a short one."""
    with np.errstate(all="ignore"):
        following = terms.log_at_expiry - np.log(numerator / denominator)
    return np.where(np.isfinite(following), np.clip(following, 1e-12, MOST_DEPTH), depth + 0.1)
