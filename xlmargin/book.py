"""A book: positions with the market and settings they are margined with, and the rules for them.

Positions are signed quantities of instruments, held as columns so that any number is one array.
Each account of a book is under its own house and its own settings.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields, replace
from functools import cached_property
from typing import Any, Generic, TypeVar

import numpy as np

from xlmargin.arrays import BoolArray, FloatArray, IntArray, Names, summed
from xlmargin.contracts import Contracts
from xlmargin.dates import date_of
from xlmargin.errors import InputError, Problem, RowRef, Severity
from xlmargin.market import Market
from xlmargin.rulebook import PortfolioRules, Rules, UnderlyingClass, for_prices_of
from xlmargin.rulebook.parameters import joined
from xlmargin.settings import AccountType, Settings

NO_GROUP = -1
"""What `group` holds for a position whose pairing is not forced."""


@dataclass(frozen=True, eq=False)
class Positions:
    """One entry a position, in the order of the user's rows; all columns have shape (positions,).

    `contracts` says what each is a position in. `quantity` is in contracts, shares, or dollars of
    cash: long > 0, short < 0. NaN where not given are mark, cost ($ per unit), volatility,
    `mark_spot`, the price of an option's underlying when its mark was taken, `forward`, that for
    delivery at its expiration, and `half_spread`, half the difference of bid and ask, $ per unit.
    `account` and `group` are indexes into `accounts` and `groups`; a group of -1 is none. `row` is
    the number of the row that a position stands in, `origin` an index into `origins`, the ranges.
    """

    contracts: Contracts
    quantity: FloatArray
    mark: FloatArray
    cost: FloatArray
    volatility: FloatArray
    account: IntArray
    accounts: tuple[str, ...]
    group: IntArray
    groups: tuple[str, ...]
    row: IntArray
    origin: IntArray
    origins: tuple[str, ...]
    mark_spot: FloatArray = field(default_factory=lambda: np.zeros(0))
    forward: FloatArray = field(default_factory=lambda: np.zeros(0))
    half_spread: FloatArray = field(default_factory=lambda: np.zeros(0))

    def __post_init__(self) -> None:
        for name in ("mark_spot", "forward", "half_spread"):
            if len(getattr(self, name)) != len(self.row):
                object.__setattr__(self, name, np.full(len(self.row), np.nan))

    def __len__(self) -> int:
        return len(self.row)

    def only(self, chosen: IntArray) -> Positions:
        """Some of the positions, by index; accounts and groups keep their numbers."""
        columns: dict[str, Any] = {name: getattr(self, name)[chosen] for name in self._arrays}
        return replace(self, contracts=self.contracts.only(chosen), **columns)

    def joined(self, other: Positions) -> Positions:
        """These positions and then the others, which point at the same market.

        Accounts, groups and ranges are the same where their names are.
        """
        columns: dict[str, Any] = {
            name: np.concatenate([getattr(self, name), getattr(other, name)])
            for name in self._arrays
        }
        for code, names in (("account", "accounts"), ("group", "groups"), ("origin", "origins")):
            own, others = getattr(self, names), getattr(other, names)
            index = {name: i for i, name in enumerate(dict.fromkeys([*own, *others]))}
            place = np.array([*map(index.__getitem__, others), NO_GROUP], dtype=np.int64)
            columns[code][len(self) :] = place[getattr(other, code)]
            columns[names] = tuple(index)
        return replace(self, contracts=self.contracts.joined(other.contracts), **columns)

    @property
    def _arrays(self) -> list[str]:
        return [f.name for f in fields(self) if isinstance(getattr(self, f.name), np.ndarray)]

    @property
    def symbol(self) -> Names:
        """Ticker of each position; of an option its root."""
        return self.contracts.root

    @property
    def kind(self) -> IntArray:
        """Kind of each instrument, as `InstrumentKind`."""
        return self.contracts.kind

    @property
    def underlying(self) -> IntArray:
        """Index of each underlying in the market."""
        return self.contracts.underlying

    @property
    def strike(self) -> FloatArray:
        """Strikes, $ per unit; NaN for what is not an option."""
        return self.contracts.strike

    @property
    def expiration(self) -> FloatArray:
        """Serial days of expiration; NaN for what is not an option."""
        return self.contracts.expiration

    @property
    def american(self) -> BoolArray:
        """Which options may be exercised before they expire."""
        return self.contracts.american

    @property
    def multiplier(self) -> FloatArray:
        """Units of the underlying per contract or share."""
        return self.contracts.multiplier

    @property
    def is_option(self) -> BoolArray:
        """Which positions are calls or puts."""
        return self.contracts.is_option

    @property
    def is_stock(self) -> BoolArray:
        """Which positions are shares of a stock, fund or note."""
        return self.contracts.is_stock

    @property
    def is_cash(self) -> BoolArray:
        """Which positions are cash."""
        return self.contracts.is_cash

    @cached_property
    def units(self) -> FloatArray:
        """Units of the underlying, signed: quantity times multiplier."""
        return self.quantity * self.multiplier

    def source(self, index: int) -> RowRef:
        """Where one position comes from."""
        return RowRef(self.origins[self.origin[index]], int(self.row[index]))

    def rows(self, chosen: Iterable[int]) -> str:
        """Rows of some positions for a reader: "row 4", "rows 4, 5, 2 of trades"."""
        named = [str(self.source(i)) for i in sorted(chosen)]
        return f"row{'s' * (len(named) > 1)} {', '.join(named)}"

    def problem(
        self,
        index: int,
        column: str,
        found: str,
        wanted: str,
        severity: Severity = Severity.ERROR,
    ) -> Problem:
        """Something about one position, placed where it comes from."""
        return Problem(*self.source(index), column, found, wanted, severity)

    def label(self, index: int) -> str:
        """Name of one position for a reader: "-5 XYZ 18 Dec 2026 500 call"."""
        return _label(float(self.quantity[index]), self.contracts.name(index))

    @cached_property
    def labels(self) -> tuple[str, ...]:
        """The names of all positions."""
        named = map(self.contracts.name, range(len(self)))
        return tuple(map(_label, self.quantity.tolist(), named))


def _label(quantity: float, contract: str) -> str:
    return f"{quantity:+,.10g} {contract}"


@dataclass(frozen=True, eq=False)
class Book:
    """Everything a requirement depends on but the rules themselves.

    The rules are those of the day of the prices, or of `rules_on` where that is another.
    """

    positions: Positions
    market: Market
    settings: Settings = field(default_factory=Settings)
    rules_on: dt.date | None = None

    @cached_property
    def settings_of_accounts(self) -> tuple[Settings, ...]:
        """The settings of each account."""
        own = self.settings.of_accounts
        return tuple(own.get(account, self.settings) for account in self.positions.accounts)

    @property
    def is_cash_account(self) -> bool:
        """Whether the accounts are cash accounts, in which nothing is lent."""
        return self.settings.account_type is AccountType.CASH

    @property
    def is_portfolio(self) -> bool:
        """Whether the accounts are under portfolio margin; else they are margined by strategy."""
        return self.settings.account_type is AccountType.PORTFOLIO

    def only(self, chosen: IntArray) -> Book:
        """The book with some of its positions alone, by index."""
        return replace(self, positions=self.positions.only(chosen))

    def by_account(self, amounts: FloatArray) -> FloatArray:
        """Amounts by position, shape (positions, ...), added up by account, (accounts, ...)."""
        return summed(amounts, self.positions.account, len(self.positions.accounts))

    @property
    def as_of(self) -> dt.date:
        """The date of the prices, from which time to expiration counts."""
        return date_of(self.market.as_of)


def cash_of_accounts(book: Book) -> FloatArray:
    """Cash of each account, $, shape (accounts,): its own rows, and its setting.

    NaN where none is stated. Refuses a setting for all of several accounts: it does not say whose
    cash it is.
    """
    positions = book.positions
    rows = book.by_account(np.where(positions.is_cash, positions.quantity, 0.0))
    stated = np.zeros(len(rows), dtype=bool)
    stated[positions.account[positions.is_cash]] = True
    setting = amount_of_accounts(book, "cash")
    neither = ~stated & np.isnan(setting)
    return np.where(neither, np.nan, rows + np.nan_to_num(setting))


def amount_of_accounts(book: Book, name: str) -> FloatArray:
    """A setting of dollars, by name, of each account, shape (accounts,); NaN where not stated.

    Refused where it is stated for all and there are several accounts: it does not say whose it is.
    """
    accounts, amount = book.positions.accounts, getattr(book.settings, name)
    if not np.isnan(amount) and len(accounts) > 1:
        found, wanted = (
            f"{amount:,.2f} for {len(accounts)} accounts",
            "one account, rows of cash, or the account's name beside it",
        )
        raise InputError([Problem("settings", 0, name, found, wanted)])
    if not book.settings.of_accounts:
        return np.full(len(accounts), amount)
    return np.array([getattr(own, name) for own in book.settings_of_accounts])


def sma_of_accounts(book: Book) -> FloatArray:
    """Balance stated of each account's special memorandum account, $, shape (accounts,).

    0 where none is, and in a cash account, which has no such account.

    Rule: 12 CFR 220.5, 220.8.
    """
    balance = np.nan_to_num(amount_of_accounts(book, "sma"))
    return balance * (not book.is_cash_account)


R = TypeVar("R", bound=Rules)


@dataclass(frozen=True, eq=False)
class RulesOfAccounts(Generic[R]):
    """The distinct rules of a book, and by index those of each account, shape (accounts,)."""

    distinct: tuple[R, ...]
    of_account: IntArray

    def of(self, account: int) -> R:
        """The rules of one account."""
        return self.distinct[int(self.of_account[account])]

    def heading(self, account: int, name: str) -> str:
        """What heads the figures of one account, its house where not all are under the same."""
        houses = {rules.house for rules in self.distinct}
        return f"Account {name}" + (f", house {self.of(account).house}" if len(houses) > 1 else "")

    def amounts(self, amount: Callable[[R], float]) -> FloatArray:
        """A number of the rules of each account, shape (accounts,)."""
        return np.array([amount(rules) for rules in self.distinct])[self.of_account]

    def apart(self, account: IntArray) -> Iterator[tuple[R, IntArray]]:
        """Each of the distinct rules with the indexes of what is under them.

        `account` tells whose each thing is.
        """
        if len(self.distinct) == 1:
            yield self.distinct[0], np.arange(len(account))
            return
        own = self.of_account[account]
        for k, rules in enumerate(self.distinct):
            yield rules, np.flatnonzero(own == k)

    @cached_property
    def citations(self) -> Mapping[str, str]:
        """Citations by name, of several houses one after another."""
        if len(self.distinct) == 1:
            return self.distinct[0].citations
        names = dict.fromkeys(name for rules in self.distinct for name in rules.citations)
        return {
            name: joined((rules.citations.get(name, "") for rules in self.distinct), "; ")
            for name in names
        }


def rules_of_accounts(
    book: Book, rules: Callable[[dt.date, str, Mapping[str, float]], R]
) -> RulesOfAccounts[R]:
    """The rules in force for the book, as `rules` answers them for a day and a house."""

    def in_force(settings: Settings) -> R:
        found = rules(book.rules_on or book.as_of, settings.house, settings.overrides)
        return found if book.rules_on is None else for_prices_of(found, book.as_of)

    if not book.settings.of_accounts:
        of_all = in_force(book.settings)
        return RulesOfAccounts((of_all,), np.zeros(len(book.positions.accounts), dtype=np.int64))
    index: dict[tuple[str, tuple[tuple[str, float], ...]], int] = {}
    made: list[R] = []
    of_account = []
    for settings in book.settings_of_accounts:
        key = settings.house, tuple(sorted(settings.overrides.items()))
        if key not in index:
            index[key] = len(made)
            made.append(in_force(settings))
        of_account.append(index[key])
    return RulesOfAccounts(tuple(made), np.array(of_account, dtype=np.int64))


def covered(book: Book, rules: RulesOfAccounts[PortfolioRules]) -> BoolArray:
    """Which positions portfolio margin covers, shape (positions,); cash is not among them.

    Rule: FINRA 4210(g)(6)(B), (7)(D); Regulatory Notice 19-21.
    """
    positions, market = book.positions, book.market
    inside = ~positions.is_cash
    classes = [u.underlying_class for u in market.underlyings]
    for under, own in rules.apart(positions.account):
        notes = under.eligible_products.notes_eligible
        outside = [c.stands_still or (c is UnderlyingClass.ETN and not notes) for c in classes]
        can_be = market.marginable & market.eligible & ~np.array(outside, dtype=bool)
        held = own[inside[own]]
        inside[held] = can_be[positions.underlying[held]]
    return inside
