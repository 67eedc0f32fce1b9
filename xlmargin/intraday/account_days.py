"""Each account's days: what it holds at the opening, and what it does."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from xlmargin.book import Book
from xlmargin.cash import cash_of_accounts
from xlmargin.dates import date_of
from xlmargin.errors import InputError, Problem
from xlmargin.intraday.activity import Activity
from xlmargin.intraday.contracts import Contracts
from xlmargin.intraday.levels import Holding, Level, Levels, level_of_cash, with_trade
from xlmargin.intraday.parts import CASH_PART


@dataclass(frozen=True)
class Transaction:
    """One trade, deposit or withdrawal of an account.

    `contract` and `part` are indexes; a deposit or withdrawal is in `CASH_PART`, and its quantity
    is 0. `cash` is what it adds to the account's cash, $, signed; `price` is in $ per unit, NaN for
    cash; `units` are those of the underlying, signed.
    """

    row: int
    label: str
    time: float
    contract: int
    part: int
    quantity: float
    units: float
    price: float
    cash: float

    @property
    def is_trade(self) -> bool:
        """Whether something is bought or sold."""
        return self.part != CASH_PART


@dataclass(frozen=True)
class AccountDay:
    """One account on one day: opening cash, $, opening holdings by part, and its transactions.

    Transactions stand in the order of their times, or of their rows where these are not known.
    """

    account: str
    day: dt.date
    is_order_known: bool
    cash: float
    holdings: Mapping[int, Holding]
    transactions: tuple[Transaction, ...]

    def opening(self, levels: Levels) -> Level:
        """Equity and excess at the opening."""
        return sum((levels[h] for h in self.holdings.values()), level_of_cash(self.cash))

    def holding(self, part: int) -> Holding:
        """What the account holds of a part at the opening."""
        return self.holdings.get(part, ())


def account_days(held: Book, activity: Activity, contracts: Contracts) -> tuple[AccountDay, ...]:
    """The days on which accounts do something, by account, in the order of the dates.

    Each day opens with what the one before left. Refused where an account has no cash stated.
    """
    cash, holdings = _cash(held), _holdings(held, contracts)
    found: list[AccountDay] = []
    for (account, day), transactions in _by_account_and_day(activity, contracts).items():
        if account not in cash:
            _refuse_without_cash(account, activity, transactions[0].row)
        own = holdings[account]
        found.append(
            AccountDay(
                account,
                day,
                activity.is_order_known,
                cash[account],
                dict(own),
                tuple(transactions),
            )
        )
        for t in transactions:
            cash[account] += t.cash
            if t.is_trade:
                own[t.part] = with_trade(own.get(t.part, ()), t.contract, t.quantity)
    return tuple(found)


def _cash(held: Book) -> dict[str, float]:
    """Opening cash of each account that has some stated, by its name."""
    amounts = zip(held.positions.accounts, cash_of_accounts(held).tolist(), strict=True)
    return {name: amount for name, amount in amounts if not np.isnan(amount)}


def _holdings(held: Book, contracts: Contracts) -> defaultdict[str, dict[int, Holding]]:
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
    activity: Activity, contracts: Contracts
) -> dict[tuple[str, dt.date], list[Transaction]]:
    traded, cash = activity.traded.positions, activity.cash
    names = [traded.accounts[i] for i in traded.account.tolist()]
    first = {name: i for i, name in enumerate(dict.fromkeys(names))}
    account = np.array([first[name] for name in names])
    together: dict[tuple[str, dt.date], list[Transaction]] = defaultdict(list)
    for i in np.lexsort((np.nan_to_num(activity.time), activity.day, account)).tolist():
        contract = int(contracts.traded[i])
        is_cash = bool(traded.is_cash[i])
        together[names[i], date_of(float(activity.day[i]))].append(
            Transaction(
                row=int(traded.row[i]),
                label=_label(activity, i),
                time=float(activity.time[i]),
                contract=contract,
                part=int(contracts.part[contract]),
                quantity=0.0 if is_cash else float(traded.quantity[i]),
                units=0.0 if is_cash else float(traded.units[i]),
                price=float(activity.price[i]),
                cash=float(cash[i]),
            )
        )
    return together


def _label(activity: Activity, i: int) -> str:
    """A transaction for a reader: "+100 XYZ at 50", "withdrawal of 500.00"."""
    traded = activity.traded.positions
    if traded.is_cash[i]:
        amount = float(traded.quantity[i])
        return f"{'deposit' if amount > 0 else 'withdrawal'} of {abs(amount):,.2f}"
    return f"{traded.label(i)} at {activity.price[i]:.10g}"


def _refuse_without_cash(account: str, activity: Activity, row: int) -> None:
    found = f"account {account!r}, whose cash is stated nowhere"
    wanted = "a row of cash for it in positions, or the setting cash where it is the only account"
    raise InputError([Problem("activity", row, "account", found, wanted)])
