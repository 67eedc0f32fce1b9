"""What each account is worth: cash, stock and options, long and short, and its two equities.

The strategy-based books give options of nine months or less no value: short ones carry theirs
inside the requirement, long ones count for nothing. Portfolio margin counts every option at its
market value. Beside its own requirement each equity leaves the excess.

Rule: FINRA 4210(a)(5), (f)(2)(B), (g)(11).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xlmargin.arrays import BoolArray, FloatArray
from xlmargin.book import Book
from xlmargin.errors import InputError, Problem
from xlmargin.rulebook import StrategyRules
from xlmargin.strategy_margin.net_liquidation import values_added


@dataclass(frozen=True, eq=False)
class AccountValues:
    """Values of each account, $, shape (accounts,); long and short values are magnitudes.

    `cash` is NaN where it is stated nowhere, and so is everything that counts it.
    `options_without_value`, signed, are those that strategy-based equity does not count.
    """

    accounts: tuple[str, ...]
    cash: FloatArray
    long_market_value: FloatArray
    short_market_value: FloatArray
    long_option_value: FloatArray
    short_option_value: FloatArray
    options_without_value: FloatArray

    @property
    def option_value(self) -> FloatArray:
        """Market value of the options, $, signed."""
        return self.long_option_value - self.short_option_value

    @property
    def net_liquidation_value(self) -> FloatArray:
        """Equity of portfolio margin, $: cash, stock and every option at its market value."""
        stock = self.long_market_value - self.short_market_value
        return self.cash + stock + self.option_value

    @property
    def strategy_equity(self) -> FloatArray:
        """Equity of strategy-based margin, $: options count only where they have loan value."""
        return self.net_liquidation_value - self.options_without_value


def account_values(book: Book, unit_value: FloatArray, rules: StrategyRules) -> AccountValues:
    """What each account of a book is worth.

    `unit_value`, $ per unit, shape (positions,), is what each position is worth; that of cash is
    not read.
    """
    positions = book.positions
    value = positions.units * unit_value

    def held(where: BoolArray) -> FloatArray:
        return _by_account(book, np.where(where, np.abs(value), 0.0))

    long = positions.quantity > 0
    return AccountValues(
        positions.accounts,
        cash_of_accounts(book),
        held(positions.is_stock & long),
        held(positions.is_stock & ~long),
        held(positions.is_option & long),
        held(positions.is_option & ~long),
        _by_account(book, values_added(book, unit_value, rules)),
    )


def cash_of_accounts(book: Book) -> FloatArray:
    """Cash of each account, $, shape (accounts,): its own rows, and the setting of a lone account.

    NaN where none is stated. Refuses a setting where there are several accounts: it does not say
    whose cash it is.
    """
    positions = book.positions
    rows = _by_account(book, np.where(positions.is_cash, positions.quantity, 0.0))
    stated = np.zeros(len(rows), dtype=bool)
    stated[positions.account[positions.is_cash]] = True
    setting = amount_of_accounts(book, "cash", book.settings.cash)
    neither = ~stated & np.isnan(setting)
    return np.where(neither, np.nan, rows + np.nan_to_num(setting))


def amount_of_accounts(book: Book, name: str, amount: float) -> FloatArray:
    """A setting of dollars for each account, shape (accounts,), NaN where it is not stated.

    Refused where it is stated and there are several accounts: it does not say whose it is.
    """
    accounts = book.positions.accounts
    if not np.isnan(amount) and len(accounts) > 1:
        found, wanted = (
            f"{amount:,.2f} for {len(accounts)} accounts",
            "one account, or rows of cash",
        )
        raise InputError([Problem("settings", 0, name, found, wanted)])
    return np.full(len(accounts), amount)


def _by_account(book: Book, amounts: FloatArray) -> FloatArray:
    positions = book.positions
    by_account = np.zeros(len(positions.accounts))
    np.add.at(by_account, positions.account, amounts)
    return by_account
