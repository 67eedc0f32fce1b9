"""The premium of early exercise from a table: no fixed point, no quadrature.

A put on a strike of 1 in a life of 1 has three numbers (see `NormalizedPuts`):

    R = interest,    Q = dividends,    v = total volatility.

For each such put the table holds a curve of twelve numbers: ln(depth / v) of the boundary today,
and the powers of a polynomial of degree 10 for ln(premium / R), over heights from the boundary to
`ABOVE` total volatilities above the boundary just before expiry. In between puts the twelve numbers
are Chebyshev series in three coordinates, each on [-1, 1].

Why these numbers: a logarithm keeps relative accuracy, so that nothing has to be cut off where the
premium is small, and premium / R and depth / v stay between bounds when R or v goes to 0.

Why these axes: they are those in which the coefficients decay fast.
  a: v^(1/4) (ln v and sqrt(v) need twice the degree);
  b: ln(R / v), in two halves of degree 8;
  c: apart for Q <= R and Q > R, since the boundary just before expiry turns there:
     asinh((1 - Q/R) / v) / asinh(1 / v), on which Q = 0 is a face and not a limit,
     and ln(Q/R) / v, up to 6 / (1 + v).

Where the error is: at most 2e-5 of strike, 5e-7 root mean square, against `REFERENCE`; most of it
where v and Q / v are greatest, above 1 and near `MOST_DIVIDENDS`. Beyond the table's ends (see
`weight`) premiums are solved; within a twentieth of an end both are mixed, so that no value jumps.

`made()` makes the table by the package's own method in seconds. The file beside this module is what
it made; a file that is not as it was written is not used: the table is made anew.
"""

from __future__ import annotations

import hashlib
import logging
from functools import cache
from itertools import pairwise
from pathlib import Path

import numpy as np

from xlmargin.arrays import FloatArray, combine
from xlmargin.pricing.contracts import NormalizedPuts
from xlmargin.pricing.exercise_boundary import (
    REFERENCE,
    STANDARD,
    TimeGrid,
    chebyshev_nodes,
    exercise_boundary,
    premium_above,
)

V_ENDS = (0.01, 2.0)
"""Least and greatest v."""

SLOPE_ENDS = (5e-4, 1.0)
"""Least and greatest R / v, which is rate * sqrt(years) / volatility."""

MOST_DIVIDENDS = 0.4
"""Greatest Q / v where Q > R."""

ABOVE = 5.0
"""Total volatilities above the boundary just before expiry at which the premium ends."""

BAND = 0.05
"""Share of an end within which the table and what is solved are mixed."""

HALVES = 2
DEGREE, DIVIDENDS_BELOW_DEGREE, DIVIDENDS_ABOVE_DEGREE, HEIGHT_DEGREE = 8, 8, 16, 10
NUMBERS = HEIGHT_DEGREE + 2
"""Numbers of a curve."""

PUTS_AT_ONCE = 1024

FILE = Path(__file__).with_name("premium_table.npy")
DIGEST = "b5cb0a8ed8bda8717428073150faebbdccb345f3622234e3e9307b65349307e0"
"""SHA-256 of the file."""

_ROOT_ENDS = (V_ENDS[0] ** 0.25, V_ENDS[1] ** 0.25)
_LOG_ENDS = (np.log(SLOPE_ENDS[0]), np.log(SLOPE_ENDS[1]))
_HEIGHTS = chebyshev_nodes(HEIGHT_DEGREE)
_TO_POWERS = np.asarray(np.linalg.inv(np.vander(_HEIGHTS, increasing=True)), dtype=np.float64)
_SHAPES = [
    (degree + 1, NUMBERS, (DEGREE + 1) ** 2)
    for degree in (DIVIDENDS_BELOW_DEGREE, DIVIDENDS_ABOVE_DEGREE)
    for _ in range(HALVES)
]
"""Of the four cells of the table: powers of c, numbers of a curve, powers of a and b together."""


def _upper_end(v: FloatArray) -> FloatArray:
    """The greatest ln(Q/R) / v in the table."""
    return 6 / (1 + v)


def weight(puts: NormalizedPuts) -> FloatArray:
    """How much the table counts for each put: 1 inside it, 0 beyond its ends; `(puts,)`."""
    interest, dividends, v = puts.interest, puts.dividends, puts.total_volatility
    slope = interest / v
    with np.errstate(all="ignore"):
        of_yield = np.minimum(
            MOST_DIVIDENDS * v / dividends, v * _upper_end(v) / np.log(dividends / interest)
        )
        inside = [v / V_ENDS[0], V_ENDS[1] / v, slope / SLOPE_ENDS[0], SLOPE_ENDS[1] / slope]
        nearest_end = np.minimum.reduce([*inside, np.where(dividends > interest, of_yield, np.inf)])
    found = np.clip((nearest_end - 1) / BAND, 0.0, 1.0)
    return np.where((interest > 0) & (dividends >= 0), found, 0.0)


def curves(puts: NormalizedPuts) -> FloatArray:
    """The curve of each put, `(NUMBERS, puts)`; all must be inside the table."""
    interest, dividends, v = puts.interest, puts.dividends, puts.total_volatility
    a = (np.sqrt(np.sqrt(v)) - _ROOT_ENDS[0]) * (2 / (_ROOT_ENDS[1] - _ROOT_ENDS[0])) - 1
    b = (np.log(interest / v) - _LOG_ENDS[0]) * (HALVES / (_LOG_ENDS[1] - _LOG_ENDS[0]))
    half = np.clip(b.astype(np.int64), 0, HALVES - 1)
    above = dividends > interest
    with np.errstate(all="ignore"):
        c = np.arcsinh((1 - dividends / interest) / v) / np.arcsinh(1 / v)
        if above.any():
            c = np.where(above, np.log(dividends / interest) / (v * _upper_end(v)), c)
    of_table, cell = _table(), half + HALVES * above
    places = np.stack([a, 2 * (b - half) - 1, 2 * c - 1])
    order, found = np.argsort(cell, kind="stable"), np.empty((NUMBERS, len(v)))
    for some in (order[i : i + PUTS_AT_ONCE] for i in range(0, len(order), PUTS_AT_ONCE)):
        start, ends = 0, np.cumsum(np.bincount(cell[some], minlength=len(of_table))).tolist()
        at_a_and_b = _polynomials(places[:2, some], DEGREE)
        at_c = _polynomials(places[2, some], len(of_table[int(cell[some[-1]])]) - 1)
        both = (at_a_and_b[:, None, 0] * at_a_and_b[:, 1]).reshape(-1, len(some))
        for series, end in zip(of_table, ends, strict=True):
            if end > start:
                own = slice(start, end)
                by_c = combine(series.reshape(-1, len(both)), both[:, own])
                by_c = by_c.reshape(len(series), NUMBERS, -1)
                by_c *= at_c[: len(series), None, own]
                found[:, some[own]] = by_c.sum(axis=0)
            start = end
    return found


def log_boundary(curve: FloatArray, puts: NormalizedPuts) -> FloatArray:
    """Logarithm of the price at and below which each put is exercised today; `(puts,)`."""
    return np.asarray(puts.log_at_expiry - puts.total_volatility * np.exp(curve[0]))


def premium(curve: FloatArray, puts: NormalizedPuts, log_spot: FloatArray) -> FloatArray:
    """The premium of early exercise at spots not below the boundary; `(k, puts)`."""
    lowest = log_boundary(curve, puts)
    place = log_spot - lowest
    place *= 2 / (puts.log_at_expiry + ABOVE * puts.total_volatility - lowest)
    place -= 1
    beyond = place > 1
    np.clip(place, -1.0, 1.0, out=place)
    logarithm = curve[-1] * place
    for power in curve[-2:1:-1]:
        logarithm += power
        logarithm *= place
    logarithm += curve[1]
    found: FloatArray = np.exp(logarithm, out=logarithm)
    found *= puts.earnings
    found[beyond] = 0.0
    return found


def _polynomials(x: FloatArray, degree: int) -> FloatArray:
    """Chebyshev's polynomials up to a degree, by their recurrence; `(degree + 1, *x.shape)`."""
    found = np.empty((degree + 1, *x.shape))
    found[0], found[1], twice = 1.0, x, 2 * x
    for k in range(2, degree + 1):
        np.multiply(twice, found[k - 1], out=found[k])
        found[k] -= found[k - 2]
    return found


@cache
def _table() -> list[FloatArray]:
    """The series of the four cells, from the file if it is as it was written."""
    try:
        data = FILE.read_bytes()
    except OSError:
        data = b""
    if hashlib.sha256(data).hexdigest() == DIGEST:
        numbers = np.load(FILE).astype(np.float64)
    else:
        logging.getLogger(__name__).warning("%s is damaged: the table is made anew", FILE)
        numbers = made()
    ends = np.cumsum([np.prod(shape) for shape in _SHAPES])
    parts = np.split(numbers, ends[:-1])
    return [part.reshape(shape) for part, shape in zip(parts, _SHAPES, strict=True)]


def made() -> FloatArray:
    """The numbers of the table, made by `REFERENCE`: all cells in one row."""
    edges = np.linspace(*_LOG_ENDS, HALVES + 1)
    cells = []
    for above in (False, True):
        for low, high in pairwise(edges):
            degree = DIVIDENDS_ABOVE_DEGREE if above else DIVIDENDS_BELOW_DEGREE
            a, b, c = np.meshgrid(
                *(chebyshev_nodes(d) for d in (DEGREE, DEGREE, degree)), indexing="ij"
            )
            v = (_ROOT_ENDS[0] + (_ROOT_ENDS[1] - _ROOT_ENDS[0]) * (1 + a) / 2) ** 4
            interest = v * np.exp(low + (high - low) * (1 + b) / 2)
            c = (1 + c) / 2
            if above:
                dividends = interest * np.exp(c * v * _upper_end(v))
            else:
                dividends = interest * np.maximum(1 - v * np.sinh(c * np.arcsinh(1 / v)), 0.0)
            puts = NormalizedPuts(interest.ravel(), dividends.ravel(), v.ravel())
            numbers = solved_curves(puts, REFERENCE).reshape(NUMBERS, *v.shape)
            series = np.einsum(
                "ia,jb,kc,nabc->knij",
                _to_series(DEGREE),
                _to_series(DEGREE),
                _to_series(degree),
                numbers,
                optimize=True,
            )
            cells.append(series.ravel())
    return np.concatenate(cells)


def solved_curves(puts: NormalizedPuts, grid: TimeGrid = STANDARD) -> FloatArray:
    """The curve of each put, inside the table or not, solved; `(NUMBERS, puts)`."""
    depth = exercise_boundary(puts, grid)
    lowest = puts.log_at_expiry - depth[0]
    height = depth[0] + ABOVE * puts.total_volatility
    log_spot = lowest + height * ((1 + _HEIGHTS) / 2)[:, None]
    above = premium_above(puts, depth, log_spot, grid)
    logarithm = np.log(np.maximum(above, 1e-30) / puts.earnings)
    powers = combine(_TO_POWERS, logarithm)
    return np.vstack([np.log(depth[0] / puts.total_volatility), powers])


def _to_series(degree: int) -> FloatArray:
    """Matrix from values at Chebyshev's nodes to the coefficients of the series through them."""
    at_nodes = _polynomials(chebyshev_nodes(degree), degree)
    return np.asarray(np.linalg.inv(at_nodes.T), dtype=np.float64)


def write() -> str:
    """Make the file, and say its digest."""
    np.save(FILE, made().astype(np.float32))
    return hashlib.sha256(FILE.read_bytes()).hexdigest()
