"""Pattern day trading: who is a pattern day trader, and what requires of one.

A customer with so many day trades within so many business days is one from then on, unless they
are no more than a share of all trades. The account then needs a least equity at the opening, and
may day-trade for a multiple of the maintenance excess of the previous close.

Rule: FINRA 4210(f)(8)(B).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import takewhile

from xlmargin.intraday.account_days import AccountDay
from xlmargin.intraday.day_trades import DayTrades, day_trades_of
from xlmargin.intraday.levels import Level
from xlmargin.margin_calls import business_day_after
from xlmargin.rulebook import PatternRules


@dataclass(frozen=True)
class PatternDay:
    """An account on a day under pattern day trading.

    `day_trades` and `trades` count over the business days of the rule. `is_pattern_day_trader`
    holds from the day on which they make one. Calls in $ >= 0, due by `due`; unmet, the account
    is on a cash-available basis until `frozen_until`.
    """

    rules: PatternRules
    opening: Level
    of_day: DayTrades
    day_trades: int
    trades: int
    is_pattern_day_trader: bool
    due: dt.date
    frozen_until: dt.date

    @property
    def equity_call(self) -> float:
        """What is missing to the least equity at the opening."""
        if not self.is_pattern_day_trader:
            return 0.0
        return max(0.0, self.rules.pattern.pattern_least_equity - self.opening.equity)

    @property
    def buying_power(self) -> float:
        """Cost up to which a pattern day trader may day-trade, $."""
        return self.rules.pattern.pattern_buying_power_multiple * max(0.0, self.opening.excess)

    @property
    def day_trading_call(self) -> float:
        """What would have given the buying power that the day trades needed beyond their own."""
        if not self.is_pattern_day_trader:
            return 0.0
        beyond = max(0.0, self.of_day.most_open - self.buying_power)
        return beyond / self.rules.pattern.pattern_buying_power_multiple


def pattern_day(
    day: AccountDay,
    opening: Level,
    rules: PatternRules,
    earlier: Sequence[AccountDay],
    was_pattern_day_trader: bool,
) -> PatternDay:
    """An account's day under pattern day trading; `earlier` are its days before, in order."""

    def is_counted(other: AccountDay) -> bool:
        return business_day_after(other.day, rules.pattern.pattern_business_days) > day.day

    of_day = day_trades_of(day)
    counted = [of_day, *map(day_trades_of, takewhile(is_counted, reversed(earlier)))]
    day_trades, trades = sum(c.day_trades for c in counted), sum(c.trades for c in counted)
    share = rules.pattern.pattern_trade_share * trades
    is_pattern = day_trades >= rules.pattern.pattern_day_trades and day_trades > share
    due = business_day_after(day.day, rules.pattern.pattern_days_to_meet)
    return PatternDay(
        rules=rules,
        opening=opening,
        of_day=of_day,
        day_trades=day_trades,
        trades=trades,
        is_pattern_day_trader=was_pattern_day_trader or is_pattern,
        due=due,
        frozen_until=due + dt.timedelta(days=rules.pattern.pattern_freeze_days),
    )
