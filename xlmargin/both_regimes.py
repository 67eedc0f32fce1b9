"""The same positions under both regimes: portfolio margin and strategy-based margin.

Positions that portfolio margin does not cover require their strategy-based maintenance
requirement there, beside an equity that counts options at their market value.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Final

import numpy as np

from xlmargin.arrays import FloatArray
from xlmargin.book import Book
from xlmargin.portfolio_margin import PortfolioMargin, StrategyBased, portfolio_margin
from xlmargin.requirement import Requirement, total
from xlmargin.risk_array import option_marks
from xlmargin.settings import AccountType
from xlmargin.strategy_margin import (
    RequirementKind,
    StrategyMargin,
    explained_by_account,
    strategy_margin,
)
from xlmargin.strategy_margin.display.by_position import requirement_by_position
from xlmargin.strategy_margin.net_liquidation import values_added

_NOT_ELIGIBLE: Final = "Not eligible for portfolio margin: strategy-based requirement"
_STRATEGIES: Final = "Strategy-based maintenance requirement"
_VALUES: Final = "Option values, which the equity of portfolio margin counts"
_EQUITY: Final = "FINRA 4210(g)(11)"


def under_portfolio_margin(book: Book) -> PortfolioMargin:
    """The book under portfolio margin, positions outside it at their strategy-based requirement."""
    return portfolio_margin(book, _strategy_based)


def under_strategy_margin(book: Book) -> StrategyMargin:
    """The book under strategy-based margin, options at their marks or else their model values."""
    return strategy_margin(book, option_marks(book))


def _strategy_based(book: Book, mark: FloatArray) -> StrategyBased:
    settings = replace(book.settings, account_type=AccountType.MARGIN)
    margin = strategy_margin(replace(book, settings=settings), mark)
    added = values_added(book, mark, margin.rules)
    asked = requirement_by_position(margin, RequirementKind.MAINTENANCE) + added
    return StrategyBased(asked, lambda: _trees(margin, added))


def _trees(margin: StrategyMargin, added: FloatArray) -> tuple[Requirement, ...]:
    """Why, by account: the strategies, and the option values that the other equity counts."""
    positions = margin.book.positions
    by_account = [
        replace(tree, label=_STRATEGIES)
        for tree in explained_by_account(margin, RequirementKind.MAINTENANCE)
    ]
    values: list[list[Requirement]] = [[] for _ in by_account]
    for i in np.flatnonzero(added).tolist():
        value = Requirement(f"Value of {positions.label(i)}", float(added[i]))
        values[positions.account[i]].append(value)
    return tuple(
        total(_NOT_ELIGIBLE, (tree, total(_VALUES, tuple(own), _EQUITY))) if tree.parts else tree
        for tree, own in zip(by_account, values, strict=True)
    )
