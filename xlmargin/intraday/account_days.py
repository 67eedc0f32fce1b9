"""Each account's days: what it has at the opening, and what it does, in the order of the times.

Transactions of one time are of unknown order, whatever the order of their rows; where no row has a
time, all of a day's are. Options end after everything else of their time, those of one account and
part at once; where no time is given, at the end of the day.
"""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import groupby

import numpy as np

from xlmargin.book import Book, cash_of_accounts
from xlmargin.dates import date_of
from xlmargin.errors import InputError, Problem
from xlmargin.intraday.activity import Act, Activity, ActivityContracts
from xlmargin.intraday.levels import Holding, HoldingsState, with_trade


@dataclass(frozen=True)
class Transaction:
    """One trade, movement of cash or securities, or end of options.

    `contract` and `part` are indexes; cash is in `CASH_PART`, and its quantity is 0. `cash` is what
    it adds to the account's cash, $, signed; `price` is in $ per unit, NaN where nothing is paid;
    `units` are those of the underlying, signed.
    """

    row: int
    label: str
    act: Act
    time: float
    order: str
    contract: int
    part: int
    quantity: float
    units: float
    price: float
    cash: float

    @property
    def is_trade(self) -> bool:
        """Whether something is bought or sold."""
        return self.act is Act.TRADE

    @property
    def changes(self) -> Holding:
        """What it changes of the holdings; nothing where cash alone is moved."""
        return ((self.contract, self.quantity),) if self.quantity else ()


@dataclass(frozen=True)
class DayEvent:
    """What is done at once, in one part: a transaction, the legs of an order, or expirations."""

    transactions: tuple[Transaction, ...]

    @property
    def part(self) -> int:
        """The part of the account that it changes."""
        return self.transactions[0].part

    @property
    def row(self) -> int:
        """The first of its rows."""
        return self.transactions[0].row

    @cached_property
    def cash(self) -> float:
        """What it adds to the account's cash, $, signed."""
        return sum(t.cash for t in self.transactions)

    @cached_property
    def changes(self) -> Holding:
        """What it changes of the holdings."""
        return tuple(change for t in self.transactions for change in t.changes)

    @property
    def may_reduce(self) -> bool:
        """Whether a lower level after it is a deficit's: trades and withdrawals alone make one.

        Rule: FINRA 4210(a)(18).
        """
        return self.transactions[0].act is not Act.EXPIRED


@dataclass(frozen=True)
class Stretch:
    """Part of an account's day: what it has before, and what it then does, in unknown order."""

    account: str
    day: dt.date
    before: HoldingsState
    events: tuple[DayEvent, ...]


@dataclass(frozen=True)
class AccountDay:
    """One account on one day: what it has at the opening, and its transactions.

    Transactions stand in the order of their times, those of one time in that of their rows;
    expirations come last of their time.
    """

    account: str
    day: dt.date
    opening: HoldingsState
    transactions: tuple[Transaction, ...]

    @property
    def is_order_known(self) -> bool:
        """Whether no two transactions but expirations may change places."""
        return all(len(stretch.events) == 1 for stretch in self.stretches(()))

    def stretches(self, orders: Iterable[tuple[Transaction, ...]]) -> Iterator[Stretch]:
        """The day in stretches, one after another; these orders count as one event each."""
        together = {t.row: order for order in orders for t in order}
        state = self.opening
        for (_, act), same in groupby(self.transactions, key=_time_and_expired):
            own = list(same)
            if act:
                by_part = sorted(own, key=lambda t: t.part)
                ended = [
                    DayEvent(tuple(each)) for _, each in groupby(by_part, key=lambda t: t.part)
                ]
                stretches: list[tuple[DayEvent, ...]] = [(event,) for event in ended]
            else:
                done = [together.get(t.row, (t,)) for t in own]
                stretches = [tuple(DayEvent(legs) for legs in dict.fromkeys(done))]
            for events in stretches:
                yield Stretch(self.account, self.day, state, events)
                for event in events:
                    state = state.then(event.part, event.changes, event.cash)


def _time_and_expired(t: Transaction) -> tuple[float, bool]:
    return float(np.nan_to_num(t.time)), t.act is Act.EXPIRED


def account_days(
    held: Book, activity: Activity, contracts: ActivityContracts
) -> tuple[AccountDay, ...]:
    """The days on which accounts do something, by account, in the order of the dates.

    Each day opens with what the one before left. Refused where an account has no cash stated, and
    where more options expire than are held.
    """
    cash, holdings = _cash(held), _holdings(held, contracts)
    state: dict[str, HoldingsState] = {}
    found: list[AccountDay] = []
    for (account, day), transactions in _by_account_and_day(activity, contracts).items():
        if account not in cash:
            _refuse_without_cash(account, transactions[0].row)
        opening = state.get(account, HoldingsState(cash[account], holdings[account]))
        after, own = opening, []
        for t in transactions:
            done = _ended(t, after) if t.act is Act.EXPIRED else t
            own.append(done)
            after = after.then(done.part, done.changes, done.cash)
        state[account] = after
        found.append(AccountDay(account, day, opening, tuple(own)))
    return tuple(found)


def _ended(t: Transaction, before: HoldingsState) -> Transaction:
    """An expiration as it closes what is held; its number is turned into the other side's."""
    held = dict(before.holding(t.part)).get(t.contract, 0.0)
    if t.quantity > abs(held):
        found = f"{t.label}, of {held:+,.10g} held then"
        raise InputError([Problem("activity", t.row, "quantity", found, "no more than is held")])
    held_long = 1.0 if held > 0 else -1.0
    settled = held_long * t.units * float(np.nan_to_num(t.price))
    return replace(t, quantity=-held_long * t.quantity, cash=t.cash + settled)


def _cash(held: Book) -> dict[str, float]:
    """Opening cash of each account that has some stated, by its name."""
    amounts = zip(held.positions.accounts, cash_of_accounts(held).tolist(), strict=True)
    return {name: amount for name, amount in amounts if not np.isnan(amount)}


def _holdings(held: Book, contracts: ActivityContracts) -> defaultdict[str, dict[int, Holding]]:
    """Opening holdings of each account, by its name and by part."""
    positions = held.positions
    holdings: defaultdict[str, dict[int, Holding]] = defaultdict(dict)
    for i in np.flatnonzero(~positions.is_cash).tolist():
        own = holdings[positions.accounts[positions.account[i]]]
        contract = int(contracts.held[i])
        part = int(contracts.part[contract])
        own[part] = with_trade(own.get(part, ()), contract, float(positions.quantity[i]))
    return holdings


def _by_account_and_day(
    activity: Activity, contracts: ActivityContracts
) -> dict[tuple[str, dt.date], list[Transaction]]:
    traded, cash = activity.traded.positions, activity.cash
    names = [traded.accounts[i] for i in traded.account.tolist()]
    first = {name: i for i, name in enumerate(dict.fromkeys(names))}
    account = np.array([first[name] for name in names])
    order = (activity.act == Act.EXPIRED, np.nan_to_num(activity.time), activity.day, account)
    together: dict[tuple[str, dt.date], list[Transaction]] = defaultdict(list)
    for i in np.lexsort(order).tolist():
        contract = int(contracts.traded[i])
        together[names[i], date_of(float(activity.day[i]))].append(
            Transaction(
                row=int(traded.row[i]),
                label=_label(activity, i),
                act=Act(int(activity.act[i])),
                time=float(activity.time[i]),
                order=activity.order[i],
                contract=contract,
                part=int(contracts.part[contract]),
                quantity=0.0 if traded.is_cash[i] else float(traded.quantity[i]),
                units=float(traded.units[i]),
                price=float(activity.price[i]),
                cash=float(cash[i]),
            )
        )
    return together


def _label(activity: Activity, i: int) -> str:
    """A transaction for a reader: "+100 XYZ at 50", "withdrawal of 500.00"."""
    traded = activity.traded.positions
    moved = "deposit" if traded.quantity[i] > 0 else "withdrawal"
    name = traded.label(i)
    if traded.is_cash[i]:
        return f"{moved} of {abs(float(traded.quantity[i])):,.2f}"
    match Act(int(activity.act[i])):
        case Act.MOVED:
            return f"{moved} of {name[1:]}"
        case Act.EXPIRED:
            return f"expiration of {name[1:]}"
        case Act.TRADE:
            return f"{name} at {activity.price[i]:.10g}"


def _refuse_without_cash(account: str, row: int) -> None:
    found = f"account {account!r}, whose cash is stated nowhere"
    wanted = "a row of cash for it in positions, or the setting cash where it is the only account"
    raise InputError([Problem("activity", row, "account", found, wanted)])
