"""The intraday margin level after each transaction, in some order.

The level is the cash that could be withdrawn while maintenance stays met: the excess of the
account. All levels are at one set of prices, so that transactions alone change them.

Rule: FINRA 4210(a)(17)-(19), (d)(2).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from xlmargin.intraday.account_days import AccountDay, Transaction
from xlmargin.intraday.levels import Holding, Level, Levels, level_of_cash, with_trade

LEAST_FALL = 1e-6
"""$; a level that falls by less has not fallen: sums of the same amounts differ by so little."""


@dataclass(frozen=True)
class Step:
    """A transaction, and the account's level right after it; `change` is the excess's, $."""

    transaction: Transaction
    change: float
    level: Level

    @property
    def is_reducing(self) -> bool:
        """Whether the transaction lowered the intraday margin level."""
        return self.change < -LEAST_FALL

    @property
    def deficit(self) -> float:
        """Intraday margin deficit that the transaction leaves, $, >= 0; others make none."""
        return max(0.0, -self.level.excess) if self.is_reducing else 0.0


@dataclass(frozen=True)
class Path:
    """A day's transactions in an order, from the level at the opening."""

    opening: Level
    steps: tuple[Step, ...]

    @property
    def closing(self) -> Level:
        """The level after the last transaction, which no order changes."""
        return self.steps[-1].level

    @property
    def deficits(self) -> tuple[float, ...]:
        """The largest deficit so far, after each step, $."""
        return tuple(accumulate((step.deficit for step in self.steps), max))

    @property
    def deficit(self) -> float:
        """Intraday margin deficit of the day: the largest after any reducing transaction, $."""
        return self.deficits[-1]


def holdings_on_path(day: AccountDay, order: Sequence[Transaction]) -> Iterator[Holding]:
    """What the account holds of its part after each transaction; nothing for cash."""
    held = dict(day.holdings)
    for t in order:
        if t.is_trade:
            held[t.part] = with_trade(held.get(t.part, ()), t.contract, t.quantity)
        yield held[t.part] if t.is_trade else ()


def path(day: AccountDay, order: Sequence[Transaction], levels: Levels) -> Path:
    """The levels of a day's transactions in this order; `levels` has every holding on the way."""
    held = dict(day.holdings)
    level = opening = day.opening(levels)
    steps = []
    for t, after in zip(order, holdings_on_path(day, order), strict=True):
        before = held.get(t.part, ())
        change = levels[after] - levels[before] + level_of_cash(t.cash)
        held[t.part] = after
        level += change
        steps.append(Step(t, change.excess, level))
    return Path(opening, tuple(steps))
