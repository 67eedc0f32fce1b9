"""Portfolio margin from risk arrays that somebody else computed, such as the clearing house.

No model and no valuation points here: the arrays are given by position, and net in the same groups
with the same minimums as our own.

Rule: FINRA 4210(g)(7)-(8); Cboe 10.4.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from xlmargin.arrays import FloatArray, IntArray, Names, sums_by_group
from xlmargin.portfolio_margin.portfolio_requirement import (
    NO_PARENT,
    GroupLevel,
    MarginGroups,
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
