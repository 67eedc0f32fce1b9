"""The model's gains and losses beside somebody else's, position by position and point by point.

Why they differ is said where it can be told from what stands beside the arrays: another range of
moves, another price, another volatility. Prices go before volatilities, for they make them.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np

from xlmargin.arrays import FloatArray, IntArray
from xlmargin.portfolio_margin.portfolio_requirement import PortfolioMargin

_ALIKE: Final = 0.005
"""$ of a position by which the two may differ and agree: both are printed in cents."""
_SAME_MOVE: Final = 0.0005
_SAME_PRICE: Final = 0.001
"""Share of a price by which two may differ and be the same, but a cent in any case."""
_CENT: Final = 0.01
_SAME_VOLATILITY: Final = 0.005


@dataclass(frozen=True, eq=False)
class Theirs:
    """What somebody else says of positions: gains at points, and by what they are made.

    `gains`, $ for the position, and `moves` of the underlying, fractions, have shape (positions,
    points); `price` and `volatility`, a fraction a year, of each, and `spot` of its underlying have
    shape (positions,). NaN where they do not say. `class_group` is "" where it is not stated.
    """

    source: str
    position: IntArray
    points: tuple[str, ...]
    gains: FloatArray
    moves: FloatArray
    spot: FloatArray
    price: FloatArray
    volatility: FloatArray
    class_group: tuple[str, ...]


@dataclass(frozen=True)
class Required:
    """A requirement, $, of ours and of theirs, of a group or an account; NaN where one has none."""

    level: str
    name: str
    account: str
    ours: float
    theirs: float

    @property
    def is_group(self) -> bool:
        """Whether it is a group's, not an account's or a further figure that they state."""
        return "group" in self.level

    @property
    def difference(self) -> float:
        """Theirs less ours, $; NaN where one has none."""
        return self.theirs - self.ours


@dataclass(frozen=True, eq=False)
class ArrayComparison:
    """A book under the model beside somebody else's arrays of it.

    `gains`, $, are the model's at the same points. `required` are groups, then accounts and all.
    """

    margin: PortfolioMargin
    gains: FloatArray
    theirs: Theirs
    required: tuple[Required, ...]

    @cached_property
    def difference(self) -> FloatArray:
        """Theirs less ours, $, shape (positions, points)."""
        return np.asarray(self.theirs.gains - self.gains)

    @cached_property
    def order(self) -> IntArray:
        """The positions compared, greatest difference first."""
        if not self.difference.size:
            return np.zeros(0, dtype=np.int64)
        return np.argsort(-np.abs(self.difference).max(axis=1), kind="stable")

    @cached_property
    def spot(self) -> FloatArray:
        """Our price of each position's underlying, $ per unit."""
        return self.margin.spot[self._underlying]

    @cached_property
    def price(self) -> FloatArray:
        """Our price of each position, $ per unit."""
        return self.margin.unit_value[self.theirs.position]

    @cached_property
    def volatility(self) -> FloatArray:
        """Our volatility of each option, a fraction a year; NaN for shares."""
        contracts = self.margin.inputs.contracts
        entry = contracts.of_position[self.theirs.position]
        known = np.append(contracts.volatility, np.nan)
        return np.where(entry < 0, np.nan, known[entry])

    @property
    def _underlying(self) -> IntArray:
        return self.margin.book.positions.underlying[self.theirs.position]

    def agrees(self, i: int) -> bool:
        """Whether a position's gains are alike at every point."""
        return bool(np.abs(self.difference[i]).max() <= _ALIKE)

    def why(self, i: int) -> str:
        """Why a position differs, as far as it can be said; "" where it agrees."""
        if self.agrees(i):
            return ""
        return "; ".join(self._reasons(i)) or "same prices: other volatility, rate, yield or model"

    def _reasons(self, i: int) -> Iterator[str]:
        theirs, moves = self.theirs, self._moves[i]
        found = theirs.moves[i]
        if np.isfinite(found).all() and np.abs(found - moves).max() > _SAME_MOVE:
            yield f"range {_range(found)}, ours {_range(moves)}"
        prices = [("price", theirs.price[i], self.price[i])]
        if self.margin.book.positions.is_option[theirs.position[i]]:
            prices.insert(0, ("price of the underlying", theirs.spot[i], self.spot[i]))
        for what, their, our in prices:
            if abs(their - our) > max(_SAME_PRICE * our, _CENT):
                yield f"{what} {their:,.2f}, ours {our:,.2f}"
        if abs(theirs.volatility[i] - self.volatility[i]) > _SAME_VOLATILITY:
            yield f"volatility {theirs.volatility[i]:.1%}, ours {self.volatility[i]:.1%}"

    @cached_property
    def _moves(self) -> FloatArray:
        """Our moves of each position's underlying at the points."""
        return self.margin.inputs.points.moves[self._underlying][:, : len(self.theirs.points)]


def _range(moves: FloatArray) -> str:
    return f"{moves.min():+.1%} to {moves.max():+.1%}"
