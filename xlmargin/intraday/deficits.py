"""What follows from an intraday margin deficit: what satisfies it, until when, and what else.

A deficit is satisfied by net deposits or another rise of the intraday margin level, from the close
of its day to the close of a later one. What the account did later on its own day does not count.

Rule: FINRA 4210(d)(2).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from xlmargin.intraday.path import LEAST_FALL, Path
from xlmargin.margin_calls import CallKind, business_day_after, last_day_to_meet
from xlmargin.rulebook import IntradayRules, call_rules
from xlmargin.settings import Settings


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
