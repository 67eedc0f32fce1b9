"""The least that portfolio margin requires, however little can be lost.

An amount for each unit of the multiplier of each option contract, long or short, hedged or not; of
a long position it is never more than its value. A house may add a share of what uncovered short
options would deliver.

Rule: FINRA 4210(g)(7); Cboe 10.4.
"""

from __future__ import annotations

import numpy as np

from xlmargin.arrays import FloatArray, IntArray, in_rows, summed
from xlmargin.book import Book, Positions, RulesOfAccounts
from xlmargin.contracts import STANDARD_CONTRACT, InstrumentKind
from xlmargin.rulebook import PortfolioRules

_DELIVERING = (InstrumentKind.CALL, InstrumentKind.PUT, InstrumentKind.STOCK)


def contract_minimum(
    book: Book, market_value: FloatArray, rules: RulesOfAccounts[PortfolioRules]
) -> FloatArray:
    """Minimum of each position, $, >= 0, shape (positions, ...); shares and cash have none.

    `market_value`, $, is signed, shape (positions, ...).
    """
    positions, minimum = book.positions, in_rows(uncapped_minimum(book, rules), market_value)
    is_capped = rules.amounts(lambda r: r.contract_minimums.long_contract_minimum_cap) > 0
    capped = is_capped[positions.account] & (positions.quantity > 0)
    return np.where(in_rows(capped, market_value), np.minimum(minimum, market_value), minimum)


def uncapped_minimum(book: Book, rules: RulesOfAccounts[PortfolioRules]) -> FloatArray:
    """Minimum of each position before the cap of long ones, $, >= 0, shape (positions,).

    That which a report states for the underlying, never less than the rule's.
    """
    positions, minimum = book.positions, np.zeros(len(book.positions))
    options = np.flatnonzero(positions.is_option)
    stated = book.market.published_minimum[positions.underlying[options]] / STANDARD_CONTRACT
    least = rules.amounts(lambda r: r.contract_minimums.contract_minimum)
    per_unit = np.fmax(stated, least[positions.account[options]])
    minimum[options] = per_unit * np.abs(positions.units[options])
    return minimum


def delivered_value(positions: Positions, spot: FloatArray, as_of: float) -> FloatArray:
    """Value of what each position's units deliver, $, signed, shape (positions, ..., 3).

    The columns are calls, puts and shares; a position fills the one of its own kind. `spot`, $,
    has shape (underlyings, ...). A long option that has settled by `as_of`, a serial day, covers
    nothing any more.
    """
    gone = positions.contracts.settled(as_of) & (positions.quantity > 0)
    held = np.flatnonzero(~positions.is_cash & ~gone)
    value = np.zeros((len(positions), *spot.shape[1:], len(_DELIVERING)))
    own = spot[positions.underlying[held]]
    own = in_rows(positions.units[held], own) * own
    for column, kind in enumerate(_DELIVERING):
        value[held, ..., column] = np.where(in_rows(positions.kind[held] == kind, own), own, 0.0)
    return value


def house_minimum(
    delivered: FloatArray, account: IntArray, rules: RulesOfAccounts[PortfolioRules]
) -> FloatArray:
    """A house's share of the value that uncovered short options would deliver, $, (groups, ...).

    Short calls are covered by long calls and long shares, short puts by long puts and short
    shares, whatever their strikes and expirations: the houses print no more than "uncovered".
    `delivered` is the sum of `delivered_value` over each class group, shape (groups, ..., 3);
    `account` tells whose each is.
    """
    calls, puts, shares = np.moveaxis(delivered, -1, 0)
    uncovered_calls = np.maximum(0.0, -calls - np.maximum(shares, 0.0))
    uncovered_puts = np.maximum(0.0, -puts + np.minimum(shares, 0.0))
    share = rules.amounts(lambda r: r.contract_minimums.short_option_minimum)
    minimum: FloatArray = in_rows(share[account], calls) * (uncovered_calls + uncovered_puts)
    return minimum


def minimum_of_houses(
    book: Book,
    spot: FloatArray,
    class_of: IntArray,
    account: IntArray,
    rules: RulesOfAccounts[PortfolioRules],
) -> FloatArray:
    """The house's minimum for uncovered short options of each class group, $, (groups, ...).

    `class_of` is each position's class group by index, less than 0 for what is in none; `account`
    tells whose each group is.
    """
    if not rules.amounts(lambda r: r.contract_minimums.short_option_minimum).any():
        return np.zeros((len(account), *spot.shape[1:]))
    inside = class_of >= 0
    delivered = delivered_value(book.positions, spot, book.market.as_of)[inside]
    return house_minimum(summed(delivered, class_of[inside], len(account)), account, rules)
