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
from collections.abc import Callable, Iterable, Sequence
from enum import Enum, auto
from itertools import pairwise, product
from math import inf
from typing import Final, NamedTuple, TypeAlias

from xlmargin.arrays import alike
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
        if stock.shares:
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
        if fund.shares > 0
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
        each_of(model.options, sold, requirements, required)
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
            if alike(relief != 0.0):
                model.add(Variable(Role.LONG, (j,)), relief, leg.contracts)


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
    days: tuple[float, ...]


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
            yield SpreadSet(balanced, tuple(days))


def _sets(
    options: Sequence[OptionLeg], shorts: list[int], longs: list[int], clause: ExpirationClause
) -> Iterable[tuple[list[int], list[float]]]:
    sold = sorted({options[i].expiration for i in shorts})
    if clause is ExpirationClause.PAIR_BY_PAIR:
        days = [day for day in sold if any(options[j].expiration < day for j in longs)]
        yield shorts + longs, days
    elif clause is ExpirationClause.ONE_EXPIRATION:
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
    size = max(leg.units_per_contract for leg in legs.values())
    kinds = sorted({leg.kind for leg in legs.values()})
    balance = {kind: model.builder.constraint(0.0, 0.0) for kind in kinds}
    alive = {
        (k, day): model.builder.constraint(lower=0.0) for k in kinds for day in spread_set.days
    }
    strikes = sorted({leg.index_strike for leg in legs.values()})
    worths = _worths_by_bend if len(legs) >= MANY_LEGS else _worths_at_each_strike
    worths_of = worths(model, strikes, size)
    for i, leg in legs.items():
        share = (1 if leg.is_long else -1) * leg.units_per_contract / size
        entries = [(balance[leg.kind], share)]
        entries += [
            (alive[leg.kind, day], share) for day in spread_set.days if leg.expiration >= day
        ]
        entries += [(row, share * worth) for row, worth in worths_of(leg)]
        model.add(Variable(Role.SPREAD, (i,), spread=number), 0.0, leg.contracts, entries)


def _worths_at_each_strike(model: PairingModel, strikes: Sequence[float], size: float) -> Worths:
    """A row a strike: the net value of all legs there, and the loss, are not below zero."""
    net = [(strike, model.builder.constraint(lower=0.0)) for strike in strikes]
    model.add_amount(size, [(row, 1.0) for _, row in net])

    def worths(leg: OptionLeg) -> list[tuple[int, float]]:
        strike = leg.index_strike
        if leg.is_call:
            return [(row, at - strike) for at, row in net if at > strike]
        return [(row, strike - at) for at, row in net if at < strike]

    return worths


def _worths_by_bend(model: PairingModel, strikes: Sequence[float], size: float) -> Worths:
    """The same with few entries: an amount a strike, the net value above the worst.

    From strike to strike it is straight, level outside, and bends at a strike by the units there.
    The lowest strike's is the loss and what the puts are worth there.
    """
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
        return max(price - leg.index_strike, 0.0)
    return max(leg.index_strike - price, 0.0)


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
