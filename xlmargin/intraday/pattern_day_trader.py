"""Pattern day trading: who is a pattern day trader, and what is required of one.

A customer with so many day trades within so many business days is one from then on, unless they
are no more than a share of all trades. The account then needs a least equity at the opening, and
may day-trade for a multiple of the maintenance excess of the previous close: special maintenance
is required of the cost of all day trades or, with a record of the times, of the most that was open
at one time.

Where that is exceeded the account is margined on the cost of all day trades of the day; from the
next day on, until the call is met, the multiple is lower and a record of the times does not help.
That the first binds on the day of the excess itself is a reading; the milder one is shown.

Rule: FINRA 4210(f)(8)(B), (g)(13).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import takewhile
from math import inf

from xlmargin.book import Book
from xlmargin.contracts import InstrumentKind
from xlmargin.intraday.account_days import AccountDay, Transaction
from xlmargin.intraday.activity import Act
from xlmargin.intraday.day_trades import Basis, DayTrades, TiedUp, day_trades_of
from xlmargin.intraday.deficits import LEAST_FALL
from xlmargin.intraday.levels import EquityLevel, Holding, Levels
from xlmargin.margin_calls import business_day_after
from xlmargin.rulebook import PatternRules


@dataclass(frozen=True)
class PatternDay:
    """An account on a day under pattern day trading.

    `day_trades` and `trades` count over the business days of the rule. `is_pattern_day_trader`
    holds from the day on which they make one. `multiple` is what buying power is at most, as a
    multiple of the excess; infinite where special maintenance alone limits it. `used` is what of
    the day trades counts against it: all, or with a record of the times what was open at most.
    `is_limited` says that an earlier call is not met. Calls in $ >= 0, due by `due`; unmet, the
    account is on a cash-available basis until `frozen_until`. `met_on`, none or one, is the day by
    which later deposits meet the day-trading call; `frozen_since`, none or one, the day of an
    earlier call that was not met in time.
    """

    day: dt.date
    rules: PatternRules
    opening: EquityLevel
    of_day: DayTrades
    day_trades: int
    trades: int
    is_pattern_day_trader: bool
    multiple: float
    used: TiedUp
    is_limited: bool
    due: dt.date
    frozen_until: dt.date
    met_on: tuple[dt.date, ...] = ()
    frozen_since: tuple[dt.date, ...] = ()

    @property
    def equity_call(self) -> float:
        """What is missing at the opening to the least equity of a pattern day trader."""
        return max(0.0, self.rules.pattern.pattern_least_equity - self.opening.equity)

    @property
    def excess(self) -> float:
        """Maintenance excess of the previous close, $, >= 0."""
        return max(0.0, self.opening.excess)

    @property
    def buying_power(self) -> float:
        """Cost up to which a pattern day trader may day-trade equities, $."""
        widest = 1.0 / self.rules.pattern.pattern_portfolio_rate
        return min(self.multiple, widest) * self.excess

    @property
    def day_trading_call(self) -> float:
        """Special maintenance of all day trades less the excess, where buying power is exceeded.

        Rule: FINRA 4210(f)(8)(B)(iv)c.
        """
        return self._missing(self.of_day.all)

    @property
    def milder_call(self) -> float:
        """The same of what counts against buying power alone, as the rule can be read."""
        return self._missing(self.used)

    def _missing(self, tied_up: TiedUp) -> float:
        beyond = self.used.requirement(self.multiple) - self.excess
        if not self.is_pattern_day_trader or beyond <= LEAST_FALL:
            return 0.0
        return tied_up.requirement(self.multiple) - self.excess


def pattern_days(
    days: Sequence[tuple[AccountDay, EquityLevel, PatternRules]],
    all_days: Sequence[AccountDay],
    levels: Levels,
    contracts: Book,
) -> tuple[PatternDay, ...]:
    """An account's days under pattern day trading, each with its opening level and rules, in order.

    `all_days` are all its days, under whatever rules: what they pay in meets calls. `levels` has
    what is held before and after things moved in and out, `contracts` an entry a contract.
    """
    is_portfolio = contracts.is_portfolio
    found: list[PatternDay] = []
    calls: list[tuple[dt.date, PatternDay]] = []
    for day, opening, rules in days:
        pattern = rules.pattern
        unmet = [(on, call) for on, call in calls if not any(m < day.day for m in call.met_on)]
        late = [on for on, call in unmet if call.due < day.day <= call.frozen_until]
        normal = inf if is_portfolio else float(pattern.pattern_buying_power_multiple)
        basis = _basis(rules, contracts, is_portfolio=is_portfolio)
        of_day, day_trades, trades = _counted(day, all_days, rules, basis)
        is_pattern = day_trades >= pattern.pattern_day_trades and (
            day_trades > pattern.pattern_trade_share * trades
        )
        multiple = float(pattern.pattern_multiple_after_excess) if unmet else normal
        has_record = day.is_order_known and not unmet
        most = of_day.most_open
        is_less = most.requirement(multiple) < of_day.all.requirement(multiple)
        due = business_day_after(day.day, pattern.pattern_days_to_meet)
        days_over = due + dt.timedelta(days=pattern.pattern_freeze_days)
        before = bool(found) and found[-1].is_pattern_day_trader
        made = PatternDay(
            day.day, rules, opening, of_day, day_trades, trades, before or is_pattern, multiple,
            most if has_record and is_less else of_day.all, bool(unmet), due, days_over,
            frozen_since=tuple(late),
        )  # fmt: skip
        if made.day_trading_call:
            owed = made.day_trading_call + sum(call.day_trading_call for _, call in unmet)
            met_on = _met_on(owed, day, all_days, levels)
            made = replace(made, met_on=met_on, frozen_until=min([days_over, *met_on]))
            calls.append((day.day, made))
        found.append(made)
    return tuple(found)


def moved(day: AccountDay) -> Iterator[tuple[Holding, Holding]]:
    """What the account has of a part before and after each thing that is moved in or out.

    A short position that is moved in is as one moved out that the account does not have.
    """
    state = day.opening
    for t in day.transactions:
        before, state = state.holding(t.part), state.then(t.part, t.changes, t.cash)
        if t.act is Act.MOVED:
            yield before, state.holding(t.part)


def _met_on(
    owed: float, called: AccountDay, days: Sequence[AccountDay], levels: Levels
) -> tuple[dt.date, ...]:
    """The day by which deposits after a call come to what is owed, none or one.

    Cash counts whole, less what is paid out; securities at what they change of value less margin,
    beside what the account has of their part: long ones in and short ones out add to it.
    """
    paid_in = 0.0
    for day in days:
        if day.day <= called.day:
            continue
        paid_in += sum(t.cash for t in day.transactions if t.act is Act.MOVED)
        paid_in += sum(levels[after].excess - levels[before].excess for before, after in moved(day))
        if paid_in >= owed - LEAST_FALL:
            return (day.day,)
    return ()


def _counted(
    day: AccountDay, days: Sequence[AccountDay], rules: PatternRules, basis: Basis
) -> tuple[DayTrades, int, int]:
    """The day trades of a day, and how many of how many trades count over the rule's days."""

    def is_counted(other: AccountDay) -> bool:
        return business_day_after(other.day, rules.pattern.pattern_business_days) > day.day

    earlier = [other for other in days if other.day < day.day]
    of_day = day_trades_of(day, basis)
    before = takewhile(is_counted, reversed(earlier))
    counted = [of_day, *(day_trades_of(other, basis) for other in before)]
    return of_day, sum(c.day_trades for c in counted), sum(c.trades for c in counted)


def _basis(rules: PatternRules, contracts: Book, *, is_portfolio: bool) -> Basis:
    """What day trades of each contract tie up for each unit, and the share that is required.

    Rule: FINRA 4210(f)(8)(B)(iii); interpretation (g)(13)/02.
    """
    pattern, underlyings = rules.pattern, contracts.market.underlyings
    positions = contracts.positions

    def basis(t: Transaction) -> tuple[float, float]:
        underlying = underlyings[positions.underlying[t.contract]]
        is_stock = positions.kind[t.contract] == InstrumentKind.STOCK
        if is_portfolio and not is_stock and t.quantity < 0:
            rate = pattern.pattern_portfolio_option_rate[underlying.underlying_class]
            return max(rate * underlying.spot, pattern.pattern_portfolio_option_minimum), 1.0
        if not is_stock or not underlying.marginable:
            return t.price, pattern.pattern_rate_not_eligible
        return t.price, pattern.pattern_portfolio_rate if is_portfolio else pattern.pattern_rate

    return basis
