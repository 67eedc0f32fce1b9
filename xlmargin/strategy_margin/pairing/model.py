"""The model a pairing is solved by: a constraint for each holding, a variable for each use of it.

What a variable means is kept beside the program, so that a solution can be read back as strategies.

Short options stand by themselves, in straddles and in strangles: of a short put and a short call
together, the requirement is the greater one and the value of the other side. So, with the shorts in
order of their requirement, each may stand as the other side of an opposite short that comes before
it. Runs of calls and runs of puts take turns in that order; the opposite shorts of the run before
that are not taken yet are carried on to the next.

What a model is made of may be columns: prices, strikes, days and contracts of many classes, an
entry each. A variable is there where any of them has a use for it; the others can use none of it.

Shares stand alone, or under options in lots of the options' multipliers: covering a short one,
protected by a long one, or both. Shares beyond the last lot stand alone. A fund's shares may also
cover short calls on its index.

Rule: 12 CFR 220.4(b), 220.12; FINRA 4210(f)(2)(E)(i), (G)(i), (H)(v), (I).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from functools import partial, reduce
from itertools import groupby, product, repeat
from math import inf
from operator import attrgetter, or_
from typing import Final, NamedTuple, cast

import numpy as np

from xlmargin.arrays import (
    BoolArray,
    IntArray,
    apart,
    as_float,
    beside,
    every,
    lesser,
    some,
    where,
)
from xlmargin.strategy_margin.pairing.requirement_rules import RequirementRules, contracts_beside
from xlmargin.strategy_margin.rules.hedged_stock import fund_shares_needed, may_hedge
from xlmargin.strategy_margin.rules.options import OptionLeg, pairs_by_value
from xlmargin.strategy_margin.rules.stock import StockLeg
from xlmargin.strategy_margin.solver.program import Program, ProgramBuilder


class Role(Enum):
    """What a contract, or a lot of stock with its contracts, is used for."""

    UNCOVERED = auto()
    """A short option by itself, or the greater side of a straddle or strangle."""
    LESSER_SIDE = auto()
    """The side of a straddle or strangle that adds the option's value alone."""
    SPREAD = auto()
    """Part of a set margined under the general spread rule."""
    BOX = auto()
    """A long call and short put, or a long put and short call, of a long European box."""
    STRADDLE = auto()
    """A short put and a short call, in a pairing that is solved."""
    LONG = auto()
    """A long option in no hedge or spread."""
    STOCK = auto()
    """Stock by itself."""
    AGAINST_THE_BOX = auto()
    """Stock held long and sold short at once."""
    COVERED = auto()
    PARTLY_COVERED = auto()
    """A short option on more shares than are left over from whole lots, which cover a part."""
    PROTECTED = auto()
    COLLAR = auto()
    CONVERSION = auto()
    """A conversion, or a reverse conversion where the stock is short."""
    FUND = auto()
    """A short index call covered by a fund."""
    NOT_PERMITTED = auto()
    """A short option that the account may not carry; there to be refused by name."""


class Variable(NamedTuple):
    """What one variable of the program stands for: a use of option legs, of stock, in one spread.

    `stock` is the index of a stock leg, or -1; `spread` numbers the sets of the general spread
    rule.
    """

    role: Role
    options: tuple[int, ...]
    stock: int = -1
    spread: int = -1


@dataclass
class PairingModel:
    """The program in the making, the meaning of its variables, a constraint of each option leg."""

    options: tuple[OptionLeg, ...]
    builder: ProgramBuilder = field(default_factory=ProgramBuilder)
    variables: list[Variable | None] = field(default_factory=list)
    alone: list[float] = field(default_factory=list)
    """Quantity of each variable if everything stands by itself: a pairing that is always there."""
    orders: list[IntArray] = field(default_factory=list)
    """Short options by underlying and size, in the order of their requirement.

    Each has shape (classes, shorts), or one row for all."""
    held: list[int] = field(init=False)

    def __post_init__(self) -> None:
        """A row an option leg: every short contract is used; a long one need not be."""
        self.held = [
            self.builder.constraint(0 if leg.is_long else leg.contracts, leg.contracts)
            for leg in self.options
        ]

    def add(
        self,
        variable: Variable,
        cost: float,
        upper: float,
        entries: Iterable[tuple[int, float]] = (),
        contracts: Iterable[float] = repeat(1.0),
        permitted: bool = True,
    ) -> None:
        """A use of whole contracts: $ for each, greatest quantity, constraints beside its legs'.

        `contracts` are those of each option in one use. There is none where it is not `permitted`.
        """
        if not some(permitted):
            return
        cost, upper = where(permitted, cost), where(permitted, upper)
        own = [(self.held[i], n) for i, n in zip(variable.options, contracts, strict=False)]
        self.builder.variable(cost, upper, [*own, *entries])
        self.variables.append(variable)
        self.alone.append(upper if variable.role in (Role.UNCOVERED, Role.NOT_PERMITTED) else 0.0)

    def add_amount(
        self,
        cost: float,
        entries: Iterable[tuple[int, float]],
        alone: float = 0.0,
    ) -> None:
        """A quantity that is an amount and no use of contracts: it need not be whole."""
        self.builder.variable(cost, inf, entries, integer=False)
        self.variables.append(None)
        self.alone.append(alone)

    def build(self) -> Program:
        """The program."""
        return self.builder.build()

    def build_each(self) -> list[Program]:
        """The program of each of many classes, that are written in columns."""
        return self.builder.build_each()

    def shorts(self, number: int = 0) -> list[int]:
        """Short options by underlying and size, in the order of what a class requires of them."""
        return [i for order in self.orders for i in order[number if len(order) > 1 else 0].tolist()]


NOT_PERMITTED = 1e8
"""Cost in the program, $ per contract, for a short that the account may not carry."""

_DECIMALS = 9
"""To how many decimals requirements are compared, so that equal ones count as equal."""


def uncovered_variables(
    model: PairingModel,
    shorts: Sequence[int],
    uncovered: Mapping[int, float],
    lesser_side: Mapping[int, float],
) -> None:
    """Variables for shorts of one underlying and one size, by themselves and in straddles.

    `uncovered` is the requirement of each option by itself and `lesser_side` that of the other side
    of a straddle, $ per contract; infinite where the account does not permit it.
    """
    orders = _by_requirement(shorts, uncovered, lesser_side)
    model.orders.append(orders)
    if (orders != orders[0]).any():
        _in_any_order(model, shorts, orders, uncovered, lesser_side)
        return
    order = orders[0].tolist()
    permitted = {i for i in shorts if every(uncovered[i] < inf)}
    runs = [list(run) for _, run in groupby(order, key=lambda i: model.options[i].kind)]
    carried = [model.builder.constraint(0.0, 0.0) for _ in runs[1:]]
    for run, before, after in zip(runs, [None, *carried], [*carried, None], strict=True):
        for i in run:
            contracts = model.options[i].contracts
            ahead = [] if after is None else [(after, 1.0)]
            if i in permitted:
                model.add(Variable(Role.UNCOVERED, (i,)), uncovered[i], contracts, ahead)
            else:
                model.add(Variable(Role.NOT_PERMITTED, (i,)), NOT_PERMITTED, contracts)
            if before is not None and every(lesser_side[i] < inf):
                taken = [(before, -1.0)]
                model.add(Variable(Role.LESSER_SIDE, (i,)), lesser_side[i], contracts, taken)
    left = [0.0, 0.0]
    for run, row, next_of_kind in zip(runs, carried, [*carried[2:], None, None], strict=False):
        onward = [] if next_of_kind is None else [(next_of_kind, 1.0)]
        own = sum(model.options[i].contracts for i in run if i in permitted)
        left.append(left[-2] + own)
        model.add_amount(0.0, [(row, -1.0), *onward], alone=left[-1])


def _in_any_order(
    model: PairingModel,
    shorts: Sequence[int],
    orders: IntArray,
    uncovered: Mapping[int, float],
    lesser_side: Mapping[int, float],
) -> None:
    """The same where the order differs from class to class: a constraint for each short.

    Up to it no more of its kind stand as other sides than opposite ones by themselves.
    """
    places = np.argsort(orders, axis=1)
    place = {i: places[:, [k]] for k, i in enumerate(sorted(shorts))}
    rows = {i: model.builder.constraint(lower=0.0) for i in shorts}
    legs = {i: model.options[i] for i in shorts}
    for i, leg in legs.items():
        same = [j for j, other in legs.items() if other.kind is leg.kind]
        opposite = [j for j, other in legs.items() if other.kind is not leg.kind]
        permitted, contracts = uncovered[i] < inf, leg.contracts
        ahead = [(rows[j], where(_both(place[i] < place[j], legs[j]), 1.0)) for j in opposite]
        taken = [(rows[j], where(_both(place[i] <= place[j], legs[j]), -1.0)) for j in same]
        before = [_both(place[j] < place[i], legs[j]) for j in opposite]
        model.add(
            Variable(Role.UNCOVERED, (i,)), uncovered[i], contracts, ahead, permitted=permitted
        )
        refused = Variable(Role.NOT_PERMITTED, (i,))
        model.add(refused, NOT_PERMITTED, contracts, permitted=permitted ^ True)
        lesser = reduce(or_, before, False) & (lesser_side[i] < inf)
        model.add(
            Variable(Role.LESSER_SIDE, (i,)), lesser_side[i], contracts, taken, permitted=lesser
        )


def _both(is_so: BoolArray, leg: OptionLeg) -> bool:
    """Where it is so, and a class holds contracts of the leg."""
    return cast("bool", is_so & (leg.contracts > 0))


def straddle_variables(
    model: PairingModel, shorts: Sequence[int], requirements: RequirementRules
) -> None:
    """Variables for straddles of unlike contracts of one broad index: as many as stand for one."""
    if len({model.options[i].units_per_contract for i in shorts}) <= 1:
        return
    for i, j in product(shorts, repeat=2):
        one, other = model.options[i], model.options[j]
        beside = contracts_beside(one, other)
        if (
            beside > 1
            and beside == round(beside)
            and one.kind != other.kind
            and pairs_by_value(one)
            and other.contracts >= beside
        ):
            most = min(one.contracts, other.contracts // beside)
            straddle = Variable(Role.STRADDLE, (i, j))
            cost = requirements.straddle(one, other)
            model.add(straddle, cost, most, contracts=(1.0, beside))


def _by_requirement(
    shorts: Sequence[int], uncovered: Mapping[int, float], lesser_side: Mapping[int, float]
) -> IntArray:
    """The order of short options, shape (classes, shorts), or one row for all.

    Greatest requirement first; among equals the dearest, whose value is required but once.
    """
    if len(shorts) == 1:
        return np.array([shorts])
    amounts = ([required[i] for i in shorts] for required in (lesser_side, uncovered))
    keys = [-np.round(np.atleast_2d(beside(each)), _DECIMALS) for each in amounts]
    return np.asarray(shorts)[np.lexsort(keys)]


def stock_variables(
    model: PairingModel,
    stock: StockLeg,
    number: int,
    own: Sequence[int],
    index_calls: Sequence[int],
    requirements: RequirementRules,
) -> None:
    """Variables for the uses of one underlying's net shares.

    `own` are the options on it, `index_calls` the short calls on an index that it may cover.
    """
    shares = abs(stock.shares)
    sizes = {model.options[i].multiplier for i in own}
    lot = min(sizes, default=1.0)
    lots = shares / lot
    shorts, longs = _sides(model.options, own, stock.is_long)
    partly = each_of(model.options, shorts, partial(requirements.partly_covered, stock))
    if len(sizes) == 1 and not index_calls and all(every(c == inf) for c in partly.values()):
        lots = lots // 1
    row = model.builder.constraint(lots, lots)
    alone = requirements.stock(stock)
    model.add_amount(lot * alone, [(row, 1.0)], alone=lots)
    covered = each_of(model.options, shorts, partial(requirements.covered, stock))

    def add(
        role: Role, pair: tuple[int, ...], cost: float, shares_under: float, permitted: bool = True
    ) -> None:
        contracts = reduce(lesser, (model.options[i].contracts for i in pair), inf)
        entry = [(row, shares_under / lot)]
        model.add(Variable(role, pair, stock=number), cost, contracts, entry, permitted=permitted)

    for i in shorts:
        add(Role.COVERED, (i,), covered[i], model.options[i].multiplier, covered[i] < inf)
    once = model.builder.constraint(upper=1.0)
    for i, cost in partly.items():
        left_over, most = (
            shares % model.options[i].multiplier,
            lesser(1.0, model.options[i].contracts),
        )
        entries = [(row, left_over / lot), (once, 1.0)]
        permitted = (cost < inf) & (left_over > 0)
        model.add(
            Variable(Role.PARTLY_COVERED, (i,), stock=number),
            cost,
            most,
            entries,
            permitted=permitted,
        )
    paid, by_itself, protected = (
        each_of(model.options, longs, required)
        for required in (
            requirements.paid,
            requirements.long_alone,
            partial(requirements.protected, stock),
        )
    )
    joined = _joined(model.options, stock, longs, covered, by_itself, requirements)
    for j in longs:
        multiplier = model.options[j].multiplier
        lower = protected[j] < multiplier * alone + by_itself[j]
        add(Role.PROTECTED, (j,), protected[j] - paid[j], multiplier, lower)
        for i in shorts:
            for role, cost, permitted in joined.get((i, j), ()):
                add(role, (i, j), cost - paid[j], multiplier, permitted)
    for i in index_calls:
        call = model.options[i]
        add(
            Role.FUND,
            (i,),
            requirements.fund(stock, call),
            fund_shares_needed(stock.underlying, call),
        )


def each_of(
    options: Sequence[OptionLeg],
    members: Sequence[int],
    required: Callable[[OptionLeg], float],
) -> dict[int, float]:
    """What is required of each of these options, those of one shape worked out at once."""
    found: dict[int, float] = {}
    for own in _by_shape(options, members):
        if len(own) == 1:
            found[own[0]] = required(options[own[0]])
            continue
        leg = _as_one(options, own)
        found |= zip(own, apart(required(leg), np.asarray(leg.value)), strict=True)
    return {i: found[i] for i in members}


def _by_shape(options: Sequence[OptionLeg], members: Iterable[int]) -> list[list[int]]:
    """Options of one underlying whose requirements are one formula of strike, day and value."""
    by_shape: dict[Hashable, list[int]] = defaultdict(list)
    for i in members:
        by_shape[_SHAPE(options[i])].append(i)
    return list(by_shape.values())


_SHAPE: Final = attrgetter(
    *("kind", "is_long", "multiplier", "scale", "american", "settled"), "underlying.symbol"
)


def _as_one(options: Sequence[OptionLeg], members: Sequence[int]) -> OptionLeg:
    """Options of one shape as one, whose strikes, days and values are theirs side by side."""
    return replace(
        options[members[0]],
        strike=as_float(beside([options[i].strike for i in members])),
        expiration=as_float(beside([options[i].expiration for i in members])),
        value=as_float(beside([options[i].value for i in members])),
    )


def _joined(
    options: Sequence[OptionLeg],
    stock: StockLeg,
    longs: Iterable[int],
    covered: Mapping[int, float],
    by_itself: Mapping[int, float],
    requirements: RequirementRules,
) -> dict[tuple[int, int], list[tuple[Role, float, bool]]]:
    """What stock, a short and a long option of one multiplier require together, $.

    Those alone that require less than the short one covered and the long one `by_itself`: as what
    they stand, and where.
    """
    found: dict[tuple[int, int], list[tuple[Role, float, bool]]] = defaultdict(list)
    shapes = (_by_shape(options, members) for members in (covered, longs))
    for shorts, own in product(*shapes):
        if options[shorts[0]].multiplier != options[own[0]].multiplier:
            continue
        pairs = list(product(shorts, own))
        short, long = (_as_one(options, side) for side in zip(*pairs, strict=True))
        value = np.asarray(short.value)
        apart_cost = as_float(beside([covered[i] + by_itself[j] for i, j in pairs]))
        of_one_strike = short.strike == long.strike
        for role in (Role.CONVERSION, Role.COLLAR):
            one_strike = role is Role.CONVERSION
            costs = requirements.joined(stock, long, short, one_strike=one_strike)
            lower = (costs < apart_cost) & (of_one_strike == one_strike)
            each = zip(pairs, apart(costs, value), apart(lower, value), strict=True)
            for pair, cost, is_lower in each:
                if some(cast("bool", is_lower)):
                    found[pair].append((role, cost, cast("bool", is_lower)))
    return found


def _sides(
    options: Sequence[OptionLeg], own: Sequence[int], is_long: bool
) -> tuple[list[int], list[int]]:
    """Short options that the stock may cover, and long ones that may protect it."""
    shorts = [i for i in own if not options[i].is_long and options[i].is_call == is_long]
    longs = [
        i
        for i in own
        if options[i].is_long and options[i].is_call != is_long and may_hedge(options[i])
    ]
    return shorts, longs
