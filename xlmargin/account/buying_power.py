"""What an account may still buy: its special memorandum account and its buying power.

Rule: 12 CFR 220.5, 220.12(a); FINRA 4210(b), (c). How the memorandum account moves with the market
and how buying power is told is industry practice (unconfirmed: check against the rule text).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xlmargin.account.account_values import AccountValues, Excess
from xlmargin.account.minimum_equity import cash_securing_puts, covers_short_options
from xlmargin.arrays import FloatArray
from xlmargin.book import Book, RulesOfAccounts
from xlmargin.rulebook import AccountRules, PortfolioRules, StrategyRules, UnderlyingClass


@dataclass(frozen=True, eq=False)
class BuyingPower:
    """Greatest purchase of each account, $, shape (accounts,), 0 or more.

    Of stock on margin, or of options, which are paid in full; not of both at once.
    """

    stock: FloatArray
    options: FloatArray


def sma(
    stated: FloatArray, reg_t_excess: FloatArray, rules: RulesOfAccounts[AccountRules]
) -> FloatArray:
    """Balance of the special memorandum account, $, shape (accounts,).

    The Reg T excess, or the balance stated where that is greater and outlasts falls of the market;
    never below 0. `stated` is NaN where no balance is.

    Rule: 12 CFR 220.5.
    """
    outlasts = rules.amounts(lambda r: r.special_memorandum_account.sma_outlasts_falls) > 0
    old = np.where(outlasts, np.nan_to_num(stated), 0.0)
    balance: FloatArray = np.maximum(np.maximum(old, reg_t_excess), 0.0)
    return balance


def margin_buying_power(
    book: Book,
    values: AccountValues,
    maintenance: Excess,
    balance: FloatArray,
    least_equity: FloatArray,
    rules: RulesOfAccounts[StrategyRules],
) -> BuyingPower:
    """Buying power of margin accounts.

    Stock: the special memorandum account at the initial rate, or the maintenance excess at the
    maintenance rate, whichever buys less. Options: one for one, within both. Neither may take an
    account below the least equity, except to buy with free cash what is then paid in full: cash
    that no put is secured by, where nothing is short that is not covered.

    Rule: 12 CFR 220.5, 220.12(a); FINRA 4210(b)(4), (c)(1).
    """
    later = rules.amounts(lambda r: r.stock.long_stock_maintenance_rate)
    at_first = np.maximum(rules.amounts(lambda r: r.reg_t_stock.long_stock_initial_rate), later)
    waived = (values.short_market_value == 0) & covers_short_options(book, values.cash)
    free_cash = np.where(waived, np.maximum(values.cash - cash_securing_puts(book), 0.0), 0.0)
    funds = np.minimum(balance, maintenance.excess)
    stock = np.minimum(balance / at_first, maintenance.excess / later)
    above_least = values.equity_beside_minimum - least_equity
    stock = np.where(above_least < 0, np.minimum(stock, free_cash), stock)
    options = np.minimum(funds, np.maximum(above_least, free_cash))
    return BuyingPower(np.maximum(stock, 0.0), np.maximum(options, 0.0))


def cash_buying_power(payment: Excess) -> BuyingPower:
    """Buying power of cash accounts: what is left once everything is paid for, one for one.

    Rule: 12 CFR 220.8(a).
    """
    left = np.maximum(payment.excess, 0.0)
    return BuyingPower(left, left)


def portfolio_buying_power(
    excess: FloatArray, rules: RulesOfAccounts[PortfolioRules]
) -> FloatArray:
    """Largest purchase of a single stock, unhedged, that portfolio margin's excess allows, $.

    The excess at the range down of a stock, the house's where it is wider; shape (accounts,).

    Rule: FINRA 4210(g)(2).
    """
    range_down = rules.amounts(lambda r: r.house_ranges[UnderlyingClass.STOCK].down)
    most: FloatArray = np.maximum(excess, 0.0) / range_down
    return most
