"""The order of a day's transactions that leaves the largest intraday margin deficit.

Where the order is not known, any set of the day's transactions may have been made before the rest.
The level after a set is the opening level and what each part of the account and its cash have
changed by, and these add up: so the lowest level is found part by part. Within a part the excess
depends on the holding alone, and of all sets that lead to one holding only the one with the least
cash can matter. The search is exact.

Unless no level is below the opening, the lowest one is first reached by a transaction that reduces
it. If none is, a deficit can only follow where the opening itself is negative, and the transaction
that reduces is sought one by one.

Rule: FINRA 4210(d)(2), unknown order.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from xlmargin.errors import InputError, Problem
from xlmargin.intraday.account_days import AccountDay, Transaction
from xlmargin.intraday.levels import Holding, Levels, with_trade
from xlmargin.intraday.path import LEAST_FALL

MOST_HOLDINGS: Final = 4_096
"""Holdings of one part that the transactions of a day may lead to: those of 12 contracts."""

MOST_STEPS: Final = 2_000_000
"""Of the search through what the transactions of all days may lead to, one by one."""

_DECIMALS: Final = 6
"""Of dollars that are compared: sums of the same amounts differ by less."""


@dataclass(frozen=True)
class _Made:
    """Some transactions of one part, and what they add to the cash, $."""

    cash: float
    transactions: tuple[Transaction, ...]

    def then(self, t: Transaction) -> _Made:
        return _Made(self.cash + t.cash, (*self.transactions, t))

    def leaves_less_than(self, other: _Made) -> bool:
        return round(self.cash - other.cash, _DECIMALS) < 0


_NONE_MADE: Final = _Made(0.0, ())


def reachable_holdings(days: Iterable[AccountDay]) -> Iterator[Holding]:
    """Every holding of a part that some of a day's transactions lead to.

    Refused where there are more than can be looked at, of one part or in all.
    """
    steps = 0
    for day in days:
        for part, transactions in _by_part(day):
            found = {day.holding(part)}
            for t in transactions:
                steps += len(found)
                found |= {_after(holding, t) for holding in found}
                if len(found) > MOST_HOLDINGS or steps > MOST_STEPS:
                    raise _refused(day, transactions)
            yield from found


def worst_order(day: AccountDay, levels: Levels) -> tuple[Transaction, ...]:
    """The day's transactions in an order with the largest deficit; as they stand without one.

    `levels` has every reachable holding.
    """
    parts = _by_part(day)
    lowest = [_lowest(day.holding(part), own, levels) for part, own in parts]
    first = sorted((t for made in lowest for t in made), key=lambda t: t.row)
    if not first and day.opening(levels).excess < 0:
        first = _lowest_reduced(day, levels)
    return (*first, *(t for t in day.transactions if not any(t is f for f in first)))


def _by_part(day: AccountDay) -> list[tuple[int, tuple[Transaction, ...]]]:
    """The transactions of each part; deposits and withdrawals are one more."""
    by_part = sorted(day.transactions, key=lambda t: t.part)
    return [(part, tuple(own)) for part, own in groupby(by_part, key=lambda t: t.part)]


def _after(holding: Holding, t: Transaction) -> Holding:
    return with_trade(holding, t.contract, t.quantity) if t.is_trade else holding


def _least_cash(opening: Holding, transactions: Sequence[Transaction]) -> dict[Holding, _Made]:
    """For each holding that some of the transactions lead to: those that leave the least cash."""
    made = {opening: _NONE_MADE}
    for t in transactions:
        for holding, before in list(made.items()):
            after, then = _after(holding, t), before.then(t)
            if after not in made or then.leaves_less_than(made[after]):
                made[after] = then
    return made


def _lowest(
    opening: Holding, transactions: Sequence[Transaction], levels: Levels
) -> tuple[Transaction, ...]:
    """The transactions of a part that bring it lowest; none where none bring it below."""
    made = _least_cash(opening, transactions)

    def change(holding: Holding) -> float:
        # from the opening, so that what leaves the level as it was is 0 and never a cent's fraction
        level = levels[holding].excess + made[holding].cash
        return round(level - levels[opening].excess, _DECIMALS)

    return made[min(made, key=change)].transactions  # the opening is first, and so first of equals


def _lowest_reduced(day: AccountDay, levels: Levels) -> list[Transaction]:
    """Transactions whose last one reduces, to the lowest such level; none where none reduces."""
    lowest, found = 0.0, list[Transaction]()
    for part, own in _by_part(day):
        opening = levels[day.holding(part)].excess
        different = {(t.contract, t.quantity, t.cash): t for t in own}.values()
        if len(different) * len(own) * len(_least_cash(day.holding(part), own)) > MOST_STEPS:
            raise _refused(day, own)
        for last in different:
            made = _least_cash(day.holding(part), [t for t in own if t is not last])
            for before, so_far in made.items():
                after = _after(before, last)
                reduces = levels[after].excess + last.cash < levels[before].excess - LEAST_FALL
                level = levels[after].excess - opening + so_far.cash + last.cash
                if reduces and (not found or level < lowest):
                    lowest, found = level, [*so_far.transactions, last]
    return found


def _refused(day: AccountDay, transactions: Sequence[Transaction]) -> InputError:
    found = (
        f"more holdings than can be looked at that {len(transactions)} transactions of "
        f"{day.account or 'the account'} on {day.day} may pass through in some order"
    )
    return InputError([Problem("activity", 0, "time", found, "a column of times: the order")])
