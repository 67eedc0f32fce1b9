"""Day trades: what is bought and sold, or sold and bought, on the same day.

What is held overnight and closed before anything new is opened makes no day trade. Several orders
that close one run of opening orders are one day trade.

Rule: FINRA 4210(f)(8)(B)(i).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import copysign

from xlmargin.intraday.account_days import AccountDay, Transaction


@dataclass(frozen=True)
class DayTrades:
    """An account's trades of a day, how many day trades they make, and what these tied up.

    `most_open` is the greatest cost, $, at one time, of what the day had opened in contracts that
    were day-traded.
    """

    trades: int
    day_trades: int
    most_open: float


@dataclass(frozen=True)
class _Opened:
    """What a trade leaves open of what the day opened: its cost, $; and if it makes a day trade."""

    trade: Transaction
    cost: float
    makes_day_trade: bool


def day_trades_of(day: AccountDay) -> DayTrades:
    """The day trades of an account on a day, its transactions in the order in which they stand."""
    by_contract: dict[int, list[Transaction]] = defaultdict(list)
    for t in day.transactions:
        if t.is_trade:
            by_contract[t.contract].append(t)
    day_trades, day_traded = 0, list[_Opened]()
    for contract, trades in by_contract.items():
        overnight = dict(day.holding(trades[0].part)).get(contract, 0.0)
        opened = list(_opened(overnight, trades))
        made = sum(each.makes_day_trade for each in opened)
        day_trades += made
        day_traded += opened if made else []
    count = sum(map(len, by_contract.values()))
    return DayTrades(count, day_trades, _most_open(day, day_traded))


def _opened(overnight: float, trades: Iterable[Transaction]) -> Iterator[_Opened]:
    """After each trade of one contract: what the day has opened of it.

    A trade closes what the day opened, then the night's holding, and opens with the rest.
    """
    opened, cost, is_closing = 0.0, 0.0, False
    for t in trades:
        left, makes_day_trade = t.quantity, False
        if opened * left < 0:
            makes_day_trade, is_closing = not is_closing, True
            closed = _closed(opened, left)
            cost *= 1.0 + closed / opened
            opened, left = opened + closed, left - closed
        if overnight * left < 0:
            closed = _closed(overnight, left)
            overnight, left = overnight + closed, left - closed
        if left:
            opened, is_closing = opened + left, False
            cost += abs(t.units * left / t.quantity) * t.price
        yield _Opened(t, cost, makes_day_trade)


def _closed(held: float, quantity: float) -> float:
    """What a trade of the other side takes away of a holding, signed as the trade."""
    return copysign(min(abs(held), abs(quantity)), quantity)


def _most_open(day: AccountDay, opened: Iterable[_Opened]) -> float:
    """The greatest cost, $, of several contracts together, at one time."""
    after = {id(each.trade): each.cost for each in opened}
    cost: dict[int, float] = {}
    most = 0.0
    for t in day.transactions:
        if id(t) in after:
            cost[t.contract] = after[id(t)]
            most = max(most, sum(cost.values()))
    return most
