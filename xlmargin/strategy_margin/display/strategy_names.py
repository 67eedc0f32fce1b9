"""The names of strategies, most specific first: what a reader calls what the pairing has chosen.

The table names; it requires nothing. Legs stand in a row's order, those of one side by strike, and
the row's condition requires of them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from enum import Enum
from functools import reduce
from itertools import pairwise
from math import gcd
from typing import Final, NamedTuple, TypeAlias

from xlmargin.arrays import IntArray
from xlmargin.strategy_margin.rules import hedged_stock, options, spreads, stock
from xlmargin.strategy_margin.rules.kinds import Paragraph
from xlmargin.strategy_margin.rules.options import OptionLeg


class LegSide(Enum):
    """One leg of a strategy: what it is, and whether it is held long or short."""

    LONG_CALL = "long call"
    SHORT_CALL = "short call"
    LONG_PUT = "long put"
    SHORT_PUT = "short put"
    LONG_STOCK = "long stock"
    SHORT_STOCK = "short stock"


LONG_CALL, SHORT_CALL, LONG_PUT, SHORT_PUT, LONG_STOCK, SHORT_STOCK = LegSide

Legs: TypeAlias = Sequence[OptionLeg]


class Strategy(NamedTuple):
    """A name, the legs it is made of, what must hold of the options, and its paragraphs."""

    name: str
    sides: tuple[LegSide, ...]
    condition: Callable[[Legs], bool]
    rule: Paragraph


def always(legs: Legs) -> bool:
    """Whatever strikes and expirations."""
    return True


def have_settled(legs: Legs) -> bool:
    """All options settled at the open of the day."""
    return all(leg.settled for leg in legs)


def one_expiration(legs: Legs) -> bool:
    """All options expire on one day."""
    return len({leg.expiration for leg in legs}) == 1


def strikes_ascend(legs: Legs) -> bool:
    """One expiration, and each strike above the one before."""
    return one_expiration(legs) and all(a.index_strike < b.index_strike for a, b in pairwise(legs))


def strikes_descend(legs: Legs) -> bool:
    """One expiration, and each strike below the one before."""
    return strikes_ascend(tuple(reversed(legs)))


def strikes_meet(legs: Legs) -> bool:
    """One expiration; the two inner options on one strike, between those of the outer two."""
    low, one, other, high = (leg.index_strike for leg in legs)
    return one_expiration(legs) and low < one == other < high


def wings_are_equal(legs: Legs) -> bool:
    """The inner strikes meet, as far from the lower outer strike as from the higher."""
    low, inner, _, high = (leg.index_strike for leg in legs)
    return strikes_meet(legs) and abs((inner - low) - (high - inner)) < _SAME_STRIKE


def ends_are_equal(legs: Legs) -> bool:
    """Strikes ascend, the first two as far apart as the last two."""
    a, b, c, d = (leg.index_strike for leg in legs)
    return strikes_ascend(legs) and abs((b - a) - (d - c)) < _SAME_STRIKE


def same_strike_and_expiration(legs: Legs) -> bool:
    """One strike and one expiration."""
    return one_expiration(legs) and len({leg.index_strike for leg in legs}) == 1


def same_strike(legs: Legs) -> bool:
    """One strike, whatever the expirations."""
    return len({leg.index_strike for leg in legs}) == 1


def long_later_at_one_strike(legs: Legs) -> bool:
    """A long, then a short option: on one strike, and the long one expires later."""
    return same_strike(legs) and long_later(legs)


def long_later(legs: Legs) -> bool:
    """A long, then a short option: the long one expires later."""
    return legs[0].expiration > legs[1].expiration


def calendars(legs: Legs) -> bool:
    """Two calendars: calls on one strike, puts on one strike, the long ones of one later day."""
    calls, puts = legs[:2], legs[2:]
    return (
        long_later_at_one_strike(calls)
        and long_later_at_one_strike(puts)
        and calls[0].expiration == puts[0].expiration
        and calls[1].expiration == puts[1].expiration
    )


def diagonals(legs: Legs) -> bool:
    """Calls and puts whose long ones expire later, the long ones on one day, the short on one."""
    calls, puts = legs[:2], legs[2:]
    return (
        long_later(calls)
        and calls[0].expiration == puts[0].expiration
        and calls[1].expiration == puts[1].expiration
    )


def buys_low(legs: Legs) -> bool:
    """A long box: long call and short put on one strike, long put and short call on a higher."""
    return one_expiration(legs) and _halves(legs)[0] < _halves(legs)[1]


def buys_high(legs: Legs) -> bool:
    """A short box: long call and short put on one strike, long put and short call on a lower."""
    return one_expiration(legs) and _halves(legs)[0] > _halves(legs)[1]


def _halves(legs: Legs) -> tuple[float, float]:
    """Strikes of the two halves of a box; equal where they are none."""
    long_call, short_put, long_put, short_call = (leg.index_strike for leg in legs)
    if long_call != short_put or long_put != short_call:
        return 0.0, 0.0
    return long_call, long_put


_SAME_STRIKE: Final = 1e-9
_IRON: Final = (LONG_PUT, SHORT_PUT, SHORT_CALL, LONG_CALL)
_REVERSE_IRON: Final = (SHORT_PUT, LONG_PUT, LONG_CALL, SHORT_CALL)
_CALLS: Final = (LONG_CALL, SHORT_CALL, SHORT_CALL, LONG_CALL)
_PUTS: Final = (LONG_PUT, SHORT_PUT, SHORT_PUT, LONG_PUT)
_SHORT_CALLS: Final = (SHORT_CALL, LONG_CALL, LONG_CALL, SHORT_CALL)
_SHORT_PUTS: Final = (SHORT_PUT, LONG_PUT, LONG_PUT, SHORT_PUT)
_BOX: Final = (LONG_CALL, SHORT_PUT, LONG_PUT, SHORT_CALL)
_TWO_AND_TWO: Final = (LONG_CALL, SHORT_CALL, LONG_PUT, SHORT_PUT)
_SPREAD: Final = spreads.SPREAD

STRATEGIES: Final = (
    Strategy("Conversion", (LONG_STOCK, SHORT_CALL, LONG_PUT), same_strike,
             hedged_stock.CONVERSION),
    Strategy("Collar", (LONG_STOCK, SHORT_CALL, LONG_PUT), always, hedged_stock.COLLAR),
    Strategy("Reverse conversion", (SHORT_STOCK, SHORT_PUT, LONG_CALL), same_strike,
             hedged_stock.REVERSE_CONVERSION),
    Strategy("Covered call", (LONG_STOCK, SHORT_CALL), always, hedged_stock.COVERED_CALL),
    Strategy("Covered put", (SHORT_STOCK, SHORT_PUT), always, hedged_stock.COVERED_PUT),
    Strategy("Protective put", (LONG_STOCK, LONG_PUT), always, hedged_stock.PROTECTIVE_PUT),
    Strategy("Protective call", (SHORT_STOCK, LONG_CALL), always, hedged_stock.PROTECTIVE_CALL),
    Strategy("Long box", _BOX, buys_low, _SPREAD),
    Strategy("Short box", _BOX, buys_high, _SPREAD),
    Strategy("Iron butterfly", _IRON, wings_are_equal, _SPREAD),
    Strategy("Broken-wing iron butterfly", _IRON, strikes_meet, _SPREAD),
    Strategy("Iron condor", _IRON, ends_are_equal, _SPREAD),
    Strategy("Broken-wing iron condor", _IRON, strikes_ascend, _SPREAD),
    Strategy("Long iron butterfly", _REVERSE_IRON, wings_are_equal, _SPREAD),
    Strategy("Broken-wing long iron butterfly", _REVERSE_IRON, strikes_meet, _SPREAD),
    Strategy("Long iron condor", _REVERSE_IRON, ends_are_equal, _SPREAD),
    Strategy("Broken-wing long iron condor", _REVERSE_IRON, strikes_ascend, _SPREAD),
    Strategy("Long call butterfly", _CALLS, wings_are_equal, _SPREAD),
    Strategy("Broken-wing call butterfly", _CALLS, strikes_meet, _SPREAD),
    Strategy("Long call condor", _CALLS, ends_are_equal, _SPREAD),
    Strategy("Broken-wing call condor", _CALLS, strikes_ascend, _SPREAD),
    Strategy("Long put butterfly", _PUTS, wings_are_equal, _SPREAD),
    Strategy("Broken-wing put butterfly", _PUTS, strikes_meet, _SPREAD),
    Strategy("Long put condor", _PUTS, ends_are_equal, _SPREAD),
    Strategy("Broken-wing put condor", _PUTS, strikes_ascend, _SPREAD),
    Strategy("Short call butterfly", _SHORT_CALLS, strikes_meet, _SPREAD),
    Strategy("Short call condor", _SHORT_CALLS, strikes_ascend, _SPREAD),
    Strategy("Short put butterfly", _SHORT_PUTS, strikes_meet, _SPREAD),
    Strategy("Short put condor", _SHORT_PUTS, strikes_ascend, _SPREAD),
    Strategy("Double calendar", _TWO_AND_TWO, calendars, _SPREAD),
    Strategy("Double diagonal", _TWO_AND_TWO, diagonals, _SPREAD),
    Strategy("Call debit spread", (LONG_CALL, SHORT_CALL), strikes_ascend, _SPREAD),
    Strategy("Call credit spread", (LONG_CALL, SHORT_CALL), strikes_descend, _SPREAD),
    Strategy("Put debit spread", (LONG_PUT, SHORT_PUT), strikes_descend, _SPREAD),
    Strategy("Put credit spread", (LONG_PUT, SHORT_PUT), strikes_ascend, _SPREAD),
    Strategy("Call calendar", (LONG_CALL, SHORT_CALL), long_later_at_one_strike, _SPREAD),
    Strategy("Put calendar", (LONG_PUT, SHORT_PUT), long_later_at_one_strike, _SPREAD),
    Strategy("Call diagonal", (LONG_CALL, SHORT_CALL), long_later, _SPREAD),
    Strategy("Put diagonal", (LONG_PUT, SHORT_PUT), long_later, _SPREAD),
    Strategy("Short straddle", (SHORT_PUT, SHORT_CALL), same_strike_and_expiration,
             options.STRADDLE),
    Strategy("Short strangle", (SHORT_PUT, SHORT_CALL), always, options.STRADDLE),
    Strategy("Settled call", (SHORT_CALL,), have_settled, options.UNCOVERED),
    Strategy("Settled put", (SHORT_PUT,), have_settled, options.UNCOVERED),
    Strategy("Settled call", (LONG_CALL,), have_settled, options.LONG_OPTION),
    Strategy("Settled put", (LONG_PUT,), have_settled, options.LONG_OPTION),
    Strategy("Uncovered call", (SHORT_CALL,), always, options.UNCOVERED),
    Strategy("Uncovered put", (SHORT_PUT,), always, options.UNCOVERED),
    Strategy("Long call", (LONG_CALL,), always, options.LONG_OPTION),
    Strategy("Long put", (LONG_PUT,), always, options.LONG_OPTION),
    Strategy("Long stock", (LONG_STOCK,), always, stock.LONG_STOCK),
    Strategy("Short stock", (SHORT_STOCK,), always, stock.SHORT_STOCK),
    Strategy("Short against the box", (LONG_STOCK, SHORT_STOCK), always, stock.AGAINST_THE_BOX),
)  # fmt: skip

_MOST_LEGS: Final = max(len(strategy.sides) for strategy in STRATEGIES)


def _counted(sides: Iterable[LegSide]) -> tuple[str, ...]:
    """The sides whatever their order: how many there are of each."""
    return tuple(sorted(side.value for side in sides))


_OF_SIDES: Final[dict[tuple[str, ...], list[Strategy]]] = defaultdict(list)
"""The rows of the table by what they are made of."""
for _strategy in STRATEGIES:
    _OF_SIDES[_counted(_strategy.sides)].append(_strategy)


def named(legs: Legs, contracts: Sequence[int], stock_sides: tuple[LegSide, ...] = ()) -> Strategy:
    """The first row of the table that fits options of these signed contracts, and stock.

    A spread that has no name is called by its legs.
    """
    unit = reduce(gcd, map(abs, contracts), 0) or 1
    sides = list(stock_sides)
    options: dict[LegSide, list[OptionLeg]] = {}
    for leg, held in zip(legs, contracts, strict=True):
        side = _side(leg, held)
        sides += [side] * (abs(held) // unit)
        options.setdefault(side, []).extend([leg] * (abs(held) // unit))
        if len(sides) > _MOST_LEGS:
            return _nameless(legs)
    for own in options.values():
        own.sort(key=lambda leg: (leg.index_strike, leg.expiration))
    for strategy in _OF_SIDES.get(_counted(sides), ()):
        waiting = {side: iter(own) for side, own in options.items()}
        ordered = [next(waiting[side]) for side in strategy.sides if side in waiting]
        if strategy.condition(ordered):
            return strategy
    return _nameless(legs)


def is_familiar(legs: Legs, contracts: IntArray) -> bool:
    """Whether options of these signed contracts have a name of their own."""
    held = [(leg, n) for leg, n in zip(legs, contracts.tolist(), strict=True) if n]
    found = named([leg for leg, _ in held], [n for _, n in held])
    return found in STRATEGIES


def _nameless(legs: Legs) -> Strategy:
    return Strategy(f"Spread of {len(legs)} options", (), always, _SPREAD)


def _side(leg: OptionLeg, contracts: int) -> LegSide:
    if leg.is_call:
        return LONG_CALL if contracts > 0 else SHORT_CALL
    return LONG_PUT if contracts > 0 else SHORT_PUT
