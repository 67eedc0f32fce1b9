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
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from itertools import groupby, product, repeat
from math import floor, inf
from typing import NamedTuple, TypeAlias, cast

import numpy as np

from xlmargin.arrays import alike, apart, as_float, beside
from xlmargin.strategy_margin.pairing.requirement_rules import RequirementRules
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
    uncovered: Sequence[float],
    lesser_side: Sequence[float],
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
    shorts: Sequence[int], uncovered: Sequence[float], lesser_side: Sequence[float]
) -> list[int]:
    """The order of short options, of many classes where that is one."""
    if len(shorts) == 1:
        return list(shorts)
    amounts = beside([*uncovered, *lesser_side]).reshape(-1, 2, len(uncovered)).tolist()
    orders = [_in_order(shorts, *own) for own in amounts]
    alike(cast("bool", np.array([order == orders[0] for order in orders])))
    return orders[0]


def _in_order(
    shorts: Sequence[int], uncovered: Sequence[float], lesser_side: Sequence[float]
) -> list[int]:
    """Greatest requirement first; among equals the dearest, whose value is required but once."""
    return sorted(
        shorts,
        key=lambda i: (-round(uncovered[i], _DECIMALS), -round(lesser_side[i], _DECIMALS), i),
    )


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
    partly = {i: requirements.partly_covered(stock, model.options[i]) for i in shorts}
    if len(sizes) == 1 and not index_calls and not any(alike(c < inf) for c in partly.values()):
        lots = float(floor(lots))
    row = model.builder.constraint(lots, lots)
    alone = requirements.stock(stock)
    model.add_amount(lot * alone, [(row, 1.0)], alone=lots)
    covered = {i: requirements.covered(stock, model.options[i]) for i in shorts}

    def add(role: Role, pair: tuple[int, ...], cost: float, shares_under: float) -> None:
        contracts = min(model.options[i].contracts for i in pair)
        entry = [(row, shares_under / lot)]
        model.add(Variable(role, pair, stock=number), cost, contracts, entry)

    for i in shorts:
        if alike(covered[i] < inf):
            add(Role.COVERED, (i,), covered[i], model.options[i].multiplier)
    of_terms = _of_terms(model.options, shorts)
    once = model.builder.constraint(upper=1.0)
    for i, cost in partly.items():
        left_over = shares % model.options[i].multiplier
        if alike(cost < inf) and left_over:
            entries = [(row, left_over / lot), (once, 1.0)]
            model.add(Variable(Role.PARTLY_COVERED, (i,), stock=number), cost, 1.0, entries)
    for j in longs:
        long = model.options[j]
        paid, by_itself = requirements.paid(long), requirements.long_alone(long)
        cost = requirements.protected(stock, long)
        if alike(cost < long.multiplier * alone + by_itself):
            add(Role.PROTECTED, (j,), cost - paid, long.multiplier)
        joined = _joined(model.options, stock, long, of_terms, requirements)
        for i in shorts:
            short = model.options[i]
            if i in joined and alike(joined[i] < covered[i] + by_itself):
                role = Role.CONVERSION if short.strike == long.strike else Role.COLLAR
                add(role, (i, j), joined[i] - paid, short.multiplier)
    for i in index_calls:
        call = model.options[i]
        add(
            Role.FUND,
            (i,),
            requirements.fund(stock, call),
            fund_shares_needed(stock.underlying, call),
        )


OfTerms: TypeAlias = list[tuple[list[int], OptionLeg]]
"""Short options that differ in strikes and values alone, and a leg whose are all of theirs."""


def _of_terms(options: Sequence[OptionLeg], shorts: Iterable[int]) -> OfTerms:
    """Short options of one stock, those of one expiration and multiplier as one leg."""
    by_terms: dict[tuple[float, float, bool, bool], list[int]] = defaultdict(list)
    for i in shorts:
        leg = options[i]
        by_terms[leg.expiration, leg.multiplier, leg.american, leg.settled].append(i)
    return [
        (
            members,
            replace(
                options[members[0]],
                strike=as_float(np.array([options[i].strike for i in members])),
                value=as_float(beside([options[i].value for i in members])),
            ),
        )
        for members in by_terms.values()
    ]


def _joined(
    options: Sequence[OptionLeg],
    stock: StockLeg,
    long: OptionLeg,
    of_terms: OfTerms,
    requirements: RequirementRules,
) -> dict[int, float]:
    """What stock, a long option and each short one of its multiplier require together, $."""
    found: dict[int, float] = {}
    for members, leg in of_terms:
        if leg.multiplier == long.multiplier:
            costs = requirements.joined(stock, long, leg, one_strike=False)
            each = apart(costs, beside([options[i].value for i in members]))
            found |= zip(members, each, strict=True)
            for i in members:
                if options[i].strike == long.strike:
                    found[i] = requirements.joined(stock, long, options[i], one_strike=True)
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
