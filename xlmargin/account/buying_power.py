"""What an account has to keep, what it may still buy, and its special memorandum account.

Its least equity by each regime, and the option sales that bring no need of it. Rule: 12 CFR 220.5,
220.12(a); FINRA 4210(b), (c) and interpretations (b)(4)/021, (b)(4)/034. How the memorandum account
moves with the market and how buying power is told is industry practice (unconfirmed: check against
the rule text).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xlmargin.account.account_values import AccountValues, Excess
from xlmargin.arrays import BoolArray, FloatArray
from xlmargin.book import Book, RulesOfAccounts, rules_of_accounts
from xlmargin.contracts import InstrumentKind
from xlmargin.rulebook import (
    AccountRules,
    EligibilityRules,
    PortfolioRules,
    StrategyRules,
    UnderlyingClass,
    eligibility_rules,
)


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


def margin_minimum_equity(
    book: Book, mark: FloatArray, values: AccountValues, rules: RulesOfAccounts[AccountRules]
) -> FloatArray:
    """Least equity of each margin account, $, shape (accounts,).

    Never more than what is bought costs, where nothing is sold short; exempted securities bought
    on credit need none. Nothing where all is paid for, and each short option is covered: a put by
    its strike in cash, a call by the shares.
    `mark`, $ per unit, shape (positions,), stands for a cost that is not stated.

    Rule: FINRA 4210(b)(4) and interpretation (b)(4)/021 (unconfirmed: the sale of an option; check
    against the rule text).
    """
    positions = book.positions
    bought = ~positions.is_cash & (positions.quantity > 0)
    treasury = book.market.of_class(lambda own: own is UnderlyingClass.TREASURY)
    bought[bought] &= ~treasury[positions.underlying[bought]]
    unit_cost = np.where(np.isnan(positions.cost), mark, positions.cost)
    cost = book.by_account(np.where(bought, positions.units * unit_cost, 0.0))
    least = rules.amounts(lambda r: r.minimum_equity.margin_minimum_equity)
    on_margin = np.where(values.cash < 0, np.minimum(cost, least), 0.0)
    short = (values.short_market_value > 0) | ~covers_short_options(book, values.cash)
    return np.where(short, least, on_margin)


def portfolio_minimum_equity(book: Book, equity: FloatArray) -> FloatArray:
    """Least equity of each account under portfolio margin, $, shape (accounts,).

    What the house or a setting states, and no less than the least that any firm may set. NaN where
    nothing is stated and the equity, $, shape (accounts,), reaches that least: it may be too
    little, as the firm monitors risk.

    Rule: FINRA 4210 interpretation (b)(4)/034; house requirements.
    """
    stated = stated_to_keep(book)
    least = rules_of_accounts(book, eligibility_rules).amounts(_least_of_firms)
    known = (stated > 0) | (equity < least)
    return np.where(known, np.maximum(stated, least), np.nan)


def stated_to_keep(book: Book) -> FloatArray:
    """What house or setting ask of each account to stay, $, shape (accounts,); 0 for nothing."""
    rules = rules_of_accounts(book, eligibility_rules)
    return rules.amounts(lambda r: r.portfolio_eligibility.equity_to_keep)


def _least_of_firms(rules: EligibilityRules) -> float:
    return min(rules.portfolio_eligibility.portfolio_minimum_equity.values())


def covers_short_options(book: Book, cash: FloatArray) -> BoolArray:
    """Whether each account holds the shares of its short calls and the strikes of its short puts.

    `cash`, $, has shape (accounts,), as the answer has; unknown cash covers no put.

    Rule: FINRA 4210 interpretation (b)(4)/021.
    """
    covered = cash_securing_puts(book) <= np.where(np.isnan(cash), 0.0, np.maximum(cash, 0.0))
    positions = book.positions
    calls = (positions.kind == InstrumentKind.CALL) & (positions.quantity < 0)
    shares = np.where(calls | positions.is_stock, positions.units, 0.0)
    left = np.zeros((len(positions.accounts), len(book.market.underlyings)))
    counted = ~positions.is_cash
    np.add.at(left, (positions.account[counted], positions.underlying[counted]), shares[counted])
    enough: BoolArray = covered & (left >= 0).all(axis=1)
    return enough


def cash_securing_puts(book: Book) -> FloatArray:
    """Strikes of the short puts of each account, $, shape (accounts,)."""
    positions = book.positions
    puts = (positions.kind == InstrumentKind.PUT) & (positions.quantity < 0)
    return book.by_account(np.where(puts, -positions.units * positions.strike, 0.0))
