"""What each account is worth: cash, stock and options, long and short, and its two equities.

The strategy-based books give options of nine months or less no value: short ones carry theirs
inside the requirement, long ones count for nothing. Portfolio margin counts every option at its
market value. Beside its own requirement each equity leaves the excess.

Rule: FINRA 4210(a)(5), (b)(4), (f)(2)(B), (g)(11).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xlmargin.arrays import BoolArray, FloatArray
from xlmargin.book import Book, cash_of_accounts
from xlmargin.rulebook import StrategyRules
from xlmargin.rules_of_accounts import RulesOfAccounts
from xlmargin.strategy_margin.requirement import values_added


@dataclass(frozen=True, eq=False)
class AccountValues:
    """Values of each account, $, shape (accounts,); long and short values are magnitudes.

    `cash` is NaN where it is stated nowhere, and so is everything that counts it.
    `options_without_value`, signed, are those that strategy-based equity does not count;
    `value_added`, 0 or more, is what it counts long European boxes at instead.
    """

    accounts: tuple[str, ...]
    cash: FloatArray
    long_market_value: FloatArray
    short_market_value: FloatArray
    long_option_value: FloatArray
    short_option_value: FloatArray
    options_without_value: FloatArray
    value_added: FloatArray

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
        """Equity of strategy-based margin, $: options with loan value, and boxes, count."""
        return self.net_liquidation_value - self.options_without_value + self.value_added

    @property
    def equity_beside_minimum(self) -> FloatArray:
        """What stands beside the least equity, $: the lesser of the two equities.

        Options without loan value make it no more when they are long, and what was received for
        short ones, which is owed at the market, makes it no more either.
        """
        return np.minimum(self.net_liquidation_value, self.strategy_equity)


def account_values(
    book: Book, unit_value: FloatArray, rules: RulesOfAccounts[StrategyRules]
) -> AccountValues:
    """What each account of a book is worth, before any box is counted as one.

    `unit_value`, $ per unit, shape (positions,), is what each position is worth; that of cash is
    not read.
    """
    positions = book.positions
    value = positions.units * unit_value

    def held(where: BoolArray) -> FloatArray:
        return book.by_account(np.where(where, np.abs(value), 0.0))

    long = positions.quantity > 0
    return AccountValues(
        positions.accounts,
        cash_of_accounts(book),
        held(positions.is_stock & long),
        held(positions.is_stock & ~long),
        held(positions.is_option & long),
        held(positions.is_option & ~long),
        book.by_account(values_added(book, unit_value, rules)),
        np.zeros(len(positions.accounts)),
    )
