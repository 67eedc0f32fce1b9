"""Capital efficiency: how much less portfolio margin asks than strategy-based margin.

The gain is 1 - portfolio requirement / strategy-based figure. The figure is the deposit (initial
requirement less the proceeds of options and short stock sold: the money one must put up), the
initial or the maintenance requirement.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from xlmargin.arrays import FloatArray
from xlmargin.portfolio_margin import PortfolioMargin, shares
from xlmargin.settings import Basis
from xlmargin.strategy_margin import Phase, StrategyMargin
from xlmargin.strategy_margin.by_position import asked_of, proceeds_of


@dataclass(frozen=True, eq=False)
class Comparison:
    """Both regimes by account and class group, $; arrays of shape (rows,).

    `portfolio` is each class's share of the portfolio requirement; the shares add up to it.
    `gain` is the strategy-based figure of the basis less the portfolio requirement.
    """

    accounts: tuple[str, ...]
    names: tuple[str, ...]
    initial: FloatArray
    maintenance: FloatArray
    deposit: FloatArray
    portfolio: FloatArray
    gain: FloatArray


def strategy_figure(margin: StrategyMargin, basis: Basis) -> float:
    """The strategy-based figure of a basis, $, over all accounts."""
    match basis:
        case Basis.DEPOSIT:
            return margin.deposit
        case Basis.INITIAL:
            return margin.initial
        case Basis.MAINTENANCE:
            return margin.maintenance


def efficiency_gain(portfolio: float, strategy: float) -> float:
    """1 - portfolio / strategy, a fraction; NaN where the strategy-based figure is not above 0.

    >>> efficiency_gain(7_500.0, 25_000.0)
    0.7
    """
    return 1.0 - portfolio / strategy if strategy > 0 else np.nan


def compared(portfolio: PortfolioMargin, strategy: StrategyMargin, basis: Basis) -> Comparison:
    """Both regimes beside each other, a row for each account and class group."""
    book = portfolio.book
    positions = book.positions
    names = [u.group for u in book.market.underlyings]
    keys = [
        (int(account), names[underlying]) if underlying >= 0 else None
        for account, underlying in zip(positions.account, positions.underlying, strict=True)
    ]
    rows = {key: i for i, key in enumerate(dict.fromkeys(k for k in keys if k))}
    row = np.array([rows[key] if key else -1 for key in keys], dtype=np.int64)

    def by_row(amounts: FloatArray) -> FloatArray:
        return np.bincount(row[row >= 0], amounts[row >= 0], len(rows)).astype(np.float64)

    initial = by_row(asked_of(strategy, Phase.INITIAL))
    maintenance = by_row(asked_of(strategy, Phase.MAINTENANCE))
    proceeds = by_row(proceeds_of(strategy))
    share = by_row(shares(portfolio))
    figures = {
        Basis.INITIAL: initial,
        Basis.MAINTENANCE: maintenance,
        Basis.DEPOSIT: initial - proceeds,
    }
    return Comparison(
        tuple(positions.accounts[account] for account, _ in rows),
        tuple(name for _, name in rows),
        initial,
        maintenance,
        initial - proceeds,
        share,
        figures[basis] - share,
    )
