"""The least that portfolio margin asks, however little a portfolio can lose.

Rule: FINRA 4210(g)(7): an amount for each unit of the multiplier of each option contract, long or
short, hedged or not. A long position is not charged more than it is worth.
"""

from __future__ import annotations

import numpy as np

from xlmargin.arrays import FloatArray, IntArray
from xlmargin.book import Book, Positions, RulesOfAccounts
from xlmargin.contracts import STANDARD_CONTRACT, InstrumentKind
from xlmargin.rulebook import PortfolioRules

_DELIVERING = (InstrumentKind.CALL, InstrumentKind.PUT, InstrumentKind.STOCK)


def contract_minimum(
    book: Book, market_value: FloatArray, rules: RulesOfAccounts[PortfolioRules]
) -> FloatArray:
    """Minimum of each position, $, >= 0, shape (positions,); shares and cash have none.

    `market_value`, $, is signed, shape (positions,).
    """
    positions, minimum = book.positions, uncapped_minimum(book, rules)
    is_capped = rules.amounts(lambda r: r.contract_minimums.long_contract_minimum_cap) > 0
    capped = is_capped[positions.account] & (positions.quantity > 0)
    return np.where(capped, np.minimum(minimum, np.maximum(market_value, 0.0)), minimum)


def uncapped_minimum(book: Book, rules: RulesOfAccounts[PortfolioRules]) -> FloatArray:
    """Minimum of each position before the cap of long ones, $, >= 0, shape (positions,).

    That which a report states for the underlying, never less than the rule's.
    """
    positions, charged = book.positions, np.zeros(len(book.positions))
    options = np.flatnonzero(positions.is_option)
    stated = book.market.published_minimum[positions.underlying[options]] / STANDARD_CONTRACT
    least = rules.amounts(lambda r: r.contract_minimums.contract_minimum)
    per_unit = np.fmax(stated, least[positions.account[options]])
    charged[options] = per_unit * np.abs(positions.units[options])
    return charged


def delivered_value(positions: Positions, spot: FloatArray, as_of: float) -> FloatArray:
    """Value of what each position's units deliver, $, signed, shape (positions, 3).

    The columns are calls, puts and shares; a position fills the one of its own kind. `spot`, $,
    has shape (underlyings,). A long option that has settled by `as_of`, a serial day, covers
    nothing any more.
    """
    gone = positions.contracts.settled(as_of) & (positions.quantity > 0)
    held = np.flatnonzero(~positions.is_cash & ~gone)
    value = np.zeros((len(positions), len(_DELIVERING)))
    column = positions.kind[held, None] == np.array(_DELIVERING)
    own = positions.units[held] * spot[positions.underlying[held]]
    value[held] = np.where(column, own[:, None], 0.0)
    return value


def house_minimum(
    delivered: FloatArray, account: IntArray, rules: RulesOfAccounts[PortfolioRules]
) -> FloatArray:
    """A house's share of the value that uncovered short options would deliver, $, shape (groups,).

    Short calls are covered by long calls and long shares, short puts by long puts and short
    shares, whatever their strikes and expirations: the houses print no more than "uncovered".
    `delivered` is the sum of `delivered_value` over each class group, shape (groups, 3); `account`
    tells whose each is.
    """
    calls, puts, shares = delivered.T
    uncovered_calls = np.maximum(0.0, -calls - np.maximum(shares, 0.0))
    uncovered_puts = np.maximum(0.0, -puts + np.minimum(shares, 0.0))
    share = rules.amounts(lambda r: r.contract_minimums.short_option_minimum)
    minimum: FloatArray = share[account] * (uncovered_calls + uncovered_puts)
    return minimum
