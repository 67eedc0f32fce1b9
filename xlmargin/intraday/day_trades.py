"""Day trades: what is bought and sold, or sold and bought, on the same day.

What is held overnight and closed before anything new is opened makes no day trade. Several orders
that close one run of opening orders are one day trade.

Rule: FINRA 4210(f)(8)(B)(i), (iii).
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from math import copysign
from typing import TypeAlias

from xlmargin.intraday.account_days import AccountDay, Transaction
from xlmargin.intraday.activity import Act

Basis: TypeAlias = Callable[[Transaction], tuple[float, float]]
"""What a trade that opens ties up for each unit, $, and the share of it that is required."""


@dataclass(frozen=True)
class TiedUp:
    """What day trades tie up, $, by the share of it that is required."""

    by_rate: Mapping[float, float]

    @property
    def cost(self) -> float:
        """All of it, $."""
        return sum(self.by_rate.values())

    def requirement(self, multiple: float) -> float:
        """Special maintenance, $, where buying power is no more than a multiple of the excess."""
        return sum(cost * max(rate, 1.0 / multiple) for rate, cost in self.by_rate.items())


@dataclass(frozen=True)
class DayTrades:
    """An account's trades of a day, how many day trades they make, and what these tied up.

    `all` is the cost of all day trades, `most_open` the greatest at one time of what the day had
    opened in contracts that were day-traded.
    """

    trades: int
    day_trades: int
    all: TiedUp
    most_open: TiedUp


@dataclass(frozen=True)
class _Opened:
    """After a trade of one contract: what the day has opened of it, and closed by this trade.

    `cost`, $, is of what is open, `closed`, $, of what was closed; `rate` what is required of both.
    """

    trade: Transaction
    cost: float
    closed: float
    rate: float
    makes_day_trade: bool


def day_trades_of(day: AccountDay, basis: Basis) -> DayTrades:
    """The day trades of an account on a day, its transactions in the order in which they stand."""
    by_contract: dict[int, list[Transaction]] = defaultdict(list)
    for t in day.transactions:
        if t.quantity and t.act is not Act.EXPIRED:
            by_contract[t.contract].append(t)
    day_trades, day_traded = 0, list[_Opened]()
    closed: dict[float, float] = defaultdict(float)
    for contract, own in by_contract.items():
        overnight = dict(day.opening.holding(own[0].part)).get(contract, 0.0)
        opened = list(_opened(overnight, own, basis))
        made = sum(each.makes_day_trade for each in opened)
        day_trades += made
        day_traded += opened if made else []
        for each in opened:
            closed[each.rate] += each.closed
    count = sum(t.is_trade for t in day.transactions)
    return DayTrades(count, day_trades, TiedUp(closed), _most_open(day, day_traded))


def _opened(
    overnight: float, transactions: Iterable[Transaction], basis: Basis
) -> Iterator[_Opened]:
    """After each trade of one contract: what the day has opened of it.

    A trade closes what the day opened, then the night's holding, and opens with the rest. What is
    moved in or out is as if it had been there, or not, overnight.
    """
    opened, cost, rate, is_closing = 0.0, 0.0, 0.0, False
    for t in transactions:
        if not t.is_trade:
            overnight += t.quantity
            continue
        left, makes_day_trade, closed_cost = t.quantity, False, 0.0
        if opened * left < 0:
            makes_day_trade, is_closing = not is_closing, True
            closed = _closed(opened, left)
            closed_cost = cost * -closed / opened
            cost -= closed_cost
            opened, left = opened + closed, left - closed
        if overnight * left < 0:
            closed = _closed(overnight, left)
            overnight, left = overnight + closed, left - closed
        if left:
            per_unit, rate = basis(t)
            opened, is_closing = opened + left, False
            cost += abs(t.units * left / t.quantity) * per_unit
        yield _Opened(t, cost, closed_cost, rate, makes_day_trade)


def _closed(held: float, quantity: float) -> float:
    """What a trade of the other side takes away of a holding, signed as the trade."""
    return copysign(min(abs(held), abs(quantity)), quantity)


def _most_open(day: AccountDay, opened: Iterable[_Opened]) -> TiedUp:
    """The most, $, of several contracts together, at one time: by what is required of it."""
    after = {id(each.trade): each for each in opened}
    tied: dict[int, _Opened] = {}
    most, required = TiedUp({}), 0.0
    for t in day.transactions:
        if each := after.get(id(t)):
            tied[t.contract] = each
            by_rate: dict[float, float] = defaultdict(float)
            for one in tied.values():
                by_rate[one.rate] += one.cost
            now = sum(rate * cost for rate, cost in by_rate.items())
            if now > required:
                most, required = TiedUp(by_rate), now
    return most
