"""Risk arrays that somebody else computed, such as the clearing house.

They net in the same groups with the same minimums as our own: no model and no valuation points
here. Beside the model's, position by position and point by point, it is said why they differ where
that can be told from what stands beside the arrays: another range of moves, another price, another
volatility. Prices go before volatilities, for they make them.

Rule: FINRA 4210(g)(7)-(8); Cboe 10.4.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Final

import numpy as np

from xlmargin.arrays import FloatArray, IntArray, Names, sums_by_group
from xlmargin.portfolio_margin.portfolio_requirement import (
    NO_PARENT,
    GroupLevel,
    MarginGroups,
    PortfolioMargin,
    aggregated,
    by_account,
    made_of,
)


@dataclass(frozen=True)
class GroupsOfClasses:
    """Product group of each class group, portfolio group of each product group, and offsets.

    An offset is the share of a gain that counts inside a group; the parts of a group without one
    stand by themselves.
    """

    product_of: Mapping[str, str]
    portfolio_of: Mapping[str, str]
    product_offset: Mapping[str, float]
    portfolio_offset: Mapping[str, float]


@dataclass(frozen=True, eq=False)
class OfficialMargin:
    """Accounts margined with given arrays: their class, product and portfolio groups.

    `points` are the names of the arrays' points, `without_offset` those of the product groups held
    for which none is stated, or one of 0: their class groups stand by themselves. `strategy_based`,
    $, shape (accounts,), is what positions without an array require by strategy.
    """

    points: tuple[str, ...]
    accounts: tuple[str, ...]
    levels: tuple[MarginGroups, MarginGroups, MarginGroups]
    without_offset: tuple[str, ...]
    strategy_based: FloatArray

    @property
    def by_account(self) -> FloatArray:
        """Requirement of each account, $, shape (accounts,)."""
        return by_account(self.levels, len(self.accounts)) + self.strategy_based

    @property
    def amount(self) -> float:
        """Requirement of all accounts together, $; accounts do not offset."""
        return float(self.by_account.sum())


def official_margin(
    points: tuple[str, ...],
    risk_array: FloatArray,
    minimum: FloatArray,
    account: IntArray,
    accounts: tuple[str, ...],
    class_group: Sequence[str],
    groups: GroupsOfClasses,
    strategy_based: FloatArray,
) -> OfficialMargin:
    """The accounts under portfolio margin with the arrays of their positions.

    `risk_array`, $, has shape (positions, points), `minimum`, $, (positions,); `account` is an
    index into `accounts`, `class_group` the name of each position's class group. `strategy_based`
    is the requirement of each account's other positions, $.
    """
    keys = list(zip(account.tolist(), class_group, strict=True))
    index = {key: i for i, key in enumerate(dict.fromkeys(keys))}
    group = np.array([index[key] for key in keys], dtype=np.int64)
    names = tuple(name for _, name in index)
    products = [groups.product_of.get(name, "") for name in names]
    classes = MarginGroups(
        level=GroupLevel.CLASS,
        names=Names.of(names),
        account=np.array([owner for owner, _ in index], dtype=np.int64),
        class_group=np.arange(len(index)),
        offset_rate=np.array([groups.product_offset.get(product, 0.0) for product in products]),
        parent=np.full(len(index), NO_PARENT, dtype=np.int64),
        risk_array=sums_by_group(risk_array, group, len(index)),
        minimum=sums_by_group(minimum[:, None], group, len(index))[:, 0],
    )
    classes, parents = aggregated(classes, GroupLevel.PRODUCT, Names.of(products))
    portfolios = [groups.portfolio_of.get(name, "") for name in parents.names]
    rates = np.array([groups.portfolio_offset.get(name, 0.0) for name in portfolios])
    above = made_of(replace(parents, offset_rate=rates), classes)
    above, parents = aggregated(above, GroupLevel.PORTFOLIO, Names.of(portfolios))
    top = made_of(parents, above)
    without = dict.fromkeys(p for p in products if p and not groups.product_offset.get(p, 0.0))
    return OfficialMargin(points, accounts, (classes, above, top), tuple(without), strategy_based)


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
