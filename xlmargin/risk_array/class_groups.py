"""Class groups: everything that is on one deliverable or one index, and the range it moves by.

Inside a class group a gain offsets a loss in full at the same valuation point. A fund that the
market range files with its index moves by the index's range, times its own factor.

Rule: FINRA 4210(g)(2), security class; OCC class groups.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

import numpy as np

from xlmargin.arrays import IntArray
from xlmargin.errors import Problem, RefusedPosition
from xlmargin.instruments import UnderlyingClass
from xlmargin.market import Market, Underlying
from xlmargin.rulebook import PortfolioRules

T = TypeVar("T")


@dataclass(frozen=True)
class ClassGroup:
    """A class group, the class whose range it takes, and the groups it is part of ("": none)."""

    name: str
    underlying_class: UnderlyingClass
    product_group: str
    portfolio_group: str


@dataclass(frozen=True, eq=False)
class ClassGroups:
    """All class groups of a market; `of_underlying` gives each underlying's, by index."""

    groups: tuple[ClassGroup, ...]
    of_underlying: IntArray


def class_groups(market: Market, rules: PortfolioRules) -> ClassGroups:
    """The class groups of a market, in order of appearance.

    Refuses a group whose members disagree about the range or about the groups it is part of.
    """
    members: dict[str, list[Underlying]] = {}
    for underlying in market.underlyings:
        members.setdefault(underlying.group, []).append(underlying)
    index = {name: i for i, name in enumerate(members)}
    groups = tuple(_class_group(name, own, rules) for name, own in members.items())
    of_underlying = [index[underlying.group] for underlying in market.underlyings]
    return ClassGroups(groups, np.array(of_underlying, dtype=np.int64))


def _class_group(name: str, members: list[Underlying], rules: PortfolioRules) -> ClassGroup:
    product_group = _agreed("product_group", name, members)
    portfolio_group = _agreed("portfolio_group", name, members)
    if portfolio_group and not product_group:
        found = f"portfolio group '{portfolio_group}' and no product group"
        wanted = "a product_group too: a portfolio group is made of product groups"
        raise _refused(members, "portfolio_group", found, wanted)
    return ClassGroup(name, _range_class(name, members, rules), product_group, portfolio_group)


def _range_class(name: str, members: list[Underlying], rules: PortfolioRules) -> UnderlyingClass:
    """The class whose range the group takes: the index's where the group has one."""
    classes = _distinct(u.underlying_class for u in members)
    deciding = [c for c in classes if c.is_index] or classes
    moves = {(rules.ranges[c], rules.house_ranges[c]) for c in deciding}
    if len({(r.up, r.down, h.up, h.down) for r, h in moves}) > 1:
        found = f"class group '{name}' of {', '.join(deciding)}"
        wanted = "one range: a row for the index that the group follows, or separate class groups"
        raise _refused(members, "class_group", found, wanted)
    return deciding[0]


def _agreed(column: str, name: str, members: list[Underlying]) -> str:
    """What the members say in a column; rows that say nothing follow those that do."""
    said = _distinct(getattr(u, column) for u in members if getattr(u, column))
    if len(said) > 1:
        found = f"class group '{name}' in {' and '.join(said)}"
        raise _refused(members, column, found, f"one {column} for the class group")
    return str(said[0]) if said else ""


def _refused(members: list[Underlying], column: str, found: str, wanted: str) -> RefusedPosition:
    return RefusedPosition([Problem("market", members[-1].row, column, found, wanted)])


def _distinct(items: Iterable[T]) -> list[T]:
    return list(dict.fromkeys(items))
