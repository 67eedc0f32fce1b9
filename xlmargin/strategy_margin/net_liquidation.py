"""The strategy-based requirement beside an equity that counts every option at its market value.

The strategy-based books give options of nine months or less no value: short ones carry theirs
inside the requirement, long ones count for nothing. Net liquidation value, and the equity of
portfolio margin, count them all. The two books always leave the same excess.

Rule: FINRA 4210(f)(2)(B), (g)(11).
"""

from __future__ import annotations

import numpy as np

from xlmargin.arrays import BoolArray, FloatArray
from xlmargin.book import Book
from xlmargin.dates import date_of
from xlmargin.rulebook import StrategyRules
from xlmargin.strategy_margin.long_options import months_ahead


def values_added(book: Book, mark: FloatArray, rules: StrategyRules) -> FloatArray:
    """Option values that net liquidation value counts and strategy-based equity does not, $.

    Signed, shape (positions,): added to the maintenance requirement they give the requirement
    beside net liquidation value. `mark`, $ per unit, has shape (positions,).
    """
    positions = book.positions
    counted = positions.is_option & ~_has_loan_value(book, rules)
    return np.where(counted, positions.units * mark, 0.0)


def _has_loan_value(book: Book, rules: StrategyRules) -> BoolArray:
    """Long options that strategy-based equity counts: those over nine calendar months."""
    positions, long_options = book.positions, rules.long_options
    until = months_ahead(book.as_of, long_options.months)
    has = np.zeros(len(positions), dtype=bool)
    for i in np.flatnonzero(positions.is_option & (positions.quantity > 0)):
        underlying = book.market.underlyings[positions.underlying[i]]
        rate = long_options.rate[underlying.underlying_class]
        has[i] = rate < 1.0 and date_of(positions.expiration[i]) > until
    return has
