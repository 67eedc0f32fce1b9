"""The least equity of an account by each regime, and the option sales that bring no need of it.

Rule: FINRA 4210(b)(4) and interpretations (b)(4)/021, (b)(4)/034.
"""

from __future__ import annotations

import numpy as np

from xlmargin.account.account_values import AccountValues
from xlmargin.arrays import BoolArray, FloatArray
from xlmargin.book import Book, RulesOfAccounts, rules_of_accounts
from xlmargin.contracts import InstrumentKind
from xlmargin.rulebook import (
    AccountRules,
    EligibilityRules,
    UnderlyingClass,
    eligibility_rules,
)


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
