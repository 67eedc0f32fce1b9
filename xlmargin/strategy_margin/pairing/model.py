"""The model a pairing is solved by: a constraint for each holding, a variable for each use of it.

What a variable means is kept beside the program, so that a solution can be read back as strategies.

Short options stand by themselves, in straddles and in strangles: of a short put and a short call
together, the requirement is the greater one and the value of the other side. So, with the shorts in
order of their requirement, each may stand as the other side of an opposite short that comes before
it. Runs of calls and runs of puts take turns in that order; the opposite shorts of the run before
that are not taken yet are carried on to the next.

The costs of a model may be columns: those of many classes that differ in prices alone.

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
from functools import partial
from itertools import groupby, product, repeat
from math import floor, inf
from operator import attrgetter
from typing import Final, NamedTuple, cast

import numpy as np

from xlmargin.arrays import alike, apart, as_float, beside, each_alike
from xlmargin.strategy_margin.pairing.requirement_rules import RequirementRules
from xlmargin.strategy_margin.rules.hedged_stock import fund_shares_needed, may_hedge, may_join
from xlmargin.strategy_margin.rules.options import OptionLeg, has_loan_value, pairs_by_value
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
    shorts: list[int] = field(default_factory=list)
    """Short options by underlying and size, in the order of their requirement."""
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
    ) -> None:
        """A use of whole contracts: $ for each, greatest quantity, constraints beside its legs'.

        `contracts` are those of each option in one use.
        """
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
        """The program of each of many classes, whose costs and coefficients are columns."""
        return self.builder.build_each()


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
    order = _by_requirement(shorts, uncovered, lesser_side)
    model.shorts += order
    permitted = {i for i in shorts if alike(uncovered[i] < inf)}
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
            if before is not None and alike(lesser_side[i] < inf):
                taken = [(before, -1.0)]
                model.add(Variable(Role.LESSER_SIDE, (i,)), lesser_side[i], contracts, taken)
    left = [0.0, 0.0]
    for run, row, next_of_kind in zip(runs, carried, [*carried[2:], None, None], strict=False):
        onward = [] if next_of_kind is None else [(next_of_kind, 1.0)]
        own = sum(model.options[i].contracts for i in run if i in permitted)
        left.append(left[-2] + own)
        model.add_amount(0.0, [(row, -1.0), *onward], alone=left[-1])


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


def contracts_beside(one: OptionLeg, other: OptionLeg) -> float:
    """Contracts of the other option on as many units as one contract of the one."""
    return round(one.units_per_contract / other.units_per_contract, _DECIMALS)


def _by_requirement(
    shorts: Sequence[int], uncovered: Mapping[int, float], lesser_side: Mapping[int, float]
) -> list[int]:
    """The order of short options, of many classes where that is one.

    Greatest requirement first; among equals the dearest, whose value is required but once.
    """
    if len(shorts) == 1:
        return list(shorts)
    amounts = ([required[i] for i in shorts] for required in (lesser_side, uncovered))
    keys = [-np.round(np.atleast_2d(beside(each)), _DECIMALS) for each in amounts]
    orders = np.lexsort(keys)
    alike(cast("bool", (orders == orders[0]).all(axis=1)))
    return [shorts[place] for place in orders[0].tolist()]


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
    shorts, longs = _sides(model.options, own, stock.shares > 0)
    partly = each_of(
        model.options, shorts, requirements, partial(requirements.partly_covered, stock)
    )
    if len(sizes) == 1 and not index_calls and not any(alike(c < inf) for c in partly.values()):
        lots = float(floor(lots))
    row = model.builder.constraint(lots, lots)
    alone = requirements.stock(stock)
    model.add_amount(lot * alone, [(row, 1.0)], alone=lots)
    covered = each_of(model.options, shorts, requirements, partial(requirements.covered, stock))

    def add(role: Role, pair: tuple[int, ...], cost: float, shares_under: float) -> None:
        contracts = min(model.options[i].contracts for i in pair)
        entry = [(row, shares_under / lot)]
        model.add(Variable(role, pair, stock=number), cost, contracts, entry)

    for i in shorts:
        if alike(covered[i] < inf):
            add(Role.COVERED, (i,), covered[i], model.options[i].multiplier)
    once = model.builder.constraint(upper=1.0)
    for i, cost in partly.items():
        left_over = shares % model.options[i].multiplier
        if alike(cost < inf) and left_over:
            entries = [(row, left_over / lot), (once, 1.0)]
            model.add(Variable(Role.PARTLY_COVERED, (i,), stock=number), cost, 1.0, entries)
    paid, by_itself, protected = (
        each_of(model.options, longs, requirements, required)
        for required in (
            requirements.paid,
            requirements.long_alone,
            partial(requirements.protected, stock),
        )
    )
    joined = _joined(model.options, stock, longs, covered, by_itself, requirements)
    for j in longs:
        multiplier = model.options[j].multiplier
        if alike(protected[j] < multiplier * alone + by_itself[j]):
            add(Role.PROTECTED, (j,), protected[j] - paid[j], multiplier)
        for i in shorts:
            if (i, j) in joined:
                role, cost = joined[i, j]
                add(role, (i, j), cost - paid[j], multiplier)
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
    requirements: RequirementRules,
    required: Callable[[OptionLeg], float],
) -> dict[int, float]:
    """What is required of each of these options, those of one shape worked out at once."""
    found: dict[int, float] = {}
    for own in _by_shape(options, members, requirements):
        if len(own) == 1:
            found[own[0]] = required(options[own[0]])
            continue
        leg = _as_one(options, own)
        found |= zip(own, apart(required(leg), np.asarray(leg.value)), strict=True)
    return {i: found[i] for i in members}


def _by_shape(
    options: Sequence[OptionLeg], members: Iterable[int], requirements: RequirementRules
) -> list[list[int]]:
    """Options of one underlying whose requirements are one formula of strike and value.

    When they expire decides whether they have loan value, and what they may stand with.
    """
    by_shape: dict[Hashable, list[int]] = defaultdict(list)
    for i in members:
        leg = options[i]
        lasts = leg.is_long and has_loan_value(leg, requirements.rules.as_of, requirements.rules)
        by_shape[lasts, _SHAPE(leg)].append(i)
    return list(by_shape.values())


_SHAPE: Final = attrgetter(
    *("kind", "is_long", "multiplier", "scale", "american", "settled"), "underlying.symbol"
)


def _as_one(options: Sequence[OptionLeg], members: Sequence[int]) -> OptionLeg:
    """Options of one shape as one, whose strikes and values are theirs side by side."""
    return replace(
        options[members[0]],
        strike=as_float(np.array([options[i].strike for i in members])),
        value=as_float(beside([options[i].value for i in members])),
    )


def _joined(
    options: Sequence[OptionLeg],
    stock: StockLeg,
    longs: Iterable[int],
    covered: Mapping[int, float],
    by_itself: Mapping[int, float],
    requirements: RequirementRules,
) -> dict[tuple[int, int], tuple[Role, float]]:
    """What stock, a short and a long option of one multiplier require together, $.

    Those alone that require less than the short one covered and the long one `by_itself`.
    """
    found: dict[tuple[int, int], tuple[Role, float]] = {}
    shapes = (_by_shape(options, members, requirements) for members in (covered, longs))
    for shorts, own in product(*shapes):
        by_role: dict[Role, list[tuple[int, int]]] = defaultdict(list)
        if options[shorts[0]].multiplier != options[own[0]].multiplier:
            continue
        long_by_day, short_by_day = (
            {options[i].expiration: i for i in legs} for legs in (own, shorts)
        )
        may = {
            (day, other): may_join(options[j], options[i], requirements.rules)
            for (day, i), (other, j) in product(short_by_day.items(), long_by_day.items())
        }
        for i, j in product(shorts, own):
            short, long = options[i], options[j]
            if may[short.expiration, long.expiration]:
                one_strike = short.strike == long.strike
                by_role[Role.CONVERSION if one_strike else Role.COLLAR].append((i, j))
        for role, pairs in by_role.items():
            short, long = (_as_one(options, side) for side in zip(*pairs, strict=True))
            one_strike = role is Role.CONVERSION
            costs = requirements.joined(stock, long, short, one_strike=one_strike)
            apart_cost = beside([covered[i] + by_itself[j] for i, j in pairs])
            lower = each_alike(np.broadcast_to(costs < apart_cost, np.shape(short.value)))
            each = zip(pairs, apart(costs, np.asarray(short.value)), lower.tolist(), strict=True)
            found |= {pair: (role, cost) for pair, cost, is_lower in each if is_lower}
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
