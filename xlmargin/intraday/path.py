"""The intraday margin level after each transaction, in some order.

The level is the cash that could be withdrawn while maintenance stays met: the excess of the
account. All levels are at one set of prices, so that transactions alone change them.

Rule: FINRA 4210(a)(17)-(19), (d)(2).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate

from xlmargin.intraday.account_days import Event
from xlmargin.intraday.levels import Level, Levels, State, level_of_cash

LEAST_FALL = 1e-6
"""$; a level that falls by less has not fallen: sums of the same amounts differ by so little."""


@dataclass(frozen=True)
class Step:
    """What is done at once, and the account's level right after it; `change` is the excess's, $."""

    event: Event
    change: float
    level: Level

    @property
    def is_reducing(self) -> bool:
        """Whether a trade or a withdrawal lowered the intraday margin level."""
        return self.event.may_reduce and self.change < -LEAST_FALL

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


def path(before: State, events: Sequence[Event], levels: Levels) -> Path:
    """The levels of events in this order; `levels` has every holding on the way."""
    state = before
    level = opening = before.level(levels)
    steps = []
    for event in events:
        after = state.then(event.part, event.changes, event.cash)
        change = levels[after.holding(event.part)] - levels[state.holding(event.part)]
        change += level_of_cash(event.cash)
        state, level = after, level + change
        steps.append(Step(event, change.excess, level))
    return Path(opening, tuple(steps))
