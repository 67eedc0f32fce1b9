"""The pairing of one class as a program: every short contract margined somewhere, once.

Contracts of one instrument may stand in spreads with their own style alone, in straddles with
their own size, and under shares of the instrument. Where a fund covers index calls, fund and index
are one program. Every "lesser of" in the rules is the program's own choice.

Spreads: in a set of long and short options calls are balanced and puts are balanced, each short
stands beside a long of its kind that lives as long, and the set requires the most that it can lose
at any strike. The loss of two sets taken as one is never more than the sum of theirs: so all
contracts that may stand in one set do. How the clause on expirations is read decides which may:

- pair by pair: one set, in which longs that expire on a day or later are at least as many as shorts
  that do;
- all shorts before the nearest long: a set for each day that shorts expire up to, and longs from;
- one expiration only: a set for each.

Long boxes of European options, at a share of the difference of their strikes: a long call and short
put at the lower strike with a long put and short call at the higher. What a box requires less what
the equity counts it at is linear in the strikes: so each half is a variable of its own, and halves
match when, at every strike, no more upper halves are taken up to there than lower halves below it.

Rule: FINRA 4210(f)(2)(A)(vi), (xxxii), (H)(i), (H)(v)e.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from enum import Enum, auto
from functools import reduce
from itertools import pairwise, product
from math import inf
from operator import or_
from typing import Final, NamedTuple, TypeAlias

import numpy as np

from xlmargin.arrays import every, greater, some, where
from xlmargin.contracts import InstrumentKind
from xlmargin.rulebook.sections import StrategySpreads
from xlmargin.strategy_margin.pairing.class_positions import ClassPositions
from xlmargin.strategy_margin.pairing.model import (
    PairingModel,
    Role,
    Variable,
    each_of,
    stock_variables,
    straddle_variables,
    uncovered_variables,
)
from xlmargin.strategy_margin.pairing.requirement_rules import RequirementRules
from xlmargin.strategy_margin.rules.hedged_stock import may_cover_index_call
from xlmargin.strategy_margin.rules.options import OptionLeg


def pairing_model(holdings: ClassPositions, requirements: RequirementRules) -> PairingModel:
    """All uses of all contracts and shares of a class, with their requirements."""
    kind = requirements.kind
    model = PairingModel(holdings.option_legs(kind))
    _add_shorts(model, holdings, requirements)
    _add_loan_values(model, requirements)
    for stock, held in zip(holdings.stock_legs(kind), holdings.stocks, strict=True):
        if every(stock.shares != 0):
            own = [
                i
                for i, option in enumerate(holdings.options)
                if option.leg.underlying.symbol == stock.underlying.symbol
                and not option.leg.settled
            ]
            number = holdings.stocks.index(held)
            stock_variables(model, stock, number, own, index_calls(holdings, number), requirements)
    _add_option_sets(model, holdings, requirements)
    return model


def index_calls(holdings: ClassPositions, stock: int) -> list[int]:
    """The short index calls that a long holding of a fund may cover."""
    fund = holdings.stocks[stock].leg
    return [
        i
        for i, option in enumerate(holdings.options)
        if fund.is_long
        and option.leg.is_call
        and not option.leg.is_long
        and not option.leg.settled
        and may_cover_index_call(fund.underlying, option.leg.underlying)
    ]


def _add_shorts(
    model: PairingModel, holdings: ClassPositions, requirements: RequirementRules
) -> None:
    """Shorts by themselves and in straddles, by instrument and size."""
    by_size: dict[tuple[int, float], list[int]] = defaultdict(list)
    for i, (leg, option) in enumerate(zip(model.options, holdings.options, strict=True)):
        if not leg.is_long:
            by_size[option.instrument, leg.units_per_contract].append(i)
    sold = [i for own in by_size.values() for i in own]
    uncovered, lesser_side = (
        each_of(model.options, sold, required)
        for required in (requirements.uncovered, requirements.lesser_side)
    )
    for _, shorts in sorted(by_size.items()):
        uncovered_variables(model, shorts, uncovered, lesser_side)
    for instrument in sorted({instrument for instrument, _ in by_size}):
        own = [i for (of, _), shorts in by_size.items() if of == instrument for i in shorts]
        straddle_variables(model, own, requirements)


def _add_loan_values(model: PairingModel, requirements: RequirementRules) -> None:
    """Long options by themselves, where less requires of them there than in a hedge."""
    for j, leg in enumerate(model.options):
        if leg.is_long:
            relief = requirements.long_alone(leg) - requirements.paid(leg)
            long = Variable(Role.LONG, (j,))
            model.add(long, relief, leg.contracts, permitted=relief != 0.0)


def _add_option_sets(
    model: PairingModel, holdings: ClassPositions, requirements: RequirementRules
) -> None:
    """Spreads and boxes, by instrument and style."""
    cash = requirements.is_cash
    by_style: dict[tuple[int, bool], list[int]] = defaultdict(list)
    for i, (leg, option) in enumerate(zip(model.options, holdings.options, strict=True)):
        if not cash or _settles_in_cash(leg):
            by_style[option.instrument, leg.american].append(i)
    sets = 0
    for (_, american), members in sorted(by_style.items()):
        sets += spread_variables(
            model, members, clause(requirements.rules.spreads, american, cash=cash), sets
        )
        if not american and requirements.long_box(0.0, 1.0):
            box_variables(model, members, requirements)


def _settles_in_cash(leg: OptionLeg) -> bool:
    """Whether an option may stand in a spread of a cash account."""
    return leg.underlying.underlying_class.is_index and not leg.american


def clause(spreads: StrategySpreads, american: bool, *, cash: bool = False) -> ExpirationClause:
    """How the clause on expirations is read for options of a style."""
    may_differ = american or spreads.european_calendar_spreads
    one_day = cash or spreads.same_expiry_only or not may_differ
    if not spreads.general_spread_rule:
        return ExpirationClause.TWO_LEGS_OF_ONE_EXPIRATION if one_day else ExpirationClause.TWO_LEGS
    if one_day:
        return ExpirationClause.ONE_EXPIRATION
    if spreads.all_shorts_before_nearest_long:
        return ExpirationClause.SHORTS_BEFORE_LONGS
    return ExpirationClause.PAIR_BY_PAIR


MANY_LEGS: Final = 200
"""Legs from which a set is written with few entries; below, a smaller program is faster."""

Marks: TypeAlias = list[tuple[float, bool]]
"""Strikes or days, and where each counts: of classes in columns another may be the same."""

Worths: TypeAlias = Callable[[OptionLeg], list[tuple[int, float]]]
"""A leg's entries for what one contract of the set's size adds to the net value, by row."""


class ExpirationClause(Enum):
    """How the clause on expirations is read, and what a spread was before there was a clause."""

    PAIR_BY_PAIR = auto()
    SHORTS_BEFORE_LONGS = auto()
    ONE_EXPIRATION = auto()
    TWO_LEGS = auto()
    """Before the general spread rule: a long and a short of one kind."""
    TWO_LEGS_OF_ONE_EXPIRATION = auto()


class SpreadSet(NamedTuple):
    """Legs that may stand in one set, and the days at which longs must cover shorts."""

    members: tuple[int, ...]
    days: Marks


def spread_variables(
    model: PairingModel, members: Sequence[int], clause: ExpirationClause, first: int
) -> int:
    """Variables for the spreads of options of one underlying and style; how many sets there are.

    `first` is the number of the first set.
    """
    sets = list(spread_sets(model.options, members, clause))
    for number, spread_set in enumerate(sets, first):
        _add_set(model, spread_set, number)
    return len(sets)


def spread_sets(
    options: Sequence[OptionLeg], members: Sequence[int], clause: ExpirationClause
) -> Iterable[SpreadSet]:
    """The sets that a reading of the rule allows; those without both sides are left out."""
    shorts = [i for i in members if not options[i].is_long]
    longs = [i for i in members if options[i].is_long]
    for chosen, days in _sets(options, shorts, longs, clause):
        kinds = {options[i].kind for i in chosen if options[i].is_long}
        kinds &= {options[i].kind for i in chosen if not options[i].is_long}
        balanced = tuple(i for i in chosen if options[i].kind in kinds)
        if balanced:
            yield SpreadSet(balanced, days)


def _sets(
    options: Sequence[OptionLeg], shorts: list[int], longs: list[int], clause: ExpirationClause
) -> Iterable[tuple[list[int], Marks]]:
    if clause is ExpirationClause.PAIR_BY_PAIR:
        yield shorts + longs, list(_days(options, shorts, longs))
        return
    sold = sorted({options[i].expiration for i in shorts})
    if clause is ExpirationClause.ONE_EXPIRATION:
        for day in sold:
            yield [i for i in shorts + longs if options[i].expiration == day], []
    elif clause is ExpirationClause.SHORTS_BEFORE_LONGS:
        for day, later in zip(sold, [*sold[1:], inf], strict=False):
            if any(day <= options[j].expiration < later for j in longs):
                before = [i for i in shorts if options[i].expiration <= day]
                yield before + [j for j in longs if options[j].expiration >= day], []
    else:
        one_day = clause is ExpirationClause.TWO_LEGS_OF_ONE_EXPIRATION
        for i in shorts:
            for j in longs:
                later = options[j].expiration > options[i].expiration
                if _covers(options[j], options[i]) and not (later and one_day):
                    yield [i, j], []


def _days(
    options: Sequence[OptionLeg], shorts: list[int], longs: list[int]
) -> Iterable[tuple[float, bool]]:
    """The days that shorts expire on, after which not every long is left."""
    for day, is_held in _distinct(
        [(options[i].expiration, options[i].contracts > 0) for i in shorts]
    ):
        ended = reduce(or_, (options[j].expiration < day for j in longs), False)
        if some(ended & is_held):
            yield day, ended & is_held


def _distinct(marks: Marks) -> Marks:
    """Strikes or days in their order, each of them once; in columns each counts where it is new."""
    if not any(isinstance(mark, np.ndarray) for mark, _ in marks):
        return [(mark, True) for mark in sorted({mark for mark, _ in marks})]
    found: Marks = []
    for mark, is_held in marks:
        known = reduce(or_, (held & (mark == other) for other, held in found), False)
        found.append((mark, is_held & np.logical_not(known)))
    return found


def _covers(long: OptionLeg, short: OptionLeg) -> bool:
    """Whether a long and a short of one kind make a spread of two legs."""
    return (
        long.kind == short.kind
        and long.expiration >= short.expiration
        and long.units_per_contract == short.units_per_contract
    )


def _add_set(model: PairingModel, spread_set: SpreadSet, number: int) -> None:
    """A variable for each leg in the set, and one for its loss at its worst strike."""
    legs = {i: model.options[i] for i in spread_set.members}
    inside = _inside(legs)
    size = max(leg.units_per_contract for leg in legs.values())
    kinds = sorted({leg.kind for leg in legs.values()})
    balance = {kind: model.builder.constraint(0.0, 0.0) for kind in kinds}
    alive = {
        (kind, place): model.builder.constraint(lower=0.0)
        for kind in kinds
        for place in range(len(spread_set.days))
    }
    strikes = _distinct([(leg.index_strike, inside[i]) for i, leg in legs.items()])
    worths = _worths_by_bend if len(legs) >= MANY_LEGS else _worths_at_each_strike
    worths_of = worths(model, strikes, size)
    for i, leg in legs.items():
        share = (1 if leg.is_long else -1) * leg.units_per_contract / size
        entries = [(balance[leg.kind], share)]
        entries += [
            (alive[leg.kind, place], where((leg.expiration >= day) & counts, share))
            for place, (day, counts) in enumerate(spread_set.days)
            if some(leg.expiration >= day)
        ]
        entries += [(row, share * worth) for row, worth in worths_of(leg)]
        spread = Variable(Role.SPREAD, (i,), spread=number)
        model.add(spread, 0.0, leg.contracts, entries, permitted=inside[i])


def _inside(legs: Mapping[int, OptionLeg]) -> dict[int, bool]:
    """Where each leg of a set may stand in a spread: beside one of its kind on the other side."""
    held = {i: leg.contracts > 0 for i, leg in legs.items()}
    sides: dict[tuple[InstrumentKind, bool], bool] = defaultdict(bool)
    for i, leg in legs.items():
        sides[leg.kind, leg.is_long] = sides[leg.kind, leg.is_long] | held[i]
    return {i: held[i] & sides[leg.kind, not leg.is_long] for i, leg in legs.items()}


def _worths_at_each_strike(model: PairingModel, strikes: Marks, size: float) -> Worths:
    """A row a strike: the net value of all legs there, and the loss, are not below zero."""
    net = [(strike, counts, model.builder.constraint(lower=0.0)) for strike, counts in strikes]
    model.add_amount(size, [(row, where(counts, 1.0)) for _, counts, row in net])

    def worths(leg: OptionLeg) -> list[tuple[int, float]]:
        each = [(row, counts, intrinsic(leg, strike)) for strike, counts, row in net]
        return [(row, where(counts, worth)) for row, counts, worth in each if some(worth > 0)]

    return worths


def _worths_by_bend(model: PairingModel, marks: Marks, size: float) -> Worths:
    """The same with few entries: an amount a strike, the net value above the worst.

    From strike to strike it is straight, level outside, and bends at a strike by the units there.
    The lowest strike's is the loss and what the puts are worth there.
    """
    strikes = [strike for strike, _ in marks]
    lowest = model.builder.constraint(0.0, 0.0)
    bends = {strike: model.builder.constraint(0.0, 0.0) for strike in strikes}
    model.add_amount(size, [(lowest, 1.0)])
    slopes = [0.0, *(1.0 / (high - low) for low, high in pairwise(strikes)), 0.0]
    rows = [None, *bends.values(), None]
    for place, (before, after) in enumerate(pairwise(slopes)):
        near = zip(rows[place : place + 3], (before, -before - after, after), strict=True)
        entries = [(row, slope) for row, slope in near if row is not None]
        model.add_amount(0.0, entries if place else [*entries, (lowest, -1.0)])

    def worths(leg: OptionLeg) -> list[tuple[int, float]]:
        return [(bends[leg.index_strike], -1.0), (lowest, intrinsic(leg, strikes[0]))]

    return worths


def intrinsic(leg: OptionLeg, price: float) -> float:
    """Intrinsic value, $ per unit, at a price of the full underlying."""
    if leg.kind == InstrumentKind.CALL:
        return greater(price - leg.index_strike, 0.0)
    return greater(leg.index_strike - price, 0.0)


Half: TypeAlias = tuple[float, tuple[int, int]]
"""Half a box: its strike, and its call and put."""


def box_variables(
    model: PairingModel, members: Iterable[int], requirements: RequirementRules
) -> None:
    """Variables for the halves of long boxes of one underlying's European options."""
    series: dict[tuple[float, float], list[int]] = defaultdict(list)
    for i in members:
        leg = model.options[i]
        series[leg.expiration, leg.units_per_contract].append(i)
    for _, own in sorted(series.items()):
        _add_boxes_of(model, own, requirements)


def may_box(holdings: ClassPositions, requirements: RequirementRules) -> bool:
    """Whether a class holds all four sides of a box of one expiration, where boxes count.

    Pairings of such a class that leave as much may require, and be counted at, different amounts.
    """
    if not requirements.long_box(0.0, 1.0):
        return False
    sides = defaultdict[tuple[int, float], set[tuple[bool, bool]]](set)
    for held in holdings.options:
        leg = held.leg
        if not leg.american:
            sides[held.instrument, leg.expiration].add((leg.is_call, leg.is_long))
    return any(len(own) == len(_SIDES) for own in sides.values())


_SIDES: Final = tuple(product((True, False), repeat=2))
"""A call and a put, long and short."""


def _add_boxes_of(
    model: PairingModel, members: Sequence[int], requirements: RequirementRules
) -> None:
    """Boxes of one expiration and size; each strike carries the lower halves left to the next."""
    lower, upper = halves(model.options, members)
    strikes = sorted({strike for strike, _ in lower} | {strike for strike, _ in upper})
    if not lower or not upper or lower[0][0] >= upper[-1][0]:
        return
    carried = [model.builder.constraint(0.0, 0.0) for _ in strikes[1:]]
    waiting = dict(zip(strikes, carried, strict=False))
    taking = dict(zip(strikes[1:], carried, strict=True))
    for side, sign, rows in ((lower, -1.0, waiting), (upper, 1.0, taking)):
        for strike, pair in side:
            if strike in rows:
                legs = [model.options[i] for i in pair]
                net = requirements.long_box(0.0, strike) - requirements.box_value(0.0, strike)
                cost = sign * legs[0].units_per_contract * net
                contracts = min(leg.contracts for leg in legs)
                model.add(Variable(Role.BOX, pair), cost, contracts, [(rows[strike], -sign)])
    for row, after in pairwise(carried):
        model.add_amount(0.0, [(row, -1.0), (after, 1.0)])
    model.add_amount(0.0, [(carried[-1], -1.0)])


def halves(options: Sequence[OptionLeg], members: Iterable[int]) -> tuple[list[Half], list[Half]]:
    """The lower halves - long call, short put - and the upper ones, each by strike."""
    at: dict[tuple[float, bool, bool], list[int]] = defaultdict(list)
    for i in members:
        leg = options[i]
        at[leg.index_strike, leg.is_call, leg.is_long].append(i)
    strikes = sorted({strike for strike, _, _ in at})
    lower, upper = (
        [
            (strike, pair)
            for strike in strikes
            for pair in product(at[strike, True, call_is_long], at[strike, False, not call_is_long])
        ]
        for call_is_long in (True, False)
    )
    return lower, upper
