"""Sets of long and short options under the general spread rule.

Calls are balanced and puts are balanced, each short stands beside a long of its kind that lives as
long, and the set requires the most that it can lose at any strike. The loss of two sets taken as
one is never more than the sum of theirs: so all contracts that may stand in one set do. How the
clause on expirations is read decides which may:

- pair by pair: one set, in which longs that expire on a day or later are at least as many as shorts
  that do;
- all shorts before the nearest long: a set for each day that shorts expire up to, and longs from;
- one expiration only: a set for each.

Rule: FINRA 4210(f)(2)(A)(xxxii), (H)(i).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from enum import Enum, auto
from itertools import pairwise
from math import inf
from typing import Final, NamedTuple, TypeAlias

from xlmargin.contracts import InstrumentKind
from xlmargin.strategy_margin.pairing.model import PairingModel, Role, Variable
from xlmargin.strategy_margin.rules.legs import OptionLeg

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
    return lambda leg: [(row, worth) for at, row in net if (worth := intrinsic(leg, at))]


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
