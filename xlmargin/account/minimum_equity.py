"""The least equity of a margin account, and the option sales that bring no need of it.

Rule: FINRA 4210(b)(4) and interpretation (b)(4)/021.
"""

from __future__ import annotations

import numpy as np

from xlmargin.account.account_values import AccountValues
from xlmargin.arrays import BoolArray, FloatArray
from xlmargin.book import Book, RulesOfAccounts
from xlmargin.contracts import InstrumentKind
from xlmargin.rulebook import AccountRules, UnderlyingClass


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
    treasury = [u.underlying_class is UnderlyingClass.TREASURY for u in book.market.underlyings]
    bought[bought] &= ~np.array(treasury, dtype=bool)[positions.underlying[bought]]
    unit_cost = np.where(np.isnan(positions.cost), mark, positions.cost)
    cost = book.by_account(np.where(bought, positions.units * unit_cost, 0.0))
    least = rules.amounts(lambda r: r.minimum_equity.margin_minimum_equity)
    on_margin = np.where(values.cash < 0, np.minimum(cost, least), 0.0)
    short = (values.short_market_value > 0) | ~covers_short_options(book, values.cash)
    return np.where(short, least, on_margin)


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
