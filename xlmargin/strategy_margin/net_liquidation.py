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
from xlmargin.strategy_margin.rules.long_options import months_ahead


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
    until = months_ahead(book.as_of, long_options.long_option_months)
    has = positions.is_option & (positions.quantity > 0)
    held, held_of = np.unique(positions.underlying[has], return_inverse=True)
    classes = [book.market.underlyings[i].underlying_class for i in held.tolist()]
    lends = np.array([long_options.long_option_rate[c] < 1.0 for c in classes], dtype=bool)
    days, day_of = np.unique(positions.expiration[has], return_inverse=True)
    lasts = np.array([date_of(day) > until for day in days.tolist()], dtype=bool)
    has[has] = lends[held_of] & lasts[day_of]
    return has
