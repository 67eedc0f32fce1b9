"""Class groups: everything that is on one deliverable or one index, and the range it moves by.

Inside a class group a gain offsets a loss in full at the same valuation point. A fund that is filed
with its index moves by the index's range, times its own factor, whether the index is held or not;
nothing but a fund on the index may be filed there. Where a report of the clearing house states the
moves and offsets of a product group, they count, and who is filed where is as it says.

Rule: FINRA 4210(g)(2), security class and product group; OCC class and product groups.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from operator import attrgetter
from typing import Final, TypeVar

import numpy as np

from xlmargin.arrays import BoolArray, FloatArray, IntArray
from xlmargin.computing import ContentCache
from xlmargin.errors import Problem, RefusedPosition
from xlmargin.known_instruments import CLASS, KNOWN, KnownAs
from xlmargin.market import Market, Underlying
from xlmargin.rulebook import PortfolioRules, UnderlyingClass, ValuationRange

T = TypeVar("T")

_SAME_MOVE: Final = 1e-12
NO_GROUP = -1
"""What `of_underlying` holds for an underlying whose class group nobody holds."""

FUND_ON: Final = {
    UnderlyingClass.INDEX_HIGH_CAP: UnderlyingClass.ETF_BROAD,
    UnderlyingClass.INDEX_BROAD: UnderlyingClass.ETF_BROAD,
    UnderlyingClass.INDEX_NARROW: UnderlyingClass.ETF_NARROW,
}
"""The class of a fund that may stand in the class group of an index."""


@dataclass(frozen=True)
class ClassGroup:
    """A class group, the class whose range it takes, and the groups it is part of ("": none).

    `range` is the rule's, or that of a report. `factor` multiplies it where all members are
    leveraged alike, 1 otherwise. `offset_rate` is the share of its gains that counts in its product
    group, `portfolio_offset` that of the product group's gains in the portfolio group. The rules
    are citations of where each is stated; that of the factor is "" where none multiplies, that of
    the minimum where no report states one. `house_down` and `house_up` are the ends that a house
    asks for these symbols, 0 where it asks none. `row` is a row of the market, for messages.
    """

    name: str
    underlying_class: UnderlyingClass
    range: ValuationRange
    factor: float
    factor_rule: str
    offset_rate: float
    offset_rule: str
    product_group: str
    portfolio_group: str
    portfolio_offset: float
    portfolio_rule: str
    minimum_rule: str
    house_down: float
    house_up: float
    row: int


@dataclass(frozen=True, eq=False)
class ClassGroups:
    """The class groups that are held under some rules.

    `of_underlying` gives each underlying's group by index, or NO_GROUP; `factor` what multiplies
    its range. Both have shape (underlyings,).
    """

    groups: tuple[ClassGroup, ...]
    of_underlying: IntArray
    factor: FloatArray


@dataclass(frozen=True, eq=False)
class ClassGroupsOfHouses:
    """The class groups that are held under each of several rules: those of one after another.

    `of_underlying` has shape (rules, underlyings): each underlying's group among all of them.
    """

    groups: tuple[ClassGroup, ...]
    of_underlying: IntArray


def of_houses(apart: Sequence[ClassGroups]) -> ClassGroupsOfHouses:
    """The class groups under each of the rules as one list."""
    groups: tuple[ClassGroup, ...] = ()
    of_underlying = []
    for own in apart:
        index = own.of_underlying
        of_underlying.append(np.where(index == NO_GROUP, NO_GROUP, index + len(groups)))
        groups += own.groups
    return ClassGroupsOfHouses(groups, np.array(of_underlying))


def class_groups(market: Market, held: IntArray, rules: PortfolioRules) -> ClassGroups:
    """The class groups of the underlyings that are held, by index, in the order of the market.

    Refuses a group whose members disagree about the range or about the groups it is part of, and a
    product group of different ranges. They are the same at all prices.
    """
    is_held = np.zeros(len(market.underlyings), dtype=bool)
    is_held[held] = True
    key = tuple(map(_unpriced, market.underlyings)), is_held.tobytes(), rules
    return _GROUPS.get(key, lambda _: _class_groups(market, is_held, rules))


_unpriced: Final = attrgetter(
    "symbol", "underlying_class", "leverage", "class_group", "product_group", "portfolio_group",
    "house", "published", "row",
)  # fmt: skip
"""All of an underlying that its class group depends on."""

_GROUPS: Final = ContentCache[tuple[tuple[object, ...], bytes, PortfolioRules], ClassGroups](
    most=32, most_size=200_000, size=lambda key, _: len(key[0])
)
"""Bounded by underlyings, in all."""


def _class_groups(market: Market, is_held: BoolArray, rules: PortfolioRules) -> ClassGroups:
    held_names = {market.underlyings[i].group for i in np.flatnonzero(is_held).tolist()}
    members: dict[str, list[int]] = {}
    for i, underlying in enumerate(market.underlyings):
        if underlying.group in held_names:
            members.setdefault(underlying.group, []).append(i)
    of_underlying = np.full(len(market.underlyings), NO_GROUP, dtype=np.int64)
    factor = np.ones(len(market.underlyings))
    groups = []
    for number, (name, own) in enumerate(members.items()):
        underlyings = [market.underlyings[i] for i in own]
        index_class = _index_class(name, underlyings, rules.as_of)
        has_moves = any(u.published.has_moves for u in underlyings)
        factors = [_factor(u, index_class, has_moves, rules) for u in underlyings]
        of_underlying[own], factor[own] = number, factors
        groups.append(_class_group(name, underlyings, factors, index_class, rules))
    _refuse_mixed_product_groups(groups, rules)
    return ClassGroups(tuple(groups), of_underlying, factor)


def _index_class(name: str, members: list[Underlying], day: date) -> UnderlyingClass | None:
    """The class of the index that a group follows, held or not; None where it follows none.

    It is the first index among the members, else the one that the group of a fund is named for.
    """
    held = next((u.underlying_class for u in members if u.underlying_class.is_index), None)
    known = KNOWN.find(name, day) if held is None and name not in _symbols(members) else None
    if known is None or known.known_as is not KnownAs.INDEX or CLASS in known.unconfirmed:
        return held
    return known.underlying_class


def _symbols(members: list[Underlying]) -> set[str]:
    return {u.symbol for u in members}


def _factor(
    underlying: Underlying,
    index_class: UnderlyingClass | None,
    has_moves: bool,
    rules: PortfolioRules,
) -> float:
    """What multiplies the range of an underlying: the factor of a leveraged or inverse fund.

    Beside its index, or by moves that a report states, a fund moves by its true factor; by itself
    never by less than the range.
    """
    leverage = underlying.leverage
    if has_moves:
        return leverage
    if index_class is not None and rules.valuation_points.leverage_multiplies_range:
        return leverage
    least = 1.0 if not rules.valuation_points.leverage_multiplies_range else max(1.0, abs(leverage))
    return float(np.sign(leverage) * least)


def _class_group(
    name: str,
    members: list[Underlying],
    factors: list[float],
    index_class: UnderlyingClass | None,
    rules: PortfolioRules,
) -> ClassGroup:
    product_group = _agreed("product_group", name, members)
    portfolio_group = _agreed("portfolio_group", name, members)
    if portfolio_group and not product_group:
        found = f"portfolio group '{portfolio_group}' and no product group"
        wanted = "a product_group too: a portfolio group is made of product groups"
        raise _refused(members[-1].row, "portfolio_group", found, wanted)
    stated = _stated_range(name, members)
    if stated is None:
        classes = _range_classes(name, members, index_class, rules)
    else:
        classes = _deciding_classes(members, index_class)
    range_ = stated or rules.ranges[classes[0]]
    alike = index_class is None and len(set(factors)) == 1
    house_down, house_up = _house_ends(members, factors, range_)
    offset = min(classes, key=lambda c: rules.aggregation.product_group_offset[c])
    offset_rate, offset_rule = _stated_or(
        "product",
        name,
        members,
        rules.aggregation.product_group_offset[offset],
        rules.citations[f"product_group_offset_{offset}"],
    )
    portfolio_offset, portfolio_rule = _stated_or(
        "portfolio", name, members, rules.aggregation.portfolio_group_offset,
        rules.citations["portfolio_group_offset"],
    )  # fmt: skip
    return ClassGroup(
        name=name,
        underlying_class=classes[0],
        range=range_,
        factor=factors[0] if alike else 1.0,
        factor_rule=_factor_rule(members, factors[0] if alike else 1.0, rules),
        offset_rate=offset_rate,
        offset_rule=offset_rule,
        product_group=product_group,
        portfolio_group=portfolio_group,
        portfolio_offset=portfolio_offset,
        portfolio_rule=portfolio_rule,
        minimum_rule=_reports(u for u in members if not np.isnan(u.published.minimum)),
        house_down=house_down,
        house_up=house_up,
        row=members[-1].row,
    )


def _stated_range(name: str, members: list[Underlying]) -> ValuationRange | None:
    """The range that a report states for the product group of the members, None where none does."""
    stated = [u for u in members if u.published.has_moves]
    if not stated:
        return None
    down, up = (
        _agreed_number(
            f"move_{side}", name, members, [getattr(u.published, f"move_{side}") for u in stated]
        )
        for side in ("down", "up")
    )
    return ValuationRange(up=up, down=down, rule=_cited(stated[0], "product"), remark="")


def _stated_or(
    level: str, name: str, members: list[Underlying], otherwise: float, rule: str
) -> tuple[float, str]:
    """An offset and where it is stated: in a report, else by the rule."""
    rates = [getattr(u.published, f"{level}_offset") for u in members]
    stated = [u for u, rate in zip(members, rates, strict=True) if not np.isnan(rate)]
    if not stated:
        return otherwise, rule
    numbers = [rate for rate in rates if not np.isnan(rate)]
    return _agreed_number(f"{level}_offset", name, members, numbers), _cited(stated[0], level)


def _cited(member: Underlying, level: str) -> str:
    """A report as a citation: its name, its day, and the group."""
    report = getattr(member.published, f"{level}_groups_report")
    return f"{report} ({level} group {getattr(member, f'{level}_group')})"


def _factor_rule(members: list[Underlying], factor: float, rules: PortfolioRules) -> str:
    """Where the factors of the members are stated."""
    of_rule = rules.citations["leverage_multiplies_range"] if abs(factor) > 1 else ""
    return _reports(u for u in members if abs(u.leverage) != 1) or of_rule


def _reports(members: Iterable[Underlying]) -> str:
    """The lists of products that name these members."""
    return "; ".join(filter(None, _distinct(u.published.products_report for u in members)))


def _agreed_number(
    column: str, name: str, members: list[Underlying], numbers: list[float]
) -> float:
    """What all members that state a number state; refused where they differ."""
    if len(set(numbers)) > 1:
        found = (
            f"class group '{name}' at {' and '.join(f'{each:g}' for each in _distinct(numbers))}"
        )
        raise _refused(members[-1].row, column, found, f"one {column} for the class group")
    return numbers[0]


def _house_ends(
    members: list[Underlying], factors: list[float], rule: ValuationRange
) -> tuple[float, float]:
    """The widest ends that a house asks of any member, as moves of the group; 0 where none.

    What moves against its index, by a factor below 0, falls where the index rises. An end within
    the rule's is refused by name.
    """
    ends = {False: 0.0, True: 0.0}
    for underlying, factor in zip(members, factors, strict=True):
        house = underlying.house
        for column, is_up, move in (
            ("house_move_down", factor < 0, house.move_down),
            ("house_move_up", factor > 0, house.move_up),
        ):
            least = abs(factor) * (rule.up if is_up else rule.down)
            if move < least - _SAME_MOVE:
                found = f"{move:g} of {underlying.symbol}"
                wanted = f"{least:g} or more, which {rule.rule} asks"
                raise _refused(underlying.row, column, found, wanted)
            ends[is_up] = max(ends[is_up], 0.0 if np.isnan(move) else move / abs(factor))
    return ends[False], ends[True]


def _range_classes(
    name: str, members: list[Underlying], index_class: UnderlyingClass | None, rules: PortfolioRules
) -> list[UnderlyingClass]:
    """The classes whose range the group takes: the index's where the group has one."""
    deciding = _deciding_classes(members, index_class)
    if index_class is not None:
        _refuse_strangers(name, members, index_class)
    if len({_range_key(c, rules) for c in deciding}) > 1:
        found = f"class group '{name}' of {', '.join(deciding)}"
        wanted = "one range: a row for the index that the group follows, or separate class groups"
        raise _refused(members[-1].row, "class_group", found, wanted)
    return deciding


def _deciding_classes(
    members: list[Underlying], index_class: UnderlyingClass | None
) -> list[UnderlyingClass]:
    """The indexes' classes, else that of the index that the group follows, else the members'."""
    classes = _distinct(u.underlying_class for u in members)
    return [c for c in classes if c.is_index] or [index_class or c for c in classes]


def _refuse_strangers(name: str, members: list[Underlying], index_class: UnderlyingClass) -> None:
    """Refuse what is neither an index nor a fund on it: it does not move by the index's range."""
    fund = FUND_ON.get(index_class)
    for underlying in members:
        if not underlying.underlying_class.is_index and underlying.underlying_class is not fund:
            found = (
                f"{underlying.symbol}, {underlying.underlying_class}, with the index of '{name}'"
            )
            wanted = f"a fund on the index, of class {fund}" if fund else "indexes alone"
            raise _refused(underlying.row, "class_group", found, wanted)


def _refuse_mixed_product_groups(groups: list[ClassGroup], rules: PortfolioRules) -> None:
    """Refuse a product group whose class groups differ in range or offset: they do not net."""
    first: dict[str, ClassGroup] = {}
    for group in groups:
        if not group.product_group:
            continue
        other = first.setdefault(group.product_group, group)
        if _kind(other, rules) != _kind(group, rules):
            found = f"'{group.product_group}' of {other.name} and {group.name}"
            wanted = "class groups of one range in a product group"
            raise _refused(group.row, "product_group", found, wanted)


def _kind(group: ClassGroup, rules: PortfolioRules) -> tuple[float, ...]:
    """What the class groups of a product group have in common: moves and offset rate.

    Where a report states the moves, it says who is in the group, whatever their factors. Groups
    whose gains offset nothing stand alone, and need have nothing in common.
    """
    if not group.offset_rate:
        return ()
    if group.range is not rules.ranges[group.underlying_class]:
        return (group.range.up, group.range.down, group.offset_rate)
    return (*_range_key(group.underlying_class, rules), group.factor, group.offset_rate)


def _range_key(underlying_class: UnderlyingClass, rules: PortfolioRules) -> tuple[float, ...]:
    rule, house = rules.ranges[underlying_class], rules.house_ranges[underlying_class]
    return (rule.up, rule.down, house.up, house.down)


def _agreed(column: str, name: str, members: list[Underlying]) -> str:
    """What the members say in a column; rows that say nothing follow those that do."""
    said = _distinct(getattr(u, column) for u in members if getattr(u, column))
    if len(said) > 1:
        found = f"class group '{name}' in {' and '.join(said)}"
        raise _refused(members[-1].row, column, found, f"one {column} for the class group")
    return str(said[0]) if said else ""


def _refused(row: int, column: str, found: str, wanted: str) -> RefusedPosition:
    return RefusedPosition([Problem("market", row, column, found, wanted)])


def _distinct(items: Iterable[T]) -> list[T]:
    return list(dict.fromkeys(items))
