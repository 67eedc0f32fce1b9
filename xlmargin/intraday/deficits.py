"""The intraday margin level after each transaction, and what follows from a deficit.

The level is the cash that could be withdrawn while maintenance stays met: the excess of the
account. All levels are at one set of prices, so that transactions alone change them. A deficit is
satisfied by net deposits or another rise of the level, from the close of its day to the close of a
later one. What the account did later on its own day does not count.

Rule: FINRA 4210(a)(17)-(19), (d)(2).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate

from xlmargin.intraday.account_days import DayEvent
from xlmargin.intraday.levels import EquityLevel, HoldingsState, Levels, level_of_cash
from xlmargin.margin_calls import CallKind, business_day_after, last_day_to_meet
from xlmargin.rulebook import IntradayRules, call_rules
from xlmargin.settings import Settings

LEAST_FALL = 1e-6
"""$; a level that falls by less has not fallen: sums of the same amounts differ by so little."""


@dataclass(frozen=True)
class DeficitStep:
    """What is done at once, and the account's level right after it; `change` is the excess's, $."""

    event: DayEvent
    change: float
    level: EquityLevel

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

    opening: EquityLevel
    steps: tuple[DeficitStep, ...]

    @property
    def closing(self) -> EquityLevel:
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


def path(before: HoldingsState, events: Sequence[DayEvent], levels: Levels) -> Path:
    """The levels of events in this order; `levels` has every holding on the way."""
    state = before
    level = opening = before.level(levels)
    steps = []
    for event in events:
        after = state.then(event.part, event.changes, event.cash)
        change = levels[after.holding(event.part)] - levels[state.holding(event.part)]
        change += level_of_cash(event.cash)
        state, level = after, level + change
        steps.append(DeficitStep(event, change.excess, level))
    return Path(opening, tuple(steps))


@dataclass(frozen=True)
class Deficit:
    """An intraday margin deficit of a day, $ > 0, and what follows from it.

    `unnoticed` is the greatest deficit, $, that does not count as a practice of not paying
    promptly. `prompt_until` is the last prompt day; the deficit is outstanding until after
    `outstanding_until`. `frozen_until` is when a freeze for missing the last prompt day ends: when
    its days are over or, if that is sooner, the deficit is satisfied. `satisfied_on` are the dates,
    none or one, on which later closes show it satisfied.
    """

    amount: float
    unnoticed: float
    prompt_until: dt.date
    outstanding_until: dt.date
    frozen_until: dt.date
    satisfied_on: tuple[dt.date, ...]

    @property
    def counts_as_practice(self) -> bool:
        """Whether not paying it promptly counts towards a practice."""
        return self.amount > self.unnoticed


def deficits_of(
    day: dt.date, paths: Mapping[dt.date, Path], rules: IntradayRules, settings: Settings
) -> tuple[Deficit, ...]:
    """What follows from the deficit of a day; nothing where it has none.

    `paths` are the account's, by date, in the order of the dates; later ones show whether the
    deficit was satisfied.
    """
    amount, closing = paths[day].deficit, paths[day].closing
    if amount <= 0:
        return ()
    calls = call_rules(day, settings.house, settings.overrides).margin_calls
    prompt_until = last_day_to_meet(CallKind.INTRADAY, day, settings.house, settings.overrides)
    enough = closing.excess + amount - LEAST_FALL
    satisfied_on = [d for d, path in paths.items() if d > day and path.closing.excess >= enough]
    practice = rules.margin
    share = practice.intraday_practice_equity_rate * max(0.0, closing.equity)
    days_over = prompt_until + dt.timedelta(days=practice.intraday_freeze_days)
    return (
        Deficit(
            amount=amount,
            unnoticed=min(share, practice.intraday_practice_amount),
            prompt_until=prompt_until,
            outstanding_until=business_day_after(day, calls.days_to_meet["intraday_outstanding"]),
            frozen_until=min([days_over, *satisfied_on[:1]]),
            satisfied_on=tuple(satisfied_on[:1]),
        ),
    )
