"""The order of a day's transactions that leaves the largest intraday margin deficit.

Where the order is not known, any set of a stretch's events may have been made before the rest. The
level after a set is the level before the stretch and what each part of the account and its cash
have changed by, and these add up: so the lowest level is found part by part. Within a part the
excess depends on the holding alone, and of all sets that lead to one holding only the one with the
least cash can matter. The search is exact.

Unless no level is below the first, the lowest one is first reached by a transaction that reduces
it. If none is, a deficit can only follow where the first itself is negative, and the transaction
that reduces is sought one by one.

Rule: FINRA 4210(d)(2), unknown order.

Orders of several legs that are one strategy may be one transaction where they are done at one time.

Rule: FINRA 4210(d)(2), (f)(2).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final, TypeAlias

import numpy as np

from xlmargin.book import Book
from xlmargin.errors import InputError, Problem
from xlmargin.intraday.account_days import AccountDay, DayEvent, Stretch, Transaction
from xlmargin.intraday.deficits import LEAST_FALL
from xlmargin.intraday.levels import Holding, Levels, book_of_holdings, with_changes
from xlmargin.strategy_margin import RequirementKind, strategy_margin

MOST_HOLDINGS: Final = 4_096
"""Holdings of one part that the transactions of a day may lead to: those of 12 contracts."""

MOST_STEPS: Final = 2_000_000
"""Of the search through what the transactions of all days may lead to, one by one."""

_DECIMALS: Final = 6
"""Of dollars that are compared: sums of the same amounts differ by less."""


@dataclass(frozen=True)
class _Made:
    """Some events of one part, and what they add to the cash, $."""

    cash: float
    events: tuple[DayEvent, ...]

    def then(self, event: DayEvent) -> _Made:
        return _Made(self.cash + event.cash, (*self.events, event))

    def leaves_less_than(self, other: _Made) -> bool:
        return round(self.cash - other.cash, _DECIMALS) < 0


_NONE_MADE: Final = _Made(0.0, ())


def reachable_holdings(stretches: Iterable[Stretch]) -> Iterator[Holding]:
    """Every holding of a part that some events of a stretch lead to.

    Refused where there are more than can be looked at, of one part or in all.
    """
    steps = 0
    for stretch in stretches:
        for part, events in _by_part(stretch):
            found = {stretch.before.holding(part)}
            for event in events:
                steps += len(found)
                found |= {with_changes(holding, event.changes) for holding in found}
                if len(events) > 1 and (len(found) > MOST_HOLDINGS or steps > MOST_STEPS):
                    raise _refused(stretch, events)
            yield from found


def worst_order(stretch: Stretch, levels: Levels) -> tuple[DayEvent, ...]:
    """The events of a stretch in an order with the largest deficit; as they stand without one.

    `levels` has every reachable holding.
    """
    if len(stretch.events) == 1:
        return stretch.events
    parts, before = _by_part(stretch), stretch.before
    lowest = [_lowest(before.holding(part), own, levels) for part, own in parts]
    first = sorted((event for made in lowest for event in made), key=lambda event: event.row)
    if not first and before.level(levels).excess < 0:
        first = _lowest_reduced(stretch, levels)
    return (*first, *(e for e in stretch.events if not any(e is f for f in first)))


def _by_part(stretch: Stretch) -> list[tuple[int, tuple[DayEvent, ...]]]:
    """The events of each part; cash paid in and out is one more."""
    by_part = sorted(stretch.events, key=lambda event: event.part)
    return [(part, tuple(own)) for part, own in groupby(by_part, key=lambda event: event.part)]


def _least_cash(before: Holding, events: Sequence[DayEvent]) -> dict[Holding, _Made]:
    """For each holding that some of the events lead to: those that leave the least cash."""
    made = {before: _NONE_MADE}
    for event in events:
        for holding, so_far in list(made.items()):
            after, then = with_changes(holding, event.changes), so_far.then(event)
            if after not in made or then.leaves_less_than(made[after]):
                made[after] = then
    return made


def _lowest(before: Holding, events: Sequence[DayEvent], levels: Levels) -> tuple[DayEvent, ...]:
    """The events of a part that bring it lowest; none where none bring it below."""
    made = _least_cash(before, events)

    def change(holding: Holding) -> float:
        # from the start, so that what leaves the level as it was is 0 and never a cent's fraction
        level = levels[holding].excess + made[holding].cash
        return round(level - levels[before].excess, _DECIMALS)

    return made[min(made, key=change)].events  # what is held before is first, and first of equals


def _lowest_reduced(stretch: Stretch, levels: Levels) -> list[DayEvent]:
    """Events whose last one reduces, to the lowest such level; none where none reduces."""
    lowest, found = 0.0, list[DayEvent]()
    for part, own in _by_part(stretch):
        start = stretch.before.holding(part)
        different = {(event.changes, event.cash): event for event in own}.values()
        if len(different) * len(own) * len(_least_cash(start, own)) > MOST_STEPS:
            raise _refused(stretch, own)
        for last in different:
            made = _least_cash(start, [event for event in own if event is not last])
            for before, so_far in made.items():
                after = with_changes(before, last.changes)
                reduces = levels[after].excess + last.cash < levels[before].excess - LEAST_FALL
                level = levels[after].excess - levels[start].excess + so_far.cash + last.cash
                if reduces and (not found or level < lowest):
                    lowest, found = level, [*so_far.events, last]
    return found


def _refused(stretch: Stretch, events: Sequence[DayEvent]) -> InputError:
    found = (
        f"more holdings than can be looked at that {len(events)} transactions of "
        f"{stretch.account or 'the account'} on {stretch.day} may pass through in some order"
    )
    wanted = "a column of times, each its own: the order"
    return InputError([Problem("activity", 0, "time", found, wanted)])


Order: TypeAlias = tuple[Transaction, ...]


def orders_of_one_strategy(contracts: Book, days: Iterable[AccountDay]) -> tuple[Order, ...]:
    """The orders whose legs share a time and are margined as one strategy where nothing else is.

    The book has an entry a contract. Legs on several underlyings are none, nor what closes itself.
    """
    legs = {order: net for day in days for order in _orders(day) if (net := _net(order))}
    if not legs:
        return ()
    margin = strategy_margin(book_of_holdings(contracts, list(legs.values())))
    strategies = [0] * len(legs)
    for of_class in margin.classes:
        pairing = of_class.pairing(RequirementKind.MAINTENANCE)
        strategies[of_class.account] += len(pairing.strategies)
    return tuple(order for order, count in zip(legs, strategies, strict=True) if count == 1)


def _orders(day: AccountDay) -> Iterable[Order]:
    """The trades of each order at each time, where there are several."""
    together: dict[tuple[str, float], list[Transaction]] = defaultdict(list)
    for t in day.transactions:
        if t.order and t.is_trade:
            together[t.order, float(np.nan_to_num(t.time))].append(t)
    return [tuple(legs) for legs in together.values() if len(legs) > 1]


def _net(order: Order) -> Holding:
    """What the legs of an order come to; nothing where that is not several contracts of a part."""
    legs = with_changes((), tuple(change for t in order for change in t.changes))
    contracts = {t.contract for t in order}
    is_one = 1 < len(contracts) == len(legs) and len({t.part for t in order}) == 1
    return legs if is_one else ()
